/* Writing generic resources: see resource.h. The new document and its children are worked out and
 * checked first; nothing is stored before everything is accepted. */
#include <stdlib.h>
#include <string.h>

#include "arm/location.h"
#include "arm/resource.h"
#include "arm/resource_settle.h"
#include "arm/store.h"
#include "base/json.h"
#include "front/clock.h"

static int refuse_location(const struct resource_type *type, const char *name, const json_t *old,
                           struct refusal *refusal)
{
    if ((type->flags & RESOURCE_GLOBAL) && strcmp(name, "global") != 0)
        return refuse_now(refusal, 400, "LocationNotAvailableForResourceType",
                          "The provided location '%s' is not available for resource type '%s'. "
                          "List of available regions for the resource type is 'global'.",
                          name, type->type);
    if (old && !location_same(name, json_text_at(old, "location")))
        return refuse_now(refusal, 409, "InvalidResourceLocation",
                          "The resource '%s' already exists in location '%s'. A resource with the "
                          "same name cannot be created in location '%s'.",
                          json_text_at(old, "name"), json_text_at(old, "location"), name);
    return 0;
}

/* Location and tags of what has them; PUT without tags takes them away. */
static int apply_tracked(struct resource_change *change, const struct resource_type *type,
                         const json_t *body, struct refusal *refusal)
{
    const char *location = json_text_at(body, "location");
    json_t *tags = json_object_get(body, "tags");
    if (!(type->flags & RESOURCE_TRACKED)) return 0;
    if (!location || !*location)
        return refuse_now(refusal, 400, "LocationRequired",
                          "The location property is required for this definition.");
    char *name = location_name(location);
    int r = refuse_location(type, name, change->old, refusal);
    json_object_set_new(change->doc, "location", json_string(name));
    if (json_object_size(tags)) json_object_set(change->doc, "tags", tags);
    free(name);
    return r;
}

/* The document of an item named 'name' below 'parent' with the properties of 'body'. */
static json_t *document_new(struct exchange *x, const struct resource_type *type, const char *id,
                            const char *name, const json_t *old, json_t *body)
{
    json_t *doc = json_pack("{s:s, s:s}", "name", old ? json_text_at(old, "name") : name, "id",
                            old ? json_text_at(old, "id") : id);
    json_t *properties = json_object_get(body, "properties");
    if (type->etag) json_object_set_new(doc, "etag", json_string(resource_etag(x->arena, type)));
    json_object_set_new(doc, "type", json_string(type->type));
    json_object_set_new(doc, "properties", properties ? json_incref(properties) : json_object());
    return doc;
}

static const char *item_id(struct exchange *x, const struct resource_path *path)
{
    bool child = path->parent != path->scope;
    const json_t *parent = store_find(x->sim, lower_text(x->arena, path->parent));
    const char *above = parent ? json_text_at(parent, "id") : path->parent;
    return child
               ? arena_printf(x->arena, "%s/%s/%s", above, id_name(path->type->type), path->name)
               : arena_printf(x->arena, "%s/providers/%s/%s", above, path->type->type, path->name);
}

/* One child out of its parent's body. */
static json_t *child_document(struct exchange *x, const struct resource_type *type,
                              const char *parent_id, const json_t *item)
{
    const char *name = json_text_at(item, "name");
    const char *id = arena_printf(x->arena, "%s/%s/%s", parent_id, id_name(type->type), name);
    const json_t *old = store_find(x->sim, lower_text(x->arena, id));
    json_t *body = json_deep_copy(item);
    json_t *doc = document_new(x, type, id, name, old, body);
    if (type->fill) type->fill(x->sim, doc, old);
    json_decref(body);
    return doc;
}

/* The children that a PUT of the parent leaves: those of its body, or by the setting those there
 * are. Taken out of the body. */
static json_t *children_after(struct exchange *x, const struct resource_type *type, json_t *doc,
                              const json_t *old)
{
    const struct resource_type *child = resource_type_find(type->embedding);
    const char *member = id_name(child->type), *parent = json_text_at(doc, "id");
    json_t *properties = json_object_get(doc, "properties");
    const json_t *given = json_object_get(properties, member);
    if (!given && old && setting_is(&x->sim->settings, type->absent_embedded, "keep"))
        return store_children(x->sim->resources, child->type, parent);
    json_t *after = json_array();
    size_t i;
    const json_t *item;
    json_array_foreach(given, i, item)
        json_array_append_new(after, child_document(x, child, parent, item));
    json_object_del(properties, member);
    return after;
}

static const json_t *item_listed(const json_t *items, const char *id)
{
    size_t i;
    const json_t *item;
    json_array_foreach(items, i, item)
    {
        if (strcasecmp(json_text_at(item, "id"), id) == 0) return item;
    }
    return NULL;
}

/* Each child that comes or changes, and each that goes, as if it were asked for alone. */
static int check_children(struct resource_change *change, const struct resource_type *child,
                          struct refusal *refusal)
{
    struct exchange *x = change->x;
    json_t *before =
        store_children(x->sim->resources, child->type, json_text_at(change->doc, "id"));
    size_t i;
    json_t *item;
    int r = 0;
    json_array_foreach(before, i, item)
    {
        bool gone = !item_listed(change->embedded, json_text_at(item, "id"));
        if (r == 0 && gone && child->drop) r = child->drop(x, item, refusal);
    }
    json_array_foreach(change->embedded, i, item)
    {
        struct resource_change one = {x, item, item_listed(before, json_text_at(item, "id")), NULL};
        if (r == 0 && child->check) r = child->check(&one, refusal);
    }
    json_decref(before);
    return r;
}

/* A child that its parent's body lists: the parent judges the whole list. */
static int check_parent(struct resource_change *change, const struct resource_path *path,
                        struct refusal *refusal)
{
    struct exchange *x = change->x;
    json_t *parent = unconst(store_find(x->sim, lower_text(x->arena, path->parent)));
    const struct resource_type *type = resource_type_find(json_text_at(parent, "type"));
    json_t *after = store_children(x->sim->resources, path->type->type, path->parent);
    for (size_t i = json_array_size(after); i-- > 0;) {
        const char *id = json_text_at(json_array_get(after, i), "id");
        if (strcasecmp(id, json_text_at(change->doc, "id")) == 0) json_array_remove(after, i);
    }
    json_array_append(after, change->doc);
    struct resource_change above = {x, parent, parent, after};
    int r = type->check ? type->check(&above, refusal) : 0;
    json_decref(after);
    return r;
}

static int check_change(struct resource_change *change, const struct resource_path *path,
                        struct refusal *refusal)
{
    const struct resource_type *type = path->type;
    if (type->embedding && check_children(change, resource_type_find(type->embedding), refusal) < 0)
        return -1;
    if (type->check && type->check(change, refusal) < 0) return -1;
    return type->embedded ? check_parent(change, path, refusal) : 0;
}

/* If-Match and If-None-Match, and the etag that a body may carry. */
static int check_conditions(struct exchange *x, const struct resource_path *path, const json_t *old,
                            struct refusal *refusal)
{
    const char *etag = old ? json_text_at(resource_etag_holder(x->sim, old), "etag") : NULL;
    const char *in_body = json_text_at(x->json, "etag"), *match = x->if_match;
    if (!path->type->etag && !path->type->embedded) return 0;
    bool wrong = match && (!old || (strcmp(match, "*") != 0 && strcmp(match, etag) != 0));
    if (x->if_none_match && strcmp(x->if_none_match, "*") == 0 && old) wrong = true;
    if (in_body && (!old || strcmp(in_body, etag) != 0)) wrong = true;
    if (!wrong) return 0;
    return refuse_now(refusal, 412, "PreconditionFailed",
                      "The condition '%s' in the request was not satisfied. The current etag is "
                      "'%s'.",
                      match     ? match
                      : in_body ? in_body
                                : "*",
                      etag ? etag : "");
}

static int resource_put_change(struct resource_change *change, const struct resource_path *path,
                               json_t *body, struct refusal *refusal)
{
    struct exchange *x = change->x;
    const struct resource_type *type = path->type;
    json_t *seen = change->old ? resource_view(x->sim, x->sim->resources, change->old) : NULL;
    int r = check_conditions(x, path, change->old, refusal);
    if (r == 0) json_object_del(body, "etag");
    if (r == 0 && type->name_valid && !type->name_valid(path->name))
        r = refuse_now(refusal, 400, "InvalidResourceName", "The resource name '%s' is invalid.",
                       path->name);
    if (r == 0) r = members_check(type->members, body, seen, false, refusal);
    json_decref(seen);
    if (r < 0) return r;
    change->doc = document_new(x, type, item_id(x, path), path->name, change->old, body);
    if (apply_tracked(change, type, body, refusal) < 0) return -1;
    if (type->embedding) change->embedded = children_after(x, type, change->doc, change->old);
    if (type->fill) type->fill(x->sim, change->doc, change->old);
    return check_change(change, path, refusal);
}

static void resource_change_end(struct resource_change *change, const struct resource_path *path,
                                int r, const struct refusal *refusal)
{
    if (r < 0)
        reply_error(change->x, refusal->status ? refusal->status : 400, refusal->code, "%s",
                    refusal->message);
    else
        resource_settle(change, path);
    json_decref(change->doc);
    json_decref(change->embedded);
}

void resource_put(struct exchange *x, const struct resource_path *path)
{
    struct refusal refusal = {0};
    struct resource_change change = {x, NULL, store_find(x->sim, resource_path_key(x, path)), NULL};
    json_t *body = json_deep_copy(x->json);
    resource_change_end(&change, path, resource_put_change(&change, path, body, &refusal),
                        &refusal);
    json_decref(body);
}

static int resource_patch_change(struct resource_change *change, const struct resource_path *path,
                                 json_t *body, struct refusal *refusal)
{
    struct exchange *x = change->x;
    const struct resource_type *type = path->type;
    json_t *tags = json_object_get(body, "tags");
    json_t *seen = resource_view(x->sim, x->sim->resources, change->old);
    int r = check_conditions(x, path, change->old, refusal);
    if (r == 0) json_object_del(body, "etag");
    if (r == 0) r = members_check(type->members_patch, body, seen, true, refusal);
    json_decref(seen);
    if (r < 0) return r;
    change->doc = json_deep_copy(change->old);
    if (type->etag)
        json_object_set_new(change->doc, "etag", json_string(resource_etag(x->arena, type)));
    if (tags) json_object_del(change->doc, "tags");
    if (json_object_size(tags)) json_object_set(change->doc, "tags", tags);
    json_t *properties = json_object_get(body, "properties");
    if (properties)
        json_object_update_recursive(json_object_get(change->doc, "properties"), properties);
    if (type->embedding)
        change->embedded =
            store_children(x->sim->resources, type->embedding, json_text_at(change->old, "id"));
    return check_change(change, path, refusal);
}

void resource_patch(struct exchange *x, const struct resource_path *path)
{
    struct refusal refusal = {0};
    struct resource_change change = {x, NULL, store_find(x->sim, resource_path_key(x, path)), NULL};
    if (!(path->type->flags & (RESOURCE_PATCH_TAGS | RESOURCE_PATCH_MERGE))) {
        reply_error(x, 405, "MethodNotAllowed",
                    "The requested resource does not support http method 'PATCH'.");
        return;
    }
    if (!change.old) {
        reply_not_found(x, path->type->type, path->name);
        return;
    }
    json_t *body = json_deep_copy(x->json);
    resource_change_end(&change, path, resource_patch_change(&change, path, body, &refusal),
                        &refusal);
    json_decref(body);
}

/* Everything that must be gone before, or goes along. */
static int drop_check(struct exchange *x, const struct resource_type *type, const json_t *doc,
                      struct refusal *refusal)
{
    const char *id = json_text_at(doc, "id");
    json_t *below = store_children(x->sim->resources, NULL, id);
    size_t i;
    json_t *child;
    int r = type->drop ? type->drop(x, doc, refusal) : 0;
    json_array_foreach(below, i, child)
    {
        const struct resource_type *other = resource_type_find(json_text_at(child, "type"));
        if (r < 0 || (other->flags & RESOURCE_EXTENSION)) continue;
        if (!other->embedded)
            r = refuse_now(refusal, 409, "CannotDeleteResource",
                           "Cannot delete resource while nested resources exist. Some existing "
                           "nested resource IDs include: '%s'. Please delete all nested resources "
                           "before deleting this resource.",
                           json_text_at(child, "id"));
        else if (other->drop)
            r = other->drop(x, child, refusal);
    }
    json_decref(below);
    return r;
}

void resource_delete(struct exchange *x, const struct resource_path *path)
{
    struct refusal refusal = {0};
    const json_t *doc = store_find(x->sim, resource_path_key(x, path));
    if (!doc && !x->if_match) {
        reply_text(x, 204, "");
        return;
    }
    if (check_conditions(x, path, doc, &refusal) < 0 ||
        drop_check(x, path->type, doc, &refusal) < 0)
        reply_error(x, refusal.status ? refusal.status : 400, refusal.code, "%s", refusal.message);
    else
        resource_settle_deletion(x, path, doc);
}
