/* The engine: all targets of all documents, each going through its cycles: observe, compare,
 * permit, apply, verify, report. Writes within one target are serial; targets run side by side. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "azure/arm.h"
#include "config/desired.h"
#include "config/settings.h"
#include "net/loop.h"
#include "plan/plan.h"

enum engine_mode {
    ENGINE_DAEMON, /* cycles for ever */
    ENGINE_PLAN,   /* look once, write nothing */
    ENGINE_APPLY,  /* cycles until nothing is left that may be done */
};

/* What it works with; all of it outlives the engine. */
struct engine_world {
    struct loop *loop;
    const struct io *io; /* gated */
    const struct azure *azure;
    const struct settings *settings;
};

/* Whom it tells; each may be NULL. */
struct engine_hooks {
    void *ctx;
    /* A long-running operation of 'target' is at work: 'what' for people, seconds since it began.
     */
    void (*progress)(void *ctx, const char *target, const char *what, msec elapsed);
    /* A cycle of a target has ended. */
    void (*cycle)(void *ctx);
    /* One-shot modes: every target has ended. */
    void (*finished)(void *ctx);
};

struct engine;

/* Takes 'desired' over. Does nothing until engine_start(). */
struct engine *engine_new(const struct engine_world *world, struct desired *desired,
                          enum engine_mode mode, const struct engine_hooks *hooks);
/* Cancels whatever is under way: every later look starts from what is there (P8). */
void engine_free(struct engine *e);
void engine_start(struct engine *e);

/* From now on no write begins; looks go on. hooks.cycle is called whenever a target has come to the
 * end of its cycle, so that the owner can ask whether all are at rest. */
void engine_rest(struct engine *e);
/* Is no write under way? Then it may be freed without leaving anything half done. */
bool engine_at_rest(const struct engine *e);

/* What came of a one-shot, or what stands now. */
struct engine_totals {
    size_t targets;
    size_t items;
    size_t drifted;
    size_t waiting;
    size_t blocked;
    size_t unachievable;
    size_t unknown;   /* scopes that could not be read */
    size_t corrected; /* since the start */
    size_t pending;   /* items on servers that do not exist yet, so that they cannot be compared */
    size_t looked;    /* targets that have been looked at completely at least once */
};
struct engine_totals engine_totals(const struct engine *e);

/* ENGINE_PLAN: the plan of everything, in document order; the caller frees it. */
struct plan *engine_plan(const struct engine *e);

#endif
