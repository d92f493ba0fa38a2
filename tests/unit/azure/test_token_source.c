/* Requests for tokens, what a refusal means, and what is taken from an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "azure/token_source.h"

#define AUDIENCE "https://management.azure.com/"
#define WALL INT64_C(1767225600000)

static void test_client_secret_request(void **state)
{
    (void)state;
    struct secret *secret = secret_new("s&cret=", 7);
    const struct token_source source = {.kind = TOKEN_CLIENT_SECRET,
                                        .endpoint = "https://login.microsoftonline.com/",
                                        .tenant = "ten/ant",
                                        .client_id = "client",
                                        .secret = secret};
    struct token_request r;
    struct call call = {.kind = CALL_NONE};
    token_request_init(&r, &source, AUDIENCE);
    secret_free(secret);
    token_request_ask(&r, &call);
    token_request_sent(&r);
    token_request_ask(&r, &call); /* as often as need be */
    assert_int_equal(call.kind, CALL_HTTP);
    assert_string_equal(call.http.method, "POST");
    assert_string_equal(call.http.url,
                        "https://login.microsoftonline.com/ten%2Fant/oauth2/v2.0/token");
    assert_string_equal(call.http.body,
                        "grant_type=client_credentials&client_id=client&scope="
                        "https%3A%2F%2Fmanagement.azure.com%2F.default&client_secret=s%26cret%3D");
    assert_int_equal(call.http.body_length, strlen(call.http.body));
    assert_string_equal(call.http.content_type, "application/x-www-form-urlencoded");
    assert_false(call.http.direct);
    token_request_done(&r);
}

static void test_identity_request(void **state)
{
    (void)state;
    static const struct {
        enum token_selector selector;
        const char *value, *query;
    } cases[] = {
        {TOKEN_SELECT_NONE, NULL, ""},
        {TOKEN_SELECT_CLIENT_ID, "c-1", "&client_id=c-1"},
        {TOKEN_SELECT_OBJECT_ID, "o-1", "&object_id=o-1"},
        {TOKEN_SELECT_RESOURCE_ID, "/a/b", "&msi_res_id=%2Fa%2Fb"},
    };
    static const char url[] = "http://169.254.169.254/metadata/identity/oauth2/token?api-version="
                              "2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F";
    for (size_t i = 0; i < 4; i++) {
        struct token_request r;
        struct call call = {.kind = CALL_NONE};
        const struct token_source source = {.kind = TOKEN_MANAGED_IDENTITY,
                                            .endpoint = "http://169.254.169.254",
                                            .selector = cases[i].selector,
                                            .selector_value = cases[i].value};
        token_request_init(&r, &source, AUDIENCE);
        token_request_ask(&r, &call);
        assert_string_equal(call.http.method, "GET");
        assert_memory_equal(call.http.url, url, sizeof(url) - 1);
        assert_string_equal(call.http.url + sizeof(url) - 1, cases[i].query);
        assert_int_equal(call.http.header_count, 1);
        assert_string_equal(call.http.headers[0].name, "Metadata");
        assert_string_equal(call.http.headers[0].value, "true");
        assert_null(call.http.body);
        assert_true(call.http.direct); /* a proxy is not allowed on the way */
        token_request_done(&r);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        enum token_kind kind;
        int status;
        const char *body;
        enum err_kind means;
    } cases[] = {
        {TOKEN_CLIENT_SECRET, 401, "{\"error\":\"invalid_client\"}", ERR_DENIED},
        {TOKEN_CLIENT_SECRET, 400, "{\"error\":\"invalid_client\"}", ERR_DENIED},
        {TOKEN_CLIENT_SECRET, 400, "{\"error\":\"unauthorized_client\"}", ERR_DENIED},
        {TOKEN_CLIENT_SECRET, 401, "", ERR_DENIED},
        {TOKEN_CLIENT_SECRET, 400, "{\"error\":\"invalid_scope\"}", ERR_CONFIG},
        {TOKEN_CLIENT_SECRET, 400, "{\"error\":\"temporarily_unavailable\"}", ERR_TRANSIENT},
        {TOKEN_CLIENT_SECRET, 404, "", ERR_CONFIG},
        {TOKEN_CLIENT_SECRET, 408, "", ERR_TRANSIENT},
        {TOKEN_CLIENT_SECRET, 429, "", ERR_THROTTLED},
        {TOKEN_CLIENT_SECRET, 503, "{\"error\":\"invalid_client\"}", ERR_TRANSIENT},
        {TOKEN_CLIENT_SECRET, 302, "", ERR_PROTOCOL},
        {TOKEN_MANAGED_IDENTITY, 400, "{\"error\":\"invalid_resource\"}", ERR_CONFIG},
        {TOKEN_MANAGED_IDENTITY, 400, "{\"error\":\"bad_request_102\"}", ERR_CONFIG},
        {TOKEN_MANAGED_IDENTITY, 403, "", ERR_DENIED},
        {TOKEN_MANAGED_IDENTITY, 404, "", ERR_TRANSIENT},
        {TOKEN_MANAGED_IDENTITY, 410, "", ERR_TRANSIENT},
        {TOKEN_MANAGED_IDENTITY, 429, "", ERR_THROTTLED},
        {TOKEN_MANAGED_IDENTITY, 500, "", ERR_TRANSIENT},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reply reply = {.kind = CALL_HTTP,
                              .http = {.status = cases[i].status,
                                       .body = cases[i].body,
                                       .length = strlen(cases[i].body)}};
        struct err err;
        assert_int_equal(token_source_classify(cases[i].kind, &reply, &err), -1);
        assert_int_equal(err.kind, cases[i].means);
        assert_int_equal(err.status, cases[i].status);
    }
}

static void test_refusal_text(void **state)
{
    (void)state;
    static const char body[] =
        "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid client "
        "secret provided. Trace ID: 1234\\r\\nTimestamp: x\"}";
    static const struct http_header retry_after = {"retry-after", "3"};
    struct reply reply = {.kind = CALL_HTTP,
                          .http = {.status = 401,
                                   .body = body,
                                   .length = sizeof(body) - 1,
                                   .headers = &retry_after,
                                   .header_count = 1}};
    struct err err;
    assert_int_equal(token_source_classify(TOKEN_CLIENT_SECRET, &reply, &err), -1);
    assert_string_equal(err.code, "invalid_client");
    assert_string_equal(err.text, "no token: HTTP 401: invalid_client: AADSTS7000215: Invalid "
                                  "client secret provided");
    assert_int_equal(err.retry_after_ms, 3000);
    reply.http.status = 200;
    assert_int_equal(token_source_classify(TOKEN_CLIENT_SECRET, &reply, &err), 0);
    err_set(&reply.err, ERR_TIMEOUT, "silence");
    assert_int_equal(token_source_classify(TOKEN_CLIENT_SECRET, &reply, &err), -1);
    assert_int_equal(err.kind, ERR_TIMEOUT);
}

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        msec lifetime; /* 0: refused */
    } cases[] = {
        {"{\"access_token\":\"abc\",\"expires_in\":3599}", 3599000},
        {"{\"access_token\":\"abc\",\"expires_in\":\"3599\"}", 3599000},
        {"{\"access_token\":\"abc\",\"expires_on\":\"1767229200\"}", 3600000},
        {"{\"access_token\":\"abc\",\"expires_on\":1767229200}", 3600000},
        {"{\"access_token\":\"abc\",\"expires_on\":1767225600}", 0},
        {"{\"access_token\":\"abc\"}", 0},
        {"{\"access_token\":\"abc\",\"expires_in\":\"soon\"}", 0},
        {"{\"access_token\":\"\",\"expires_in\":3599}", 0},
        {"{\"access_token\":7,\"expires_in\":3599}", 0},
        {"{\"expires_in\":3599}", 0},
        {"not JSON", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct http_reply reply = {
            .status = 200, .body = cases[i].body, .length = strlen(cases[i].body)};
        msec lifetime = 0;
        struct err err = {.kind = ERR_NONE};
        struct secret *token = token_source_parse(&reply, WALL, &lifetime, &err);
        assert_int_equal(lifetime, cases[i].lifetime);
        if (token)
            assert_string_equal(secret_bytes(token), "abc");
        else
            assert_int_equal(err.kind, ERR_PROTOCOL);
        assert_int_equal(token != NULL, cases[i].lifetime != 0);
        secret_free(token);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_secret_request),
        cmocka_unit_test(test_identity_request),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_refusal_text),
        cmocka_unit_test(test_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
