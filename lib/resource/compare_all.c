/* Everything of one target against what was seen of it: see resource_compare() in resource.h. */
#include "resource/compare.h"
#include "resource/resource.h"
#include "resource/sql/sql_compare.h"

/* What can be compared. Of a root that does not exist nothing can be there either: then all that is
 * declared below it is missing, and comes after it. */
static bool arm_scope_known(const struct target *t, const struct seen *seen, size_t i)
{
    const struct observation *root = seen_root(seen);
    const char *word;
    if (root->state == SEEN_ABSENT) return true;
    if (i) return seen->scopes[i].state == SEEN_COMPLETE;
    enum resource_state state = compare_root_state(t, seen, &word);
    return root->state == SEEN_COMPLETE && state != RESOURCE_MOVING && state != RESOURCE_MAKING;
}

static void compare_arm(const struct target *t, struct seen *seen, struct plan *plan)
{
    for (size_t i = 0; i < t->scope_count; i++) {
        const struct scope *scope = &t->scopes[i];
        if (!scope->type || !arm_scope_known(t, seen, i)) continue;
        const struct comparison c = {.target = t, .seen = seen, .plan = plan, .scope = i};
        seen->scopes[i].compared = true;
        if (scope->type->compare)
            scope->type->compare(&c);
        else if (scope->kind == SCOPE_ROOT)
            compare_root(&c);
        else
            compare_list(&c);
    }
}

/* What is below a root that is not there comes after it. */
static void say_after_root(const struct target *t, const struct seen *seen, struct plan *plan)
{
    if (seen_root(seen)->state != SEEN_ABSENT) return;
    for (size_t i = 0; i < plan->count; i++) {
        struct change *c = &plan->changes[i];
        if (c->scope_index)
            c->blocked = arena_printf(plan->arena, "after %s %s", t->type->name, t->name);
    }
}

void resource_compare(const struct target *target, struct seen *seen, bool sql, struct plan *plan)
{
    if (sql)
        sql_compare(target, seen, plan);
    else
        compare_arm(target, seen, plan);
    say_after_root(target, seen, plan);
    plan_sort(plan);
}
