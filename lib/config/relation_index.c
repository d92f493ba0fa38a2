/* The names of a document, to be looked up: see relation_inside.h. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/must.h"
#include "base/suggest.h"
#include "config/relation_inside.h"

static int relation_compare_place(const struct relation_name *a, const char *server, const char *of)
{
    /* Servers' names are shared by all entries: mostly the same text. */
    int order = a->server == server ? 0 : strcmp(a->server, server);
    return order || a->of == of ? order : strcmp(a->of, of);
}

static int relation_compare_names(const void *left, const void *right)
{
    const struct relation_name *a = left, *b = right;
    int order = relation_compare_place(a, b->server, b->of);
    if (!order) order = strcmp(a->name, b->name);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static bool relation_in_order(const struct relation_index *x)
{
    for (size_t i = 1; i < x->count; i++)
        if (relation_compare_names(&x->items[i - 1], &x->items[i]) > 0) return false;
    return true;
}

void relation_sort(struct relation_index *x)
{
    if (!relation_in_order(x)) qsort(x->items, x->count, sizeof(*x->items), relation_compare_names);
}

void relation_add(struct relation_index *x, struct relation_name name)
{
    must(name.server && name.of && name.name);
    x->items[x->count++] = name;
}

/* The first entry that is not before 'server', 'of' and 'name'; NULL is before every name. */
static size_t relation_lower_bound(const struct relation_index *x, const char *server,
                                   const char *of, const char *name)
{
    size_t low = 0, high = x->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct relation_name *n = &x->items[middle];
        int order = relation_compare_place(n, server, of);
        if (!order && name) order = strcmp(n->name, name);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct relation_name *relation_find(const struct relation_index *x, const char *server,
                                          const char *of, const char *name)
{
    size_t at = relation_lower_bound(x, server, of, name);
    if (at == x->count || relation_compare_place(&x->items[at], server, of) != 0) return NULL;
    return strcmp(x->items[at].name, name) == 0 ? &x->items[at] : NULL;
}

const struct relation_name *relation_range(const struct relation_index *x, const char *server,
                                           const char *of, size_t *count)
{
    size_t first = relation_lower_bound(x, server, of, NULL), end = first;
    while (end < x->count && relation_compare_place(&x->items[end], server, of) == 0) end++;
    *count = end - first;
    return x->items + first;
}

const char *relation_meant(struct relations *r, const struct relation_index *x, const char *server,
                           const char *of, const char *name)
{
    size_t count;
    if (problems_full(r->problems)) return "";
    const struct relation_name *names = relation_range(x, server, of, &count);
    if (count > r->comparisons) return "";
    r->comparisons -= count;
    const char **words = arena_array(r->arena, count + 1, sizeof(*words));
    for (size_t i = 0; i < count; i++) words[i] = names[i].name;
    const char *meant = suggest(name, words, count);
    return meant ? arena_printf(r->arena, "; did you mean \"%s\"?", meant) : "";
}

/* --- filling --------------------------------------------------------------------------------- */

static struct relation_index relation_room(struct arena *arena, size_t count)
{
    return (struct relation_index){.items =
                                       arena_array(arena, count, sizeof(struct relation_name))};
}

static void relation_index_servers(struct relations *r)
{
    const json_t *list = json_object_get(r->root, "servers");
    size_t i;
    const json_t *item;
    r->servers = relation_room(r->arena, json_array_size(list));
    json_array_foreach(list, i, item)
        relation_add(&r->servers, (struct relation_name){"", "", json_text_at(item, "name"), i});
    relation_sort(&r->servers);
}

/* The server that an item belongs to: the one that it names, or the only one. */
static const char *relation_server_of(const struct relations *r, const json_t *item)
{
    const char *server = json_text_at(item, "server");
    if (!server) return r->servers.count == 1 ? r->servers.items[0].name : NULL;
    const struct relation_name *found = relation_find(&r->servers, "", "", server);
    return found ? found->name : NULL;
}

static void relation_read_list(struct relations *r, const char *key, struct relation_list *out)
{
    const json_t *list = json_object_get(r->root, key);
    size_t i;
    const json_t *item;
    out->key = key;
    out->count = json_array_size(list);
    out->items = arena_array(r->arena, out->count, sizeof(*out->items));
    json_array_foreach(list, i, item) out->items[i] =
        (struct relation_item){.json = item, .server = relation_server_of(r, item), .index = i};
}

static struct relation_index relation_index_names(struct relations *r,
                                                  const struct relation_list *list)
{
    struct relation_index x = relation_room(r->arena, list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct relation_item *item = &list->items[i];
        const char *name = json_text_at(item->json, "name");
        if (item->server) relation_add(&x, (struct relation_name){item->server, "", name, i});
    }
    relation_sort(&x);
    return x;
}

/* Administrators, and names that somebody else looks after. */
static void relation_index_others(struct relations *r)
{
    const json_t *servers = json_object_get(r->root, "servers");
    const json_t *external = json_object_get(r->root, "externalRoles");
    size_t i;
    const json_t *item;
    r->logins = relation_room(r->arena, json_array_size(servers));
    json_array_foreach(servers, i, item)
    {
        const char *login = json_text_at(item, "properties.administratorLogin");
        relation_add(&r->logins, (struct relation_name){json_text_at(item, "name"), "", login, i});
    }
    r->external = relation_room(r->arena, json_array_size(external));
    json_array_foreach(external, i, item)
        relation_add(&r->external, (struct relation_name){"", "", json_string_value(item), i});
    relation_sort(&r->logins);
    relation_sort(&r->external);
}

/* The schemas of one database: public, those declared, and those that its files make something in.
 */
static void relation_index_schemas_of(struct relations *r, const struct relation_item *database)
{
    const char *of = json_text_at(database->json, "name");
    const json_t *schemas = json_object_get(database->json, "schemas");
    const json_t *files = json_object_get(database->json, "schemaFiles");
    size_t i;
    const json_t *item;
    struct relation_name name = {database->server, of, "public", database->index};
    relation_add(&r->schema_names, name);
    json_array_foreach(schemas, i, item)
    {
        name.name = json_text_at(item, "name");
        relation_add(&r->schema_names, name);
    }
    json_array_foreach(files, i, item)
    {
        const char *relation = json_text_at(item, "createsRelation");
        name.name = arena_strndup(r->arena, relation, strcspn(relation, "."));
        relation_add(&r->schema_names, name);
    }
}

static void relation_index_schemas(struct relations *r)
{
    size_t count = r->databases.count;
    for (size_t i = 0; i < r->databases.count; i++) {
        const json_t *json = r->databases.items[i].json;
        count += json_array_size(json_object_get(json, "schemas"));
        count += json_array_size(json_object_get(json, "schemaFiles"));
    }
    r->schema_names = relation_room(r->arena, count);
    for (size_t i = 0; i < r->databases.count; i++)
        if (r->databases.items[i].server) relation_index_schemas_of(r, &r->databases.items[i]);
    relation_sort(&r->schema_names);
}

void relation_index_all(struct relations *r)
{
    relation_index_servers(r);
    relation_read_list(r, "roles", &r->roles);
    relation_read_list(r, "databases", &r->databases);
    relation_read_list(r, "privileges", &r->privileges);
    r->role_names = relation_index_names(r, &r->roles);
    r->database_names = relation_index_names(r, &r->databases);
    relation_index_others(r);
    relation_index_schemas(r);
}
