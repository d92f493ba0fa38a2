/* Names that must differ: see relation.h. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "config/relation_inside.h"

/* Equal neighbours of a sorted index of the items of 'list': all but the first are said. */
static void relation_say_repeated(struct relations *r, const struct relation_index *x,
                                  const char *list, const char *what)
{
    for (size_t i = 1; i < x->count; i++) {
        const struct relation_name *a = &x->items[i - 1], *b = &x->items[i];
        if (strcmp(a->name, b->name) != 0 || strcmp(a->of, b->of) != 0 ||
            strcmp(a->server, b->server) != 0)
            continue;
        relation_say(r, arena_printf(r->arena, "%s[%zu]", list, b->index),
                     "%s \"%s\"%s%s%s is declared twice; first as %s[%zu]", what, b->name,
                     *b->of ? " in database \"" : "", b->of, *b->of ? "\"" : "", list, a->index);
    }
}

void relation_twice(struct relations *r)
{
    struct relation_index grants = {
        .items = arena_array(r->arena, r->privileges.count, sizeof(*grants.items))};
    for (size_t i = 0; i < r->privileges.count; i++) {
        const struct relation_item *item = &r->privileges.items[i];
        if (!item->server) continue;
        relation_add(&grants,
                     (struct relation_name){item->server, json_text_at(item->json, "database"),
                                            json_text_at(item->json, "grantee"), i});
    }
    relation_sort(&grants);
    relation_say_repeated(r, &r->role_names, "roles", "role");
    relation_say_repeated(r, &r->database_names, "databases", "database");
    relation_say_repeated(r, &grants, "privileges", "what is given to");
}

void relation_external(struct relations *r)
{
    for (size_t i = 0; i < r->roles.count; i++) {
        const char *name = json_text_at(r->roles.items[i].json, "name");
        const struct relation_name *found = relation_find(&r->external, "", "", name);
        if (found)
            relation_say(r, arena_printf(r->arena, "externalRoles[%zu]", found->index),
                         "role \"%s\" is declared too, as roles[%zu]: who makes it?", name, i);
    }
}

/* --- case ------------------------------------------------------------------------------------ */

/* A name and how it reads without case. */
struct relation_folded {
    const char *folded;
    const char *name;
    size_t index;
};

static const char *relation_fold(struct arena *arena, const char *name)
{
    char *folded = arena_strdup(arena, name);
    for (char *p = folded; *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p - 'A' + 'a');
    return folded;
}

static int relation_by_folded(const void *left, const void *right)
{
    const struct relation_folded *a = left, *b = right;
    int order = strcmp(a->folded, b->folded);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

/* Sorts 'names' and returns the first at or after 'at' that reads as the one before it but is
 * written otherwise; 'count' where there is none. Equal ones are somebody else's to say. */
static size_t relation_next_clash(const struct relation_folded *names, size_t count, size_t at)
{
    for (; at < count; at++)
        if (at > 0 && strcmp(names[at - 1].folded, names[at].folded) == 0 &&
            strcmp(names[at - 1].name, names[at].name) != 0)
            break;
    return at;
}

/* The items of an array, by "name". */
static void relation_case_items(struct relations *r, const json_t *list, const char *path)
{
    size_t count = json_array_size(list), i;
    const json_t *item;
    struct relation_folded *names = arena_array(r->arena, count, sizeof(*names));
    json_array_foreach(list, i, item)
    {
        const char *name = json_text_at(item, "name");
        names[i] = (struct relation_folded){relation_fold(r->arena, name), name, i};
    }
    if (count) qsort(names, count, sizeof(*names), relation_by_folded);
    for (i = relation_next_clash(names, count, 0); i < count;
         i = relation_next_clash(names, count, i + 1))
        relation_say(r, arena_printf(r->arena, "%s[%zu].name", path, names[i].index),
                     "\"%s\" differs from \"%s\", %s[%zu], by case only: to Azure they are one",
                     names[i].name, names[i - 1].name, path, names[i - 1].index);
}

/* The keys of an object. */
static void relation_case_keys(struct relations *r, const json_t *object, const char *path)
{
    size_t count = 0;
    const char *name;
    json_t *value;
    struct relation_folded *names = arena_array(r->arena, json_object_size(object), sizeof(*names));
    json_each_member(object, name, value)
    {
        names[count] = (struct relation_folded){relation_fold(r->arena, name), name, count};
        count++;
    }
    if (count) qsort(names, count, sizeof(*names), relation_by_folded);
    for (size_t i = relation_next_clash(names, count, 0); i < count;
         i = relation_next_clash(names, count, i + 1))
        relation_say_key(r, arena_printf(r->arena, "%s.%s", path, names[i].name),
                         "\"%s\" differs from \"%s\" by case only: to Azure they are one",
                         names[i].name, names[i - 1].name);
}

/* Are they items with names? Then they are resources, or parts of one that Azure tells apart by it.
 */
static bool relation_is_named(const json_t *list)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        if (!json_is_string(json_object_get(item, "name"))) return false;
    }
    return json_array_size(list) > 0;
}

static void relation_case_array(struct relations *r, const json_t *list, const char *path);

/* Everything in an object of Azure's: its named lists, and the keys of maps of names. */
static void relation_case_object(struct relations *r, const json_t *object, const char *path)
{
    const char *key;
    json_t *value;
    json_each_member(object, key, value)
    {
        if (!json_is_object(value) && !json_is_array(value)) continue;
        const char *at = arena_printf(r->arena, "%s.%s", path, key);
        if (strcmp(key, "tags") == 0 || strcmp(key, "configurations") == 0)
            relation_case_keys(r, value, at);
        else if (json_is_object(value))
            relation_case_object(r, value, at);
        else
            relation_case_array(r, value, at);
    }
}

static void relation_case_array(struct relations *r, const json_t *list, const char *path)
{
    size_t i;
    const json_t *item;
    if (!relation_is_named(list)) return;
    relation_case_items(r, list, path);
    json_array_foreach(list, i, item)
        relation_case_object(r, item, arena_printf(r->arena, "%s[%zu]", path, i));
}

/* Is a member of the document something of Azure's? PostgreSQL's names have case. */
static bool relation_is_azure(const char *key)
{
    static const char *const others[] = {"metadata", "policy",    "azure",     "externalRoles",
                                         "roles",    "databases", "privileges"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(others[i], key) == 0) return false;
    return true;
}

void relation_case(struct relations *r)
{
    const char *key;
    json_t *value;
    json_each_member(r->root, key, value)
    {
        if (!relation_is_azure(key)) continue;
        if (json_is_object(value)) relation_case_object(r, value, key);
        if (json_is_array(value)) relation_case_array(r, value, key);
    }
}
