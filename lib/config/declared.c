/* The index of a document's resources: see declared.h. */
#include "config/declared.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"

static struct declared_item *declared_add(struct declared *d)
{
    if (d->count == d->room) {
        size_t room = d->room ? d->room * 2 : 64;
        struct declared_item *items = arena_array(d->arena, room, sizeof(*items));
        if (d->count) memcpy(items, d->items, d->count * sizeof(*items));
        d->items = items;
        d->room = room;
    }
    return &d->items[d->count++];
}

/* 'name' is the item's own; 'above' the item that it stands below (SIZE_MAX: it is a root). */
static void declared_put(struct declared *d, const struct resource *type, const char *parent_id,
                         size_t above, const char *name, const char *place, json_t *item)
{
    size_t index = d->count;
    const char *parent_name = above == SIZE_MAX ? NULL : d->items[above].name;
    char *id = resource_id(type, parent_id, name);
    struct declared_item *out = declared_add(d);
    *out = (struct declared_item){
        .type = type,
        .name = parent_name ? arena_printf(d->arena, "%s/%s", parent_name, name)
                            : arena_strdup(d->arena, name),
        .id = arena_strdup(d->arena, id),
        .place = arena_strdup(d->arena, place),
        .item = item,
        .root = above == SIZE_MAX ? index : above,
    };
    out->title = arena_printf(d->arena, "%s %s", type->name, out->name);
    free(id);
}

static void declared_put_list(struct declared *d, const struct resource *type,
                              const char *parent_id, size_t above, const char *prefix, json_t *list)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *name = json_text_at(item, "name");
        if (name && *name)
            declared_put(d, type, parent_id, above, name,
                         arena_printf(d->arena, "%s%s[%zu]", prefix, type->key, i), item);
    }
}

static void declared_put_map(struct declared *d, const struct resource *type, const char *parent_id,
                             size_t above, const char *prefix, json_t *map)
{
    const char *name;
    json_t *value;
    json_object_foreach(map, name, value)
    {
        if (!field_is_comment(name))
            declared_put(d, type, parent_id, above, name,
                         arena_printf(d->arena, "%s%s.%s", prefix, type->key, name), NULL);
    }
}

/* What of 'type' is declared in 'object'. */
static void declared_put_type(struct declared *d, const struct resource *type,
                              const char *parent_id, size_t above, const char *prefix,
                              const json_t *object)
{
    json_t *value = json_object_get(object, type->key);
    const char *name = json_text_at(value, "name");
    switch (type->form) {
    case RESOURCE_LIST: declared_put_list(d, type, parent_id, above, prefix, value); break;
    case RESOURCE_MAP: declared_put_map(d, type, parent_id, above, prefix, value); break;
    case RESOURCE_ONE:
        if (name && *name)
            declared_put(d, type, parent_id, above, name,
                         arena_printf(d->arena, "%s%s", prefix, type->key), value);
        break;
    }
}

/* --- order -------------------------------------------------------------------------------------
 */

/* qsort() and bsearch() carry no context: keys are texts beside the index. */
struct declared_key {
    const char *text;
    size_t index;
};

static int declared_key_order(const void *left, const void *right)
{
    const struct declared_key *a = left, *b = right;
    int order = strcasecmp(a->text, b->text);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static size_t *declared_sorted(const struct declared *d, bool by_id)
{
    struct declared_key *keys = xcalloc(d->count, sizeof(*keys));
    size_t *out = arena_array(d->arena, d->count + 1, sizeof(*out));
    for (size_t i = 0; i < d->count; i++)
        keys[i] = (struct declared_key){by_id ? d->items[i].id : d->items[i].title, i};
    if (d->count) qsort(keys, d->count, sizeof(*keys), declared_key_order);
    for (size_t i = 0; i < d->count; i++) out[i] = keys[i].index;
    free(keys);
    return out;
}

static const struct declared_item *declared_search(const struct declared *d, const size_t *order,
                                                   bool by_id, const char *text)
{
    size_t low = 0, high = d->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct declared_item *at = &d->items[order[middle]];
        int c = strcasecmp(by_id ? at->id : at->title, text);
        if (c == 0) return at;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct declared_item *declared_by_id(const struct declared *d, const char *id)
{
    return declared_search(d, d->by_id, true, id);
}

const struct declared_item *declared_by_name(const struct declared *d, const char *type,
                                             const char *name)
{
    return declared_search(d, d->by_name, false, arena_printf(d->arena, "%s %s", type, name));
}

void declared_init(struct declared *d, json_t *root, struct arena *arena)
{
    const char *subscription = json_text_at(root, "azure.subscriptionId");
    const char *group = json_text_at(root, "resourceGroup.name");
    const char *top = arena_printf(arena, "/subscriptions/%s", subscription ? subscription : "");
    *d = (struct declared){.arena = arena};
    for (size_t i = 0; i < resource_count; i++) {
        const struct resource *type = resources[i];
        if (!resource_is_root(type)) continue;
        const char *parent =
            type == &resource_resource_group
                ? top
                : arena_printf(arena, "%s/resourceGroups/%s", top, group ? group : "");
        declared_put_type(d, type, parent, SIZE_MAX, "", root);
    }
    size_t roots = d->count;
    for (size_t r = 0; r < roots; r++) {
        const struct declared_item above = d->items[r];
        size_t first = d->count;
        for (size_t i = 0; i < resource_count; i++)
            if (resources[i]->arm_type && resource_is_below(resources[i], above.type))
                declared_put_type(d, resources[i], above.id, r,
                                  arena_printf(arena, "%s.", above.place), above.item);
        d->items[r].first = first;
        d->items[r].end = d->count;
    }
    d->by_name = declared_sorted(d, false);
    d->by_id = declared_sorted(d, true);
}
