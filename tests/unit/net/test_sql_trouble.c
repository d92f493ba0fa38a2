/* SQL calls that go wrong on the way: refused logins, servers that are not there, connections that
 * end, calls that are taken back. Each ends once, with the kind that decides about another try. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/database.h"
#include "support/patience.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define NO_NAME "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test"

static struct database d;
static struct asked a;
static struct secret *pw;
static int silent; /* a listening socket that nobody serves, on the cluster's port */
static const struct sql_statement one = {.text = "SELECT 1"};
static const struct sql_statement never[] = {{.text = "SELECT 1"},
                                             {.text = "SELECT pg_sleep(3600)"}};

static int set_up_all(void **state)
{
    (void)state;
    if (database_start(&d, NULL) < 0) return -1;
    pw = secret_new("pw", 2);
    char *end;
    unsigned long port = strtoul(cluster_port(d.cluster), &end, 10);
    if (*end || port > UINT16_MAX) return -1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(0x7FFFFFFC)}; /* 127.255.255.252 */
    silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (silent < 0 || bind(silent, (struct sockaddr *)&address, sizeof(address)) < 0) return -1;
    return listen(silent, 64);
}

static int tear_down_all(void **state)
{
    (void)state;
    close(silent);
    secret_free(pw);
    database_stop(&d);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    char hosts[256];
    database_begin(&d);
    snprintf(hosts, sizeof(hosts),
             "%s " DATABASE_HOST " other.test\n127.255.255.252 silent.test\n"
             "127.255.255.253 nobody.test\n",
             cluster_host(d.cluster));
    calls_hosts(&d.calls, hosts);
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

static void sql(const char *text)
{
    free(database_sql(&d, text));
}

static void fails_as(enum err_kind kind, const char *sqlstate, const char *word)
{
    unsigned before = a.times;
    asked_run(&a);
    assert_int_equal(a.times, before + 1);
    if (a.reply.err.kind != kind || strcmp(a.reply.sql.sqlstate, sqlstate) != 0 ||
        !strstr(a.reply.err.text, word))
        fail_msg("%s [%s]: %s", err_kind_word(a.reply.err.kind), a.reply.sql.sqlstate,
                 a.reply.err.text);
    assert_string_equal(a.reply.err.code, sqlstate);
}

static void works(void)
{
    database_ask(&d, &a, SQL_READ, &one, 1);
    asked_run(&a);
    assert_int_equal(a.reply.err.kind, ERR_NONE);
    assert_string_equal(buf_text(&a.body), "1\n");
}

static void test_refused_sessions(void **state)
{
    (void)state;
    static const struct {
        const char *user;
        const char *password;
        const char *database;
        enum err_kind kind;
        const char *sqlstate;
    } cases[] = {
        {"r_ok", "wrong", NULL, ERR_DENIED, "28P01"},
        {"r_nobody", "pw", NULL, ERR_DENIED, "28P01"},
        {"r_nologin", "pw", NULL, ERR_DENIED, "28000"},
        {"r_expired", "pw", NULL, ERR_DENIED, "28P01"},
        {"r_ok", "pw", "nowhere", ERR_NOT_FOUND, "3D000"},
        {"r_ok", "pw", "closed", ERR_DENIED, "42501"},
        {"r_full", "pw", NULL, ERR_TRANSIENT, "53300"},
    };
    sql("CREATE ROLE r_ok LOGIN PASSWORD 'pw'");
    sql("CREATE ROLE r_nologin PASSWORD 'pw'");
    sql("CREATE ROLE r_expired LOGIN PASSWORD 'pw' VALID UNTIL '2001-01-01'");
    sql("CREATE ROLE r_full LOGIN PASSWORD 'pw' CONNECTION LIMIT 0");
    sql("CREATE DATABASE closed");
    sql("REVOKE CONNECT ON DATABASE closed FROM PUBLIC");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct secret *password = secret_new(cases[i].password, strlen(cases[i].password));
        database_ask(&d, &a, SQL_READ, &one, 1);
        database_as(&a, cases[i].user, password, cases[i].database);
        fails_as(cases[i].kind, cases[i].sqlstate, DATABASE_HOST ": ");
        assert_null(strstr(a.reply.err.text, cases[i].password));
        secret_free(password);
    }
    sql("DROP DATABASE closed");
    works();
}

static void test_certificates(void **state)
{
    (void)state;
    struct pki *other = pki_new("another authority");
    database_ask(&d, &a, SQL_READ, &one, 1);
    a.call.sql.target.ssl_root_cert = pki_ca_file(other);
    fails_as(ERR_CONFIG, "", "certificate");
    a.call.sql.target.ssl_root_cert = "/dev/zero"; /* has no end: nobody waits for it */
    fails_as(ERR_CONFIG, "", "is a device, not a regular file");
    a.call.sql.target.ssl_root_cert = "/nonexistent/ca.pem";
    fails_as(ERR_CONFIG, "", "certificate");
    database_ask(&d, &a, SQL_READ, &one, 1);
    a.call.sql.target.host = "other.test";
    fails_as(ERR_CONFIG, "", "other.test");
    /* Not asked for: anybody's word is taken. */
    a.call.sql.target.ssl_mode = "require";
    a.call.sql.target.ssl_root_cert = "/nonexistent/ca.pem";
    asked_run(&a);
    assert_int_equal(a.reply.err.kind, ERR_NONE);
    pki_free(other);
}

static void test_not_there(void **state)
{
    (void)state;
    database_ask(&d, &a, SQL_READ, &one, 1);
    a.call.sql.target.host = "nobody.test";
    fails_as(ERR_TRANSIENT, "", "refused");
    a.call.sql.target.host = NO_NAME;
    fails_as(ERR_TRANSIENT, "", "has no address");
    a.call.sql.target.host = "/nonexistent";
    fails_as(ERR_TRANSIENT, "", "/nonexistent");
    works();
}

/* One address refuses, one accepts and says nothing, the third is the server. */
static void test_next_address(void **state)
{
    (void)state;
    msec timeout = 200;
    char hosts[256];
    snprintf(hosts, sizeof(hosts),
             "127.255.255.253 " DATABASE_HOST "\n127.255.255.252 " DATABASE_HOST
             "\n%s " DATABASE_HOST "\n127.255.255.252 silent.test\n",
             cluster_host(d.cluster));
    do {
        tear_down(NULL);
        d.settings.connect_timeout = timeout;
        set_up(NULL);
        calls_hosts(&d.calls, hosts);
        database_ask(&d, &a, SQL_READ, &one, 1);
        asked_run(&a);
        timeout *= 2;
    } while (a.reply.err.kind == ERR_TIMEOUT && timeout <= patient(8000));
    works();
    tear_down(NULL);
    d.settings.connect_timeout = 200;
    set_up(NULL);
    calls_hosts(&d.calls, hosts);
    database_ask(&d, &a, SQL_READ, &one, 1);
    a.call.sql.target.host = "silent.test";
    fails_as(ERR_TIMEOUT, "", "no connection within 200 ms");
}

static void test_deadline(void **state)
{
    (void)state;
    /* While connecting, while waiting for an answer, and while waiting for a connection. */
    database_ask(&d, &a, SQL_READ, &one, 1);
    a.call.sql.target.host = "silent.test";
    a.call.deadline = d.calls.io->now(d.calls.io->ctx) + 100;
    fails_as(ERR_TIMEOUT, "", "silent.test: no answer in time");
    struct asked busy[2];
    for (int i = 0; i < 2; i++) {
        asked_init(&busy[i], &d.calls);
        database_ask(&d, &busy[i], SQL_READ, never, COUNT(never));
        asked_start(&busy[i]);
    }
    database_until(&d, "SELECT count(*) = 2 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    database_ask(&d, &a, SQL_READ, &one, 1);
    a.call.deadline = d.calls.io->now(d.calls.io->ctx) + 50;
    asked_start(&a);
    while (a.times < 2) calls_turn(&d.calls, 10);
    assert_int_equal(a.reply.err.kind, ERR_TIMEOUT);
    asked_cancel(&busy[0]);
    asked_done(&busy[0]);
    asked_cancel(&busy[1]);
    busy[1].call.deadline = d.calls.io->now(d.calls.io->ctx) + 50;
    asked_run(&busy[1]);
    assert_int_equal(busy[1].reply.err.kind, ERR_TIMEOUT);
    asked_done(&busy[1]);
    a.call.deadline = 0;
    works();
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
}

static void test_ended_in_the_middle(void **state)
{
    (void)state;
    static const enum sql_mode modes[] = {SQL_READ, SQL_TRANSACTION, SQL_EACH, SQL_SIMPLE};
    for (size_t i = 0; i < COUNT(modes); i++) {
        bool simple = modes[i] == SQL_SIMPLE;
        database_ask(&d, &a, modes[i], simple ? never + 1 : never, simple ? 1 : COUNT(never));
        unsigned before = a.times;
        asked_start(&a);
        database_until(&d,
                       "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
        calls_wait(&d.calls);
        assert_int_equal(a.times, before + 1);
        assert_int_equal(a.reply.err.kind, ERR_TRANSIENT);
        assert_string_equal(a.reply.err.code, "57P01");
        uint64_t connection = a.reply.sql.connection;
        works();
        assert_int_not_equal(a.reply.sql.connection, connection);
    }
}

/* Without a word: the process is gone, not just told to go. */
static void test_gone_without_a_word(void **state)
{
    (void)state;
    database_ask(&d, &a, SQL_TRANSACTION, never, COUNT(never));
    asked_start(&a);
    database_until(&d, "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    /* SIGQUIT, as the postmaster sends it when another backend has crashed. */
    cluster_stop(d.cluster);
    d.cluster = NULL;
    calls_wait(&d.calls);
    assert_int_equal(a.reply.err.kind, ERR_TRANSIENT);
    asked_done(&a);
    database_end(&d);
    database_stop(&d);
    assert_int_equal(database_start(&d, NULL), 0);
    set_up(NULL);
    works();
}

static void test_copy_is_refused(void **state)
{
    (void)state;
    static const struct sql_statement copies[] = {{.text = "COPY (SELECT 1) TO STDOUT"},
                                                  {.text = "COPY pg_aggregate FROM STDIN"}};
    for (int i = 0; i < 2; i++) {
        database_ask(&d, &a, i == 0 ? SQL_SIMPLE : SQL_EACH, &copies[i], 1);
        fails_as(ERR_REFUSED, "", "COPY");
        works();
    }
}

static void cancel_after(const char *host, enum sql_mode mode, unsigned turns)
{
    struct asked b;
    asked_init(&b, &d.calls);
    database_ask(&d, &b, mode, never, COUNT(never));
    b.call.sql.target.host = host;
    asked_start(&b);
    if (turns > 0) calls_turn(&d.calls, turns);
    if (b.times == 0) asked_cancel(&b);
    unsigned times = b.times;
    calls_turn(&d.calls, 3);
    assert_int_equal(b.times, times);
    asked_done(&b);
}

/* Taken back later and later, until the server is seen working: whatever the stage, nothing is
 * called, nothing is left behind, and the place is free for the next. */
static void test_cancel_at_each_stage(void **state)
{
    (void)state;
    static const char *const hosts[] = {DATABASE_HOST, "silent.test", "nobody.test", NO_NAME};
    for (size_t i = 0; i < COUNT(hosts); i++)
        for (unsigned turns = 0; turns < 20000; turns += turns / 2 + 1)
            cancel_after(hosts[i], turns % 2 ? SQL_READ : SQL_EACH, turns);
    struct net_counters before, after;
    net_counters(d.calls.net, &before);
    for (unsigned turns = 20000;; turns *= 2) {
        cancel_after(DATABASE_HOST, SQL_READ, turns);
        net_counters(d.calls.net, &after);
        if (after.sql_connections > before.sql_connections) break;
    }
    assert_int_equal(after.sql_open, 0);
    works();
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
}

/* A call that waits for its turn is taken back; the next one moves up. */
static void test_cancel_in_the_queue(void **state)
{
    (void)state;
    struct asked queue[4];
    for (size_t i = 0; i < COUNT(queue); i++) {
        asked_init(&queue[i], &d.calls);
        database_ask(&d, &queue[i], SQL_READ, i < 2 ? never : &one, i < 2 ? COUNT(never) : 1);
        asked_start(&queue[i]);
    }
    database_until(&d, "SELECT count(*) = 2 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    asked_cancel(&queue[2]);
    asked_cancel(&queue[0]);
    while (queue[3].times == 0) calls_turn(&d.calls, 10);
    assert_string_equal(buf_text(&queue[3].body), "1\n");
    asked_cancel(&queue[1]);
    assert_int_equal(queue[0].times + queue[1].times + queue[2].times, 0);
    for (size_t i = 0; i < COUNT(queue); i++) asked_done(&queue[i]);
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
}

static void test_free_with_calls_under_way(void **state)
{
    (void)state;
    static const char *const hosts[] = {DATABASE_HOST, DATABASE_HOST, DATABASE_HOST, "silent.test",
                                        NO_NAME};
    struct asked many[COUNT(hosts)];
    for (size_t i = 0; i < COUNT(hosts); i++) {
        asked_init(&many[i], &d.calls);
        database_ask(&d, &many[i], SQL_READ, never, COUNT(never));
        many[i].call.sql.target.host = hosts[i];
        if (i + 1 == COUNT(hosts))
            database_until(&d, "SELECT count(*) = 2 FROM pg_stat_activity "
                               "WHERE wait_event = 'PgSleep'");
        asked_start(&many[i]);
    }
    calls_turn(&d.calls, 1);
    unsigned times[COUNT(hosts)];
    for (size_t i = 0; i < COUNT(hosts); i++) times[i] = many[i].times;
    /* Only the name that does not exist may have been answered by now. */
    for (size_t i = 0; i + 1 < COUNT(hosts); i++) assert_int_equal(times[i], 0);
    net_free(d.calls.net);
    d.calls.net = NULL;
    for (size_t i = 0; i < COUNT(hosts); i++) {
        assert_int_equal(many[i].times, times[i]);
        asked_done(&many[i]);
    }
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_refused_sessions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_certificates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_next_address, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deadline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ended_in_the_middle, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_copy_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancel_at_each_stage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancel_in_the_queue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_free_with_calls_under_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gone_without_a_word, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
