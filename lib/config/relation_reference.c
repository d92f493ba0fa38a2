/* Names that must resolve: servers, databases. See relation.h. */
#include <string.h>

#include "base/json.h"
#include "config/document_sql.h"
#include "config/relation_inside.h"

static void relation_servers_of(struct relations *r, const struct relation_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].server) continue;
        const char *server = json_text_at(list->items[i].json, "server");
        if (!server)
            relation_say(r, arena_printf(r->arena, "%s[%zu]", list->key, i),
                         "the document does not have one server: say which, \"server\"");
        else
            relation_say(r, arena_printf(r->arena, "%s[%zu].server", list->key, i),
                         "server \"%s\" is not declared%s", server,
                         relation_meant(r, &r->servers, "", "", server));
    }
}

void relation_server_exists(struct relations *r)
{
    relation_servers_of(r, &r->roles);
    relation_servers_of(r, &r->databases);
    relation_servers_of(r, &r->privileges);
}

void relation_database_exists(struct relations *r)
{
    for (size_t i = 0; i < r->privileges.count; i++) {
        const struct relation_item *item = &r->privileges.items[i];
        const char *database = json_text_at(item->json, "database");
        if (!item->server || relation_find(&r->database_names, item->server, "", database))
            continue;
        relation_say(r, arena_printf(r->arena, "privileges[%zu].database", i),
                     "database \"%s\" is not declared%s", database,
                     relation_meant(r, &r->database_names, item->server, "", database));
    }
}

void relation_public_together(struct relations *r)
{
    for (size_t i = 0; i < r->privileges.count; i++) {
        const struct relation_item *item = &r->privileges.items[i];
        const char *name = json_text_at(item->json, "database");
        if (!item->server || strcmp(json_text_at(item->json, "grantee"), "PUBLIC") != 0) continue;
        const struct relation_name *found =
            relation_find(&r->database_names, item->server, "", name);
        const json_t *database = found ? r->databases.items[found->index].json : NULL;
        if (json_bool_at(database, "revokeAllFromPublic", false) &&
            document_observes(database) != document_observes(item->json))
            relation_say(r, arena_printf(r->arena, "privileges[%zu]", i),
                         "PUBLIC in database \"%s\" needs the mode of the database, because of "
                         "revokeAllFromPublic",
                         name);
    }
}
