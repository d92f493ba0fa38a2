/* Resource groups: see resource_group.h. */
#include "arm/resource_group.h"

#include <ctype.h>
#include <string.h>

#include "arm/store.h"
#include "base/json.h"
#include "control/history.h"
#include "postgres/server.h"

static const char *group_key(struct arena *arena, const char *name)
{
    char *key = arena_strdup(arena, name);
    for (char *p = key; *p; p++) *p = (char)tolower((unsigned char)*p);
    return key;
}

/* As the read in hand sees them. */
static json_t *groups_view(const struct sim *sim)
{
    return history_at(sim->past_groups, sim->groups, sim->lag_ms);
}

json_t *resource_group_find(const struct sim *sim, const char *name)
{
    return json_member_nocase(groups_view(sim), name, NULL);
}

static void group_not_found(struct exchange *x)
{
    reply_error(x, 404, "ResourceGroupNotFound", "Resource group '%s' could not be found.",
                x->args[1]);
}

void resource_group_list(struct exchange *x)
{
    json_t *items = json_array();
    const char *key;
    json_t *doc;
    json_each_member(groups_view(x->sim), key, doc) json_array_append(items, doc);
    reply_list(x, items);
}

void resource_group_get(struct exchange *x)
{
    json_t *doc = resource_group_find(x->sim, x->args[1]);
    if (doc)
        reply_json(x, 200, json_incref(doc));
    else
        group_not_found(x);
}

void resource_group_head(struct exchange *x)
{
    reply_text(x, resource_group_find(x->sim, x->args[1]) ? 204 : 404, "");
}

static json_t *group_document(const struct exchange *x, const char *location)
{
    char *id =
        xasprintf("/subscriptions/%s/resourceGroups/%s", x->sim->subscription_id, x->args[1]);
    json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:{s:s}}", "id", id, "name", x->args[1], "type",
                            "Microsoft.Resources/resourceGroups", "location", location,
                            "properties", "provisioningState", "Succeeded");
    free(id);
    return doc;
}

/* Puts 'doc' in the place of the group of the path; NULL takes it away. Documents are replaced,
 * never changed in place. */
static void group_store(struct exchange *x, json_t *doc)
{
    struct sim *sim = x->sim;
    const char *key = group_key(x->arena, x->args[1]);
    int64_t longest_ms = lag_longest(sim->lags);
    if (x->ignore) return;
    if (longest_ms > 0)
        sim->past_groups = history_keep(sim->past_groups, json_copy(sim->groups), longest_ms);
    if (doc)
        json_object_set(sim->groups, key, doc);
    else
        json_object_del(sim->groups, key);
    sim->dirty = true;
}

void resource_group_put(struct exchange *x)
{
    const char *location = json_text_at(x->json, "location");
    json_t *tags = json_object_get(x->json, "tags");
    json_t *old = resource_group_find(x->sim, x->args[1]);
    if (!location || !*location) {
        reply_error(x, 400, "LocationRequired",
                    "The location property is required for this definition.");
        return;
    }
    if (old && !location_same(json_text_at(old, "location"), location)) {
        reply_error(x, 409, "InvalidResourceGroupLocation",
                    "Invalid resource group location '%s'. The Resource group already exists in "
                    "location '%s'.",
                    location, json_text_at(old, "location"));
        return;
    }
    char *name = location_name(location);
    json_t *doc = old ? json_deep_copy(old) : group_document(x, name);
    free(name);
    json_object_del(doc, "tags");
    if (json_is_object(tags)) json_object_set_new(doc, "tags", json_deep_copy(tags));
    group_store(x, doc);
    reply_json(x, old ? 200 : 201, doc);
}

void resource_group_patch(struct exchange *x)
{
    json_t *doc = json_deep_copy(resource_group_find(x->sim, x->args[1]));
    json_t *tags = json_object_get(x->json, "tags");
    if (json_is_object(tags)) json_object_set_new(doc, "tags", json_deep_copy(tags));
    group_store(x, doc);
    reply_json(x, 200, doc);
}

void resource_group_delete(struct exchange *x)
{
    bool empty = true;
    for (size_t i = 0; i < x->sim->server_n; i++)
        empty = empty && strcasecmp(x->sim->servers[i]->group, x->args[1]) != 0;
    empty = empty && !store_group_used(x->sim, x->args[1]);
    if (!empty || setting_is(&x->sim->settings, SET_GROUP_DELETE, "refuse")) {
        reply_error(x, 405, "MethodNotAllowed", "This Azure does not delete resource groups.");
        return;
    }
    group_store(x, NULL);
    reply_text(x, 202, "");
}
