/* Databases of a server: see database.h. The record holds the last list that was read: it is what a
 * stopped server answers, and the only one with --no-clusters. */
#include "postgres/database.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arm/lro.h"
#include "base/json.h"
#include "postgres/cluster.h"
#include "postgres/server.h"
#include "postgres/server_body.h"
#include "postgres/superuser.h"

#define TYPE "Microsoft.DBforPostgreSQL/flexibleServers/databases"
#define UPSERT "UpsertServerDatabaseManagementOperation"
#define DROP "DropServerDatabaseManagementOperation"

static const char *const system_databases[] = {MAINTENANCE_DB, SYSTEM_DB, "postgres"};

enum { SYSTEM_N = sizeof(system_databases) / sizeof(system_databases[0]), DB_NAME_MAX = 63 };

static void databases_of_nothing(json_t *all)
{
    for (size_t i = 0; i < SYSTEM_N; i++) {
        if (!json_object_get(all, system_databases[i]))
            json_object_set_new(
                all, system_databases[i],
                json_pack("{s:s, s:s}", "charset", "UTF8", "collation", "en_US.utf8"));
    }
}

/* Asks the cluster where it answers; a short question, over its Unix socket. */
static json_t *databases_current(struct server *server)
{
    json_t *all = json_object_get(server->record, "databases");
    bool ask = server->cluster && !server->op && cluster_running(server->cluster);
    json_t *rows = ask ? cluster_databases(server->cluster, NULL) : NULL;
    size_t i;
    const json_t *row;
    if (rows) json_object_clear(all);
    json_array_foreach(rows, i, row)
        json_object_set_new(all, json_string_value(json_array_get(row, 0)),
                            json_pack("{s:O, s:O}", "charset", json_array_get(row, 1), "collation",
                                      json_array_get(row, 2)));
    json_decref(rows);
    databases_of_nothing(all);
    return all;
}

static json_t *database_json(const struct server *server, const char *name, json_t *properties)
{
    char *id = xasprintf("%s/databases/%s", json_text_at(server->record, "doc.id"), name);
    json_t *item = json_pack("{s:O, s:s, s:s, s:s}", "properties", properties, "id", id, "name",
                             name, "type", TYPE);
    free(id);
    return item;
}

void database_list(struct exchange *x)
{
    json_t *items = json_array();
    const char *name;
    json_t *properties, *all = databases_current(x->server);
    json_object_foreach(all, name, properties)
        json_array_append_new(items, database_json(x->server, name, properties));
    reply_list(x, items);
}

void database_get(struct exchange *x)
{
    json_t *properties = json_object_get(databases_current(x->server), x->args[3]);
    if (properties)
        reply_json(x, 200, database_json(x->server, x->args[3], properties));
    else
        reply_not_found(x, TYPE, arena_printf(x->arena, "%s/%s", x->args[2], x->args[3]));
}

/* ^[a-zA-Z_][\w\-]{0,62}$ (2025-08-01). */
static bool database_name_valid(const char *name)
{
    if (strlen(name) > DB_NAME_MAX || !(isalpha((unsigned char)*name) || *name == '_'))
        return false;
    for (const char *p = name; *p; p++) {
        if (!isalnum((unsigned char)*p) && *p != '_' && *p != '-') return false;
    }
    return true;
}

/* ^[a-zA-Z\-]+([. ]|\w)*$ (2025-08-01): "ko_KR.utf8" fits, "ko_KR.UTF-8" does not. */
static bool collation_valid(const char *text)
{
    size_t head = 0;
    while (isalpha((unsigned char)text[head]) || text[head] == '-') head++;
    if (!head) return false;
    for (const char *p = text + head; *p; p++) {
        if (!isalnum((unsigned char)*p) && *p != '_' && *p != '.' && *p != ' ') return false;
    }
    return true;
}

static int database_put_work(struct op *op, struct err *err)
{
    const json_t *args = op->plan.args;
    if (!op->server->cluster) return 0;
    int r = cluster_create_database(op->server->cluster, json_text_at(args, "name"),
                                    json_text_at(args, "charset"), json_text_at(args, "collation"),
                                    json_text_at(args, "owner"), err);
    if (r < 0) snprintf(err->code, sizeof(err->code), "InvalidParameterValue");
    return r;
}

static void database_put_finish(struct op *op)
{
    const json_t *args = op->plan.args;
    server_change(op->server);
    json_object_set_new(json_object_get(op->server->record, "databases"),
                        json_text_at(args, "name"),
                        json_pack("{s:s, s:s}", "charset", json_text_at(args, "charset"),
                                  "collation", json_text_at(args, "collation")));
}

/* On one that exists: the same again succeeds, anything else fails late. */
static void database_put_on_existing(struct exchange *x, const json_t *old, const char *charset,
                                     const char *collation)
{
    if (strcasecmp(json_text_at(old, "charset"), charset) != 0 ||
        strcasecmp(json_text_at(old, "collation"), collation) != 0) {
        lro_fail_late(x, x->server, UPSERT, "DatabaseAlreadyExists",
                      "The database '%s' exists with another charset or collation.", x->args[3]);
        return;
    }
    struct op_plan plan = {.name = UPSERT,
                           .duration_ms = setting(&x->sim->settings, SET_DATABASE_MS)};
    lro_start(x, x->server, plan);
}

void database_put(struct exchange *x)
{
    const char *charset = json_text_at(x->json, "properties.charset");
    const char *collation = json_text_at(x->json, "properties.collation");
    if (!server_body_right(x, database_members, false)) return;
    if (!charset) charset = "UTF8";
    if (!collation) collation = "en_US.utf8";
    if (!database_name_valid(x->args[3]) || !collation_valid(collation)) {
        reply_error(x, 400, "InvalidParameterValue",
                    "The database name '%s' or the collation '%s' is invalid.", x->args[3],
                    collation);
        return;
    }
    if (server_refuses(x, UPSERT)) return;
    const json_t *old = json_object_get(databases_current(x->server), x->args[3]);
    if (old) {
        database_put_on_existing(x, old, charset, collation);
        return;
    }
    struct op_plan plan = {
        .name = UPSERT,
        .duration_ms = setting(&x->sim->settings, SET_DATABASE_MS),
        .work = database_put_work,
        .finish = database_put_finish,
        .args = json_pack("{s:s, s:s, s:s, s:s}", "name", x->args[3], "charset", charset,
                          "collation", collation, "owner",
                          json_text_at(x->server->record, "doc.properties.administratorLogin")),
    };
    lro_start(x, x->server, plan);
}

static int database_delete_work(struct op *op, struct err *err)
{
    if (!op->server->cluster) return 0;
    return cluster_drop_database(op->server->cluster, json_text_at(op->plan.args, "name"), err);
}

static void database_delete_finish(struct op *op)
{
    server_change(op->server);
    json_object_del(json_object_get(op->server->record, "databases"),
                    json_text_at(op->plan.args, "name"));
}

static bool is_system(const char *name)
{
    for (size_t i = 0; i < SYSTEM_N; i++) {
        if (strcmp(name, system_databases[i]) == 0) return true;
    }
    return false;
}

void database_delete(struct exchange *x)
{
    if (setting_is(&x->sim->settings, SET_DATABASE_DELETE, "refuse") || is_system(x->args[3])) {
        reply_error(x, 405, "MethodNotAllowed", "This Azure does not delete the database '%s'.",
                    x->args[3]);
        return;
    }
    if (!json_object_get(databases_current(x->server), x->args[3])) {
        reply_text(x, 204, "");
        return;
    }
    if (server_refuses(x, DROP)) return;
    struct op_plan plan = {
        .name = DROP,
        .duration_ms = setting(&x->sim->settings, SET_DATABASE_MS),
        .work = database_delete_work,
        .finish = database_delete_finish,
        .args = json_pack("{s:s}", "name", x->args[3]),
    };
    lro_start(x, x->server, plan);
}
