/* One target's cycle: observe, compare, permit, apply, and again until nothing is left that may be
 * done now. What was written is verified by the next look of the same cycle. See run.h. */
#include "engine/run.h"

#include <stdlib.h>
#include <string.h>

#include "resource/compare.h"

/* A cycle that writes and looks this often without coming to rest ends; the next one goes on. */
enum { PASSES_MAX = 40 };

/* One-shot modes give up on what has failed so often in a row. */
enum { FRUITLESS_MAX = 4 };

enum { ALL_CLOCKS = (1 << CLOCK_N) - 1 };

static void run_due(void *ctx);

static const struct engine_world *world(const struct run *r)
{
    return engine_world(r->engine);
}

static msec now(const struct run *r)
{
    return loop_now(world(r)->loop);
}

struct run *run_new(struct engine *e, const struct target *target, size_t items)
{
    struct run *r = xcalloc(1, sizeof(*r));
    r->engine = e;
    r->target = target;
    r->items = items;
    r->transitions = transitions_new(target->document, target->name);
    r->azure = *world(r)->azure;
    r->timer = loop_timer_new(world(r)->loop, run_due, r);
    size_t databases = target->sql ? target->sql->database_count : 0;
    r->memory.databases = xcalloc(databases, sizeof(*r->memory.databases));
    r->memory.database_exists = xcalloc(databases, sizeof(*r->memory.database_exists));
    r->read_count = databases + 1;
    r->reads = xcalloc(r->read_count, sizeof(*r->reads));
    return r;
}

void run_free(struct run *r)
{
    if (!r) return;
    write_cancel(r);
    look_cancel(r);
    loop_timer_free(r->timer);
    plan_free(r->plan);
    transitions_free(r->transitions);
    free(r->queue);
    free(r->batch);
    free(r->reads);
    for (size_t i = 0; i < sizeof(r->memory.lists) / sizeof(r->memory.lists[0]); i++)
        arm_list_memory_done(&r->memory.lists[i]);
    free(r->memory.host);
    free(r->memory.databases);
    free(r->memory.database_exists);
    free(r);
}

static void wait_until_due(struct run *r)
{
    msec due = r->clocks[CLOCK_ARM].due;
    if (r->target->sql && r->clocks[CLOCK_SQL].due < due) due = r->clocks[CLOCK_SQL].due;
    loop_timer_start_at(r->timer, due);
}

void run_poke(struct run *r)
{
    for (enum run_clock c = 0; c < CLOCK_N; c++) schedule_now(&r->clocks[c], now(r));
    if (r->state == RUN_IDLE) wait_until_due(r);
}

void run_start(struct run *r)
{
    run_poke(r);
}

/* --- a cycle --------------------------------------------------------------------------------- */

static unsigned clocks_due(const struct run *r)
{
    unsigned due = 0;
    for (enum run_clock c = 0; c < CLOCK_N; c++)
        if (schedule_due(&r->clocks[c], now(r))) due |= 1U << c;
    /* Whether there is a server to ask is ARM's word; until it was given, SQL waits for it. */
    if (due & 1U << CLOCK_SQL && !r->memory.ready) due |= 1U << CLOCK_ARM;
    return due;
}

static void run_due(void *ctx)
{
    struct run *r = ctx;
    r->clocks_due = clocks_due(r);
    if (!r->clocks_due) {
        wait_until_due(r);
        return;
    }
    r->state = RUN_OBSERVING;
    r->cycle = engine_next_cycle(r->engine);
    r->started = now(r);
    r->passes = 0;
    r->clocks_failed = 0;
    r->enough = false;
    r->counts = (struct run_counts){0};
    arm_guid(r->azure.io, r->azure.correlation_id);
    transitions_cycle(r->transitions, r->cycle);
    look_start(r);
}

/* Whether something may be written to this target now. While ARM does not answer, ARM is not
 * written to; what is inside PostgreSQL was read all the same and can be put right. */
static struct policy_facts facts_of(const struct run *r, struct plan *plan)
{
    struct policy_facts facts = {.items = r->items};
    const struct observation *server = &r->seen.arm[SCOPE_SERVER];
    if (r->group_absent) {
        facts.busy = "the resource group does not exist yet";
    } else if (server->state == SEEN_FAILED) {
        facts.busy = "the server could not be read";
        facts.busy_below = STAGE_SQL;
    } else if (server->state == SEEN_COMPLETE) {
        const char *state = compare_server_state(&r->seen);
        if (strcmp(state, "Ready") != 0)
            facts.busy = arena_printf(plan->arena, "the server is %s",
                                      *state ? state : "in an unknown state");
    }
    return facts;
}

static void compare(struct run *r)
{
    plan_free(r->plan);
    r->plan = plan_new();
    unsigned compared = resource_compare(r->target, &r->seen, r->plan);
    const struct policy_facts facts = facts_of(r, r->plan);
    policy_permit(r->plan, &r->target->policy, &facts);
    r->counts.corrected += transitions_take(r->transitions, r->plan, compared);
}

static bool is_failed(const struct run *r, enum run_clock c)
{
    return r->clocks_failed & 1U << c;
}

static void schedule_next(struct run *r)
{
    const struct settings *s = world(r)->settings;
    const int64_t intervals[CLOCK_N] = {
        [CLOCK_ARM] = s->intervals.arm_seconds, [CLOCK_SQL] = s->intervals.sql_seconds};
    for (enum run_clock c = 0; c < CLOCK_N; c++) {
        if (!schedule_due(&r->clocks[c], now(r)) && !is_failed(r, c)) continue;
        const struct schedule_policy policy = {
            .interval = SECONDS((msec)intervals[c]),
            .jitter_percent = (unsigned)s->intervals.jitter_percent,
            .backoff_max = SECONDS((msec)s->intervals.backoff_max_seconds),
        };
        schedule_after(&r->clocks[c], &policy, is_failed(r, c), now(r),
                       loop_random(world(r)->loop));
    }
}

/* What was written and is held is looked at again when its hold ends, not an interval later. A hold
 * that has ended already is no reason to hurry: nothing may be written now, or it would have been.
 */
static void schedule_held(struct run *r)
{
    for (size_t i = 0; r->plan && i < r->plan->count; i++) {
        const struct change *c = &r->plan->changes[i];
        msec held = transitions_held(r->transitions, c);
        if (c->verdict != CHANGE_GO || held <= now(r)) continue;
        for (enum run_clock k = 0; k < CLOCK_N; k++)
            if (held < r->clocks[k].due) r->clocks[k].due = held;
    }
}

static bool one_shot_is_over(struct run *r)
{
    if (engine_mode(r->engine) == ENGINE_DAEMON) return false;
    if (engine_mode(r->engine) == ENGINE_PLAN) return true;
    struct plan_counts n = plan_count(r->plan);
    bool unready = r->target->kind == TARGET_SERVER && r->memory.exists && !r->memory.ready;
    bool group_comes = r->group_absent && !engine_gave_up(r->engine, r->target->after);
    bool pending = n.go > 0 || r->clocks_failed || group_comes || unready;
    r->fruitless = pending ? r->fruitless + 1 : 0;
    return !pending || r->fruitless >= FRUITLESS_MAX;
}

static void cycle_end(struct run *r)
{
    r->state = RUN_IDLE;
    r->corrected_total += r->counts.corrected;
    if (!r->clocks_failed) r->looked = true;
    schedule_next(r);
    schedule_held(r);
    summary_cycle(r);
    seen_done(&r->seen);
    if (one_shot_is_over(r)) {
        r->state = RUN_ENDED;
        engine_poke_after(r->engine, r->target); /* what waits for this one need not any more */
    } else {
        plan_free(r->plan);
        r->plan = NULL;
        wait_until_due(r);
    }
    engine_run_ended(r->engine);
}

/* After the last write of a one-shot only what had been written was looked at: its result is what a
 * look at everything says. */
static bool last_word_is_due(const struct run *r)
{
    return engine_mode(r->engine) == ENGINE_APPLY && r->passes > 0 && r->clocks_due != ALL_CLOCKS;
}

void run_observed(struct run *r)
{
    compare(r);
    if (r->target->kind == TARGET_GROUP && r->memory.exists)
        engine_poke_after(r->engine, r->target);
    bool may_write = engine_mode(r->engine) != ENGINE_PLAN && !engine_is_resting(r->engine) &&
                     !r->enough && r->passes < PASSES_MAX;
    if (may_write && write_pick(r)) {
        r->state = RUN_APPLYING;
        r->passes++;
        write_start(r);
    } else if (last_word_is_due(r)) {
        r->clocks_due = ALL_CLOCKS;
        look_start(r);
    } else {
        cycle_end(r);
    }
}

/* The clocks of everything that the plan still holds: what was written is verified, and what was
 * not is compared again beside it. */
static unsigned clocks_of_plan(const struct run *r)
{
    unsigned clocks = 0;
    for (size_t i = 0; i < r->plan->count; i++) {
        const struct change *c = &r->plan->changes[i];
        if (c->verdict == CHANGE_GO)
            clocks |= 1U << (c->stage >= STAGE_SQL ? CLOCK_SQL : CLOCK_ARM);
        if (c->stage <= STAGE_SERVER) clocks |= 1U << CLOCK_SQL;
    }
    return clocks;
}

void run_applied(struct run *r)
{
    r->clocks_due = clocks_of_plan(r);
    r->state = RUN_OBSERVING;
    look_start(r);
}
