/* The rows of the catalog queries (lib/pg: pg_cluster_queries, pg_database_queries), in the order
 * and with the columns that they have there; lib/pg's decoding notices where they do not fit. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/must.h"
#include "flow/call.h"
#include "support/virtual_model.h"

#define STARTED "1767225000"

struct table {
    struct arena *arena;
    size_t columns;
    size_t cells;
    size_t room;
    const char **values;
};

static void table_cell(struct table *t, const char *text)
{
    if (t->cells == t->room) {
        size_t room = t->room ? t->room * 2 : 64;
        const char **more = arena_array(t->arena, room, sizeof(*more));
        if (t->cells) memcpy(more, t->values, t->cells * sizeof(*more));
        t->values = more;
        t->room = room;
    }
    t->values[t->cells++] = text ? arena_strdup(t->arena, text) : NULL;
}

static void table_int(struct table *t, json_int_t number)
{
    char text[32];
    snprintf(text, sizeof(text), "%" PRId64, (int64_t)number);
    table_cell(t, text);
}

static void table_bool(struct table *t, bool value)
{
    table_cell(t, value ? "t" : "f");
}

static void table_rights(struct table *t, const json_t *rights, const char *owner)
{
    struct buf b;
    buf_init(&b, 65536);
    model_rights_text(&b, rights, owner);
    table_cell(t, buf_text(&b));
    buf_done(&b);
}

/* The explicit list, or what 'kind' is born with. */
static void table_all_rights(struct table *t, const json_t *object, enum pg_kind kind)
{
    const char *owner = json_text_at(object, "owner");
    json_t *rights = json_object_get(object, "acl");
    rights = json_is_object(rights) ? json_incref(rights) : model_born_rights(kind, owner);
    table_rights(t, rights, owner);
    json_decref(rights);
}

static struct sql_rows table_done(const struct table *t)
{
    must(t->cells % t->columns == 0);
    return (struct sql_rows){
        .rows = t->cells / t->columns, .columns = t->columns, .values = t->values};
}

static struct table table_new(struct arena *arena, size_t columns)
{
    return (struct table){.arena = arena, .columns = columns};
}

static json_int_t role_oid(const json_t *model, const char *name)
{
    return json_int_at(model_role(model, name), "oid", 0);
}

/* --- the cluster -------------------------------------------------------------------------------
 */

static struct sql_rows counter_rows(json_int_t writes, struct arena *arena)
{
    struct table t = table_new(arena, 4);
    table_cell(&t, "1260");
    table_int(&t, writes);
    table_cell(&t, "0");
    table_cell(&t, "0");
    table_cell(&t, "0");
    table_cell(&t, STARTED);
    table_cell(&t, "0");
    table_cell(&t, "0");
    return table_done(&t);
}

static struct sql_rows session_rows(const json_t *model, const char *user, const char *extensions,
                                    struct arena *arena)
{
    struct table t = table_new(arena, 9);
    const json_t *role = model_role(model, user);
    table_int(&t, MODEL_VERSION);
    table_int(&t, role_oid(model, user));
    table_bool(&t, json_bool_at(role, "superuser", false));
    table_cell(&t, "f");
    table_cell(&t, "off");
    table_cell(&t, "on");
    table_cell(&t, extensions);
    table_cell(&t, "7000000000000000001");
    table_cell(&t, "pg_catalog");
    return table_done(&t);
}

static struct sql_rows role_rows(const json_t *model, const char *user, struct arena *arena)
{
    static const char *const attributes[] = {"login",       "superuser", "createdb", "createrole",
                                             "replication", "bypassrls", "inherit"};
    struct table t = table_new(arena, 14);
    const char *name;
    json_t *role;
    json_each_member(json_object_get(model, "roles"), name, role)
    {
        const char *until = json_text_at(role, "until");
        table_int(&t, json_int_at(role, "oid", 0));
        table_cell(&t, name);
        for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
            table_bool(&t, json_bool_at(role, attributes[i], false));
        table_int(&t, json_int_at(role, "limit", -1));
        table_cell(&t, until && strcmp(until, "infinity") == 0 ? "Infinity" : until);
        table_cell(&t, json_text_at(role, "comment"));
        table_bool(&t, model_has_role(model, NULL, user, name));
        table_bool(&t, model_administers(model, user, name));
    }
    return table_done(&t);
}

static struct sql_rows member_rows(const json_t *model, struct arena *arena)
{
    struct table t = table_new(arena, 6);
    size_t i;
    json_t *m;
    json_array_foreach(json_object_get(model, "members"), i, m)
    {
        table_int(&t, role_oid(model, json_text_at(m, "role")));
        table_int(&t, role_oid(model, json_text_at(m, "member")));
        table_int(&t, role_oid(model, json_text_at(m, "grantor")));
        table_bool(&t, json_bool_at(m, "admin", false));
        table_cell(&t, NULL);
        table_cell(&t, NULL);
    }
    return table_done(&t);
}

static struct sql_rows database_rows(const json_t *model, struct arena *arena)
{
    struct table t = table_new(arena, 11);
    const char *name;
    json_t *db;
    json_each_member(json_object_get(model, "databases"), name, db)
    {
        table_int(&t, json_int_at(db, "oid", 0));
        table_cell(&t, name);
        table_int(&t, role_oid(model, json_text_at(db, "owner")));
        table_cell(&t, json_text_at(db, "encoding"));
        table_cell(&t, json_text_at(db, "collate"));
        table_cell(&t, json_text_at(db, "ctype"));
        table_bool(&t, json_bool_at(db, "template", false));
        table_bool(&t, json_bool_at(db, "connect", true));
        table_int(&t, json_int_at(db, "limit", -1));
        table_all_rights(&t, db, PG_KIND_DATABASE);
        table_cell(&t, json_text_at(db, "comment"));
    }
    return table_done(&t);
}

/* {"name=value",...} */
static void table_settings(struct table *t, const json_t *own)
{
    const char *name, *comma = "";
    json_t *value;
    struct buf b;
    buf_init(&b, 65536);
    buf_char(&b, '{');
    json_each_member(own, name, value)
    {
        buf_printf(&b, "%s\"%s=", comma, name);
        for (const char *c = json_string_value(value); *c; c++) {
            if (*c == '"' || *c == '\\') buf_char(&b, '\\');
            buf_char(&b, *c);
        }
        buf_char(&b, '"');
        comma = ",";
    }
    buf_char(&b, '}');
    table_cell(t, buf_text(&b));
    buf_done(&b);
}

static struct sql_rows setting_rows(const json_t *model, struct arena *arena)
{
    struct table t = table_new(arena, 3);
    const char *key;
    json_t *own;
    json_each_member(json_object_get(model, "settings"), key, own)
    {
        const char *bar = strchr(key, '|');
        char *database = xstrndup(key, (size_t)(bar - key));
        if (json_object_size(own)) {
            table_int(&t, json_int_at(model_database(model, database), "oid", 0));
            table_int(&t, role_oid(model, bar + 1));
            table_settings(&t, own);
        }
        free(database);
    }
    return table_done(&t);
}

void model_cluster_rows(const json_t *model, const char *user, const char *extensions,
                        struct sql_rows *results, size_t count, struct arena *arena)
{
    must(count <= 6);
    results[0] = counter_rows(json_int_at(model, "writes", 0), arena);
    if (count == 1) return;
    must(count == 6);
    results[1] = session_rows(model, user, extensions, arena);
    results[2] = role_rows(model, user, arena);
    results[3] = member_rows(model, arena);
    results[4] = database_rows(model, arena);
    results[5] = setting_rows(model, arena);
}

/* --- a database --------------------------------------------------------------------------------
 */

static struct sql_rows own_rows(const json_t *model, const char *name, struct arena *arena)
{
    struct table t = table_new(arena, 3);
    table_int(&t, json_int_at(model_database(model, name), "oid", 0));
    table_cell(&t, name);
    table_cell(&t, "pg_catalog");
    return table_done(&t);
}

static struct sql_rows name_rows(const json_t *model, const char *database, const char *user,
                                 struct arena *arena)
{
    struct table t = table_new(arena, 3);
    const char *name;
    json_t *role;
    json_each_member(json_object_get(model, "roles"), name, role)
    {
        table_int(&t, json_int_at(role, "oid", 0));
        table_cell(&t, name);
        table_bool(&t, model_has_role(model, database, user, name));
    }
    return table_done(&t);
}

static struct sql_rows schema_rows(const json_t *model, const json_t *db, struct arena *arena)
{
    struct table t = table_new(arena, 5);
    const char *name;
    json_t *schema;
    json_each_member(json_object_get(db, "schemas"), name, schema)
    {
        table_int(&t, json_int_at(schema, "oid", 0));
        table_cell(&t, name);
        table_int(&t, role_oid(model, json_text_at(schema, "owner")));
        table_all_rights(&t, schema, PG_KIND_SCHEMA);
        table_cell(&t, "f");
    }
    return table_done(&t);
}

static void relation_row(struct table *t, const json_t *model, const json_t *schema,
                         const char *name, const json_t *relation)
{
    const char *owner = json_text_at(relation, "owner");
    bool sequence = json_text_at(relation, "kind")[0] == 'S';
    json_t *born = model_born_rights(sequence ? PG_KIND_SEQUENCE : PG_KIND_TABLE, owner);
    const json_t *rights = json_object_get(relation, "acl");
    char *array = xasprintf("{\"%s\"}", name);
    table_int(t, json_int_at(schema, "oid", 0));
    table_cell(t, sequence ? "s" : "r");
    table_int(t, role_oid(model, owner));
    if (json_is_object(rights))
        table_rights(t, rights, owner);
    else
        table_cell(t, NULL);
    table_rights(t, born, owner);
    table_cell(t, "f");
    table_cell(t, array);
    json_decref(born);
    free(array);
}

/* A group of one each: grouping is an optimisation of the real query. */
static struct sql_rows relation_rows(const json_t *model, const json_t *db, struct arena *arena)
{
    struct table t = table_new(arena, 7);
    const char *schema_name, *name;
    json_t *schema, *relation;
    json_each_member(json_object_get(db, "schemas"), schema_name, schema)
        json_each_member(json_object_get(schema, "relations"), name, relation)
            relation_row(&t, model, schema, name, relation);
    return table_done(&t);
}

static struct sql_rows default_rows(const json_t *model, const json_t *db, struct arena *arena)
{
    struct table t = table_new(arena, 4);
    const char *key;
    json_t *entry;
    json_each_member(json_object_get(db, "defaults"), key, entry)
    {
        const char *role = json_text_at(entry, "role");
        const json_t *schema =
            json_object_get(json_object_get(db, "schemas"), json_text_at(entry, "schema"));
        table_int(&t, role_oid(model, role));
        table_int(&t, json_int_at(schema, "oid", 0));
        table_cell(&t, json_text_at(entry, "letter"));
        table_rights(&t, json_object_get(entry, "acl"), role);
    }
    return table_done(&t);
}

static struct sql_rows no_rows(struct arena *arena, size_t columns)
{
    struct table t = table_new(arena, columns);
    return table_done(&t);
}

void model_database_rows(const json_t *model, const char *database, const char *user,
                         struct sql_rows *results, size_t count, struct arena *arena)
{
    const json_t *db = model_database(model, database);
    json_int_t writes = json_int_at(model, "writes", 0) + json_int_at(db, "writes", 0);
    must(count == 1 || count == 9);
    results[0] = counter_rows(writes, arena);
    if (count == 1) return;
    results[1] = own_rows(model, database, arena);
    results[2] = name_rows(model, database, user, arena);
    results[3] = schema_rows(model, db, arena);
    results[4] = relation_rows(model, db, arena);
    results[5] = no_rows(arena, 4);
    results[6] = no_rows(arena, 7);
    results[7] = default_rows(model, db, arena);
    results[8] = no_rows(arena, 3);
}
