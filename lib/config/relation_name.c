/* Names that must differ: see relation.h. */
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
