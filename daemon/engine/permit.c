/* What stops a lane's writes now, and what each change comes after. Verdicts themselves are given
 * in plan/policy.c. See run.h. */
#include <string.h>

#include "azure/arm_id.h"
#include "engine/run.h"
#include "resource/compare.h"

/* Whether something may be written to this target now. While ARM does not answer, ARM is not
 * written to; what is inside PostgreSQL was read all the same and can be put right. */
static struct policy_facts permit_facts(const struct run *r, const struct lane *lane,
                                        const struct seen *seen, struct plan *plan)
{
    struct policy_facts facts = {.items = r->target->items};
    const struct observation *root = seen_root(seen);
    const char *word;
    if (lane->kind == LANE_SQL) return facts;
    if (root->state == SEEN_FAILED || root->state == SEEN_NOTHING) {
        facts.busy =
            arena_printf(plan->arena, "the %s could not be read", r->target->scopes[0].word);
    } else if (root->state == SEEN_COMPLETE) {
        enum resource_state state = compare_root_state(r->target, seen, &word);
        if (state != RESOURCE_SETTLED)
            facts.busy = arena_printf(plan->arena, "the %s is %s", r->target->scopes[0].word,
                                      *word ? word : "in an unknown state");
    }
    return facts;
}

/* The first of what 'c' comes after that is not there; NULL: all is. Only what makes something new
 * has to wait: what stands has found what it needs. */
static const char *permit_after(const struct run *r, const struct change *c, struct arena *arena)
{
    if (c->verb != CHANGE_CREATE || !c->id) return NULL;
    for (size_t i = 0; i < r->target->edge_count; i++) {
        const struct edge *e = &r->target->edges[i];
        if (!arm_id_equal(e->id, c->id)) continue;
        const struct run *on = r->services->find(r->services->ctx, e->on);
        const char *why = on ? run_missing(on, e->on_id) : NULL;
        if (why) return arena_printf(arena, "after %s, which %s", e->on_title, why);
    }
    return NULL;
}

/* Does the other side of an edge still have a chance to come, in a one-shot? */
static bool permit_may_come(const struct run *r, const struct change *c)
{
    for (size_t i = 0; i < r->target->edge_count; i++) {
        const struct edge *e = &r->target->edges[i];
        const struct run *on = r->services->find(r->services->ctx, e->on);
        if (c->id && arm_id_equal(e->id, c->id) && on && run_missing(on, e->on_id) &&
            run_has_ended(on))
            return false;
    }
    return true;
}

static void permit_root_creation(const struct run *r, struct change *c, struct arena *arena)
{
    const struct settings *s = run_settings(r);
    bool proved = absence_is_proved(&r->root.absence, (unsigned)s->evidence.absence_looks,
                                    SECONDS((msec)s->evidence.absence_seconds), run_now(r));
    if (proved) return;
    c->passing = true;
    c->blocked = arena_printf(arena, "that it does not exist is to be shown by %d looks over %d s",
                              (int)s->evidence.absence_looks, (int)s->evidence.absence_seconds);
}

/* Does 'c' come after something that was not looked at yet, and will be? */
static bool permit_unseen(const struct run *r, const struct change *c)
{
    for (size_t i = 0; i < r->target->edge_count; i++) {
        const struct edge *e = &r->target->edges[i];
        const struct run *on = r->services->find(r->services->ctx, e->on);
        if (c->id && arm_id_equal(e->id, c->id) && on && on->root.presence == RUN_UNKNOWN &&
            !run_has_ended(on))
            return true;
    }
    return false;
}

static void permit_change(const struct run *r, struct lane *lane, struct plan *plan,
                          struct change *c)
{
    const char *after = permit_after(r, c, plan->arena);
    bool root = lane->kind == LANE_ARM && c->scope_index == 0;
    if (after) {
        c->blocked = after;
        lane->unseen = lane->unseen || permit_unseen(r, c);
        c->passing = permit_may_come(r, c);
    } else if (root && c->verb == CHANGE_CREATE) {
        permit_root_creation(r, c, plan->arena);
    } else if (c->blocked) { /* after the root: it comes as long as the lane that makes it lives */
        c->passing = r->services->mode == ENGINE_DAEMON || !r->arm.stays;
    }
}

/* What is below a root that nobody makes does not come. */
static void permit_children(const struct seen *seen, struct plan *plan)
{
    bool comes = false;
    if (seen_root(seen)->state != SEEN_ABSENT) return;
    for (size_t i = 0; i < plan->count; i++) {
        const struct change *c = &plan->changes[i];
        bool will = c->verdict == CHANGE_GO || (c->verdict == CHANGE_WAIT && c->passing);
        comes = comes || (c->scope_index == 0 && c->verb == CHANGE_CREATE && will);
    }
    for (size_t i = 0; i < plan->count && !comes; i++)
        if (plan->changes[i].scope_index) plan->changes[i].passing = false;
}

void run_permit(struct run *r, struct lane *lane, const struct seen *seen, struct plan *plan)
{
    const struct settings *s = run_settings(r);
    const struct transition_limits limits = {
        .fights = (unsigned)s->evidence.fights,
        .fight_window = MINUTES((msec)s->evidence.fight_minutes),
        .fight_hold = MINUTES((msec)s->evidence.fight_hold_minutes),
    };
    lane->unseen = false;
    for (size_t i = 0; i < plan->count; i++) permit_change(r, lane, plan, &plan->changes[i]);
    transitions_judge(r->transitions, plan, &limits, run_now(r));
    struct policy_facts facts = permit_facts(r, lane, seen, plan);
    policy_permit(plan, &r->target->policy, &facts);
    bool moving = facts.busy && r->root.state != RESOURCE_STOPPED;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->changes[i].verdict == CHANGE_WAIT && plan->changes[i].reason == facts.busy)
            plan->changes[i].passing = moving;
        else if (plan->changes[i].verdict != CHANGE_WAIT)
            plan->changes[i].passing = false;
    if (lane->kind == LANE_ARM) permit_children(seen, plan);
}
