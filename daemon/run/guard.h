/* Looks after the lock of the state directory as long as the daemon works: from time to time,
 * beside the loop, it has it checked (lock_check()), and says once what became of it. */
#ifndef RUN_GUARD_H
#define RUN_GUARD_H

#include <stdbool.h>

#include "net/loop.h"
#include "run/lock.h"

struct guard;

struct guard_hooks {
    void *ctx;
    /* Another process holds the lock: this one has to end. It has been said. */
    void (*lost)(void *ctx);
    /* A check has ended, whatever it found. */
    void (*checked)(void *ctx);
};

/* Takes 'lock' over; checks it every 'period'. */
struct guard *guard_new(struct loop *loop, struct lock *lock, msec period,
                        const struct guard_hooks *hooks);
/* Gives the lock back. Not while it is being checked. Accepts NULL. */
void guard_free(struct guard *g);

/* From now on this lock (taken over) instead of the old one, which is given back. */
void guard_replace(struct guard *g, struct lock *lock);
const char *guard_directory(const struct guard *g);
bool guard_is_checking(const struct guard *g);

#endif
