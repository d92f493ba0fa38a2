/* Descriptors run out (ulimit -n): every call ends with that reason and as something that passes,
 * and everything works again as soon as there are some. The limit is lowered in this process. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/descriptors.h"
#include "support/database.h"
#include "support/web.h"

#define REASON "Too many open files"

static struct database d;
static struct web *web;
static struct asked a;
static struct rlimit usual;
static const struct sql_statement one = {.text = "SELECT 1"};

/* Leaves 'free_ones' descriptors that can be opened. */
static void descriptors_leave(rlim_t free_ones)
{
    int lowest = dup(STDIN_FILENO);
    assert_true(lowest >= 0);
    close(lowest);
    struct rlimit low = usual;
    low.rlim_cur = (rlim_t)lowest + free_ones;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
}

static void descriptors_give_back(void)
{
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
}

static int set_up_all(void **state)
{
    (void)state;
    if (getrlimit(RLIMIT_NOFILE, &usual) < 0 || database_start(&d, NULL) < 0) return -1;
    char *cert = pki_issue(d.pki, "api.test");
    web = web_start(cert, pki_key(d.pki));
    free(cert);
    return 0;
}

static int tear_down_all(void **state)
{
    (void)state;
    web_stop(web);
    database_stop(&d);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    char hosts[256];
    database_begin(&d);
    snprintf(hosts, sizeof(hosts), "%s " DATABASE_HOST "\n%s api.test\n", cluster_host(d.cluster),
             web_address(web));
    calls_hosts(&d.calls, hosts);
    asked_init(&a, &d.calls);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    descriptors_give_back();
    asked_done(&a);
    database_end(&d);
    return 0;
}

static void ask_web(void)
{
    static char url[128];
    snprintf(url, sizeof(url), "https://api.test:%d/status/204", web_port(web));
    a.call.kind = CALL_HTTP;
    a.call.http = (struct http_call){.method = "GET", .url = url};
    asked_run(&a);
}

static void ask_database(void)
{
    database_ask(&d, &a, SQL_READ, &one, 1);
    asked_run(&a);
}

static void assert_ran_out(void)
{
    if (a.reply.err.kind != ERR_TRANSIENT || !strstr(a.reply.err.text, REASON))
        fail_msg("%s: %s", err_kind_word(a.reply.err.kind), a.reply.err.text);
}

/* With 0, 1, 2 ... descriptors left something else cannot be had each time: the hosts file, the
 * socket, the authorities. */
static void runs_out_and_recovers(void (*ask)(void))
{
    unsigned refused = 0;
    for (rlim_t left = 0; left < 5; left++) {
        descriptors_leave(left);
        ask();
        descriptors_give_back();
        if (a.reply.err.kind != ERR_NONE) {
            assert_ran_out();
            refused++;
        }
    }
    assert_true(refused >= 1);
    ask();
    assert_int_equal(a.reply.err.kind, ERR_NONE);
}

static void test_http(void **state)
{
    (void)state;
    runs_out_and_recovers(ask_web);
    assert_int_equal(a.reply.http.status, 204);
}

static void test_sql(void **state)
{
    (void)state;
    runs_out_and_recovers(ask_database);
}

/* A hosts file that could not be read is not taken for one that says nothing, nor for one that has
 * been seen. */
static void test_hosts_file(void **state)
{
    (void)state;
    descriptors_leave(0);
    ask_web();
    assert_ran_out();
    assert_non_null(strstr(a.reply.err.text, "the hosts file"));
    descriptors_give_back();
    ask_web();
    assert_int_equal(a.reply.http.status, 204);
}

/* A name that only the system could know. */
static void test_resolver(void **state)
{
    (void)state;
    ask_web(); /* the hosts file is known from now on */
    a.call.http.url = "https://nowhere.invalid/";
    descriptors_leave(0);
    asked_run(&a);
    assert_ran_out();
    assert_non_null(strstr(a.reply.err.text, "nowhere.invalid"));
}

/* Connections that are open go on. */
static void test_kept_connections(void **state)
{
    (void)state;
    ask_web();
    ask_database();
    descriptors_leave(0);
    ask_web();
    assert_int_equal(a.reply.http.status, 204);
    ask_database();
    assert_int_equal(a.reply.err.kind, ERR_NONE);
}

static void test_available(void **state)
{
    (void)state;
    assert_true(descriptors_available(16));
    descriptors_leave(2);
    assert_true(descriptors_available(2));
    assert_false(descriptors_available(3));
    assert_int_equal(errno, EMFILE);
    assert_true(descriptors_available(2)); /* they were given back */
    descriptors_give_back();
}

/* In a process that has had no loop yet: libuv would abort. */
static int first_loop(unsigned left)
{
    struct err err;
    if (getrlimit(RLIMIT_NOFILE, &usual) < 0) return 9;
    descriptors_leave(left);
    struct loop *loop = loop_new(&err);
    if (loop) return 1;
    if (err.kind != ERR_TRANSIENT || !strstr(err.text, REASON)) return 2;
    descriptors_give_back();
    loop = loop_new(&err);
    if (!loop) return 3;
    loop_free(loop);
    return 0;
}

static void test_loop(void **state)
{
    (void)state;
    for (unsigned left = 0; left < 5; left++) {
        pid_t child = fork();
        if (child == 0) _exit(first_loop(left));
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

/* A loop has all that it needs when it is made. */
static void test_signal(void **state)
{
    (void)state;
    struct err err;
    struct loop *loop = loop_new(NULL);
    descriptors_leave(0);
    struct loop_signal *s = loop_signal_new(loop, SIGHUP, NULL, NULL, &err);
    descriptors_give_back();
    assert_non_null(s);
    loop_signal_free(s);
    loop_free(loop);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest first[] = {cmocka_unit_test(test_loop)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_available),
        CASE(test_http),
        CASE(test_sql),
        CASE(test_hosts_file),
        CASE(test_resolver),
        CASE(test_kept_connections),
        cmocka_unit_test(test_signal),
    };
    int failed = cmocka_run_group_tests(first, NULL, NULL);
    return failed + cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
