/* HTTP calls against a web server of our own, over TLS and without: what is sent, what is received,
 * how connections are used. What goes wrong is in test_http_trouble.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/calls.h"
#include "support/pki.h"
#include "support/web.h"

enum { PARALLEL = 24 };

struct fixture {
    struct pki *pki;
    struct web *tls;
    struct web *plain;
    struct calls calls;
    struct net_settings settings;
    struct asked a;
    char url[8192];
};

static struct fixture f;

static int set_up_all(void **state)
{
    (void)state;
    f.pki = pki_new("test authority");
    char *cert = pki_issue(f.pki, "api.test");
    f.tls = web_start(cert, pki_key(f.pki));
    f.plain = web_start(NULL, NULL);
    free(cert);
    return 0;
}

static int tear_down_all(void **state)
{
    (void)state;
    web_stop(f.tls);
    web_stop(f.plain);
    pki_free(f.pki);
    return 0;
}

static void begin_with(const struct net_settings *settings)
{
    char hosts[128];
    calls_init(&f.calls, settings);
    snprintf(hosts, sizeof(hosts), "%s api.test\n%s plain.test\n", web_address(f.tls),
             web_address(f.plain));
    calls_hosts(&f.calls, hosts);
    asked_init(&f.a, &f.calls);
}

static int set_up(void **state)
{
    (void)state;
    f.settings = (struct net_settings){.ca_file = pki_ca_file(f.pki)};
    begin_with(&f.settings);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asked_done(&f.a);
    calls_done(&f.calls);
    return 0;
}

static void prepare(struct asked *a, const char *method, const char *path)
{
    snprintf(f.url, sizeof(f.url), "https://api.test:%d%s", web_port(f.tls), path);
    a->call.kind = CALL_HTTP;
    a->call.http = (struct http_call){.method = method, .url = f.url};
}

static void assert_contains(const struct buf *b, const char *text)
{
    if (!strstr(buf_text(b), text)) fail_msg("no \"%s\" in: %s", text, buf_text(b));
}

static void assert_lacks(const struct buf *b, const char *text)
{
    if (strstr(buf_text(b), text)) fail_msg("\"%s\" in: %s", text, buf_text(b));
}

static void test_get(void **state)
{
    (void)state;
    prepare(&f.a, "GET", "/echo?a=b");
    asked_run(&f.a);
    assert_int_equal(f.a.reply.err.kind, ERR_NONE);
    assert_int_equal(f.a.reply.http.status, 200);
    assert_int_equal(f.a.times, 1);
    assert_contains(&f.a.body, "GET /echo?a=b\n");
    assert_contains(&f.a.body, "User-Agent: pgdriftd/");
    assert_contains(&f.a.body, "Accept-Encoding: gzip\n");
    assert_lacks(&f.a.body, "Content-Type");
    assert_lacks(&f.a.body, "Authorization");
    assert_contains(&f.a.headers, "x-mixed-case=Kept As Is\n");
}

static void test_body_and_headers(void **state)
{
    (void)state;
    static const char body[] = "{\"a\":\"\xEC\x84\x9C\"}";
    struct secret *token = secret_new("tok.en-1", 8);
    prepare(&f.a, "PATCH", "/echo");
    f.a.call.http.body = body;
    f.a.call.http.body_length = sizeof(body) - 1;
    f.a.call.http.content_type = "application/json";
    f.a.call.http.bearer = token;
    f.a.call.http.headers[0] = (struct http_header){"x-ms-client-request-id", "id-1"};
    f.a.call.http.headers[1] = (struct http_header){"If-Match", ""};
    f.a.call.http.header_count = 2;
    asked_run(&f.a);
    assert_int_equal(f.a.reply.http.status, 200);
    assert_contains(&f.a.body, "PATCH /echo\n");
    assert_contains(&f.a.body, "Content-Type: application/json\n");
    assert_contains(&f.a.body, "Authorization: Bearer tok.en-1\n");
    assert_contains(&f.a.body, "x-ms-client-request-id: id-1\n");
    assert_contains(&f.a.body, "If-Match: \n");
    assert_contains(&f.a.body, body);
    assert_lacks(&f.a.body, "Expect");
    secret_free(token);
}

static void test_methods_without_body(void **state)
{
    (void)state;
    static const char *const methods[] = {"GET", "DELETE", "POST", "PUT", "PATCH"};
    for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
        prepare(&f.a, methods[i], "/echo");
        buf_reset(&f.a.body);
        asked_run(&f.a);
        char line[32];
        snprintf(line, sizeof(line), "%s /echo\n", methods[i]);
        assert_contains(&f.a.body, line);
        assert_lacks(&f.a.body, "Content-Type");
        bool sends = *methods[i] == 'P';
        if (sends)
            assert_contains(&f.a.body, "Content-Length: 0\n");
        else
            assert_lacks(&f.a.body, "Content-Length");
    }
    prepare(&f.a, "HEAD", "/echo");
    buf_reset(&f.a.body);
    asked_run(&f.a);
    assert_int_equal(f.a.reply.http.status, 200);
    assert_int_equal(f.a.body.length, 0);
}

static void test_url_byte_for_byte(void **state)
{
    (void)state;
    struct buf path;
    buf_init(&path, 8000);
    buf_str(&path, "/a/./b/../c//%2F%2f%41?t=1&c=");
    for (int i = 0; i < 3000; i++) buf_char(&path, "AZaz09-_~.%+=/!*'(),;:@$"[i % 19]);
    buf_str(&path, "&s=%E1%e1&h=|{}^`[]");
    prepare(&f.a, "GET", buf_text(&path));
    asked_run(&f.a);
    assert_int_equal(f.a.reply.http.status, 200);
    const char *first = strchr(buf_text(&f.a.body), '\n');
    assert_non_null(first);
    assert_int_equal(first - buf_text(&f.a.body), (int)path.length + 4);
    assert_memory_equal(buf_text(&f.a.body) + 4, buf_text(&path), path.length);
    buf_done(&path);
}

static void test_answers(void **state)
{
    (void)state;
    prepare(&f.a, "GET", "/gzip");
    asked_run(&f.a);
    assert_string_equal(buf_text(&f.a.body), "squeezed");
    prepare(&f.a, "GET", "/status/404");
    asked_run(&f.a);
    assert_int_equal(f.a.reply.err.kind, ERR_NONE);
    assert_int_equal(f.a.reply.http.status, 404);
    buf_reset(&f.a.headers);
    prepare(&f.a, "GET", "/status/302");
    asked_run(&f.a);
    assert_int_equal(f.a.reply.http.status, 302);
    assert_contains(&f.a.headers, "location=/echo\n");
    buf_reset(&f.a.body);
    prepare(&f.a, "GET", "/size/3000000");
    asked_run(&f.a);
    assert_int_equal(f.a.body.length, 3000000);
}

static void start_many(struct asked *many, const char *path)
{
    for (int i = 0; i < PARALLEL; i++) {
        prepare(&many[i], "GET", path);
        asked_start(&many[i]);
    }
    calls_wait(&f.calls);
}

static void test_parallel_and_kept(void **state)
{
    (void)state;
    static struct asked many[PARALLEL];
    for (int i = 0; i < PARALLEL; i++) asked_init(&many[i], &f.calls);
    unsigned before = web_connections(f.tls);
    start_many(many, "/size/50000");
    unsigned used = web_connections(f.tls) - before;
    assert_in_range(used, 1, 8);
    for (int round = 0; round < 5; round++) start_many(many, "/echo");
    assert_int_equal(web_connections(f.tls) - before, used);
    struct net_counters counters;
    net_counters(f.calls.net, &counters);
    assert_int_equal(counters.http_calls, 6 * PARALLEL);
    assert_int_equal(counters.http_connections, used);
    assert_true(counters.http_bytes > PARALLEL * 50000);
    for (int i = 0; i < PARALLEL; i++) {
        assert_int_equal(many[i].times, 6);
        assert_int_equal(many[i].reply.http.status, 200);
        asked_done(&many[i]);
    }
}

/* A write must not meet a connection that is just being closed: libcurl would send it twice. */
static void test_writes_connect_anew(void **state)
{
    (void)state;
    unsigned before = web_connections(f.tls);
    static const char *const methods[] = {"GET", "POST", "GET", "PUT", "PATCH", "DELETE", "GET"};
    for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
        prepare(&f.a, methods[i], "/status/200");
        asked_run(&f.a);
        assert_int_equal(f.a.reply.http.status, 200);
    }
    assert_int_equal(web_connections(f.tls) - before, 5);
    prepare(&f.a, "POST", "/status/200");
    f.a.call.http.question = true;
    asked_run(&f.a);
    assert_int_equal(f.a.reply.http.status, 200);
    assert_int_equal(web_connections(f.tls) - before, 5);
}

static void again_inside_done(struct asked *a)
{
    if (a->times < 3) asked_start(a);
}

static void test_started_inside_done(void **state)
{
    (void)state;
    prepare(&f.a, "GET", "/status/204");
    f.a.then = again_inside_done;
    asked_run(&f.a);
    assert_int_equal(f.a.times, 3);
    assert_int_equal(f.a.reply.http.status, 204);
}

static void test_hosts_file_change(void **state)
{
    (void)state;
    char *cert = pki_issue(f.pki, "api.test");
    struct web *other = web_start_at(web_port(f.tls), cert, pki_key(f.pki));
    free(cert);
    prepare(&f.a, "GET", "/echo");
    asked_run(&f.a);
    assert_int_equal(web_requests(other), 0);
    /* The name moves while a connection to the former address is kept. */
    char hosts[64];
    snprintf(hosts, sizeof(hosts), "%s api.test\n", web_address(other));
    calls_hosts(&f.calls, hosts);
    asked_run(&f.a);
    assert_int_equal(f.a.reply.err.kind, ERR_NONE);
    assert_int_equal(web_requests(other), 1);
    web_stop(other);
}

/* The first address of the name refuses, the second answers. */
static void test_next_address(void **state)
{
    (void)state;
    char hosts[128];
    snprintf(hosts, sizeof(hosts), "127.255.255.253 api.test\n%s api.test\n", web_address(f.tls));
    calls_hosts(&f.calls, hosts);
    prepare(&f.a, "GET", "/echo");
    asked_run(&f.a);
    assert_int_equal(f.a.reply.err.kind, ERR_NONE);
    assert_int_equal(f.a.reply.http.status, 200);
}

static void test_proxy(void **state)
{
    (void)state;
    asked_done(&f.a);
    calls_done(&f.calls);
    char proxy[64], url[64], line[96];
    snprintf(proxy, sizeof(proxy), "http://plain.test:%d", web_port(f.plain));
    struct net_settings settings = {.proxy = proxy, .no_proxy = "other.test, .near.test"};
    begin_with(&settings);
    f.a.call.kind = CALL_HTTP;
    /* The name is the proxy's business: nobody here knows it. */
    f.a.call.http = (struct http_call){.method = "GET", .url = "http://far.test/x?y=z"};
    asked_run(&f.a);
    assert_int_equal(f.a.reply.err.kind, ERR_NONE);
    assert_contains(&f.a.body, "Host: far.test\n");
    buf_reset(&f.a.body);
    char hosts[128];
    snprintf(hosts, sizeof(hosts), "%s plain.test a.near.test\n", web_address(f.plain));
    calls_hosts(&f.calls, hosts);
    /* Both ways around it. */
    for (int i = 0; i < 2; i++) {
        const char *host = i == 0 ? "plain.test" : "a.near.test";
        snprintf(url, sizeof(url), "http://%s:%d/echo", host, web_port(f.plain));
        snprintf(line, sizeof(line), "Host: %s:%d\n", host, web_port(f.plain));
        f.a.call.http.url = url;
        f.a.call.http.direct = i == 0;
        buf_reset(&f.a.body);
        asked_run(&f.a);
        assert_contains(&f.a.body, "GET /echo\n");
        assert_contains(&f.a.body, line);
        assert_lacks(&f.a.body, "Proxy-Connection");
    }
}

static void test_waits(void **state)
{
    (void)state;
    struct asked other;
    asked_init(&other, &f.calls);
    f.a.call.kind = other.call.kind = CALL_WAIT;
    f.a.call.wait = 20;
    other.call.wait = 3600000;
    asked_start(&other);
    msec before = f.calls.io->now(f.calls.io->ctx);
    asked_start(&f.a);
    asked_cancel(&other);
    calls_wait(&f.calls);
    assert_true(f.calls.io->now(f.calls.io->ctx) >= before + 20);
    assert_int_equal(f.a.reply.err.kind, ERR_NONE);
    assert_int_equal(other.times, 0);
    f.a.call.kind = CALL_PARK;
    asked_run(&f.a);
    assert_int_equal(f.a.reply.err.kind, ERR_INTERNAL);
    asked_done(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_get, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_body_and_headers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_methods_without_body, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_url_byte_for_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_parallel_and_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_writes_connect_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_started_inside_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hosts_file_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_next_address, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_waits, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
