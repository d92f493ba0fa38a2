/* ARM's URLs, request ids and error answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "azure/arm.h"
#include "base/buf.h"
#include "base/json.h"
#include "support/script.h"

static void test_url(void **state)
{
    (void)state;
    const struct azure az = {.endpoint = "https://management.azure.com/"};
    static const struct {
        const char *id, *query, *url;
    } cases[] = {
        {"/subscriptions/S", NULL, "https://management.azure.com/subscriptions/S?api-version=1-2"},
        {"/a (b)/c", NULL, "https://management.azure.com/a%20(b)/c?api-version=1-2"},
        {"/a?b#c%d", NULL, "https://management.azure.com/a%3Fb%23c%25d?api-version=1-2"},
        {"/\xEC\x84\x9C", NULL, "https://management.azure.com/%EC%84%9C?api-version=1-2"},
        {"/a", "$top=1", "https://management.azure.com/a?api-version=1-2&$top=1"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *url = arm_url(&az, cases[i].id, "1-2", cases[i].query);
        assert_string_equal(url, cases[i].url);
        free(url);
    }
}

static void test_our_host_only(void **state)
{
    (void)state;
    const struct azure az = {.endpoint = "https://management.azure.com"};
    assert_true(arm_url_is_ours(&az, "https://management.azure.com/x?y"));
    assert_true(arm_url_is_ours(&az, "HTTPS://Management.Azure.com/x"));
    assert_true(arm_url_is_ours(&az, "https://management.azure.com?x"));
    assert_false(arm_url_is_ours(&az, "http://management.azure.com/x"));
    assert_false(arm_url_is_ours(&az, "https://management.azure.com.evil/x"));
    assert_false(arm_url_is_ours(&az, "https://management.azure.com@evil/x"));
    assert_false(arm_url_is_ours(&az, "https://management.azure.com:444/x"));
    assert_false(arm_url_is_ours(&az, "https://evil/https://management.azure.com/"));
    assert_false(arm_url_is_ours(&az, "/relative"));
    assert_false(arm_url_is_ours(&az, ""));
}

static void test_guid(void **state)
{
    (void)state;
    struct script *s = script_new();
    char guid[ARM_GUID];
    arm_guid(script_io(s), guid);
    assert_string_equal(guid, "00000000-0000-4000-8000-000000000000");
    script_random(s, UINT32_MAX);
    arm_guid(script_io(s), guid);
    assert_string_equal(guid, "ffffffff-ffff-4fff-bfff-ffffffffffff");
    script_free(s);
}

/* Every shape of an error body that was met, and what it must mean. */
static const struct {
    int status;
    const char *body;
    enum err_kind kind;
    const char *code;
    const char *text;
} answers[] = {
    {404, "{\"error\":{\"code\":\"ResourceNotFound\",\"message\":\"The Resource was not found.\"}}",
     ERR_NOT_FOUND, "ResourceNotFound", "HTTP 404: ResourceNotFound: The Resource was not found"},
    {404, "{\"error\":{\"code\":\"ResourceGroupNotFound\",\"message\":\"x\"}}", ERR_NOT_FOUND,
     "ResourceGroupNotFound", "HTTP 404: ResourceGroupNotFound: x"},
    {404, "<html>", ERR_NOT_FOUND, "", "HTTP 404: no code"},
    {409, "{\"error\":{\"code\":\"ServerIsBusy\",\"message\":\"Cannot complete.\"}}", ERR_BUSY,
     "ServerIsBusy", "HTTP 409: ServerIsBusy: Cannot complete"},
    {409, "{\"code\":\"ServerBusy\",\"message\":\"Busy\"}", ERR_BUSY, "ServerBusy",
     "HTTP 409: ServerBusy: Busy"},
    {409, "{\"error\":{\"code\":\"ServerIsNotReady\"}}", ERR_BUSY, "ServerIsNotReady",
     "HTTP 409: ServerIsNotReady"},
    {409, "{\"error\":{\"code\":\"Conflict\"}}", ERR_CONFLICT, "Conflict", "HTTP 409: Conflict"},
    {409, "{\"error\":{\"code\":\"ScopeLocked\"}}", ERR_DENIED, "ScopeLocked",
     "HTTP 409: ScopeLocked"},
    {412, "", ERR_CONFLICT, "", "HTTP 412: no code"},
    {429, "{\"error\":{\"code\":\"SubscriptionRequestsThrottled\"}}", ERR_THROTTLED,
     "SubscriptionRequestsThrottled", "HTTP 429: SubscriptionRequestsThrottled"},
    {429, "{\"error\":{\"code\":\"RetryableErrorDueToAnotherOperation\"}}", ERR_BUSY,
     "RetryableErrorDueToAnotherOperation", "HTTP 429: RetryableErrorDueToAnotherOperation"},
    {429, "", ERR_THROTTLED, "", "HTTP 429: no code"},
    {401, "{\"error\":{\"code\":\"AuthorizationFailed\"}}", ERR_TOKEN, "AuthorizationFailed",
     "HTTP 401: AuthorizationFailed"},
    {403, "{\"error\":{\"code\":\"AuthorizationFailed\",\"message\":\"does not\\n have\\t it.\"}}",
     ERR_DENIED, "AuthorizationFailed", "HTTP 403: AuthorizationFailed: does not have it"},
    {403, "null", ERR_DENIED, "", "HTTP 403: no code"},
    {400, "{\"error\":{\"code\":\"InvalidParameterValue\",\"message\":\"{0}\"}}", ERR_REFUSED,
     "InvalidParameterValue", "HTTP 400: InvalidParameterValue"},
    {400, "{\"error\":\"just a word\"}", ERR_REFUSED, "", "HTTP 400: no code"},
    {400, "{\"error\":{\"message\":\"without a code\"}}", ERR_REFUSED, "",
     "HTTP 400: no code: without a code"},
    {400, "{\"error\":{\"code\":42,\"message\":[]}}", ERR_REFUSED, "", "HTTP 400: no code"},
    {408, "", ERR_TRANSIENT, "", "HTTP 408: no code"},
    {500, "{\"error\":{\"code\":\"ResourceNotFound\"}}", ERR_TRANSIENT, "ResourceNotFound",
     "HTTP 500: ResourceNotFound"},
    {503, "Service Unavailable", ERR_TRANSIENT, "", "HTTP 503: no code"},
    {504, "{\"error\":{\"code\":\"GatewayTimeout\"}}", ERR_TRANSIENT, "GatewayTimeout",
     "HTTP 504: GatewayTimeout"},
    {302, "", ERR_PROTOCOL, "", "HTTP 302: no code"},
};

static struct http_reply reply_of(int status, const char *body)
{
    return (struct http_reply){.status = status, .body = body, .length = strlen(body)};
}

static void test_error_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct http_reply reply = reply_of(answers[i].status, answers[i].body);
        struct err err;
        assert_int_equal(arm_error_reply(&reply, &err), -1);
        assert_int_equal(err.kind, answers[i].kind);
        assert_int_equal(err.status, answers[i].status);
        assert_string_equal(err.code, answers[i].code);
        assert_string_equal(err.text, answers[i].text);
    }
}

static void test_error_headers(void **state)
{
    (void)state;
    const struct http_header headers[] = {{"x-ms-request-id", "abc"}, {"retry-after", "17"}};
    struct http_reply reply = reply_of(429, "");
    struct err err;
    reply.headers = headers;
    reply.header_count = 2;
    arm_error_reply(&reply, &err);
    assert_string_equal(err.request_id, "abc");
    assert_int_equal(err.retry_after_ms, 17000);
}

/* A text of any length, cut between characters. */
static void test_long_message(void **state)
{
    (void)state;
    struct buf body;
    buf_init(&body, 4096);
    buf_str(&body, "{\"error\":{\"code\":\"C\",\"message\":\"");
    for (size_t i = 0; i < 900; i++) buf_str(&body, "\xEC\x84\x9C");
    buf_str(&body, "\"}}");
    struct http_reply reply = reply_of(400, buf_text(&body));
    struct err err;
    arm_error_reply(&reply, &err);
    size_t length = strlen(err.text);
    assert_in_range(length, 300, sizeof(err.text) - 1);
    assert_int_equal((length - strlen("HTTP 400: C: ")) % 3, 0);
    buf_done(&body);
}

static void test_late_failures(void **state)
{
    (void)state;
    static const struct {
        const char *body, *status;
        enum err_kind kind;
        const char *code, *text;
    } cases[] = {
        {"{\"name\":\"GUID\",\"status\":\"Failed\",\"error\":{\"code\":"
         "\"ServerEditionIncompatibleWithSkuSize\",\"message\":\"Wrong.\"}}",
         "Failed", ERR_REFUSED, "ServerEditionIncompatibleWithSkuSize",
         "the operation ended as Failed: ServerEditionIncompatibleWithSkuSize: Wrong"},
        {"{\"status\":\"Failed\",\"error\":{\"code\":\"ServerBusy\",\"message\":\"x\"}}", "Failed",
         ERR_BUSY, "ServerBusy", "the operation ended as Failed: ServerBusy: x"},
        {"{\"status\":\"Failed\",\"error\":{\"code\":\"OperationFailed\",\"message\":\"{0}\"}}",
         "Failed", ERR_REFUSED, "OperationFailed",
         "the operation ended as Failed: OperationFailed"},
        {"{\"error\":{\"code\":\"InternalServerError\",\"message\":\"x\"}}", "failed",
         ERR_TRANSIENT, "InternalServerError",
         "the operation ended as Failed: InternalServerError: x"},
        {"{\"status\":\"Failed\"}", "Failed", ERR_REFUSED, "",
         "the operation ended as Failed: no code"},
        {"{\"status\":\"Canceled\"}", "Canceled", ERR_CONFLICT, "Canceled",
         "the operation ended as Canceled: Canceled"},
        {"{\"status\":\"cancelled\"}", "cancelled", ERR_CONFLICT, "Canceled",
         "the operation ended as Canceled: Canceled"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *body = json_parse(cases[i].body, strlen(cases[i].body), NULL);
        struct err err;
        assert_int_equal(arm_error_operation(body, cases[i].status, &err), -1);
        assert_int_equal(err.kind, cases[i].kind);
        assert_string_equal(err.code, cases[i].code);
        assert_string_equal(err.text, cases[i].text);
        json_decref(body);
    }
}

static void test_throttling(void **state)
{
    (void)state;
    struct http_reply reply = reply_of(429, "{}");
    assert_true(arm_is_throttling(&reply));
    reply = reply_of(429, "{\"error\":{\"code\":\"RetryableErrorDueToAnotherOperation\"}}");
    assert_false(arm_is_throttling(&reply));
    reply = reply_of(503, "");
    assert_false(arm_is_throttling(&reply));
}

/* 2026-01-01T00:00:00Z. */
static int64_t new_year(void *ctx)
{
    (void)ctx;
    return INT64_C(1767225600000);
}

static void test_classifier(void **state)
{
    (void)state;
    static const struct io io = {.wall_clock = new_year};
    static const struct http_header date = {"retry-after", "Thu, 01 Jan 2026 00:02:00 GMT"};
    struct flow f = {.io = &io};
    struct err err;
    struct reply reply = {.kind = CALL_HTTP, .http = reply_of(202, "")};
    assert_int_equal(arm_classify(&f, &reply, &err), 0);
    reply.http.status = 404;
    assert_int_equal(arm_classify(&f, &reply, &err), -1);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    reply.http.status = 503;
    reply.http.headers = &date;
    reply.http.header_count = 1;
    assert_int_equal(arm_classify(&f, &reply, &err), -1);
    assert_int_equal(err.retry_after_ms, MINUTES(2));
    err_set(&reply.err, ERR_TIMEOUT, "silence");
    assert_int_equal(arm_classify(&f, &reply, &err), -1);
    assert_int_equal(err.kind, ERR_TIMEOUT);
    reply = (struct reply){.kind = CALL_WAIT};
    assert_int_equal(arm_classify(&f, &reply, &err), 0);
}

static void test_gate_limits(void **state)
{
    (void)state;
    struct gate_limits limits;
    arm_gate_limits(&limits, "https://management.azure.com");
    assert_int_equal(limits.budget[GATE_READS].size, 250);
    assert_int_equal(limits.budget[GATE_WRITES].per_second, 10);
    assert_string_equal(limits.budget[GATE_DELETES].remaining_header,
                        "x-ms-ratelimit-remaining-subscription-deletes");
    assert_ptr_equal(limits.is_throttling, arm_is_throttling);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_url),           cmocka_unit_test(test_our_host_only),
        cmocka_unit_test(test_guid),          cmocka_unit_test(test_error_answers),
        cmocka_unit_test(test_error_headers), cmocka_unit_test(test_long_message),
        cmocka_unit_test(test_late_failures), cmocka_unit_test(test_throttling),
        cmocka_unit_test(test_classifier),    cmocka_unit_test(test_gate_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
