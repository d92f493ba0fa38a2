/* SQL calls to a real PostgreSQL over TLS: the four modes, and how connections are kept and used.
 * What goes wrong on the way is in test_sql_trouble.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "base/mem.h"
#include "support/database.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct database d;
static struct asked a;

static int set_up_all(void **state)
{
    (void)state;
    return database_start(&d, "log_statement = 'all'\n");
}

static int tear_down_all(void **state)
{
    (void)state;
    database_stop(&d);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    database_begin(&d);
    asked_init(&a, &d.calls);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asked_done(&a);
    database_end(&d);
    free(database_sql(&d, "SET client_min_messages = error; DROP TABLE IF EXISTS t"));
    return 0;
}

static void sql(const char *text)
{
    free(database_sql(&d, text));
}

static void expect_sql(const char *text, const char *value)
{
    char *got = database_sql(&d, text);
    if (!got || strcmp(got, value) != 0) fail_msg("%s: %s", text, got ? got : "(null)");
    free(got);
}

static void run(enum sql_mode mode, const struct sql_statement *statements, size_t count)
{
    database_ask(&d, &a, mode, statements, count);
    asked_run(&a);
    if (a.reply.err.kind != ERR_NONE) fail_msg("%s", a.reply.err.text);
}

static void expect_failure(const char *sqlstate, size_t failed, size_t count)
{
    if (strcmp(a.reply.sql.sqlstate, sqlstate) != 0)
        fail_msg("%s: %s", a.reply.sql.sqlstate, buf_text(&a.message));
    assert_int_equal(a.reply.sql.failed, failed);
    assert_int_equal(a.reply.sql.count, count);
}

static void test_read(void **state)
{
    (void)state;
    static const struct sql_statement read[] = {
        {.text = "SHOW transaction_isolation"},
        {.text = "SHOW transaction_isolation"},
        {.text = "SHOW transaction_read_only"},
        {.text = "SELECT * FROM (VALUES (1, 'a', NULL), (2, '', 'z')) v"},
        {.text = "SELECT 1 WHERE false"},
    };
    run(SQL_READ, read, COUNT(read));
    assert_string_equal(a.reply.sql.sqlstate, "");
    assert_int_equal(a.reply.sql.count, COUNT(read));
    assert_string_equal(buf_text(&a.body), "read committed\n--\nrepeatable read\n--\non\n--\n"
                                           "1|a|(null)\n2||z\n--\n");
    /* The first alone. */
    run(SQL_READ, read, 1);
    assert_string_equal(buf_text(&a.body), "read committed\n");
}

static void test_read_cannot_write_and_fails_apart(void **state)
{
    (void)state;
    static const struct sql_statement write[] = {{.text = "SELECT 1"},
                                                 {.text = "SELECT 2"},
                                                 {.text = "CREATE TABLE public.t (a int)"},
                                                 {.text = "SELECT 3"}};
    run(SQL_READ, write, COUNT(write));
    expect_failure("25006", 2, 2);
    assert_string_equal(buf_text(&a.body), "1\n--\n2\n");
    static const struct sql_statement first[] = {{.text = "SELECT 1 / 0"}, {.text = "SELECT 2"}};
    run(SQL_READ, first, COUNT(first));
    expect_failure("22012", 0, 0);
    /* The session is as good as before. */
    uint64_t connection = a.reply.sql.connection;
    run(SQL_READ, first + 1, 1);
    assert_string_equal(buf_text(&a.body), "2\n");
    assert_int_equal(a.reply.sql.connection, connection);
}

/* Somebody commits between two statements of the snapshot: the call waits for a lock in between. */
static void test_read_is_one_snapshot(void **state)
{
    (void)state;
    static const struct sql_statement read[] = {
        {.text = "SELECT 'counters'"},
        {.text = "SELECT count(*) FROM public.t"},
        {.text = "SELECT pg_advisory_xact_lock(7)"},
        {.text = "SELECT count(*) FROM public.t"},
    };
    sql("CREATE TABLE t (a int)");
    char *conninfo = cluster_conninfo(d.cluster, "postgres");
    PGconn *holder = PQconnectdb(conninfo);
    free(conninfo);
    PQclear(PQexec(holder, "SELECT pg_advisory_lock(7)"));
    database_ask(&d, &a, SQL_READ, read, COUNT(read));
    asked_start(&a);
    database_until(&d, "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' "
                       "AND objid = 7 AND NOT granted");
    PQclear(PQexec(holder, "INSERT INTO t VALUES (1)"));
    PQclear(PQexec(holder, "SELECT pg_advisory_unlock(7)"));
    PQfinish(holder);
    calls_wait(&d.calls);
    assert_string_equal(buf_text(&a.body), "counters\n--\n0\n--\n\n--\n0\n");
    expect_sql("SELECT count(*) FROM t", "1");
}

static void test_transaction(void **state)
{
    (void)state;
    static const struct sql_statement good[] = {
        {.text = "CREATE TABLE public.t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)"},
        {.text = "INSERT INTO public.t VALUES (1) RETURNING a"},
        {.text = "INSERT INTO public.t VALUES (2)"},
    };
    run(SQL_TRANSACTION, good, COUNT(good));
    assert_string_equal(a.reply.sql.sqlstate, "");
    assert_int_equal(a.reply.sql.count, 3);
    assert_string_equal(buf_text(&a.body), "--\n1\n--\n");
    expect_sql("SELECT count(*) FROM t", "2");
    /* The first failure is the one that is told, and nothing of it stays. */
    static const struct sql_statement bad[] = {
        {.text = "INSERT INTO public.t VALUES (3)"},
        {.text = "INSERT INTO public.nowhere VALUES (4)"},
        {.text = "SELECT 1 / 0"},
    };
    uint64_t connection = a.reply.sql.connection;
    run(SQL_TRANSACTION, bad, COUNT(bad));
    expect_failure("42P01", 1, 1);
    assert_string_equal(buf_text(&a.message), "relation \"public.nowhere\" does not exist");
    expect_sql("SELECT count(*) FROM t", "2");
    /* Only COMMIT fails. */
    static const struct sql_statement late[] = {
        {.text = "INSERT INTO public.t VALUES (1)"},
        {.text = "SELECT 5"},
    };
    run(SQL_TRANSACTION, late, COUNT(late));
    assert_string_equal(a.reply.sql.sqlstate, "23505");
    assert_int_equal(a.reply.sql.failed, 1);
    expect_sql("SELECT count(*) FROM t", "2");
    /* All on one connection: a failure is cleaned up, not run away from. */
    run(SQL_TRANSACTION, late + 1, 1);
    assert_int_equal(a.reply.sql.connection, connection);
}

static void test_each(void **state)
{
    (void)state;
    static const struct sql_statement each[] = {
        {.text = "CREATE DATABASE one"},
        {.text = "CREATE DATABASE one"},
        {.text = "CREATE DATABASE two"},
    };
    run(SQL_EACH, each, COUNT(each));
    expect_failure("42P04", 1, 1);
    expect_sql("SELECT count(*) FROM pg_database WHERE datname IN ('one', 'two')", "1");
    sql("DROP DATABASE one");
    static const struct sql_statement fine[] = {{.text = "SELECT 1"}, {.text = "SELECT 2"}};
    run(SQL_EACH, fine, COUNT(fine));
    assert_int_equal(a.reply.sql.count, 2);
    assert_string_equal(buf_text(&a.body), "1\n--\n2\n");
}

static void test_simple(void **state)
{
    (void)state;
    /* Tables go where they would go for anybody; the last rows are the result. */
    static const struct sql_statement file = {
        .text = "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2);\n"
                "SELECT 'early'; SELECT a FROM t ORDER BY a; -- the end\n"
                "DELETE FROM t WHERE a = 2;"};
    run(SQL_SIMPLE, &file, 1);
    assert_string_equal(a.reply.sql.sqlstate, "");
    assert_int_equal(a.reply.sql.count, 1);
    assert_string_equal(buf_text(&a.body), "1\n2\n");
    expect_sql("SELECT count(*) FROM public.t", "1");
    /* All or nothing. */
    static const struct sql_statement half = {
        .text = "INSERT INTO t VALUES (5); SELECT 1 / 0; INSERT INTO t VALUES (6)"};
    run(SQL_SIMPLE, &half, 1);
    expect_failure("22012", 0, 0);
    expect_sql("SELECT count(*) FROM public.t", "1");
}

static void test_simple_transactions_of_its_own(void **state)
{
    (void)state;
    sql("CREATE TABLE t (a int)");
    static const struct sql_statement open = {.text = "BEGIN; INSERT INTO t VALUES (1)"};
    run(SQL_SIMPLE, &open, 1);
    expect_failure("25001", 0, 0);
    expect_sql("SELECT count(*) FROM t", "0");
    static const struct sql_statement commit = {
        .text = "INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2)"};
    run(SQL_SIMPLE, &commit, 1);
    expect_failure("25P01", 0, 0);
    /* What the text did to its session ends with the session. */
    static const struct sql_statement changes = {
        .text = "SET search_path = nowhere; SET ROLE pg_monitor"};
    static const struct sql_statement look = {
        .text = "SELECT current_user, current_setting('search_path')"};
    run(SQL_SIMPLE, &changes, 1);
    uint64_t connection = a.reply.sql.connection;
    run(SQL_EACH, &look, 1);
    assert_string_equal(buf_text(&a.body), "postgres|pg_catalog\n");
    assert_int_not_equal(a.reply.sql.connection, connection);
}

/* GRANT without the right to grant "succeeds" and does nothing. */
static void test_warnings_are_failures(void **state)
{
    (void)state;
    struct secret *password = secret_new("pw", 2);
    sql("CREATE ROLE plain LOGIN PASSWORD 'pw'");
    sql("CREATE ROLE other");
    static const struct sql_statement grant[] = {
        {.text = "SELECT 1"},
        {.text = "GRANT CONNECT ON DATABASE postgres TO other"},
        {.text = "SELECT 2"},
    };
    static const enum sql_mode modes[] = {SQL_TRANSACTION, SQL_EACH, SQL_SIMPLE};
    for (size_t i = 0; i < COUNT(modes); i++) {
        bool simple = modes[i] == SQL_SIMPLE;
        database_ask(&d, &a, modes[i], simple ? grant + 1 : grant, simple ? 1 : COUNT(grant));
        database_as(&a, "plain", password, NULL);
        asked_run(&a);
        assert_int_equal(a.reply.err.kind, ERR_NONE);
        expect_failure("01007", simple ? 0 : 1, simple ? 0 : 1);
        assert_string_equal(buf_text(&a.message), "no privileges were granted for \"postgres\"");
    }
    static const struct sql_statement revoke = {
        .text = "REVOKE CONNECT ON DATABASE postgres FROM other"};
    database_ask(&d, &a, SQL_EACH, &revoke, 1);
    database_as(&a, "plain", password, NULL);
    asked_run(&a);
    expect_failure("01006", 0, 0);
    sql("DROP ROLE plain");
    sql("DROP ROLE other");
    secret_free(password);
}

/* The password reaches the server as a verifier only, and it works. */
static void test_password(void **state)
{
    (void)state;
    static const char clear[] = "pa$$'word\\ \xEC\x84\x9C";
    struct secret *password = secret_new(clear, sizeof(clear) - 1);
    sql("CREATE ROLE \"svc\" LOGIN");
    const struct sql_statement set[] = {
        {.text = "ALTER ROLE svc PASSWORD ", .password = password, .role = "svc"}};
    static const enum sql_mode modes[] = {SQL_EACH, SQL_TRANSACTION};
    for (size_t i = 0; i < COUNT(modes); i++) {
        sql("ALTER ROLE svc PASSWORD NULL");
        run(modes[i], set, 1);
        assert_string_equal(a.reply.sql.sqlstate, "");
        expect_sql("SELECT rolpassword LIKE 'SCRAM-SHA-256$4096:%' FROM pg_authid "
                   "WHERE rolname = 'svc'",
                   "t");
        database_ask(&d, &a, SQL_READ, NULL, 0);
        database_as(&a, "svc", password, NULL);
        asked_run(&a);
        assert_int_equal(a.reply.err.kind, ERR_NONE);
        assert_string_equal(a.reply.sql.sqlstate, "");
    }
    char *log = cluster_log(d.cluster);
    assert_non_null(strstr(log, "ALTER ROLE svc PASSWORD 'SCRAM-SHA-256$"));
    assert_null(strstr(log, "pa$$"));
    free(log);
    sql("DROP ROLE svc");
    secret_free(password);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_read_cannot_write_and_fails_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_read_is_one_snapshot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_transaction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_each, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_simple, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_simple_transactions_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_warnings_are_failures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_password, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
