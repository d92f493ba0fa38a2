/* Looks after the lock: see guard.h. */
#include "run/guard.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/message_id.h"
#include "base/must.h"
#include "net/loop_work.h"

struct guard {
    struct loop *loop;
    struct guard_hooks hooks;
    msec period;
    struct loop_timer *timer;
    struct lock *lock;
    bool unreachable; /* said already */
    /* One check, the other thread's: */
    bool checking;
    struct lock *checked;
    enum lock_state state;
    struct err err;
};

static void guard_work(void *ctx)
{
    struct guard *g = ctx;
    g->state = lock_check(g->checked, &g->err);
}

static void guard_say(struct guard *g)
{
    const char *directory = lock_directory(g->lock);
    const struct log_field fields[] = {{"DIRECTORY", directory}, {NULL, NULL}};
    if (g->state == LOCK_RENEWED) {
        log_record(LOG_LEVEL_WARNING, MESSAGE_LOCK_RENEWED, fields,
                   "the lock in the state directory %s was gone; it has been made again",
                   directory);
    } else if (g->state == LOCK_LOST) {
        log_error(LOG_LEVEL_ERROR, MESSAGE_LOCK_LOST, fields, &g->err,
                  "the lock is lost: %s; two would undo each other's work, so this one ends",
                  g->err.text);
    } else if (g->state == LOCK_UNREACHABLE && !g->unreachable) {
        log_error(LOG_LEVEL_WARNING, MESSAGE_LOCK_UNREACHABLE, fields, &g->err,
                  "the lock in the state directory %s is gone and cannot be made again: %s",
                  directory, g->err.text);
    }
    g->unreachable = g->state == LOCK_UNREACHABLE;
}

static void guard_done(void *ctx)
{
    struct guard *g = ctx;
    bool current = g->checked == g->lock;
    g->checking = false;
    if (!current) lock_free(g->checked);
    g->checked = NULL;
    if (current) guard_say(g);
    if (current && g->state == LOCK_LOST) g->hooks.lost(g->hooks.ctx);
    loop_timer_start(g->timer, g->period);
    g->hooks.checked(g->hooks.ctx);
}

static void guard_due(void *ctx)
{
    struct guard *g = ctx;
    g->checking = true;
    g->checked = g->lock;
    err_clear(&g->err);
    loop_work(g->loop, guard_work, guard_done, g);
}

struct guard *guard_new(struct loop *loop, struct lock *lock, msec period,
                        const struct guard_hooks *hooks)
{
    struct guard *g = xcalloc(1, sizeof(*g));
    *g = (struct guard){.loop = loop, .hooks = *hooks, .period = period, .lock = lock};
    g->timer = loop_timer_new(loop, guard_due, g);
    loop_timer_start(g->timer, period);
    return g;
}

void guard_free(struct guard *g)
{
    if (!g) return;
    must(!g->checking);
    loop_timer_free(g->timer);
    lock_free(g->lock);
    free(g);
}

void guard_replace(struct guard *g, struct lock *lock)
{
    /* One that is being checked is given back when that has ended. */
    if (g->checked != g->lock) lock_free(g->lock);
    g->lock = lock;
    g->unreachable = false;
}

const char *guard_directory(const struct guard *g)
{
    return lock_directory(g->lock);
}

bool guard_is_checking(const struct guard *g)
{
    return g->checking;
}
