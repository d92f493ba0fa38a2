/* How an accepted write comes true: see resource_settle.h. */
#include "arm/resource_settle.h"

#include <stdlib.h>
#include <string.h>

#include "arm/location.h"
#include "arm/lro.h"
#include "arm/store.h"
#include "base/json.h"
#include "front/clock.h"

#define STATE "properties.provisioningState"

const char *resource_etag(struct arena *arena, const struct resource_type *type)
{
    char guid[GUID_TEXT];
    random_guid(guid);
    return arena_printf(arena, "%s%s%s", strcmp(type->etag, "weak") == 0 ? "W/\"" : "", guid,
                        strcmp(type->etag, "weak") == 0 ? "\"" : "");
}

const json_t *resource_etag_holder(const struct sim *sim, const json_t *doc)
{
    if (json_text_at(doc, "etag")) return doc;
    struct arena *arena = arena_new();
    const char *id = lower_text(arena, json_text_at(doc, "id"));
    const json_t *parent = store_find(sim, id_parent(arena, id));
    arena_free(arena);
    return parent ? parent : doc;
}

static void store_document(struct sim *sim, json_t *doc)
{
    struct arena *arena = arena_new();
    store_put(sim, lower_text(arena, json_text_at(doc, "id")), json_incref(doc));
    arena_free(arena);
}

/* Takes 'id' away with all that is below it. */
static void store_remove_tree(struct sim *sim, const char *id)
{
    struct arena *arena = arena_new();
    const char *above = lower_text(arena, id), *key;
    void *next;
    json_t *doc;
    json_object_foreach_safe(sim->resources, next, key, doc)
    {
        if (id_within(key, above)) store_remove(sim, arena_strdup(arena, key));
    }
    arena_free(arena);
}

/* The children are those of 'embedded' and no others. */
static void store_children_as(struct sim *sim, const json_t *embedded, const char *type,
                              const char *parent)
{
    json_t *before = store_children(sim->resources, type, parent);
    size_t i, j;
    json_t *doc, *kept;
    json_array_foreach(before, i, doc)
    {
        bool stays = false;
        json_array_foreach(embedded, j, kept) stays =
            stays || strcasecmp(json_text_at(kept, "id"), json_text_at(doc, "id")) == 0;
        if (!stays) store_remove_tree(sim, json_text_at(doc, "id"));
    }
    json_decref(before);
    json_array_foreach(embedded, i, doc) store_document(sim, doc);
}

/* A document's state, and a new etag with it. */
static void state_set(struct sim *sim, const char *key, const char *state)
{
    const json_t *old = store_find(sim, key);
    if (!old) return;
    const struct resource_type *type = resource_type_find(json_text_at(old, "type"));
    struct arena *arena = arena_new();
    if (type->etag) store_set_text(sim, key, "etag", resource_etag(arena, type));
    store_set_text(sim, key, STATE, state);
    arena_free(arena);
}

/* The state of the root that an operation is about, and of what its body lists. */
static void states_set(struct sim *sim, const json_t *args, const char *state)
{
    size_t i;
    const json_t *key;
    json_array_foreach(json_object_get(args, "keys"), i, key)
        state_set(sim, json_string_value(key), state);
}

static void provisioning_finish(struct op *op)
{
    states_set(op->sim, op->plan.args, "Succeeded");
}

static void provisioning_fail(struct op *op)
{
    if (!op->ignored) states_set(op->sim, op->plan.args, "Failed");
}

static void accepted_finish(struct op *op)
{
    store_document(op->sim, json_object_get(op->plan.args, "doc"));
}

static void deletion_finish(struct op *op)
{
    store_remove_tree(op->sim, json_text_at(op->plan.args, "id"));
}

static json_t *settle_answer(const struct op *op)
{
    const json_t *doc = store_find(op->sim, json_text_at(op->plan.args, "key"));
    return doc ? resource_view(op->sim, op->sim->resources, doc) : json_object();
}

static struct op_place settle_place(struct exchange *x, const struct resource_path *path)
{
    const struct resource_type *type = path->type;
    const char *key = lower_text(x->arena, path->parent);
    const json_t *root =
        store_find(x->sim, path->parent != path->scope ? key : resource_path_key(x, path));
    const char *location = json_text_at(root, "location");
    if (!location) location = json_text_at(x->json, "location");
    char *name = location_name(location ? location : "global");
    const char *base = arena_printf(x->arena, "/subscriptions/%s", x->sim->subscription_id);
    if (type->flags & RESOURCE_GLOBAL)
        base = arena_printf(x->arena, "%s/resourceGroups/%s/providers/Microsoft.Network", base,
                            path->group);
    else
        base = arena_printf(x->arena, "%s/providers/Microsoft.Network/locations/%s", base, name);
    free(name);
    return (struct op_place){.status = arena_printf(x->arena, "%s/%s", base, type->monitor),
                             .result = arena_printf(x->arena, "%s/%s", base, type->result),
                             .version = exchange_query(x, "api-version"),
                             .bare = true};
}

/* The lane is the root: a virtual network with its subnets, a zone with its links. */
static struct op *settle_begin(struct exchange *x, const struct resource_path *path,
                               struct op_plan plan)
{
    const struct op_place place = settle_place(x, path);
    bool child = path->parent != path->scope;
    plan.name = path->type->type;
    plan.duration_ms = setting(&x->sim->settings, path->type->duration);
    return lro_begin(x, child ? lower_text(x->arena, path->parent) : resource_path_key(x, path),
                     &place, plan);
}

static void settle_at_once(struct resource_change *change)
{
    struct exchange *x = change->x;
    json_t *answer = json_deep_copy(change->doc);
    if (!x->ignore) {
        store_document(x->sim, change->doc);
        if (change->embedded)
            store_children_as(x->sim, change->embedded,
                              resource_type_find(json_text_at(change->doc, "type"))->embedding,
                              json_text_at(change->doc, "id"));
    }
    json_t *view = resource_view(x->sim, x->sim->resources, answer);
    json_decref(answer);
    reply_json(x, change->old ? 200 : 201, view);
}

/* What the operation will say Succeeded of: the item, its children, and the parent that lists it.
 */
static json_t *settle_keys(struct resource_change *change, const struct resource_path *path)
{
    struct exchange *x = change->x;
    json_t *keys = json_array();
    size_t i;
    const json_t *child;
    json_array_append_new(keys, json_string(resource_path_key(x, path)));
    json_array_foreach(change->embedded, i, child)
        json_array_append_new(keys, json_string(lower_text(x->arena, json_text_at(child, "id"))));
    if (path->type->embedded)
        json_array_append_new(keys, json_string(lower_text(x->arena, path->parent)));
    return keys;
}

/* What is stored is never changed in place: the children get copies. */
static void state_show(struct resource_change *change, const char *state)
{
    size_t i;
    const json_t *child;
    json_put_at(change->doc, STATE, json_string(state));
    json_array_foreach(change->embedded, i, child)
    {
        json_t *copy = json_deep_copy(child);
        json_put_at(copy, STATE, json_string(state));
        json_array_set_new(change->embedded, i, copy);
    }
}

static void settle_provisioning(struct resource_change *change, const struct resource_path *path)
{
    struct exchange *x = change->x;
    struct op_plan plan = {.finish = provisioning_finish,
                           .fail = provisioning_fail,
                           .answer = settle_answer,
                           .args = json_pack("{s:o, s:s}", "keys", settle_keys(change, path), "key",
                                             resource_path_key(x, path))};
    struct op *op = settle_begin(x, path, plan);
    if (!op) return;
    x->op = op;
    x->lro = true;
    lro_headers(x, op);
    state_show(change, "Updating");
    if (path->type->embedded && !x->ignore)
        state_set(x->sim, lower_text(x->arena, path->parent), "Updating");
    settle_at_once(change);
}

static void settle_accepted(struct resource_change *change, const struct resource_path *path)
{
    struct exchange *x = change->x;
    json_put_at(change->doc, STATE, json_string("Succeeded"));
    if (setting_is(&x->sim->settings, SET_PRIVATE_DNS_ANSWER, "sync")) {
        settle_at_once(change);
        return;
    }
    struct op_plan plan = {
        .finish = accepted_finish,
        .answer = settle_answer,
        .args = json_pack("{s:O, s:s}", "doc", change->doc, "key", resource_path_key(x, path))};
    struct op *op = settle_begin(x, path, plan);
    if (op) lro_accept(x, op);
}

void resource_settle(struct resource_change *change, const struct resource_path *path)
{
    bool tags_only =
        strcmp(change->x->method, "PATCH") == 0 && (path->type->flags & RESOURCE_PATCH_TAGS);
    if (path->type->settle == SETTLE_AT_ONCE || tags_only)
        settle_at_once(change);
    else if (path->type->settle == SETTLE_PROVISIONING)
        settle_provisioning(change, path);
    else
        settle_accepted(change, path);
}

void resource_settle_deletion(struct exchange *x, const struct resource_path *path,
                              const json_t *doc)
{
    const char *id = arena_strdup(x->arena, json_text_at(doc, "id"));
    const char *key = resource_path_key(x, path);
    if (path->type->settle == SETTLE_AT_ONCE) {
        if (!x->ignore) store_remove_tree(x->sim, id);
        reply_text(x, 200, "");
        return;
    }
    struct op_plan plan = {.finish = deletion_finish,
                           .fail = provisioning_fail,
                           .args =
                               json_pack("{s:s, s:[s], s:s}", "id", id, "keys", key, "key", key)};
    struct op *op = settle_begin(x, path, plan);
    if (!op) return;
    if (!x->ignore) state_set(x->sim, key, "Deleting");
    lro_accept(x, op);
}
