/* The virtual PostgreSQL itself: what its catalogs say is understood by lib/pg, and what lib/pg
 * writes is understood by it, until nothing differs any more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "pg/catalog.h"
#include "pg/diff.h"
#include "support/virtual_azure.h"
#include "support/virtual_document.h"

struct probe {
    struct virtual_azure azure;
    struct arena *arena;
    struct secret *password;
    /* Of the call under way. */
    struct call call;
    bool ended;
    struct err err;
    char sqlstate[6];
    uint64_t connection;
    struct pg_cluster *cluster;
    struct pg_database *database;
    struct pg_counters counters;
};

static int setup(void **state)
{
    static struct probe p;
    p = (struct probe){.arena = arena_new(), .password = secret_new("Secret-1234", 11)};
    virtual_azure_init(&p.azure, 1);
    virtual_azure_build(&p.azure);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct probe *p = *state;
    virtual_azure_done(&p->azure);
    secret_free(p->password);
    arena_free(p->arena);
    return 0;
}

/* --- one call ----------------------------------------------------------------------------------
 */

static void probe_answered(struct call *call, const struct reply *reply)
{
    struct probe *p = call->owner;
    const struct sql_reply *sql = &reply->sql;
    p->ended = true;
    p->err = reply->err;
    p->connection = sql->connection;
    memcpy(p->sqlstate, sql->sqlstate, sizeof(p->sqlstate));
    if (reply->err.kind != ERR_NONE || *sql->sqlstate) return;
    if (call->sql.statements == pg_cluster_queries && call->sql.count > 1)
        p->cluster = pg_cluster_decode(sql, p->arena, &p->err);
    else if (call->sql.statements == pg_database_queries)
        p->database = pg_database_decode(sql, p->arena, &p->err);
    else if (call->sql.statements == pg_cluster_queries)
        pg_counters_decode(&p->counters, &sql->results[0], &p->err);
}

static bool probe_ended(void *ctx)
{
    return ((struct probe *)ctx)->ended;
}

static void probe_ask(struct probe *p, const char *database, enum sql_mode mode,
                      const struct sql_statement *statements, size_t count)
{
    const struct io *io = virtual_io(p->azure.v);
    p->ended = false;
    p->call = (struct call){.kind = CALL_SQL,
                            .sql = {.target = {.host = "db1.postgres.database.azure.com",
                                               .port = "5432",
                                               .database = database,
                                               .user = "boss",
                                               .password = p->password},
                                    .mode = mode,
                                    .statements = statements,
                                    .count = count},
                            .deadline = virtual_now(p->azure.v) + SECONDS(30),
                            .done = probe_answered,
                            .owner = p};
    io->start(io->ctx, &p->call);
    assert_true(virtual_until(p->azure.v, probe_ended, p, MINUTES(1)));
}

static void probe_run(struct probe *p, const char *database, const char *sql)
{
    const struct sql_statement statement = {.text = sql};
    probe_ask(p, database, SQL_TRANSACTION, &statement, 1);
}

static void probe_cluster(struct probe *p)
{
    p->cluster = NULL;
    probe_ask(p, "postgres", SQL_READ, pg_cluster_queries, pg_cluster_query_count);
    if (!p->cluster) fail_msg("cluster: %s %s", p->err.text, p->sqlstate);
}

static void probe_database(struct probe *p, const char *name)
{
    p->database = NULL;
    probe_ask(p, name, SQL_READ, pg_database_queries, pg_database_query_count);
    if (!p->database) fail_msg("database %s: %s %s", name, p->err.text, p->sqlstate);
}

/* --- reading -----------------------------------------------------------------------------------
 */

static void test_a_new_server_as_azure_makes_it(void **state)
{
    struct probe *p = *state;
    probe_cluster(p);
    const struct pg_role *boss = pg_cluster_role(p->cluster, "boss");
    assert_non_null(boss);
    assert_int_equal(boss->oid, p->cluster->user);
    assert_false(p->cluster->superuser);
    assert_true(boss->attributes[PG_ATTR_CREATEROLE]);
    assert_non_null(pg_cluster_database(p->cluster, "postgres"));
    assert_non_null(pg_cluster_database(p->cluster, "azure_sys"));
    const struct pg_role *group = pg_cluster_role(p->cluster, "azure_pg_admin");
    assert_true(pg_cluster_is_member(p->cluster, boss->oid, group->oid));
    probe_database(p, "postgres");
    const struct pg_schema *public = pg_database_schema(p->database, "public");
    assert_non_null(public);
    assert_int_equal(pg_acl_held(&public->acl, PG_PUBLIC).mask, PG_USAGE);
}

static void test_who_may_not_connect(void **state)
{
    struct probe *p = *state;
    struct secret *right = p->password;
    p->password = secret_new("wrong", 5);
    probe_ask(p, "postgres", SQL_READ, pg_cluster_queries, pg_cluster_query_count);
    secret_free(p->password);
    p->password = right;
    assert_int_equal(p->err.kind, ERR_DENIED);
    assert_string_equal(p->err.code, "28P01");
    probe_run(p, "nowhere", "CREATE ROLE x");
    assert_int_equal(p->err.kind, ERR_NOT_FOUND);
    virtual_postgres_is(p->azure.v, VIRTUAL_REFUSING);
    probe_run(p, "postgres", "CREATE ROLE x");
    assert_int_equal(p->err.kind, ERR_TRANSIENT);
    virtual_postgres_is(p->azure.v, VIRTUAL_DUMB);
    probe_run(p, "postgres", "CREATE ROLE x");
    assert_int_equal(p->err.kind, ERR_TIMEOUT);
}

static void test_the_probe_sees_every_write(void **state)
{
    struct probe *p = *state;
    probe_ask(p, "postgres", SQL_EACH, pg_cluster_queries, 1);
    struct pg_counters before = p->counters;
    uint64_t connection = p->connection;
    probe_ask(p, "postgres", SQL_EACH, pg_cluster_queries, 1);
    assert_true(pg_counters_equal(&before, &p->counters));
    assert_int_equal(p->connection, connection);
    virtual_sql(p->azure.v, "db1", "postgres", "CREATE ROLE guest LOGIN");
    probe_ask(p, "postgres", SQL_EACH, pg_cluster_queries, 1);
    assert_false(pg_counters_equal(&before, &p->counters));
}

/* --- writing -----------------------------------------------------------------------------------
 */

static void test_a_transaction_is_whole_or_nothing(void **state)
{
    struct probe *p = *state;
    const struct sql_statement statements[] = {{.text = "CREATE ROLE one LOGIN"},
                                               {.text = "GRANT nobody TO one"}};
    probe_ask(p, "postgres", SQL_TRANSACTION, statements, 2);
    assert_string_equal(p->sqlstate, "42704");
    probe_cluster(p);
    assert_null(pg_cluster_role(p->cluster, "one"));
    probe_ask(p, "postgres", SQL_EACH, statements, 2);
    assert_string_equal(p->sqlstate, "42704");
    probe_cluster(p);
    assert_non_null(pg_cluster_role(p->cluster, "one"));
}

static void test_resets_before_and_after_the_commit(void **state)
{
    struct probe *p = *state;
    virtual_fault_on(p->azure.v, virtual_fault_named("reset before"), "SQL write", 1);
    probe_run(p, "postgres", "CREATE ROLE one");
    assert_int_equal(p->err.kind, ERR_TRANSIENT);
    virtual_fault_on(p->azure.v, virtual_fault_named("reset after"), "SQL write", 1);
    probe_run(p, "postgres", "CREATE ROLE two");
    assert_int_equal(p->err.kind, ERR_TRANSIENT);
    probe_cluster(p);
    assert_null(pg_cluster_role(p->cluster, "one"));
    assert_non_null(pg_cluster_role(p->cluster, "two"));
}

static void test_rights_with_options_and_odd_names(void **state)
{
    struct probe *p = *state;
    static const char *const statements[] = {
        "CREATE ROLE \"odd name\" LOGIN",
        "CREATE TABLE public.t (id int)",
        "GRANT SELECT, INSERT ON TABLE public.t TO \"odd name\" WITH GRANT OPTION",
        "REVOKE GRANT OPTION FOR INSERT ON TABLE public.t FROM \"odd name\"",
    };
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        probe_run(p, "postgres", statements[i]);
        assert_string_equal(p->sqlstate, "");
    }
    probe_cluster(p);
    probe_database(p, "postgres");
    const struct pg_role *role = pg_cluster_role(p->cluster, "odd name");
    struct pg_held held = pg_acl_held(&p->database->groups[0].acl, role->oid);
    assert_int_equal(held.mask, PG_SELECT | PG_INSERT);
    assert_int_equal(held.option, PG_SELECT);
}

static void test_default_privileges_reach_what_is_new(void **state)
{
    struct probe *p = *state;
    static const char *const statements[] = {
        "CREATE ROLE reader",
        "ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA public GRANT SELECT ON TABLES TO reader",
        "CREATE TABLE public.late (id int)",
    };
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
        probe_run(p, "postgres", statements[i]);
    probe_cluster(p);
    probe_database(p, "postgres");
    assert_int_equal(p->database->default_count, 1);
    const struct pg_role *role = pg_cluster_role(p->cluster, "reader");
    assert_int_equal(pg_acl_held(&p->database->groups[0].acl, role->oid).mask, PG_SELECT);
}

static void test_what_is_not_understood_is_loud(void **state)
{
    struct probe *p = *state;
    probe_run(p, "postgres", "VACUUM FULL");
    assert_string_equal(p->sqlstate, "42601");
    assert_non_null(strstr(virtual_complaints(p->azure.v), "does not understand"));
}

static void test_a_statement_that_changes_nothing_is_seen(void **state)
{
    struct probe *p = *state;
    probe_cluster(p);
    probe_run(p, "postgres", "ALTER ROLE boss CREATEDB");
    assert_non_null(strstr(virtual_complaints(p->azure.v), "a statement that changes nothing"));
}

/* --- there and back ----------------------------------------------------------------------------
 */

static size_t probe_apply(struct probe *p, const struct pg_changes *changes)
{
    size_t applied = 0;
    for (size_t i = 0; i < changes->count; i++) {
        const struct pg_change *c = &changes->items[i];
        if (c->unfixable || !c->statement_count) continue;
        probe_ask(p, c->database ? c->database : "postgres", c->mode, c->statements,
                  c->statement_count);
        if (p->err.kind != ERR_NONE || *p->sqlstate)
            fail_msg("%s: %s%s: %s", c->object, p->err.text, p->sqlstate, c->statements[0].text);
        applied++;
    }
    return applied;
}

static size_t probe_round(struct probe *p, const struct pg_want *want)
{
    probe_cluster(p);
    struct pg_changes cluster = pg_diff_cluster(want, p->cluster, p->arena);
    size_t applied = probe_apply(p, &cluster);
    probe_cluster(p);
    probe_database(p, "app");
    struct pg_changes inside = pg_diff_database(want, "app", p->cluster, p->database, p->arena);
    return applied + probe_apply(p, &inside);
}

static void test_a_document_converges(void **state)
{
    struct probe *p = *state;
    struct settings *settings = virtual_settings(NULL);
    json_t *patch = json_pack("{s:{s:{s:s}}, s:{s:s}, s:{s:{s:{s:s}}}}", "servers", "properties",
                              "administratorLogin", "boss", "databases", "owner", "boss",
                              "privileges", "schemas", "defaultPrivileges", "forRole", "boss");
    struct document *d = virtual_document(settings, patch);
    const struct target *server = virtual_document_server(d);
    assert_true(probe_round(p, server->sql) > 5);
    probe_run(p, "app", "CREATE TABLE public.users (id int)");
    assert_true(probe_round(p, server->sql) <= 3);
    assert_int_equal(probe_round(p, server->sql), 0);
    assert_string_equal(virtual_complaints(p->azure.v), "");
    document_free(d);
    settings_free(settings);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_new_server_as_azure_makes_it),
        T(test_who_may_not_connect),
        T(test_the_probe_sees_every_write),
        T(test_a_transaction_is_whole_or_nothing),
        T(test_resets_before_and_after_the_commit),
        T(test_rights_with_options_and_odd_names),
        T(test_default_privileges_reach_what_is_new),
        T(test_what_is_not_understood_is_loud),
        T(test_a_statement_that_changes_nothing_is_seen),
        T(test_a_document_converges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
