/* The usual comparison of a target's root: one PUT where it is absent; where it differs, one PATCH
 * for what is harmless, one for what must go alone and one for what interrupts connections, or one
 * PUT; and a report for what can only be said at creation. See compare.h. */
#include <string.h>

#include "base/json.h"
#include "base/must.h"
#include "resource/compare.h"

/* Which write a difference belongs to. What interrupts connections goes apart from what does not,
 * so that the harmless part never waits for a window. */
enum portion { PORTION_ALONE, PORTION_ONLINE, PORTION_DISRUPTIVE, PORTION_FIXED, PORTION_N };
_Static_assert(STAGE_ROOT + (int)PORTION_N <= (int)STAGE_CHILDREN, "portions come before children");

static const struct {
    const char *suffix; /* of the object's name in plans; NULL: the name of what goes alone */
    enum change_class class;
} portions[PORTION_N] = {
    [PORTION_ALONE] = {NULL, CHANGE_ONLINE_CLASS},
    [PORTION_ONLINE] = {"", CHANGE_ONLINE_CLASS},
    [PORTION_DISRUPTIVE] = {"/disruptive", CHANGE_DISRUPTIVE_CLASS},
    [PORTION_FIXED] = {"/create-only", CHANGE_ONLINE_CLASS},
};

static enum portion portion_of(const struct resource *type, const struct field_delta *d)
{
    if (d->field->flags & FIELD_CREATE_ONLY) return PORTION_FIXED;
    if (type->write != RESOURCE_WRITE_PATCH) return PORTION_ONLINE;
    if (d->field->flags & FIELD_DISRUPTIVE) return PORTION_DISRUPTIVE;
    return d->field->flags & FIELD_ALONE ? PORTION_ALONE : PORTION_ONLINE;
}

/* "NAME/storage" of "properties.storage.tier". */
static const char *portion_object(const struct comparison *c, enum portion portion,
                                  const struct field_delta *first)
{
    struct arena *arena = c->plan->arena;
    const char *name = c->target->name;
    if (portions[portion].suffix)
        return arena_printf(arena, "%s%s", name, portions[portion].suffix);
    const char *inner = strchr(first->path, '.');
    inner = inner ? inner + 1 : first->path;
    return arena_printf(arena, "%s/%.*s", name, (int)strcspn(inner, "."), inner);
}

static void root_create(const struct comparison *c, const json_t *want)
{
    const struct target *t = c->target;
    const struct resource *type = t->type;
    struct field_deltas deltas;
    field_compare(type->fields, want, NULL, c->plan->arena, &deltas);
    struct change *change = compare_change(c, t->name, t->arm_id, CHANGE_CREATE, STAGE_ROOT);
    change->part = "create";
    change->class = CHANGE_CREATE_CLASS;
    change->observe_only = t->observe_only;
    struct action *a = compare_action(c, "PUT", t->arm_id, field_create_body(type->fields, want));
    a->creates = true;
    a->if_none_match = type->if_none_match;
    static const char password[] = "properties.administratorLoginPassword";
    if (type->has_sql && t->sql_password && json_at(want, password)) {
        a->secret_path = password;
        a->secret = t->sql_password;
    }
    change->action = a;
    compare_add_deltas(c->plan, &deltas, false);
}

static struct action *root_action(const struct comparison *c, const json_t *want,
                                  const json_t *have, const struct field_deltas *some)
{
    const struct target *t = c->target;
    if (t->type->write != RESOURCE_WRITE_PATCH) return compare_put(c, t->arm_id, want, have);
    json_t *body = field_patch_body(t->type->fields, want, have, some);
    must(body);
    return compare_action(c, "PATCH", t->arm_id, body);
}

static void root_update(const struct comparison *c, const json_t *want, const json_t *have,
                        const struct field_deltas *all, enum portion portion)
{
    const struct target *t = c->target;
    struct field_deltas some = {.items =
                                    arena_array(c->plan->arena, all->count, sizeof(*some.items))};
    for (size_t i = 0; i < all->count; i++)
        if (portion_of(t->type, &all->items[i]) == portion)
            some.items[some.count++] = all->items[i];
    if (!some.count) return;
    struct change *change = compare_change(c, portion_object(c, portion, &some.items[0]), t->arm_id,
                                           CHANGE_UPDATE, STAGE_ROOT + (unsigned)portion);
    change->class = portions[portion].class;
    change->observe_only = t->observe_only;
    change->widening = t->type->widens && t->type->widens(want, have);
    if (portion == PORTION_FIXED) {
        change->verb = CHANGE_REPORT;
        change->verdict = CHANGE_UNACHIEVABLE;
        change->reason = "it can only be set when the resource is created";
    } else {
        change->action = root_action(c, want, have, &some);
    }
    compare_add_deltas(c->plan, &some, true);
}

/* A root that is stopped is not what anybody declares; starting it is not ours. */
static void root_stopped(const struct comparison *c)
{
    const char *word;
    if (compare_root_state(c->target, c->seen, &word) != RESOURCE_STOPPED) return;
    struct change *change =
        compare_change(c, arena_printf(c->plan->arena, "%s/state", c->target->name),
                       c->target->arm_id, CHANGE_REPORT, STAGE_ROOT);
    change->class = CHANGE_DISRUPTIVE_CLASS;
    change->verdict = CHANGE_WAIT;
    change->reason = "nothing in it can be looked at or kept until somebody starts it";
    plan_delta(c->plan, "state", word, "running");
}

void compare_root(const struct comparison *c)
{
    const struct resource *type = c->target->type;
    const json_t *have = compare_have(c);
    json_t *want = json_deep_copy(compare_scope(c)->want);
    if (have && type->adopt) type->adopt(c, want, have);
    if (!have) {
        if (type->prepare) type->prepare(want);
        root_create(c, want);
    } else {
        struct field_deltas deltas;
        field_compare(type->fields, want, have, c->plan->arena, &deltas);
        root_stopped(c);
        for (enum portion p = 0; p < PORTION_N; p++) root_update(c, want, have, &deltas, p);
    }
    json_decref(want);
}
