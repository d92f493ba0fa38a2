/* Names that must resolve: servers, roles, databases, schemas. See relation.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/suggest.h"
#include "config/document_sql.h"
#include "config/relation_inside.h"

enum { NEAR_MISS = 2 }; /* changes that turn a schema's name into one that is meant */

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

/* --- roles ----------------------------------------------------------------------------------- */

/* Roles that are there without anybody's doing, and since which version. PostgreSQL: 22.5
 * Predefined Roles; Azure: security/security-manage-database-users. */
static const struct {
    const char *name;
    int64_t since;
} relation_predefined[] = {
    {"azure_pg_admin", 0},
    {"azuresu", 0},
    {"pg_checkpoint", 15},
    {"pg_create_subscription", 16},
    {"pg_database_owner", 14},
    {"pg_execute_server_program", 11},
    {"pg_maintain", 17},
    {"pg_monitor", 10},
    {"pg_read_all_data", 14},
    {"pg_read_all_settings", 10},
    {"pg_read_all_stats", 10},
    {"pg_read_server_files", 11},
    {"pg_signal_autovacuum_worker", 18},
    {"pg_signal_backend", 10},
    {"pg_stat_scan_tables", 10},
    {"pg_use_reserved_connections", 16},
    {"pg_write_all_data", 14},
    {"pg_write_server_files", 11},
};
enum { PREDEFINED_N = sizeof(relation_predefined) / sizeof(relation_predefined[0]) };

static int64_t relation_version(const struct relations *r, const char *server)
{
    const struct relation_name *found = relation_find(&r->servers, "", "", server);
    const json_t *servers = json_object_get(r->root, "servers");
    return found ? json_int_at(json_array_get(servers, found->index), "properties.version", 0) : 0;
}

static bool relation_is_predefined(const struct relations *r, const char *server, const char *name)
{
    for (size_t i = 0; i < PREDEFINED_N; i++)
        if (strcmp(relation_predefined[i].name, name) == 0)
            return relation_predefined[i].since <= relation_version(r, server);
    return false;
}

static const char *relation_role_meant(struct relations *r, const char *server, const char *name)
{
    const char *meant = relation_meant(r, &r->role_names, server, "", name);
    if (!*meant) meant = relation_meant(r, &r->logins, server, "", name);
    if (!*meant) meant = relation_meant(r, &r->external, "", "", name);
    if (*meant || problems_full(r->problems)) return meant;
    const char *words[PREDEFINED_N];
    size_t count = 0;
    for (size_t i = 0; i < PREDEFINED_N; i++)
        if (relation_predefined[i].since <= relation_version(r, server))
            words[count++] = relation_predefined[i].name;
    meant = suggest(name, words, count);
    return meant ? arena_printf(r->arena, "; did you mean \"%s\"?", meant) : "";
}

static void relation_check_role(struct relations *r, const struct relation_item *item,
                                const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* 'name' (NULL: none), which 'item' names at the path that 'format' makes. The path is made only
 * where it is needed. */
static void relation_check_role(struct relations *r, const struct relation_item *item,
                                const char *name, const char *format, ...)
{
    if (!name || !item->server || relation_find(&r->role_names, item->server, "", name) ||
        relation_find(&r->logins, item->server, "", name) ||
        relation_find(&r->external, "", "", name) || relation_is_predefined(r, item->server, name))
        return;
    char path[200];
    va_list args;
    va_start(args, format);
    vsnprintf(path, sizeof(path), format, args);
    va_end(args);
    relation_say(r, path,
                 "role \"%s\" is neither declared, predefined nor listed in externalRoles%s", name,
                 relation_role_meant(r, item->server, name));
}

static void relation_role_grants(struct relations *r, const struct relation_item *item)
{
    size_t i, k;
    const json_t *schema, *row;
    const char *grantee = json_text_at(item->json, "grantee");
    if (strcmp(grantee, "PUBLIC") != 0)
        relation_check_role(r, item, grantee, "privileges[%zu].grantee", item->index);
    json_array_foreach(json_object_get(item->json, "schemas"), i, schema)
    {
        json_array_foreach(json_object_get(schema, "defaultPrivileges"), k, row)
            relation_check_role(r, item, json_text_at(row, "forRole"),
                                "privileges[%zu].schemas[%zu].defaultPrivileges[%zu].forRole",
                                item->index, i, k);
    }
}

void relation_role_exists(struct relations *r)
{
    size_t k;
    const json_t *part;
    for (size_t i = 0; i < r->roles.count; i++) {
        const json_t *list = json_object_get(r->roles.items[i].json, "memberOf");
        json_array_foreach(list, k, part) relation_check_role(
            r, &r->roles.items[i], json_string_value(part), "roles[%zu].memberOf[%zu]", i, k);
    }
    for (size_t i = 0; i < r->databases.count; i++) {
        const struct relation_item *item = &r->databases.items[i];
        const json_t *list = json_object_get(item->json, "schemas");
        relation_check_role(r, item, json_text_at(item->json, "owner"), "databases[%zu].owner", i);
        json_array_foreach(list, k, part) relation_check_role(
            r, item, json_text_at(part, "owner"), "databases[%zu].schemas[%zu].owner", i, k);
    }
    for (size_t i = 0; i < r->privileges.count; i++)
        relation_role_grants(r, &r->privileges.items[i]);
}

/* --- databases and schemas -------------------------------------------------------------------- */

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

/* Is there a name in the range that 'name' is a slip of the pen away from? */
static bool relation_near_miss(struct relations *r, const char *server, const char *database,
                               const char *name)
{
    size_t count;
    const struct relation_name *names = relation_range(&r->schema_names, server, database, &count);
    if (count > r->comparisons) return false;
    r->comparisons -= count;
    for (size_t i = 0; i < count; i++)
        if (suggest_distance(names[i].name, name) <= NEAR_MISS &&
            strlen(name) > (size_t)NEAR_MISS + 1)
            return true;
    return false;
}

static void relation_check_schema(struct relations *r, const struct relation_item *item,
                                  const struct relation_item *database, size_t k, const char *name)
{
    const char *of = json_text_at(database->json, "name");
    bool has_files = json_array_size(json_object_get(database->json, "schemaFiles")) > 0;
    if (relation_find(&r->schema_names, item->server, of, name)) return;
    if (has_files && !relation_near_miss(r, item->server, of, name)) return;
    relation_say(r, arena_printf(r->arena, "privileges[%zu].schemas[%zu].name", item->index, k),
                 "schema \"%s\" is not declared in database \"%s\"%s", name, of,
                 relation_meant(r, &r->schema_names, item->server, of, name));
}

void relation_schema_exists(struct relations *r)
{
    for (size_t i = 0; i < r->privileges.count; i++) {
        const struct relation_item *item = &r->privileges.items[i];
        const json_t *list = json_object_get(item->json, "schemas");
        size_t k;
        const json_t *schema;
        if (!item->server) continue;
        const struct relation_name *found = relation_find(&r->database_names, item->server, "",
                                                          json_text_at(item->json, "database"));
        if (!found) continue; /* REF-003 */
        json_array_foreach(list, k, schema) relation_check_schema(
            r, item, &r->databases.items[found->index], k, json_text_at(schema, "name"));
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
