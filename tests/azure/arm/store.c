/* The documents of the generic resources: see store.h. */
#include "arm/store.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "control/history.h"

const json_t *store_find(const struct sim *sim, const char *key)
{
    return json_object_get(sim->resources, key);
}

json_t *store_view(const struct sim *sim)
{
    return history_at(sim->past_resources, sim->resources, sim->lag_ms);
}

static void store_change(struct sim *sim)
{
    int64_t longest_ms = lag_longest(sim->lags);
    if (longest_ms > 0)
        sim->past_resources =
            history_keep(sim->past_resources, json_copy(sim->resources), longest_ms);
    sim->dirty = true;
}

void store_put(struct sim *sim, const char *key, json_t *doc)
{
    store_change(sim);
    json_object_set_new(sim->resources, key, doc);
}

void store_remove(struct sim *sim, const char *key)
{
    store_change(sim);
    json_object_del(sim->resources, key);
}

void store_set_text(struct sim *sim, const char *key, const char *path, const char *text)
{
    const json_t *old = store_find(sim, key);
    if (!old) return;
    json_t *doc = json_deep_copy(old);
    json_put_at(doc, path, json_string(text));
    store_put(sim, key, doc);
}

/* Is 'id' an item directly below 'parent'? */
static bool id_child_of(const char *id, const char *parent)
{
    size_t length = strlen(parent);
    if (strncasecmp(id, parent, length) != 0 || id[length] != '/') return false;
    const char *rest = id + length + 1;
    if (strncasecmp(rest, "providers/", strlen("providers/")) == 0) {
        rest += strlen("providers/");
        rest += strcspn(rest, "/");
        if (*rest == '/') rest++;
    }
    int slashes = 0;
    for (; *rest; rest++) slashes += *rest == '/';
    return slashes == 1;
}

json_t *store_children(const json_t *all, const char *type, const char *parent)
{
    json_t *items = json_array();
    const char *key;
    json_t *doc;
    json_each_member(all, key, doc)
    {
        if (type && strcasecmp(json_text_at(doc, "type"), type) != 0) continue;
        if (id_child_of(json_text_at(doc, "id"), parent)) json_array_append(items, doc);
    }
    return items;
}

bool store_group_used(const struct sim *sim, const char *group)
{
    bool used = false;
    const char *key;
    json_t *doc;
    char *prefix = xasprintf("/subscriptions/%s/resourceGroups/%s/", sim->subscription_id, group);
    json_each_member(sim->resources, key, doc)
    {
        used = used || strncasecmp(key, prefix, strlen(prefix)) == 0;
    }
    free(prefix);
    return used;
}

void store_settle(struct sim *sim)
{
    const char *key;
    json_t *doc;
    json_each_member(sim->resources, key, doc)
    {
        if (json_at(doc, "properties.provisioningState"))
            json_put_at(doc, "properties.provisioningState", json_string("Succeeded"));
    }
}
