/* What the comparisons of ARM types share: see compare.h. */
#include "resource/compare.h"

#include <stdlib.h>
#include <string.h>

#include <strings.h>

#include "base/json.h"

const char *const compare_modes[] = {"observe", "enforce", NULL};

/* Which PATCH a difference belongs to. Storage goes alone and first (ARM refuses it beside others:
 * azure-rest-api-specs issue 22867); what interrupts connections apart from what does not, so that
 * the harmless part never waits for a window. */
enum portion { PORTION_STORAGE, PORTION_ONLINE, PORTION_DISRUPTIVE, PORTION_FIXED, PORTION_N };

static const struct {
    const char *suffix; /* of the object's name in plans */
    enum change_class class;
} portions[PORTION_N] = {
    [PORTION_STORAGE] = {"/storage", CHANGE_ONLINE_CLASS},
    [PORTION_ONLINE] = {"", CHANGE_ONLINE_CLASS},
    [PORTION_DISRUPTIVE] = {"/disruptive", CHANGE_DISRUPTIVE_CLASS},
    [PORTION_FIXED] = {"/create-only", CHANGE_ONLINE_CLASS},
};

static enum portion portion_of(const struct field_delta *d)
{
    if (d->field->flags & FIELD_CREATE_ONLY) return PORTION_FIXED;
    if (d->field->flags & FIELD_DISRUPTIVE) return PORTION_DISRUPTIVE;
    if (strncmp(d->path, "properties.storage.", strlen("properties.storage.")) == 0)
        return PORTION_STORAGE;
    return PORTION_ONLINE;
}

struct action *compare_arm_action(struct plan *plan, const struct resource *type,
                                  const char *method, const char *id, json_t *body)
{
    struct action *a = arena_alloc(plan->arena, sizeof(*a));
    a->kind = ACTION_ARM;
    a->method = method;
    a->id = arena_strdup(plan->arena, id);
    a->api_version = type->api_version;
    if (body) {
        char *text = json_line(body);
        a->body = arena_strdup(plan->arena, text);
        free(text);
        json_decref(body);
    }
    return a;
}

void compare_add_deltas(struct plan *plan, const struct field_deltas *deltas, bool exists)
{
    for (size_t i = 0; i < deltas->count; i++) {
        const struct field_delta *d = &deltas->items[i];
        plan_delta(plan, d->path, exists ? d->from : NULL, d->to);
    }
}

static void create_item(const struct comparison *c, const struct resource *type, unsigned stage)
{
    struct plan *plan = c->plan;
    const struct target *t = c->target;
    struct field_deltas deltas;
    field_compare(type->fields, t->item, NULL, plan->arena, &deltas);
    struct change *change = plan_add(plan, type->name, t->name, t->name);
    change->part = "create";
    change->verb = CHANGE_CREATE;
    change->class = CHANGE_CREATE_CLASS;
    change->stage = stage;
    change->observe_only = t->observe_only;
    struct action *a =
        compare_arm_action(plan, type, "PUT", t->arm_id, field_create_body(type->fields, t->item));
    if (t->kind == TARGET_SERVER && t->sql_password) {
        a->secret_path = "properties.administratorLoginPassword";
        a->secret = t->sql_password;
    }
    change->action = a;
    compare_add_deltas(plan, &deltas, false);
}

static void update_portion(const struct comparison *c, const struct resource *type, unsigned stage,
                           const json_t *have, const struct field_deltas *all, enum portion portion)
{
    struct field_deltas some = {.items =
                                    arena_array(c->plan->arena, all->count, sizeof(*some.items))};
    for (size_t i = 0; i < all->count; i++)
        if (portion_of(&all->items[i]) == portion) some.items[some.count++] = all->items[i];
    if (!some.count) return;
    const struct target *t = c->target;
    char *object = arena_printf(c->plan->arena, "%s%s", t->name, portions[portion].suffix);
    struct change *change = plan_add(c->plan, type->name, t->name, object);
    change->verb = CHANGE_UPDATE;
    change->class = portions[portion].class;
    change->stage = stage + (unsigned)portion;
    change->observe_only = t->observe_only;
    if (portion == PORTION_FIXED) {
        change->verb = CHANGE_REPORT;
        change->verdict = CHANGE_UNACHIEVABLE;
        change->reason = "it can only be set when the resource is created";
    } else {
        json_t *body = field_patch_body(type->fields, t->item, have, &some);
        change->action = compare_arm_action(c->plan, type, "PATCH", t->arm_id, body);
    }
    compare_add_deltas(c->plan, &some, true);
}

void compare_arm_item(const struct comparison *c, const struct resource *type, unsigned stage)
{
    const struct observation *o = &c->seen->arm[type->scope];
    if (o->state == SEEN_ABSENT) {
        create_item(c, type, stage);
        return;
    }
    struct field_deltas deltas;
    field_compare(type->fields, c->target->item, o->body, c->plan->arena, &deltas);
    for (enum portion p = 0; p < PORTION_N; p++)
        update_portion(c, type, stage, o->body, &deltas, p);
}

const char *compare_server_state(const struct seen *seen)
{
    const char *state = json_text_at(seen->arm[SCOPE_SERVER].body, "properties.state");
    return state ? state : "";
}

bool compare_server_moving(const struct seen *seen)
{
    static const char *const moving[] = {"Updating", "Restarting",   "Starting",
                                         "Stopping", "Provisioning", "Dropping"};
    const char *state = compare_server_state(seen);
    for (size_t i = 0; i < sizeof(moving) / sizeof(moving[0]); i++)
        if (strcasecmp(state, moving[i]) == 0) return true;
    return false;
}

bool compare_server_exists(const struct seen *seen)
{
    return seen->arm[SCOPE_SERVER].state == SEEN_COMPLETE;
}
