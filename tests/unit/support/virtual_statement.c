/* The statements that lib/pg generates, carried out on the model. What is not understood is an
 * error, so that a new statement of lib/pg is noticed here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"
#include "support/virtual_model.h"

static int statement_fail(struct model_session *s, const struct words *w)
{
    return model_fail(s, "42601", "not understood at \"%s\"", w->word);
}

/* --- roles -------------------------------------------------------------------------------------
 */

static bool role_attribute(struct model_session *s, struct words *w, json_t *role)
{
    static const char *const words[] = {"login",       "superuser", "createdb", "createrole",
                                        "replication", "bypassrls", "inherit"};
    bool no = strncasecmp(w->word, "NO", 2) == 0;
    if (w->token != TOKEN_WORD) return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(w->word + (no ? 2 : 0), words[i]) != 0) continue;
        model_set(s, role, words[i], json_boolean(!no));
        words_next(w);
        return true;
    }
    return false;
}

static int role_options(struct model_session *s, struct words *w, json_t *role)
{
    char text[MODEL_WORD];
    json_int_t limit;
    words_take(w, "WITH");
    while (!words_end(w)) {
        if (role_attribute(s, w, role)) continue;
        if (words_take(w, "CONNECTION LIMIT") && words_number(w, &limit)) {
            model_set(s, role, "limit", json_integer(limit));
        } else if (words_take(w, "VALID UNTIL") && words_literal(w, text)) {
            model_set(s, role, "until", json_string(text));
        } else if (words_take(w, "PASSWORD") && words_literal(w, text)) {
            model_set(s, role, "password", json_string(text));
        } else {
            return statement_fail(s, w);
        }
    }
    return 0;
}

static int role_create(struct model_session *s, struct words *w)
{
    char name[MODEL_WORD];
    if (!words_name(w, name)) return statement_fail(s, w);
    if (model_role(s->model, name)) return model_fail(s, "42710", "role exists: %s", name);
    json_t *role =
        json_pack("{s:I, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:i}", "oid", model_oid(s->model),
                  "login", 0, "superuser", 0, "createdb", 0, "createrole", 0, "replication", 0,
                  "bypassrls", 0, "inherit", 1, "limit", -1);
    model_set(s, json_object_get(s->model, "roles"), name, role);
    return role_options(s, w, role);
}

/* SET name TO 'a', 'b' and RESET name, for a role, a database, or a role in a database. */
static int settings_change(struct model_session *s, struct words *w, const char *database,
                           const char *role)
{
    char name[MODEL_WORD], text[MODEL_WORD];
    bool sets = words_take(w, "SET");
    if (!sets && !words_take(w, "RESET")) return statement_fail(s, w);
    if (!words_name(w, name)) return statement_fail(s, w);
    while (words_take(w, ".") && words_name(w, text))
        snprintf(name + strlen(name), MODEL_WORD - strlen(name), ".%.200s", text);
    char *key = xasprintf("%s|%s", database, role);
    json_t *all = json_object_get(s->model, "settings");
    if (!json_object_get(all, key)) json_object_set_new(all, key, json_object());
    json_t *own = json_object_get(all, key);
    free(key);
    if (!sets) {
        model_delete(s, own, name);
        return 0;
    }
    if (!words_take(w, "TO") || !words_literal(w, text)) return statement_fail(s, w);
    struct buf value;
    buf_init(&value, 65536);
    buf_str(&value, text);
    while (words_take(w, ",") && words_literal(w, text)) buf_printf(&value, ", %s", text);
    model_set(s, own, name, json_string(buf_text(&value)));
    buf_done(&value);
    return 0;
}

static int role_alter(struct model_session *s, struct words *w)
{
    char name[MODEL_WORD], database[MODEL_WORD] = "";
    if (!words_name(w, name)) return statement_fail(s, w);
    json_t *role = model_role(s->model, name);
    if (!role) return model_fail(s, "42704", "no such role: %s", name);
    if (words_take(w, "IN DATABASE") && !words_name(w, database)) return statement_fail(s, w);
    if (words_is(w, "SET") || words_is(w, "RESET")) return settings_change(s, w, database, name);
    return role_options(s, w, role);
}

static int role_drop(struct model_session *s, struct words *w)
{
    char name[MODEL_WORD];
    size_t i;
    json_t *m;
    if (!words_name(w, name)) return statement_fail(s, w);
    if (!model_role(s->model, name)) return model_fail(s, "42704", "no such role: %s", name);
    model_delete(s, json_object_get(s->model, "roles"), name);
    json_t *kept = json_array();
    json_array_foreach(json_object_get(s->model, "members"), i, m)
    {
        if (strcmp(json_text_at(m, "role"), name) != 0 &&
            strcmp(json_text_at(m, "member"), name) != 0)
            json_array_append(kept, m);
    }
    json_object_set_new(s->model, "members", kept);
    return 0;
}

/* --- databases and schemas ---------------------------------------------------------------------
 */

static int database_create(struct model_session *s, struct words *w)
{
    char name[MODEL_WORD], text[MODEL_WORD], owner[MODEL_WORD];
    json_int_t limit;
    snprintf(owner, sizeof(owner), "%s", s->user);
    if (!words_name(w, name)) return statement_fail(s, w);
    if (model_database(s->model, name)) return model_fail(s, "42P04", "database exists: %s", name);
    json_t *db = json_deep_copy(model_database(s->model, "template1"));
    json_object_set_new(db, "template", json_false());
    json_object_set_new(db, "oid", json_integer(model_oid(s->model)));
    while (!words_end(w)) {
        if (words_take(w, "OWNER") && words_name(w, owner)) continue;
        if (words_take(w, "TEMPLATE") && words_name(w, text)) continue;
        if (words_take(w, "ENCODING") && words_literal(w, text)) {
            json_object_set_new(db, "encoding", json_string(text));
        } else if (words_take(w, "LC_COLLATE") && words_literal(w, text)) {
            json_object_set_new(db, "collate", json_string(text));
        } else if (words_take(w, "LC_CTYPE") && words_literal(w, text)) {
            json_object_set_new(db, "ctype", json_string(text));
        } else if (words_take(w, "CONNECTION LIMIT") && words_number(w, &limit)) {
            json_object_set_new(db, "limit", json_integer(limit));
        } else {
            json_decref(db);
            return statement_fail(s, w);
        }
    }
    json_object_set_new(db, "owner", json_string(owner));
    if (!model_role(s->model, owner)) {
        json_decref(db);
        return model_fail(s, "42704", "no such role: %s", owner);
    }
    model_set(s, json_object_get(s->model, "databases"), name, db);
    return 0;
}

static int database_alter(struct model_session *s, struct words *w)
{
    char name[MODEL_WORD], owner[MODEL_WORD];
    json_int_t limit;
    if (!words_name(w, name)) return statement_fail(s, w);
    json_t *db = model_database(s->model, name);
    if (!db) return model_fail(s, "3D000", "no such database: %s", name);
    if (words_is(w, "SET") || words_is(w, "RESET")) return settings_change(s, w, name, "");
    if (words_take(w, "OWNER TO") && words_name(w, owner)) {
        if (!model_role(s->model, owner)) return model_fail(s, "42704", "no such role: %s", owner);
        model_new_owner(s, db, owner);
    } else if (words_take(w, "CONNECTION LIMIT") && words_number(w, &limit)) {
        model_set(s, db, "limit", json_integer(limit));
    } else {
        return statement_fail(s, w);
    }
    return 0;
}

static json_t *statement_schemas(const struct model_session *s)
{
    return json_object_get(model_database(s->model, s->database), "schemas");
}

static int schema_create(struct model_session *s, struct words *w)
{
    char name[MODEL_WORD], owner[MODEL_WORD];
    snprintf(owner, sizeof(owner), "%s", s->user);
    if (!words_name(w, name)) return statement_fail(s, w);
    if (words_take(w, "AUTHORIZATION") && !words_name(w, owner)) return statement_fail(s, w);
    if (json_object_get(statement_schemas(s), name)) return model_fail(s, "42P06", "schema exists");
    model_set(s, statement_schemas(s), name,
              json_pack("{s:I, s:s, s:n, s:{}}", "oid", model_oid(s->model), "owner", owner, "acl",
                        "relations"));
    return 0;
}

static int schema_alter(struct model_session *s, struct words *w)
{
    char name[MODEL_WORD], owner[MODEL_WORD];
    if (!words_name(w, name) || !words_take(w, "OWNER TO") || !words_name(w, owner))
        return statement_fail(s, w);
    json_t *schema = json_object_get(statement_schemas(s), name);
    if (!schema) return model_fail(s, "3F000", "no such schema: %s", name);
    model_new_owner(s, schema, owner);
    return 0;
}

/* CREATE TABLE schema.name (...) and CREATE SEQUENCE schema.name: what is inside does not matter.
 */
static int relation_create(struct model_session *s, struct words *w, const char *kind)
{
    char schema[MODEL_WORD] = "public", name[MODEL_WORD];
    words_take(w, "IF NOT EXISTS");
    if (!words_name(w, name)) return statement_fail(s, w);
    if (words_take(w, ".")) {
        memcpy(schema, name, MODEL_WORD);
        if (!words_name(w, name)) return statement_fail(s, w);
    }
    json_t *in = json_object_get(statement_schemas(s), schema);
    if (!in) return model_fail(s, "3F000", "no such schema: %s", schema);
    if (json_object_get(json_object_get(in, "relations"), name))
        return model_fail(s, "42P07", "relation exists: %s", name);
    model_relation(s, in, schema, name, kind, s->user);
    while (!words_end(w)) words_next(w);
    return 0;
}

static int relation_drop(struct model_session *s, struct words *w)
{
    char schema[MODEL_WORD], name[MODEL_WORD];
    if (!words_name(w, schema) || !words_take(w, ".") || !words_name(w, name))
        return statement_fail(s, w);
    json_t *relations = json_object_get(json_object_get(statement_schemas(s), schema), "relations");
    if (!json_object_get(relations, name)) return model_fail(s, "42P01", "no such relation");
    model_delete(s, relations, name);
    return 0;
}

/* COMMENT ON ROLE name IS 'text' or NULL. */
static int statement_comment(struct model_session *s, struct words *w)
{
    char name[MODEL_WORD], text[MODEL_WORD];
    bool role = words_take(w, "ROLE");
    if (!role && !words_take(w, "DATABASE")) return statement_fail(s, w);
    if (!words_name(w, name) || !words_take(w, "IS")) return statement_fail(s, w);
    json_t *object = role ? model_role(s->model, name) : model_database(s->model, name);
    if (!object) return model_fail(s, "42704", "no such object: %s", name);
    if (words_literal(w, text))
        model_set(s, object, "comment", json_string(text));
    else if (words_take(w, "NULL"))
        model_delete(s, object, "comment");
    else
        return statement_fail(s, w);
    return 0;
}

/* --- one statement -----------------------------------------------------------------------------
 */

static int statement_nothing(struct model_session *s, struct words *w)
{
    (void)s;
    while (!words_end(w)) words_next(w);
    return 0;
}

static int statement_grant(struct model_session *s, struct words *w)
{
    return model_grant(s, w, true);
}

static int statement_revoke(struct model_session *s, struct words *w)
{
    return model_grant(s, w, false);
}

static int table_create(struct model_session *s, struct words *w)
{
    return relation_create(s, w, "r");
}

static int sequence_create(struct model_session *s, struct words *w)
{
    return relation_create(s, w, "S");
}

static const struct {
    const char *begins;
    int (*run)(struct model_session *s, struct words *w);
} statements[] = {
    {"CREATE ROLE", role_create},
    {"ALTER ROLE", role_alter},
    {"DROP ROLE", role_drop},
    {"CREATE DATABASE", database_create},
    {"ALTER DATABASE", database_alter},
    {"CREATE SCHEMA", schema_create},
    {"ALTER SCHEMA", schema_alter},
    {"CREATE TABLE", table_create},
    {"CREATE SEQUENCE", sequence_create},
    {"DROP TABLE", relation_drop},
    {"COMMENT ON", statement_comment},
    {"ALTER DEFAULT PRIVILEGES", model_default_privileges},
    {"GRANT", statement_grant},
    {"REVOKE", statement_revoke},
    /* The lock of our transactions; whom one acts as makes no difference to the model. */
    {"SELECT pg_advisory_xact_lock", statement_nothing},
    {"SET LOCAL", statement_nothing},
    {"RESET ROLE", statement_nothing},
};

int virtual_statement(struct model_session *s, const char *sql)
{
    struct words w;
    words_init(&w, sql);
    s->changed = false;
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        if (!words_take(&w, statements[i].begins)) continue;
        if (statements[i].run(s, &w) < 0) return -1;
        return words_end(&w) ? 0 : statement_fail(s, &w);
    }
    return statement_fail(s, &w);
}

/* Comments and dollar quotes are not for a model; a line that begins with -- is left out. */
int virtual_script(struct model_session *s, const char *sql)
{
    struct buf b;
    bool changed = false;
    int r = 0;
    buf_init(&b, 65536);
    for (const char *at = sql; *at && r == 0;) {
        at += strspn(at, " \t\n;");
        if (strncmp(at, "--", 2) == 0) {
            at += strcspn(at, "\n");
            continue;
        }
        size_t length = strcspn(at, ";");
        buf_reset(&b);
        buf_add(&b, at, length);
        if (length) r = virtual_statement(s, buf_text(&b));
        changed = changed || s->changed;
        at += length;
    }
    s->changed = changed;
    buf_done(&b);
    return r;
}
