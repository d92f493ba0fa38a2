/* All targets of all documents: see engine.h. What one of them goes through is in run.c. */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "engine/run.h"

struct engine {
    struct engine_world world;
    struct engine_hooks hooks;
    enum engine_mode mode;
    struct desired *desired;
    struct run **runs;
    size_t run_count;
    uint64_t cycle;
    bool resting;
    struct loop_task *idle_task; /* a one-shot without targets ends by itself */
};

const struct engine_world *engine_world(const struct engine *e)
{
    return &e->world;
}

const struct engine_hooks *engine_hooks(const struct engine *e)
{
    return &e->hooks;
}

enum engine_mode engine_mode(const struct engine *e)
{
    return e->mode;
}

uint64_t engine_next_cycle(struct engine *e)
{
    return ++e->cycle;
}

static size_t items_of(const struct target *t)
{
    size_t n = 1 + json_object_size(t->configurations) + json_array_size(t->firewall_rules);
    if (t->sql) n += t->sql->role_count + t->sql->database_count + t->sql->grant_count;
    return n + t->schema_file_count;
}

static void runs_make(struct engine *e)
{
    size_t n = 0;
    for (size_t i = 0; i < e->desired->count; i++) n += e->desired->documents[i]->target_count;
    e->runs = xcalloc(n, sizeof(struct run *));
    for (size_t i = 0; i < e->desired->count; i++) {
        const struct document *d = e->desired->documents[i];
        for (size_t k = 0; k < d->target_count; k++)
            e->runs[e->run_count++] = run_new(e, &d->targets[k], items_of(&d->targets[k]));
    }
}

static void runs_free(struct engine *e)
{
    for (size_t i = 0; i < e->run_count; i++) run_free(e->runs[i]);
    free(e->runs);
    e->runs = NULL;
    e->run_count = 0;
}

struct engine *engine_new(const struct engine_world *world, struct desired *desired,
                          enum engine_mode mode, const struct engine_hooks *hooks)
{
    struct engine *e = xcalloc(1, sizeof(*e));
    e->world = *world;
    e->hooks = *hooks;
    e->mode = mode;
    e->desired = desired;
    runs_make(e);
    return e;
}

void engine_free(struct engine *e)
{
    if (!e) return;
    runs_free(e);
    if (e->idle_task) loop_task_cancel(e->idle_task);
    desired_free(e->desired);
    free(e);
}

static void nothing_to_do(void *ctx)
{
    struct engine *e = ctx;
    e->idle_task = NULL;
    if (e->hooks.finished) e->hooks.finished(e->hooks.ctx);
}

void engine_start(struct engine *e)
{
    if (!e->run_count && e->mode != ENGINE_DAEMON)
        e->idle_task = loop_defer(e->world.loop, nothing_to_do, e);
    for (size_t i = 0; i < e->run_count; i++) run_start(e->runs[i]);
}

void engine_poke_after(struct engine *e, const struct target *target)
{
    for (size_t i = 0; i < e->run_count; i++)
        if (e->runs[i]->target->after == target && e->runs[i]->group_absent) run_poke(e->runs[i]);
}

bool engine_gave_up(const struct engine *e, const struct target *target)
{
    for (size_t i = 0; i < e->run_count; i++)
        if (e->runs[i]->target == target)
            return e->runs[i]->state == RUN_ENDED && !e->runs[i]->memory.exists;
    return false;
}

void engine_rest(struct engine *e)
{
    e->resting = true;
}

bool engine_is_resting(const struct engine *e)
{
    return e->resting;
}

bool engine_at_rest(const struct engine *e)
{
    for (size_t i = 0; i < e->run_count; i++)
        if (e->runs[i]->state == RUN_APPLYING) return false;
    return true;
}

/* --- the end of a cycle ---------------------------------------------------------------------- */

static bool all_have_ended(const struct engine *e)
{
    for (size_t i = 0; i < e->run_count; i++)
        if (e->runs[i]->state != RUN_ENDED) return false;
    return true;
}

void engine_run_ended(struct engine *e)
{
    if (e->hooks.cycle) e->hooks.cycle(e->hooks.ctx);
    if (e->mode != ENGINE_DAEMON && all_have_ended(e) && e->hooks.finished)
        e->hooks.finished(e->hooks.ctx);
}

/* --- what stands now ------------------------------------------------------------------------- */

struct engine_totals engine_totals(const struct engine *e)
{
    struct engine_totals t = {.targets = e->run_count};
    for (size_t i = 0; i < e->run_count; i++) {
        const struct run *r = e->runs[i];
        struct transition_counts n = transitions_count(r->transitions);
        t.items += r->items;
        t.drifted += n.drifted;
        t.waiting += n.waiting;
        t.blocked += n.blocked;
        t.unachievable += n.unachievable;
        t.unknown += n.unknown;
        t.corrected += r->corrected_total;
        if (r->target->kind == TARGET_SERVER && r->looked && !r->memory.exists)
            t.pending += r->items - 1;
        t.looked += r->looked;
    }
    return t;
}

struct plan *engine_plan(const struct engine *e)
{
    struct plan *all = plan_new();
    for (size_t i = 0; i < e->run_count; i++)
        if (e->runs[i]->plan) plan_append(all, e->runs[i]->plan);
    return all;
}
