/* What may be done about a change: see policy.h. */
#include "plan/policy.h"

static void policy_deny(struct change *c, enum change_verdict verdict, const char *reason)
{
    c->verdict = verdict;
    c->reason = reason;
}

/* Which limits a plan as a whole goes over. */
struct excess {
    bool deletions;
    bool creations;
    bool writes;
};

/* Only what would be written counts: what is forbidden anyway stops nothing else. */
static struct excess excess_of(const struct plan *p, const struct policy *policy,
                               const struct policy_facts *facts)
{
    size_t deletions = 0, creations = 0, writes = 0;
    for (size_t i = 0; i < p->count; i++) {
        const struct change *c = &p->changes[i];
        if (c->verdict != CHANGE_GO || c->blocked) continue;
        writes++;
        deletions += c->verb == CHANGE_DELETE;
        creations += c->verb == CHANGE_CREATE;
    }
    return (struct excess){
        .deletions = deletions > policy->limit_deletions,
        .creations = creations > policy->limit_creations,
        .writes = facts->items && writes * 100 > facts->items * policy->limit_percent &&
                  policy->limit_percent < 100,
    };
}

static void policy_forbid(struct change *c, const struct policy *policy)
{
    if (policy->mode == POLICY_OBSERVE)
        policy_deny(c, CHANGE_NEVER, "the document's mode is observe");
    else if (c->observe_only)
        policy_deny(c, CHANGE_NEVER, "the item's mode is observe");
    else if (c->verb == CHANGE_CREATE && c->class == CHANGE_CREATE_CLASS && !policy->allow_create)
        policy_deny(c, CHANGE_NEVER, "policy.allowCreate is false");
}

static void policy_limit(struct change *c, const struct policy *policy,
                         const struct policy_facts *facts, const struct excess *over)
{
    if (c->verb == CHANGE_DELETE && over->deletions)
        policy_deny(c, CHANGE_NEVER, "more deletions in one plan than policy.limits.deletions");
    else if (c->verb == CHANGE_CREATE && over->creations)
        policy_deny(c, CHANGE_NEVER,
                    "more creations in one plan than limits.blastRadius.creations");
    else if (over->writes)
        policy_deny(c, CHANGE_NEVER, "more writes in one plan than limits.blastRadius.percent");
    else if (c->class == CHANGE_DISRUPTIVE_CLASS && !policy->allow_disruptive)
        policy_deny(c, CHANGE_WAIT,
                    "it interrupts connections and policy.allowDisruptive is false");
    else if (c->blocked)
        policy_deny(c, CHANGE_WAIT, c->blocked);
    else if (facts->busy && (!facts->busy_below || c->stage < facts->busy_below))
        policy_deny(c, CHANGE_WAIT, facts->busy);
}

void policy_permit(struct plan *p, const struct policy *policy, const struct policy_facts *facts)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->changes[i].verdict == CHANGE_GO) policy_forbid(&p->changes[i], policy);
    struct excess over = excess_of(p, policy, facts);
    for (size_t i = 0; i < p->count; i++)
        if (p->changes[i].verdict == CHANGE_GO) policy_limit(&p->changes[i], policy, facts, &over);
}
