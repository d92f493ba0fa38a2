/* Reading generic resources: see resource.h. */
#include "arm/resource.h"

#include <stdlib.h>
#include <string.h>

#include "arm/resource_group.h"
#include "arm/store.h"
#include "base/json.h"
#include "postgres/server.h"

json_t *resource_view(const struct sim *sim, const json_t *all, const json_t *doc)
{
    const struct resource_type *type = resource_type_find(json_text_at(doc, "type"));
    json_t *copy = json_deep_copy(doc);
    if (type->view) type->view(sim, copy);
    if (!type->embedding) return copy;
    json_t *children = store_children(all, type->embedding, json_text_at(doc, "id"));
    json_t *views = json_array();
    size_t i;
    json_t *child;
    json_array_foreach(children, i, child)
        json_array_append_new(views, resource_view(sim, all, child));
    json_decref(children);
    json_put_at(copy, resource_type_find(type->embedding)->embedded, views);
    return copy;
}

/* Of a server's child only the type is looked at: parameters always exist, others are not locked.
 */
static bool server_path_exists(const struct sim *sim, const char *group, const char *rest)
{
    static const char prefix[] = "/providers/microsoft.dbforpostgresql/flexibleservers/";
    if (strncasecmp(rest, prefix, strlen(prefix)) != 0) return false;
    const char *name = rest + strlen(prefix);
    char *copy = xstrndup(name, strcspn(name, "/"));
    bool found = server_find(sim, group, copy) != NULL;
    free(copy);
    return found;
}

static bool group_path_exists(const struct sim *sim, const char *id, const char *rest)
{
    static const char prefix[] = "/resourcegroups/";
    if (strncasecmp(rest, prefix, strlen(prefix)) != 0) return false;
    const char *p = rest + strlen(prefix);
    char *group = xstrndup(p, strcspn(p, "/"));
    p += strlen(group);
    bool found = resource_group_find(sim, group) &&
                 (!*p || store_find(sim, id) || server_path_exists(sim, group, p));
    free(group);
    return found;
}

bool resource_exists(const struct sim *sim, const char *id)
{
    struct arena *arena = arena_new();
    const char *lower = lower_text(arena, id);
    char *subscription = xasprintf("/subscriptions/%s", sim->subscription_id);
    size_t length = strlen(subscription);
    bool found = strncasecmp(lower, subscription, length) == 0 &&
                 (!lower[length] || group_path_exists(sim, lower, lower + length));
    free(subscription);
    arena_free(arena);
    return found;
}

static void resource_get(struct exchange *x, const struct resource_path *path)
{
    json_t *all = store_view(x->sim);
    const json_t *doc = json_object_get(all, resource_path_key(x, path));
    if (doc)
        reply_json(x, 200, resource_view(x->sim, all, doc));
    else
        reply_not_found(x, path->type->type, path->name);
}

/* The items of a list are those directly below its path; of an extension also those further down,
 * unless the filter says atScope(). */
static bool resource_listed(struct exchange *x, const struct resource_path *path, const json_t *doc)
{
    const char *id = lower_text(x->arena, json_text_at(doc, "id"));
    const char *parent = lower_text(x->arena, path->parent);
    if (strcasecmp(json_text_at(doc, "type"), path->type->type) != 0 || !id_within(id, parent))
        return false;
    const char *filter = exchange_query(x, "$filter");
    bool at_scope = filter && strcmp(filter, "atScope()") == 0;
    const char *own = strrchr(id, '/');
    size_t tail = strlen(path->type->type) + strlen("/providers/");
    return !at_scope || (size_t)(own - id) == strlen(parent) + tail;
}

static void resource_list(struct exchange *x, const struct resource_path *path)
{
    json_t *all = store_view(x->sim), *items = json_array();
    const char *key;
    json_t *doc;
    json_each_member(all, key, doc)
    {
        if (resource_listed(x, path, doc))
            json_array_append_new(items, resource_view(x->sim, all, doc));
    }
    reply_list(x, items);
}

static bool parent_found(struct exchange *x, const struct resource_path *path)
{
    if (resource_exists(x->sim, path->parent)) return true;
    if (strcmp(x->method, "PUT") == 0)
        reply_error(x, 404, "ParentResourceNotFound",
                    "Can not perform requested operation on nested resource. Parent resource '%s' "
                    "not found.",
                    id_name(path->parent));
    else
        reply_not_found(x, "the parent", id_name(path->parent));
    return false;
}

void resource_serve(struct exchange *x, const struct resource_path *path)
{
    static const struct {
        const char *method;
        bool item;
        void (*run)(struct exchange *x, const struct resource_path *path);
    } methods[] = {
        {"GET", true, resource_get},       {"GET", false, resource_list},
        {"PUT", true, resource_put},       {"PATCH", true, resource_patch},
        {"DELETE", true, resource_delete},
    };
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (strcmp(methods[i].method, x->method) != 0 || methods[i].item != (path->name != NULL))
            continue;
        if (parent_found(x, path)) methods[i].run(x, path);
        return;
    }
    reply_error(x, 405, "MethodNotAllowed",
                "The requested resource does not support http method '%s'.", x->method);
}
