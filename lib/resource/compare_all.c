/* Everything of one target against what was seen of it: see resource_compare() in resource.h. */
#include "resource/compare.h"
#include "resource/resource.h"
#include "resource/sql_compare.h"

/* A collection is compared only where it was read: on a server that does not exist, and in an
 * answer that says so, nothing is missing that could be made now. */
static bool arm_scope_known(const struct seen *seen, enum scope scope)
{
    enum seen_state state = seen->arm[scope].state;
    bool collection = scope == SCOPE_CONFIGURATIONS || scope == SCOPE_FIREWALL_RULES;
    if (collection) return state == SEEN_COMPLETE && seen->arm[SCOPE_SERVER].state != SEEN_ABSENT;
    if (scope == SCOPE_SERVER && state == SEEN_COMPLETE) return !compare_server_moving(seen);
    return state == SEEN_COMPLETE || state == SEEN_ABSENT;
}

/* Which scopes can be compared; what hangs on the catalogs needs the cluster's names. */
static unsigned comparable(const struct target *target, const struct seen *seen)
{
    unsigned scopes = 0;
    for (enum scope s = 0; s < SCOPE_CLUSTER; s++)
        if (arm_scope_known(seen, s)) scopes |= 1U << s;
    if (target->sql && seen->cluster.state == SEEN_COMPLETE)
        scopes |= 1U << SCOPE_CLUSTER | 1U << SCOPE_DATABASE;
    return scopes;
}

unsigned resource_compare(const struct target *target, const struct seen *seen, struct plan *plan)
{
    const struct comparison c = {.target = target, .seen = seen, .plan = plan};
    unsigned scopes = comparable(target, seen);
    for (size_t i = 0; i < resource_count; i++)
        if (resources[i]->compare && scopes & 1U << resources[i]->scope) resources[i]->compare(&c);
    if (scopes & 1U << SCOPE_CLUSTER) sql_compare_cluster(&c);
    if (scopes & 1U << SCOPE_DATABASE && !sql_compare_databases(&c))
        scopes &= ~(1U << SCOPE_DATABASE);
    plan_sort(plan);
    return scopes;
}
