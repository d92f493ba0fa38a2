/* How connections to a server are made, kept, shared and given up, and what a new session is like.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/database.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define OURS "backend_type = 'client backend' AND application_name = 'pgdriftd'"

static struct database d;
static struct asked a;
static const struct sql_statement one = {.text = "SELECT 1"};

static int set_up_all(void **state)
{
    (void)state;
    return database_start(&d, NULL);
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
    return 0;
}

static uint64_t run(enum sql_mode mode, const struct sql_statement *s, const char *database)
{
    database_ask(&d, &a, mode, s, 1);
    database_as(&a, NULL, NULL, database);
    asked_run(&a);
    if (a.reply.err.kind != ERR_NONE) fail_msg("%s", a.reply.err.text);
    return a.reply.sql.connection;
}

static size_t open_connections(void)
{
    struct net_counters counters;
    net_counters(d.calls.net, &counters);
    return counters.sql_open;
}

static void test_session(void **state)
{
    (void)state;
    static const struct sql_statement look = {
        .text = "SELECT current_setting('search_path'), current_setting('lock_timeout'),"
                " current_setting('idle_in_transaction_session_timeout'),"
                " current_setting('statement_timeout'), current_setting('application_name'),"
                " current_setting('client_encoding'),"
                " (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())"};
    static const enum sql_mode modes[] = {SQL_READ, SQL_TRANSACTION, SQL_EACH};
    for (size_t i = 0; i < COUNT(modes); i++) {
        run(modes[i], &look, NULL);
        assert_string_equal(buf_text(&a.body), "pg_catalog|2s|30s|1min|pgdriftd|UTF8|t\n");
    }
}

static void test_statement_timeout(void **state)
{
    (void)state;
    static const struct sql_statement look = {.text = "SHOW statement_timeout"};
    static const struct sql_statement slow = {.text = "SELECT pg_advisory_lock(1), pg_sleep(3600)"};
    static const enum sql_mode modes[] = {SQL_READ, SQL_TRANSACTION, SQL_EACH, SQL_SIMPLE};
    for (size_t i = 0; i < COUNT(modes); i++) {
        database_ask(&d, &a, modes[i], &look, 1);
        a.call.sql.statement_timeout = 7000 + i;
        asked_run(&a);
        char expected[32];
        snprintf(expected, sizeof(expected), "%zums\n", 7000 + i);
        assert_string_equal(buf_text(&a.body), i == 0 ? "7s\n" : expected);
        database_ask(&d, &a, modes[i], &slow, 1);
        a.call.sql.statement_timeout = 20;
        asked_run(&a);
        assert_int_equal(a.reply.err.kind, ERR_NONE);
        assert_string_equal(a.reply.sql.sqlstate, "57014");
    }
    run(SQL_READ, &look, NULL);
    assert_string_equal(buf_text(&a.body), "1min\n");
}

static void test_kept_per_target(void **state)
{
    (void)state;
    uint64_t first = run(SQL_READ, &one, NULL);
    assert_int_not_equal(first, 0);
    for (int i = 0; i < 20; i++) assert_int_equal(run((enum sql_mode)(i % 3), &one, NULL), first);
    uint64_t other = run(SQL_READ, &one, "template1");
    assert_int_not_equal(other, first);
    assert_int_equal(run(SQL_READ, &one, NULL), first);
    assert_int_equal(run(SQL_READ, &one, "template1"), other);
    /* Another password is another target, although this server would let it in. */
    struct secret *wrong = secret_new("wrong", 5);
    database_ask(&d, &a, SQL_READ, &one, 1);
    database_as(&a, cluster_superuser(d.cluster), wrong, NULL);
    asked_run(&a);
    assert_int_equal(a.reply.err.kind, ERR_DENIED);
    secret_free(wrong);
    assert_int_equal(open_connections(), 2);
    struct net_counters counters;
    net_counters(d.calls.net, &counters);
    assert_int_equal(counters.sql_connections, 2);
    assert_int_equal(counters.sql_calls, 25);
    database_until(&d, "SELECT count(*) = 2 FROM pg_stat_activity WHERE " OURS);
}

/* A login is tried on a connection of its own, which is not kept. */
static void test_login_trial(void **state)
{
    (void)state;
    uint64_t kept = run(SQL_READ, &one, NULL);
    for (int i = 0; i < 2; i++) {
        database_ask(&d, &a, SQL_READ, NULL, 0);
        asked_run(&a);
        assert_int_equal(a.reply.err.kind, ERR_NONE);
        assert_int_equal(a.reply.sql.count, 0);
        assert_int_not_equal(a.reply.sql.connection, kept);
    }
    assert_int_equal(open_connections(), 1);
    assert_int_equal(run(SQL_READ, &one, NULL), kept);
}

static void test_few_at_a_time(void **state)
{
    (void)state;
    static struct asked many[12];
    size_t most = 0;
    for (size_t i = 0; i < COUNT(many); i++) {
        asked_init(&many[i], &d.calls);
        database_ask(&d, &many[i], SQL_READ, &one, 1);
        asked_start(&many[i]);
    }
    while (d.calls.open > 0) {
        calls_turn(&d.calls, 1);
        if (open_connections() > most) most = open_connections();
    }
    assert_int_equal(most, 2);
    for (size_t i = 0; i < COUNT(many); i++) {
        assert_int_equal(many[i].times, 1);
        assert_string_equal(buf_text(&many[i].body), "1\n");
        asked_done(&many[i]);
    }
}

static void test_oldest_makes_room(void **state)
{
    (void)state;
    tear_down(NULL);
    d.settings.sql_max_kept = 2;
    set_up(NULL);
    free(database_sql(&d, "CREATE DATABASE a"));
    uint64_t first = run(SQL_READ, &one, NULL);
    calls_turn(&d.calls, 1);
    uint64_t second = run(SQL_READ, &one, "template1");
    struct asked wait;
    asked_init(&wait, &d.calls);
    wait.call.kind = CALL_WAIT;
    wait.call.wait = 2;
    asked_run(&wait); /* the clock has moved */
    asked_done(&wait);
    assert_int_equal(run(SQL_READ, &one, NULL), first);
    run(SQL_READ, &one, "a"); /* the third: template1 goes */
    assert_int_equal(open_connections(), 2);
    assert_int_equal(run(SQL_READ, &one, NULL), first);
    assert_int_not_equal(run(SQL_READ, &one, "template1"), second);
    database_end(&d);
    free(database_sql(&d, "DROP DATABASE a WITH (FORCE)"));
    database_begin(&d);
}

static void test_unused_is_closed(void **state)
{
    (void)state;
    tear_down(NULL);
    d.settings.sql_idle = 30;
    set_up(NULL);
    uint64_t first = run(SQL_READ, &one, NULL);
    assert_int_equal(open_connections(), 1);
    while (open_connections() > 0) calls_turn(&d.calls, 10);
    database_until(&d, "SELECT count(*) = 0 FROM pg_stat_activity WHERE " OURS);
    assert_int_not_equal(run(SQL_READ, &one, NULL), first);
}

/* The server ends a kept connection: it is noticed before the next call, which knows nothing of it.
 */
static void test_ended_while_kept(void **state)
{
    (void)state;
    uint64_t first = run(SQL_READ, &one, NULL);
    free(database_sql(&d,
                      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE " OURS));
    while (open_connections() > 0) calls_turn(&d.calls, 10);
    assert_int_not_equal(run(SQL_READ, &one, NULL), first);
    assert_string_equal(buf_text(&a.body), "1\n");
}

static void test_much_in_both_directions(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    static struct sql_statement many[MANY];
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_str(&text, "SELECT repeat('y', 2000), '");
    for (int i = 0; i < 3000; i++) buf_char(&text, 'x');
    buf_str(&text, "'");
    for (int i = 0; i < MANY; i++) many[i].text = buf_text(&text);
    /* 9 MB there, 15 MB back, in one flight. */
    database_ask(&d, &a, SQL_TRANSACTION, many, MANY);
    asked_run(&a);
    assert_int_equal(a.reply.err.kind, ERR_NONE);
    assert_string_equal(a.reply.sql.sqlstate, "");
    assert_int_equal(a.reply.sql.count, MANY);
    assert_int_equal(a.body.length, MANY * 5005 - 3);
    buf_done(&text);
}

static void test_result_limit(void **state)
{
    (void)state;
    tear_down(NULL);
    d.settings.sql_max_result = 1000000;
    set_up(NULL);
    static const struct sql_statement fits = {.text = "SELECT repeat('x', 900000)"};
    static const struct sql_statement huge = {
        .text = "SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"};
    uint64_t first = run(SQL_READ, &fits, NULL);
    assert_int_equal(run(SQL_READ, &fits, NULL), first); /* per call, not per connection */
    database_ask(&d, &a, SQL_READ, &huge, 1);
    asked_run(&a);
    assert_int_equal(a.reply.err.kind, ERR_PROTOCOL);
    assert_int_equal(open_connections(), 0);
}

static struct asked second;

static void start_second(struct asked *first)
{
    (void)first;
    asked_start(&second);
}

static void test_started_inside_done(void **state)
{
    (void)state;
    asked_init(&second, &d.calls);
    database_ask(&d, &second, SQL_READ, &one, 1);
    a.then = start_second;
    uint64_t connection = run(SQL_READ, &one, NULL);
    assert_int_equal(second.times, 1);
    assert_int_equal(second.reply.sql.connection, connection);
    asked_done(&second);
}

static void test_unix_socket(void **state)
{
    (void)state;
    database_ask(&d, &a, SQL_READ, &one, 1);
    a.call.sql.target.host = cluster_socket_dir(d.cluster);
    a.call.sql.target.password = NULL;
    asked_run(&a);
    assert_int_equal(a.reply.err.kind, ERR_NONE);
    assert_string_equal(buf_text(&a.body), "1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_session, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_statement_timeout, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kept_per_target, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_login_trial, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_few_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_oldest_makes_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unused_is_closed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ended_while_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_much_in_both_directions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_result_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_started_inside_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unix_socket, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
