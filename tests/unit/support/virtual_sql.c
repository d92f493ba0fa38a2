/* PostgreSQL servers behind CALL_SQL: who may connect, transactions, an operator's hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/must.h"
#include "support/virtual_inside.h"
#include "support/virtual_model.h"

/* --- sessions ----------------------------------------------------------------------------------
 */

/* The key of the server called 'name'; NULL where there is none. Borrowed from the store. */
static const char *sql_server_key(const struct virtual *v, const char *name)
{
    const char *key;
    json_t *item;
    json_each_member(virtual_store(v), key, item)
    {
        char *own = virtual_server_of(key);
        bool its = own && strcmp(own, key) == 0 && strcmp(strrchr(key, '/') + 1, name) == 0;
        free(own);
        if (its) return key;
    }
    return NULL;
}

static bool sql_server_runs(const struct virtual *v, const char *key)
{
    const char *state = json_text_at(json_object_get(virtual_store(v), key), "properties.state");
    return state && strcmp(state, "Stopped") != 0 && strcmp(state, "Provisioning") != 0;
}

static void sql_refuse(struct exchange *x, enum err_kind kind, const char *sqlstate,
                       const char *text)
{
    err_set(&x->err, kind, "%s: %s", x->server, text);
    x->unsent = true; /* no statement has left */
    snprintf(x->err.code, sizeof(x->err.code), "%s", sqlstate);
    snprintf(x->sql.sqlstate, sizeof(x->sql.sqlstate), "%s", sqlstate);
}

/* As lib/net reports it: a refusal while connecting is a transport failure with a code. */
static json_t *sql_connect(struct virtual *v, struct exchange *x)
{
    const char *key = sql_server_key(v, x->server);
    json_t *model = json_object_get(v->postgres, x->server);
    if (!key || !model || !sql_server_runs(v, key)) {
        sql_refuse(x, ERR_TRANSIENT, "", "connection refused");
        return NULL;
    }
    const json_t *role = model_role(model, x->user);
    const char *password = json_text_at(role, "password");
    char *own = xstrdup(password ? password : "");
    const char *admin = json_string_value(json_object_get(v->passwords, key));
    bool its = strcmp(x->user, json_text_at(model, "admin")) == 0 && admin &&
               strcmp(admin, x->password) == 0;
    char *scram = xasprintf("SCRAM of %s", x->password);
    if (!its) its = role && strcmp(own, scram) == 0;
    free(scram);
    free(own);
    if (!its) {
        sql_refuse(x, ERR_DENIED, "28P01", "the password is not accepted");
        return NULL;
    }
    if (!model_database(model, x->database)) {
        sql_refuse(x, ERR_NOT_FOUND, "3D000", "the database does not exist");
        return NULL;
    }
    return model;
}

static uint64_t sql_session_number(struct virtual *v, const struct exchange *x)
{
    const char *key = arena_printf(x->arena, "%s/%s/%s", x->server, x->database, x->user);
    json_t *number = json_object_get(v->sessions, key);
    if (!number) {
        json_object_set_new(v->sessions, key, json_integer((json_int_t)++v->connections));
        number = json_object_get(v->sessions, key);
    }
    return (uint64_t)json_integer_value(number);
}

void virtual_sessions_end(struct virtual *v, const char *server)
{
    const char *key;
    json_t *number, *all = json_copy(v->sessions);
    size_t length = strlen(server);
    json_object_foreach(all, key, number)
    {
        if (strncmp(key, server, length) == 0 && key[length] == '/')
            json_object_del(v->sessions, key);
    }
    json_decref(all);
}

/* --- reading -----------------------------------------------------------------------------------
 */

static const char *sql_extensions(const struct virtual *v, const struct exchange *x)
{
    char *key = xasprintf("%s/configurations/azure.extensions", sql_server_key(v, x->server));
    const char *value = json_text_at(json_object_get(virtual_store(v), key), "properties.value");
    free(key);
    return value;
}

static void sql_read(struct virtual *v, struct exchange *x, const json_t *model)
{
    struct sql_rows *results = arena_array(x->arena, x->count, sizeof(*results));
    if (x->catalog == CATALOG_OF_CLUSTER)
        model_cluster_rows(model, x->user, sql_extensions(v, x), results, x->count, x->arena);
    else
        model_database_rows(model, x->database, x->user, results, x->count, x->arena);
    x->sql.results = results;
    x->sql.count = x->count;
}

/* --- writing -----------------------------------------------------------------------------------
 */

/* What the counters of the catalogs see. */
static void sql_count_write(json_t *model, const char *database)
{
    json_t *db = model_database(model, database);
    json_object_set_new(model, "writes", json_integer(json_int_at(model, "writes", 0) + 1));
    if (db) json_object_set_new(db, "writes", json_integer(json_int_at(db, "writes", 0) + 1));
}

static void sql_failed(struct virtual *v, struct exchange *x, const struct model_session *s,
                       size_t at)
{
    snprintf(x->sql.sqlstate, sizeof(x->sql.sqlstate), "%s", s->sqlstate);
    x->sql.message = arena_strdup(x->arena, s->message);
    x->sql.failed = at;
    if (strcmp(s->sqlstate, "42601") == 0)
        virtual_complain(v, x, "SQL that the model does not understand: %s: %s", s->message,
                         x->statements[at]);
}

static bool sql_is_lock(const char *statement)
{
    return strncmp(statement, "SELECT pg_advisory", 18) == 0 ||
           strncmp(statement, "SET LOCAL", 9) == 0 || strncmp(statement, "RESET ROLE", 10) == 0;
}

static void sql_write(struct virtual *v, struct exchange *x, json_t *model)
{
    struct model_session s = {
        .model = json_deep_copy(model), .database = x->database, .user = x->user};
    struct sql_rows *results = arena_array(x->arena, x->count, sizeof(*results));
    bool each = x->mode == SQL_EACH;
    size_t i;
    int r = 0;
    for (i = 0; i < x->count; i++) {
        r = x->mode == SQL_SIMPLE ? virtual_script(&s, x->statements[i])
                                  : virtual_statement(&s, x->statements[i]);
        if (r < 0) break;
        if (!s.changed && !sql_is_lock(x->statements[i]))
            virtual_complain(v, x, "a statement that changes nothing: %s", x->statements[i]);
        if (s.changed) sql_count_write(s.model, x->database);
        if (each) json_object_set_new(v->postgres, x->server, json_deep_copy(s.model));
    }
    if (r < 0)
        sql_failed(v, x, &s, i);
    else if (!each)
        json_object_set(v->postgres, x->server, s.model);
    x->sql.results = results;
    x->sql.count = i;
    json_decref(s.model);
}

void virtual_sql_call(struct virtual *v, struct exchange *x)
{
    json_t *model = sql_connect(v, x);
    if (!model) return;
    x->sql.connection = sql_session_number(v, x);
    if (x->catalog)
        sql_read(v, x, model);
    else
        sql_write(v, x, model);
}

/* --- others ------------------------------------------------------------------------------------
 */

const json_t *virtual_postgres(const struct virtual *v, const char *server)
{
    return json_object_get(v->postgres, server);
}

void virtual_sql(struct virtual *v, const char *server, const char *database, const char *sql)
{
    json_t *model = json_object_get(v->postgres, server);
    must(model);
    struct model_session s = {.model = model,
                              .database = database,
                              .user = json_text_at(model, "admin"),
                              .superuser = true};
    if (virtual_script(&s, sql) < 0) {
        fprintf(stderr, "virtual: %s: %s\n", s.message, sql);
        abort();
    }
    sql_count_write(model, database);
}

void virtual_postgres_is(struct virtual *v, enum virtual_health health)
{
    v->postgres_health = health;
    json_object_clear(v->sessions);
}
