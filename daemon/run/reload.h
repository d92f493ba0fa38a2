/* Reading a new configuration while the old one is at work: beside the loop, because a file system
 * may be slow or hang, and one reading at a time. Parse all, check all; what is done with it is the
 * owner's business (P19). */
#ifndef RUN_RELOAD_H
#define RUN_RELOAD_H

#include <stdbool.h>

#include "base/problem.h"
#include "net/loop.h"
#include "run/configuration.h"

struct reload;

enum { RELOAD_HELD = 2 };

struct reload_hooks {
    void *ctx;
    /* Reading begins. */
    void (*begun)(void *ctx);
    /* The state directories whose locks the owner has; NULL: none. */
    const char *(*held)(void *ctx, size_t which);
    /* It has ended: with 'next', which the callee takes over, or with NULL and 'problems'. 'next'
     * has the lock of its state directory unless that is one of those held. */
    void (*ended)(void *ctx, struct configuration *next, const struct problems *problems);
};

/* 'file' is borrowed: the settings' file. */
struct reload *reload_new(struct loop *loop, const char *file, const struct reload_hooks *hooks);
/* Not while it is reading. Accepts NULL. */
void reload_free(struct reload *r);

/* Asks for a reading. One that is asked for while another is under way begins after that one has
 * ended, because that may have read its file too early; more of them make no difference. */
void reload_request(struct reload *r);
bool reload_is_reading(const struct reload *r);

#endif
