/* What may be done about a change: see policy.h. */
#include "plan/policy.h"

static void deny(struct change *c, enum change_verdict verdict, const char *reason)
{
    c->verdict = verdict;
    c->reason = reason;
}

static size_t deletions(const struct plan *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++) n += p->changes[i].verb == CHANGE_DELETE;
    return n;
}

static void permit_one(struct change *c, const struct policy *policy,
                       const struct policy_facts *facts, bool too_many)
{
    if (policy->mode == POLICY_OBSERVE)
        deny(c, CHANGE_NEVER, "the document's mode is observe");
    else if (c->observe_only)
        deny(c, CHANGE_NEVER, "the item's mode is observe");
    else if (c->verb == CHANGE_CREATE && c->class == CHANGE_CREATE_CLASS && !policy->allow_create)
        deny(c, CHANGE_NEVER, "policy.allowCreate is false");
    else if (c->verb == CHANGE_DELETE && too_many)
        deny(c, CHANGE_NEVER, "more deletions than policy.limits.deletions in one plan");
    else if (c->class == CHANGE_DISRUPTIVE_CLASS && !policy->allow_disruptive)
        deny(c, CHANGE_WAIT, "it interrupts connections and policy.allowDisruptive is false");
    else if (facts->busy)
        deny(c, CHANGE_WAIT, facts->busy);
}

void policy_permit(struct plan *p, const struct policy *policy, const struct policy_facts *facts)
{
    bool too_many = deletions(p) > policy->limit_deletions;
    for (size_t i = 0; i < p->count; i++)
        if (p->changes[i].verdict == CHANGE_GO) permit_one(&p->changes[i], policy, facts, too_many);
}
