/* A lane's cycle: see lane.h. */
#include "engine/lane.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "engine/look.h"
#include "engine/run.h"

/* Looks of one cycle that may disagree with the one before; what is still not agreed on then waits
 * for the next cycle. */
enum { REPEATS_MAX = 3 };

/* One-shot modes give up on what is left undone so often in a row. */
enum { FRUITLESS_MAX = 4 };

static void lane_due(void *ctx);
static void lane_looked(struct lane *l);
static void lane_had_nothing(struct lane *l);
static void lane_written(struct lane *l);

static void lane_forget(struct lane *l)
{
    wake_cancel(&l->wake);
    look_arm_free(l->look_arm);
    look_sql_free(l->look_sql);
    l->look_arm = NULL;
    l->look_sql = NULL;
    l->looking = false;
    seen_done(&l->seen);
    plan_free(l->plan);
    l->plan = NULL;
    suspicion_done(&l->suspicion);
}

void lane_leave(struct lane *l)
{
    must(!l->writer.busy);
    lane_forget(l);
}

void lane_enter(struct lane *l)
{
    wake_init(&l->wake, l->run->azure.io, lane_due, l);
    l->stays = l->kind == LANE_SQL && !l->run->target->sql;
    if (l->kind == LANE_ARM)
        l->look_arm = look_arm_new(l);
    else
        l->look_sql = look_sql_new(l);
}

void lane_init(struct lane *l, struct run *run, enum lane_kind kind, void (*news)(struct lane *l),
               void (*rests)(struct lane *l))
{
    *l = (struct lane){.run = run,
                       .kind = kind,
                       .calls = {.looked = lane_looked,
                                 .nothing = lane_had_nothing,
                                 .news = news,
                                 .written = lane_written,
                                 .rests = rests}};
    lane_enter(l);
}

void lane_done(struct lane *l)
{
    write_cancel(l);
    lane_forget(l);
}

void lane_poke(struct lane *l)
{
    if (l->stays) return;
    schedule_now(&l->clock, run_now(l->run));
    if (l->looking)
        l->again = true;
    else
        wake_at(&l->wake, l->clock.due);
}

static void lane_look(struct lane *l)
{
    seen_done(&l->seen);
    seen_init(&l->seen, l->run->target);
    l->looking = true;
    l->again = false;
    l->failed = false;
    l->retry_after = 0;
    if (l->kind == LANE_ARM)
        look_arm_start(l->look_arm);
    else
        look_sql_start(l->look_sql);
}

static void lane_due(void *ctx)
{
    struct lane *l = ctx;
    struct run *r = l->run;
    must(!l->looking);
    l->cycle = ++r->services->cycle;
    l->started = run_now(r);
    l->repeats = 0;
    arm_guid(r->azure.io, r->azure.correlation_id);
    transitions_cycle(r->transitions, l->cycle);
    lane_look(l);
}

/* --- when next ---------------------------------------------------------------------------------
 */

static struct schedule_policy lane_policy(const struct lane *l)
{
    const struct settings *s = run_settings(l->run);
    return (struct schedule_policy){
        .interval = SECONDS(
            (msec)(l->kind == LANE_ARM ? s->intervals.arm_seconds : s->intervals.sql_seconds)),
        .jitter_percent = (unsigned)s->intervals.jitter_percent,
        .backoff_max = SECONDS((msec)s->intervals.backoff_max_seconds),
    };
}

static void lane_sooner(struct lane *l, msec when)
{
    if (when < l->clock.due) l->clock.due = when;
}

/* What was written and is held is looked at again when its hold ends, not an interval later. A hold
 * that has ended already is no reason to hurry: nothing may be written now, or it would have been.
 */
static void lane_schedule_held(struct lane *l)
{
    const struct run *r = l->run;
    for (size_t i = 0; l->plan && i < l->plan->count; i++) {
        const struct change *c = &l->plan->changes[i];
        msec held = transitions_held(r->transitions, c);
        if (c->verdict == CHANGE_GO && held > run_now(r)) lane_sooner(l, held);
    }
}

/* Until an absence is proved its looks have a clock of their own. A look that failed proves
 * nothing, and has its own pause. */
static void lane_schedule_proof(struct lane *l)
{
    const struct run *r = l->run;
    const struct settings *s = run_settings(r);
    unsigned looks = (unsigned)s->evidence.absence_looks;
    msec span = SECONDS((msec)s->evidence.absence_seconds), now = run_now(r);
    if (l->kind != LANE_ARM || l->failed || !r->root.absence.looks ||
        absence_is_proved(&r->root.absence, looks, span, now))
        return;
    lane_sooner(l, absence_next(&r->root.absence, looks, span, now));
}

static void lane_schedule(struct lane *l)
{
    const struct run *r = l->run;
    const struct schedule_policy policy = lane_policy(l);
    msec now = run_now(r);
    schedule_after(&l->clock, &policy, l->failed, now, r->azure.io->random(r->azure.io->ctx));
    if (l->failed && l->retry_after && now + l->retry_after > l->clock.due)
        l->clock.due = now + l->retry_after;
    lane_schedule_held(l);
    lane_schedule_proof(l);
    if (l->pause_until > now) lane_sooner(l, l->pause_until);
    if (l->fruitless && r->services->mode != ENGINE_DAEMON)
        lane_sooner(l, now + (SECONDS(1) << (l->fruitless < 5 ? l->fruitless - 1 : 4)));
}

/* --- the end of a cycle ------------------------------------------------------------------------
 */

/* Will what is left undone be done later, by us or by itself? */
static bool lane_is_pending(const struct lane *l, bool *passing)
{
    bool pending = l->failed;
    *passing = false;
    for (size_t i = 0; l->plan && i < l->plan->count; i++) {
        const struct change *c = &l->plan->changes[i];
        if (c->verdict == CHANGE_WAIT && c->passing) *passing = true;
        if (c->verdict == CHANGE_GO && transitions_held(l->run->transitions, c) > run_now(l->run) &&
            !transitions_hopeless(l->run->transitions, c))
            *passing = true; /* read back later, or tried again */
        pending = pending || c->verdict == CHANGE_GO || *passing;
    }
    return pending;
}

/* What is inside waits for ARM's word whether there is anything, as long as that may still come. */
static bool lane_awaits_root(const struct lane *l)
{
    const struct run *r = l->run;
    return l->kind == LANE_SQL && r->root.presence == RUN_UNKNOWN && !r->arm.stays;
}

/* One-shot modes. What only waits for its time is no fruitless cycle, as long as it makes progress:
 * absence is proved, another target comes into being, a hold ends. */
static void lane_try_to_end(struct lane *l)
{
    struct run *r = l->run;
    bool passing;
    if (r->services->mode == ENGINE_DAEMON || l->writer.busy || lane_awaits_root(l)) return;
    bool pending = lane_is_pending(l, &passing);
    if (r->services->mode == ENGINE_PLAN) pending = passing = l->unseen;
    if (!pending)
        l->fruitless = 0;
    else if (!passing)
        l->fruitless++;
    l->stays = !pending || l->fruitless >= FRUITLESS_MAX;
}

static void lane_rest(struct lane *l)
{
    struct run *r = l->run;
    l->looking = false;
    seen_done(&l->seen);
    lane_schedule(l);
    lane_try_to_end(l);
    /* That word will not come any more. */
    if (l->kind == LANE_ARM && l->stays && r->root.presence == RUN_UNKNOWN) lane_poke(&r->sql);
    if (l->stays)
        wake_cancel(&l->wake);
    else
        wake_at(&l->wake, l->again ? run_now(r) : l->clock.due);
    l->calls.rests(l);
    r->services->ended(r->services->ctx, r);
}

/* --- a look ------------------------------------------------------------------------------------
 */

static void lane_compare(struct lane *l)
{
    plan_free(l->plan);
    l->plan = plan_new();
    resource_compare(l->run->target, &l->seen, l->kind == LANE_SQL, l->plan);
}

/* One look is a suspicion: what it shows is believed when the next one shows it too, and what they
 * do not agree on for long waits for the next cycle. One snapshot of PostgreSQL is the truth. */
static bool lane_believes(struct lane *l)
{
    if (l->kind == LANE_SQL) return true;
    if (++l->repeats < REPEATS_MAX) return suspicion_agrees(&l->suspicion, l->plan);
    suspicion_filter(&l->suspicion, l->plan);
    return true;
}

static void lane_looked(struct lane *l)
{
    struct run *r = l->run;
    lane_compare(l);
    if (!lane_believes(l)) {
        lane_look(l);
        return;
    }
    run_permit(r, l, &l->seen, l->plan);
    l->counts.corrected += transitions_take(r->transitions, l->plan, r->target, &l->seen);
    l->corrected += l->counts.corrected;
    if (!l->failed) l->looked = true;
    write_looked(l);
    run_tell_cycle(r, l);
    l->counts = (struct lane_counts){0};
    bool may = r->services->mode != ENGINE_PLAN && !l->writer.busy && !r->next && !r->leaving &&
               l->pause_until <= run_now(r);
    if (may) write_start(l);
    lane_rest(l);
}

/* That somebody has stopped the server is all there is to know of what is inside. */
static void lane_had_nothing(struct lane *l)
{
    if (l->run->root.state == RESOURCE_STOPPED) l->looked = true;
    plan_free(l->plan);
    l->plan = plan_new();
    lane_rest(l);
}

static void lane_written(struct lane *l)
{
    l->calls.rests(l);
    l->calls.news(l);
    lane_poke(l);
}
