/* The usual comparison of a collection: what is declared is made or written anew, what is not is
 * reported or removed. See compare.h. */
#include "base/json.h"
#include "resource/compare.h"

/* What of an item can only be said when it is made: a report of its own. */
static void list_fixed(const struct comparison *c, const char *name, const char *id,
                       const struct field_deltas *all)
{
    struct field_deltas some = {.items =
                                    arena_array(c->plan->arena, all->count, sizeof(*some.items))};
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].field->flags & FIELD_CREATE_ONLY)
            some.items[some.count++] = all->items[i];
    if (!some.count) return;
    struct change *change = compare_change(c, arena_printf(c->plan->arena, "%s/create-only", name),
                                           id, CHANGE_REPORT, STAGE_CHILDREN);
    change->verdict = CHANGE_UNACHIEVABLE;
    change->reason = "it can only be set when the resource is created";
    compare_add_deltas(c->plan, &some, true);
}

/* Takes what cannot be written any more out of 'deltas'. */
static void drop_fixed(struct field_deltas *deltas)
{
    size_t kept = 0;
    for (size_t i = 0; i < deltas->count; i++)
        if (!(deltas->items[i].field->flags & FIELD_CREATE_ONLY))
            deltas->items[kept++] = deltas->items[i];
    deltas->count = kept;
}

static void list_declared(const struct comparison *c, const json_t *declared, const json_t *have)
{
    const struct scope *scope = compare_scope(c);
    const struct resource *type = scope->type;
    const char *name = json_text_at(declared, "name");
    const char *at = arena_printf(c->plan->arena, "%s/%s", scope->id, name);
    json_t *want = json_deep_copy(declared);
    struct field_deltas deltas;
    if (have && type->adopt) type->adopt(c, want, have);
    field_compare(type->fields, want, have, c->plan->arena, &deltas);
    if (have) {
        list_fixed(c, name, at, &deltas);
        drop_fixed(&deltas);
    }
    if (!have || deltas.count) {
        struct change *change =
            compare_change(c, name, at, have ? CHANGE_UPDATE : CHANGE_CREATE, STAGE_CHILDREN);
        change->widening = have && type->widens && type->widens(want, have);
        change->observe_only = compare_observes(declared);
        change->action = compare_put(c, at, want, have);
        compare_add_deltas(c->plan, &deltas, have != NULL);
    }
    json_decref(want);
}

void compare_undeclared(const struct comparison *c, const json_t *have)
{
    const struct scope *scope = compare_scope(c);
    const struct resource *type = scope->type;
    const char *name = json_text_at(have, "name");
    if (scope->undeclared == UNDECLARED_IGNORE) return;
    const char *id = arena_printf(c->plan->arena, "%s/%s", scope->id, name);
    struct change *change = compare_change(c, name, id, CHANGE_DELETE, STAGE_CHILDREN);
    change->widening = type->widens && type->widens(NULL, have);
    change->observe_only =
        c->target->observe_only; /* it has no item of its own: the root's counts */
    if (scope->undeclared == UNDECLARED_REPORT || !type->deletable) {
        change->verdict = CHANGE_NEVER;
        change->reason =
            arena_printf(c->plan->arena, "undeclared; policy.undeclared.%s is report", type->key);
    }
    change->action = compare_action(c, "DELETE", id, NULL);
    for (const struct field *row = type->fields; row->path; row++) {
        const json_t *value = json_at(have, row->path);
        if (row->flags & (FIELD_KEY | FIELD_LOCAL | FIELD_READ_ONLY) || !value) continue;
        if (row->kind == FIELD_OBJECT && !row->fields) continue; /* its rows speak for it */
        plan_delta(c->plan, row->path, field_value_text(row, value, c->plan->arena), NULL);
    }
}

void compare_list(const struct comparison *c)
{
    const json_t *want = compare_scope(c)->want;
    const json_t *have = compare_have(c);
    size_t i;
    const json_t *item;
    json_array_foreach(want, i, item)
        list_declared(c, item, compare_find(have, json_text_at(item, "name")));
    json_array_foreach(have, i, item) if (!compare_find(want, json_text_at(item, "name")))
        compare_undeclared(c, item);
}
