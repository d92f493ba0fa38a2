/* The engine: all targets of all documents, each going through its cycles: observe, compare,
 * permit, apply, verify, report. It sees the world through struct io only. A target has lanes, one
 * for ARM and one for what is inside PostgreSQL, each with its own clock: neither waits for the
 * other, and looking waits for no operation. Writes of one lane are serial. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "azure/arm.h"
#include "config/desired.h"
#include "config/settings.h"
#include "engine/event.h"
#include "engine/transition.h"
#include "plan/plan.h"

enum engine_mode {
    ENGINE_DAEMON, /* cycles for ever */
    ENGINE_PLAN,   /* look, write nothing */
    ENGINE_APPLY,  /* cycles until nothing is left that may be done */
};

/* What it works with; all of it outlives the engine, or, once another one has been given by
 * engine_reload(), hooks.retired. */
struct engine_world {
    const struct io *io; /* gated */
    const struct azure *azure;
    const struct settings *settings;
    void *owner; /* the caller's, for hooks.retired */
};

/* Whom it tells beside the subscribers; each may be NULL. */
struct engine_hooks {
    void *ctx;
    /* A cycle has ended. The engine must not be freed in here. */
    void (*cycle)(void *ctx);
    /* What the summary of every cycle adds (borrowed); NULL: nothing. */
    const char *(*note)(void *ctx);
    /* One-shot modes: every target has ended. Likewise. */
    void (*finished)(void *ctx);
    /* No target works with the world of 'owner' any more: it may be freed, in a later turn. */
    void (*retired)(void *ctx, void *owner);
    /* Was the resource 'id' ever seen, by this daemon or one before it? NULL: never. */
    bool (*was_seen)(void *ctx, const char *id);
};

struct engine;

/* Takes 'desired' over. Does nothing until engine_start(). The journal is subscribed. */
struct engine *engine_new(const struct engine_world *world, struct desired *desired,
                          enum engine_mode mode, const struct engine_hooks *hooks);
/* Cancels whatever is under way: every later look starts from what is there (P8). */
void engine_free(struct engine *e);
void engine_start(struct engine *e);
void engine_subscribe(struct engine *e, event_sink *sink, void *ctx);
/* Tells an event that comes from outside: of the gate. */
void engine_tell(struct engine *e, const struct event *event);

/* Another configuration (taken over) is in force from now on, target by target: at once where
 * nothing is being written, else when that write has ended. What a target remembers stays. */
void engine_reload(struct engine *e, const struct engine_world *world, struct desired *desired);

/* What came of a one-shot, or what stands now. */
struct engine_totals {
    size_t targets;
    size_t items;
    size_t drifted;
    size_t waiting;
    size_t debt;
    size_t blocked;
    size_t unachievable;
    size_t unknown;   /* parts that could not be read */
    size_t corrected; /* since the start */
    size_t looked;    /* targets that have been looked at completely at least once */
};
struct engine_totals engine_totals(const struct engine *e);

/* The plan of everything, in document order; the caller frees it. */
struct plan *engine_plan(const struct engine *e);

/* Each difference that stands now: a one-shot's unfinished business. */
void engine_each_standing(const struct engine *e, standing_cb *told, void *ctx);
/* Each part that could not be read by its last look: why. */
void engine_each_unknown(const struct engine *e,
                         void (*told)(void *ctx, const char *target, const char *part,
                                      const struct err *err),
                         void *ctx);

#endif
