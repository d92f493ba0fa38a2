/* The flexible servers of this Azure: the registry of them and what ARM can do to one. Everything
 * ARM knows about a server is one JSON record {doc, configurations, firewallRules, databases,
 * address}, which is also what is saved. */
#ifndef AZSIM_SERVER_H
#define AZSIM_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "arm/location.h"
#include "base/err.h"
#include "control/sim.h"
#include "front/exchange.h"

struct cluster;
struct op;

struct server {
    struct sim *sim;
    char *group, *name;
    json_t *record;
    json_t *past;            /* records that lagging reads still see: history.h */
    struct cluster *cluster; /* NULL with --no-clusters */
    struct op *op;           /* the one that occupies it */
    int64_t busy_until_ms;
    int64_t visible_from_ms; /* GET answers 404 before */
    bool creating;
    char *list; /* the rendered parameter list, NULL when it must be made anew */
};

/* Takes over 'record', finds an address and adds the server. NULL with 'err'. */
struct server *server_add(struct sim *sim, const char *group, json_t *record, struct err *err);
/* Takes it out and frees it; its cluster must be stopped. */
void server_remove(struct server *server);
void server_free(struct server *server);
struct server *server_find(const struct sim *sim, const char *group, const char *name);
/* A record of nothing but 'doc' (stolen). */
json_t *server_record(json_t *doc);

/* To be called before the record changes: keeps what stale reads see, drops what was rendered. */
void server_change(struct server *server);
/* What the read in hand sees: the record, or what it was a moment ago. Borrowed. */
const json_t *server_view(const struct server *server);
json_t *server_doc(const struct server *server);
/* Does GET answer 404 for now? */
bool server_hidden(const struct server *server);

const char *server_state(const struct server *server);
void server_set_state(struct server *server, const char *state, const char *why);
bool server_ready(const struct server *server);
/* Refuses a write (answers and returns true) to a server that is not Ready and runs nothing: it is
 * stopped or stuck. 'name' is the operation's. */
bool server_refuses(struct exchange *x, const char *name);

/* 3 to 63 small letters, digits and single hyphens: it becomes a host. */
bool server_name_valid(const char *name);
/* "koreacentral"; free() it. */
char *server_location_name(const struct server *server);

/* ARM's calls. */
void server_list(struct exchange *x);
void server_get(struct exchange *x);
void server_put(struct exchange *x);
void server_patch(struct exchange *x);
void server_delete(struct exchange *x);
void server_start(struct exchange *x);
void server_stop(struct exchange *x);
void server_restart(struct exchange *x);
/* The platform's own failover: swaps the zones and interrupts, without anybody having asked. */
void server_failover(struct exchange *x);

#define UPSERT_SERVER "UpsertServerManagementOperationV2"

#endif
