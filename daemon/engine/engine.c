/* All targets of all documents: see engine.h. What one of them goes through is in run.c. */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "engine/run.h"
#include "engine/wake.h"

struct engine {
    struct run_services services;
    struct engine_hooks hooks;
    struct journal *journal;
    struct generation *generations; /* the newest first */
    struct run **runs;
    size_t run_count;
    size_t corrected_before; /* of runs that have gone */
    struct wake sweep;       /* what is over goes in a turn of its own */
    bool finished;
};

static void engine_sweep(void *ctx);

static void engine_sweep_later(struct engine *e)
{
    if (!e->sweep.running) wake_at(&e->sweep, 0);
}

static void engine_ended(void *ctx, struct run *r)
{
    struct engine *e = ctx;
    (void)r;
    if (e->hooks.cycle) e->hooks.cycle(e->hooks.ctx);
    engine_sweep_later(e);
}

/* Those that come after 'r' are looked at now, where something of theirs waits. */
static void engine_came(void *ctx, const struct run *r)
{
    struct engine *e = ctx;
    for (size_t i = 0; i < e->run_count; i++) {
        struct run *other = e->runs[i];
        for (size_t k = 0; k < other->target->edge_count; k++)
            if (other->target->edges[k].on == r->target) {
                lane_poke(&other->arm);
                break;
            }
    }
}

static const struct run *engine_find(void *ctx, const struct target *target)
{
    const struct engine *e = ctx;
    for (size_t i = 0; i < e->run_count; i++)
        if (e->runs[i]->target == target) return e->runs[i];
    return NULL;
}

static struct generation *generation_new(struct engine *e, const struct engine_world *world,
                                         struct desired *desired)
{
    struct generation *g = xcalloc(1, sizeof(*g));
    g->world = *world;
    g->desired = desired;
    g->next = e->generations;
    e->generations = g;
    return g;
}

static void engine_add(struct engine *e, struct run *r)
{
    e->runs = xreallocarray(e->runs, e->run_count + 1, sizeof(struct run *));
    e->runs[e->run_count++] = r;
}

struct engine *engine_new(const struct engine_world *world, struct desired *desired,
                          enum engine_mode mode, const struct engine_hooks *hooks)
{
    struct engine *e = xcalloc(1, sizeof(*e));
    e->hooks = *hooks;
    e->services = (struct run_services){
        .mode = mode,
        .events = events_new(),
        .hooks = &e->hooks,
        .ctx = e,
        .ended = engine_ended,
        .came = engine_came,
        .find = engine_find,
    };
    e->journal = journal_new();
    events_subscribe(e->services.events, journal_sink, e->journal);
    struct generation *g = generation_new(e, world, desired);
    wake_init(&e->sweep, world->io, engine_sweep, e);
    for (size_t i = 0; i < desired->count; i++)
        for (size_t k = 0; k < desired->documents[i]->target_count; k++)
            engine_add(e, run_new(&e->services, g, &desired->documents[i]->targets[k]));
    return e;
}

static void generation_free(struct generation *g)
{
    desired_free(g->desired);
    free(g);
}

void engine_free(struct engine *e)
{
    if (!e) return;
    wake_cancel(&e->sweep);
    for (size_t i = 0; i < e->run_count; i++) run_free(e->runs[i]);
    free(e->runs);
    while (e->generations) {
        struct generation *g = e->generations;
        e->generations = g->next;
        generation_free(g);
    }
    events_free(e->services.events);
    journal_free(e->journal);
    free(e);
}

void engine_start(struct engine *e)
{
    for (size_t i = 0; i < e->run_count; i++) run_poke(e->runs[i]);
    engine_sweep_later(e); /* a one-shot without targets ends by itself */
}

void engine_subscribe(struct engine *e, event_sink *sink, void *ctx)
{
    events_subscribe(e->services.events, sink, ctx);
}

void engine_tell(struct engine *e, const struct event *event)
{
    events_tell(e->services.events, event);
}

/* --- reload ------------------------------------------------------------------------------------
 */

/* The run that works for the resource of 'target': that of the same document, else, where a
 * document has got another name, one that nobody has claimed. */
static struct run *engine_run_of(const struct engine *e, const struct target *target, size_t count,
                                 const bool *stays)
{
    struct run *other = NULL;
    for (size_t i = 0; i < count; i++) {
        struct run *r = e->runs[i];
        if (strcasecmp(r->target->arm_id, target->arm_id) != 0) continue;
        if (strcmp(r->target->document, target->document) == 0) return r;
        if (!stays[i]) other = r;
    }
    return other;
}

void engine_reload(struct engine *e, const struct engine_world *world, struct desired *desired)
{
    struct generation *g = generation_new(e, world, desired);
    size_t before = e->run_count;
    bool *stays = xcalloc(before, sizeof(*stays));
    wake_cancel(&e->sweep);
    wake_init(&e->sweep, world->io, engine_sweep, e);
    for (size_t i = 0; i < desired->count; i++)
        for (size_t k = 0; k < desired->documents[i]->target_count; k++) {
            const struct target *t = &desired->documents[i]->targets[k];
            struct run *old = engine_run_of(e, t, before, stays);
            for (size_t n = 0; old && n < before; n++) stays[n] = stays[n] || e->runs[n] == old;
            if (old)
                run_move(old, g, t);
            else
                engine_add(e, run_new(&e->services, g, t));
        }
    for (size_t n = 0; n < before; n++)
        if (!stays[n]) run_move(e->runs[n], NULL, NULL);
    for (size_t n = before; n < e->run_count; n++) run_poke(e->runs[n]);
    free(stays);
    engine_sweep_later(e);
}

/* --- what is over ------------------------------------------------------------------------------
 */

static void engine_sweep_runs(struct engine *e)
{
    size_t kept = 0;
    for (size_t i = 0; i < e->run_count; i++) {
        struct run *r = e->runs[i];
        if (run_is_over(r)) {
            e->corrected_before += r->arm.corrected + r->sql.corrected;
            run_free(r);
        } else {
            e->runs[kept++] = r;
        }
    }
    e->run_count = kept;
}

static void engine_sweep_generations(struct engine *e)
{
    for (struct generation **at = &e->generations; *at;) {
        struct generation *g = *at;
        if (g->users || g == e->generations) {
            at = &g->next;
            continue;
        }
        *at = g->next;
        void *owner = g->world.owner;
        generation_free(g);
        if (e->hooks.retired) e->hooks.retired(e->hooks.ctx, owner);
    }
}

static void engine_sweep(void *ctx)
{
    struct engine *e = ctx;
    engine_sweep_runs(e);
    engine_sweep_generations(e);
    bool all = e->services.mode != ENGINE_DAEMON && !e->finished;
    for (size_t i = 0; i < e->run_count && all; i++) all = run_has_ended(e->runs[i]);
    if (!all) return;
    e->finished = true;
    if (e->hooks.finished) e->hooks.finished(e->hooks.ctx);
}

/* --- what stands now ------------------------------------------------------------------------- */

struct engine_totals engine_totals(const struct engine *e)
{
    struct engine_totals t = {.targets = e->run_count, .corrected = e->corrected_before};
    for (size_t i = 0; i < e->run_count; i++) {
        const struct run *r = e->runs[i];
        struct transition_counts n = transitions_count(r->transitions);
        t.items += r->target->items;
        t.drifted += n.drifted;
        t.waiting += n.waiting;
        t.debt += n.debt;
        t.blocked += n.blocked;
        t.unachievable += n.unachievable;
        t.unknown += n.unknown;
        t.corrected += r->arm.corrected + r->sql.corrected;
        t.looked += r->arm.looked && (r->sql.looked || !r->target->sql);
    }
    return t;
}

void engine_each_standing(const struct engine *e, standing_cb *told, void *ctx)
{
    for (size_t i = 0; i < e->run_count; i++)
        transitions_each_standing(e->runs[i]->transitions, told, ctx);
}

struct plan *engine_plan(const struct engine *e)
{
    struct plan *all = plan_new();
    for (size_t i = 0; i < e->run_count; i++) {
        if (e->runs[i]->arm.plan) plan_append(all, e->runs[i]->arm.plan);
        if (e->runs[i]->sql.plan) plan_append(all, e->runs[i]->sql.plan);
    }
    return all;
}

void engine_each_unknown(const struct engine *e,
                         void (*told)(void *ctx, const char *target, const char *part,
                                      const struct err *err),
                         void *ctx)
{
    for (size_t i = 0; i < e->run_count; i++) {
        const struct run *r = e->runs[i];
        transitions_each_unknown(r->transitions, r->target->name, told, ctx);
    }
}
