/* HTTP calls that go wrong: each ends exactly once, with the kind of error that decides whether it
 * is tried again, and without the token in any text. Calls that are taken back at every stage. */
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
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "support/calls.h"
#include "support/patience.h"
#include "support/pki.h"
#include "support/web.h"

#define TOKEN "eyJ0b2tlbg.very-secret"
#define NO_NAME "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test"

struct fixture {
    struct pki *pki;
    struct web *web;
    struct secret *token;
    int silent; /* a listening socket that nobody serves */
    int silent_port;
    struct calls calls;
    struct asked a;
    char url[512];
};

static struct fixture f;

static int set_up_all(void **state)
{
    (void)state;
    f.pki = pki_new("test authority");
    char *cert = pki_issue(f.pki, "api.test");
    f.web = web_start(cert, pki_key(f.pki));
    free(cert);
    f.token = secret_new(TOKEN, strlen(TOKEN));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7F000001)};
    socklen_t length = sizeof(address);
    f.silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (f.silent < 0 || bind(f.silent, (struct sockaddr *)&address, length) < 0 ||
        listen(f.silent, 64) < 0 || getsockname(f.silent, (struct sockaddr *)&address, &length) < 0)
        return -1;
    f.silent_port = ntohs(address.sin_port);
    return 0;
}

static int tear_down_all(void **state)
{
    (void)state;
    web_stop(f.web);
    pki_free(f.pki);
    secret_free(f.token);
    close(f.silent);
    return 0;
}

static void begin_with(const char *ca_file, msec connect_timeout)
{
    const struct net_settings settings = {.ca_file = ca_file, .connect_timeout = connect_timeout};
    char hosts[256];
    calls_init(&f.calls, &settings);
    snprintf(hosts, sizeof(hosts),
             "%s api.test other.test\n127.0.0.1 silent.test\n127.255.255.253 nobody.test\n",
             web_address(f.web));
    calls_hosts(&f.calls, hosts);
    asked_init(&f.a, &f.calls);
}

static int set_up(void **state)
{
    (void)state;
    begin_with(pki_ca_file(f.pki), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asked_done(&f.a);
    calls_done(&f.calls);
    return 0;
}

static void prepare(struct asked *a, const char *host, const char *path)
{
    int port = strcmp(host, "silent.test") == 0 ? f.silent_port : web_port(f.web);
    snprintf(f.url, sizeof(f.url), "https://%s:%d%s", host, port, path);
    a->call.kind = CALL_HTTP;
    a->call.http = (struct http_call){.method = "GET", .url = f.url, .bearer = f.token};
}

/* Runs it; it must fail as 'kind' with a text that names 'word' and not the token. */
static void fails_as(enum err_kind kind, const char *word)
{
    unsigned before = f.a.times;
    buf_reset(&f.a.message);
    asked_run(&f.a);
    assert_int_equal(f.a.times, before + 1);
    if (f.a.reply.err.kind != kind || !strstr(f.a.reply.err.text, word))
        fail_msg("%s: %s", err_kind_word(f.a.reply.err.kind), f.a.reply.err.text);
    assert_null(strstr(f.a.reply.err.text, TOKEN));
}

/* A pipe in the place of the authorities has no end: nobody waits for it. */
static void test_authorities_that_are_no_file(void **state)
{
    char path[] = "/tmp/pgdrift-fifo-XXXXXX";
    assert_non_null(mkdtemp(path));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    tear_down(state);
    begin_with(path, 0);
    prepare(&f.a, "api.test", "/status/204");
    fails_as(ERR_CONFIG, "is a FIFO, not a regular file");
    unlink(path);
    fails_as(ERR_CONFIG, path); /* there is none */
    assert_int_equal(mkdir(path, 0700), 0);
    fails_as(ERR_CONFIG, "is a directory, not a regular file");
    assert_int_equal(rmdir(path), 0);
}

static void test_reset_and_truncated(void **state)
{
    (void)state;
    prepare(&f.a, "api.test", "/reset");
    fails_as(ERR_TRANSIENT, "api.test: ");
    assert_false(f.a.reply.unsent);
    prepare(&f.a, "api.test", "/truncate");
    fails_as(ERR_TRANSIENT, "api.test: ");
    assert_false(f.a.reply.unsent);
    /* And the way is not blocked afterwards. */
    prepare(&f.a, "api.test", "/status/200");
    asked_run(&f.a);
    assert_int_equal(f.a.reply.http.status, 200);
}

static void test_refused(void **state)
{
    (void)state;
    prepare(&f.a, "nobody.test", "/");
    fails_as(ERR_TRANSIENT, "nobody.test: ");
    assert_non_null(strstr(f.a.reply.err.text, "refused"));
    assert_true(f.a.reply.unsent);
}

static void test_no_address(void **state)
{
    (void)state;
    prepare(&f.a, NO_NAME, "/");
    fails_as(ERR_TRANSIENT, "has no address");
    assert_true(f.a.reply.unsent);
}

static void test_deadline(void **state)
{
    (void)state;
    static const char *const hosts[] = {"api.test", "silent.test"};
    for (int i = 0; i < 2; i++) {
        prepare(&f.a, hosts[i], "/hang");
        f.a.call.deadline = f.calls.io->now(f.calls.io->ctx) + 300;
        fails_as(ERR_TIMEOUT, hosts[i]);
        assert_false(f.a.reply.unsent);
        assert_true(f.calls.io->now(f.calls.io->ctx) >= f.a.call.deadline);
    }
    f.a.call.deadline = 1; /* long past */
    fails_as(ERR_TIMEOUT, "no answer in time");
    /* Answered in time: nothing happens when the time comes. */
    prepare(&f.a, "api.test", "/status/200");
    for (msec span = 500; span <= patient(8000); span *= 2) {
        f.a.call.deadline = f.calls.io->now(f.calls.io->ctx) + span;
        asked_run(&f.a);
        if (f.a.reply.err.kind != ERR_TIMEOUT) break;
    }
    assert_int_equal(f.a.reply.http.status, 200);
    unsigned times = f.a.times;
    while (f.calls.io->now(f.calls.io->ctx) <= f.a.call.deadline) calls_turn(&f.calls, 100);
    assert_int_equal(f.a.times, times);
}

static void test_connect_timeout(void **state)
{
    (void)state;
    tear_down(NULL);
    begin_with(pki_ca_file(f.pki), 200);
    prepare(&f.a, "silent.test", "/");
    fails_as(ERR_TIMEOUT, "no connection within 200 ms");
}

static void test_body_limit(void **state)
{
    (void)state;
    prepare(&f.a, "api.test", "/size/5000");
    f.a.call.http.max_reply = 4999;
    fails_as(ERR_PROTOCOL, "too long");
    f.a.call.http.max_reply = 5000;
    asked_run(&f.a);
    assert_int_equal(f.a.reply.err.kind, ERR_NONE);
    assert_int_equal(f.a.body.length, 5000);
}

static void test_header_limit(void **state)
{
    (void)state;
    prepare(&f.a, "api.test", "/headers/40");
    asked_run(&f.a);
    assert_int_equal(f.a.reply.http.status, 200);
    assert_non_null(strstr(buf_text(&f.a.headers), "x-39=39\n"));
    prepare(&f.a, "api.test", "/headers/65");
    fails_as(ERR_PROTOCOL, "headers");
}

static void test_unknown_authority(void **state)
{
    (void)state;
    struct pki *other = pki_new("another authority");
    tear_down(NULL);
    begin_with(pki_ca_file(other), 0);
    prepare(&f.a, "api.test", "/echo");
    fails_as(ERR_CONFIG, "api.test: the certificate was not accepted");
    assert_non_null(strstr(f.a.reply.err.text, pki_ca_file(other)));
    /* A file that is not there is no reason to trust anybody. */
    tear_down(NULL);
    begin_with("/nonexistent/ca.pem", 0);
    prepare(&f.a, "api.test", "/echo");
    fails_as(ERR_CONFIG, "/nonexistent/ca.pem");
    tear_down(NULL);
    begin_with(NULL, 0);
    prepare(&f.a, "api.test", "/echo");
    fails_as(ERR_CONFIG, "the system's");
    pki_free(other);
}

static void test_wrong_name(void **state)
{
    (void)state;
    unsigned before = web_requests(f.web);
    prepare(&f.a, "other.test", "/echo");
    fails_as(ERR_CONFIG, "other.test: the certificate was not accepted");
    assert_int_equal(web_requests(f.web), before); /* nothing was sent */
    assert_true(f.a.reply.unsent);
}

static void test_requests_refused_here(void **state)
{
    (void)state;
    f.a.call.kind = CALL_HTTP;
    f.a.call.http =
        (struct http_call){.method = "GET", .url = "http://api.test/", .bearer = f.token};
    fails_as(ERR_CONFIG, "plain HTTP");
    static const char *const urls[] = {"", "api.test/x", "ftp://api.test/", "file:///etc/passwd",
                                       "https://"};
    for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
        f.a.call.http = (struct http_call){.method = "GET", .url = urls[i]};
        fails_as(ERR_PROTOCOL, "not an address of HTTP");
    }
    prepare(&f.a, "api.test", "/echo");
    f.a.call.http.headers[0] = (struct http_header){"X", "a\r\nY: b"};
    f.a.call.http.header_count = 1;
    fails_as(ERR_INTERNAL, "line break");
}

static void cancel_after(const char *host, unsigned turns)
{
    struct asked a;
    asked_init(&a, &f.calls);
    prepare(&a, host, "/hang");
    asked_start(&a);
    if (turns > 0) calls_turn(&f.calls, turns);
    if (a.times == 0) asked_cancel(&a);
    unsigned times = a.times;
    calls_turn(&f.calls, 3);
    assert_int_equal(a.times, times);
    asked_done(&a);
}

/* Taken back later and later on its way, until the server has had the request: whatever the stage,
 * nothing is called and nothing is left behind. */
static void test_cancel_at_each_stage(void **state)
{
    (void)state;
    static const char *const hosts[] = {"silent.test", NO_NAME, "nobody.test", "api.test"};
    unsigned before = web_requests(f.web);
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
        for (unsigned turns = 0; turns < 5000; turns += turns / 2 + 1)
            cancel_after(hosts[i], turns);
    for (unsigned turns = 5000; web_requests(f.web) == before; turns *= 2)
        cancel_after("api.test", turns);
    prepare(&f.a, "api.test", "/status/200");
    asked_run(&f.a);
    assert_int_equal(f.a.reply.http.status, 200);
}

static struct asked *victim;

static void cancel_victim(struct asked *a)
{
    (void)a;
    asked_cancel(victim);
}

static void test_cancel_inside_done(void **state)
{
    (void)state;
    struct asked other;
    asked_init(&other, &f.calls);
    prepare(&other, "api.test", "/hang");
    victim = &other;
    asked_start(&other);
    char url[64];
    snprintf(url, sizeof(url), "https://api.test:%d/status/200", web_port(f.web));
    prepare(&f.a, "api.test", "/hang");
    f.a.call.http.url = url;
    f.a.then = cancel_victim;
    asked_run(&f.a);
    assert_int_equal(f.a.reply.http.status, 200);
    assert_int_equal(other.times, 0);
    asked_done(&other);
}

/* The executor ends while calls are at every stage: nothing leaks, nobody is called. */
static void test_free_with_calls_under_way(void **state)
{
    (void)state;
    static const char *const hosts[] = {"api.test", "silent.test", NO_NAME};
    struct asked many[3];
    char *urls[3];
    for (int i = 0; i < 3; i++) {
        asked_init(&many[i], &f.calls);
        prepare(&many[i], hosts[i], "/hang");
        urls[i] = xstrdup(f.url);
        many[i].call.http.url = urls[i];
    }
    asked_start(&many[0]);
    asked_start(&many[1]);
    calls_turn(&f.calls, 10);
    asked_start(&many[2]);
    calls_turn(&f.calls, 1);
    unsigned refused =
        many[2].times; /* the system may have said at once that there is no such name */
    net_free(f.calls.net);
    f.calls.net = NULL;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(many[i].times, i == 2 ? refused : 0);
        asked_done(&many[i]);
        free(urls[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reset_and_truncated, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_authorities_that_are_no_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_address, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deadline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_connect_timeout, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_body_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_header_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unknown_authority, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_requests_refused_here, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancel_at_each_stage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancel_inside_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_free_with_calls_under_way, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
