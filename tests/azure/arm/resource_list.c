/* The resources of a group, of every provider: see resource.h. */
#include <stdlib.h>
#include <string.h>

#include "arm/resource.h"
#include "arm/store.h"
#include "base/json.h"
#include "postgres/server.h"

/* What the list tells of each: not its properties. The name of a child has its parent's before it.
 */
static json_t *listed_resource(const json_t *doc)
{
    static const char *const members[] = {"id", "type", "location", "sku", "tags", NULL};
    json_t *item = json_object();
    const char *type = json_text_at(doc, "type"), *id = json_text_at(doc, "id");
    const char *last = strrchr(type, '/'), *first = strchr(type, '/');
    for (int i = 0; members[i]; i++) {
        json_t *value = json_object_get(doc, members[i]);
        if (value) json_object_set(item, members[i], value);
    }
    struct arena *arena = arena_new();
    const char *name = json_text_at(doc, "name");
    if (last != first) name = arena_printf(arena, "%s/%s", id_name(id_parent(arena, id)), name);
    json_object_set_new(item, "name", json_string(name));
    arena_free(arena);
    return item;
}

/* Of the filters only "resourceType eq '...'"; what it compares with to 'type' (NULL: anything).
 * False for a filter that this Azure does not know. */
static bool list_filter(struct exchange *x, const char **type)
{
    static const char prefix[] = "resourceType eq '";
    const char *filter = exchange_query(x, "$filter");
    *type = NULL;
    if (!filter) return true;
    size_t length = strlen(filter);
    if (strncasecmp(filter, prefix, strlen(prefix)) != 0 || filter[length - 1] != '\'')
        return false;
    *type = arena_strndup(x->arena, filter + strlen(prefix), length - strlen(prefix) - 1);
    return true;
}

void resource_list_group(struct exchange *x)
{
    const char *only = NULL, *key;
    json_t *items = json_array(), *doc;
    char *prefix =
        xasprintf("/subscriptions/%s/resourceGroups/%s/", x->sim->subscription_id, x->args[1]);
    if (!list_filter(x, &only)) {
        json_decref(items);
        free(prefix);
        reply_error(x, 400, "InvalidFilterInQueryString",
                    "Invalid $filter specified in the query string.");
        return;
    }
    for (size_t i = 0; i < x->sim->server_n; i++) {
        const struct server *server = x->sim->servers[i];
        const json_t *own = json_object_get(server_view(server), "doc");
        if (strcasecmp(server->group, x->args[1]) != 0 || server_hidden(server)) continue;
        if (!only || strcasecmp(only, json_text_at(own, "type")) == 0)
            json_array_append_new(items, listed_resource(own));
    }
    json_each_member(store_view(x->sim), key, doc)
    {
        const char *type = json_text_at(doc, "type");
        if (strncasecmp(key, prefix, strlen(prefix)) != 0 || !json_object_get(doc, "location"))
            continue;
        if (!only || strcasecmp(only, type) == 0)
            json_array_append_new(items, listed_resource(doc));
    }
    free(prefix);
    reply_list(x, items);
}
