/* Everything between the settings and the engine: the loop, the network, the gate, the token and
 * the Azure that they make up. */
#ifndef RUN_WORLD_H
#define RUN_WORLD_H

#include "azure/arm.h"
#include "azure/token.h"
#include "config/settings.h"
#include "engine/engine.h"
#include "flow/gate.h"
#include "net/loop.h"
#include "net/net.h"

/* Descriptors: what the process holds itself (the loop, signals, locks, the sockets of systemd and
 * of the journal), files being read, and connections to Azure and to PostgreSQL. */
enum { DESCRIPTORS_LEAST = 64, DESCRIPTORS_MOST = 4096 };

struct world {
    struct loop *loop; /* borrowed */
    const struct settings *settings;
    struct net *net;
    struct gate *gate;
    struct token_cache *token;
    struct azure azure;
    struct engine *engine; /* told what the gate says; NULL: nobody */
};

/* 'loop' and 'settings' outlive it. */
void world_init(struct world *w, struct loop *loop, const struct settings *settings);
void world_done(struct world *w);

#endif
