/* The token cache: repeats, sharing one fetch, renewal, dropping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "azure/token.h"
#include "support/script.h"

#define LOGIN "https://login.microsoftonline.com"
#define IMDS "http://169.254.169.254"
#define AUDIENCE "https://management.azure.com/"
#define ASKERS 4

/* A flow that wants a token and notes how that ended. */
struct asker {
    struct flow flow;
    struct probe *probe;
    unsigned completions;
    struct err err;
    size_t kills; /* number of another one that is freed when this one ends; 0: none */
};

struct probe {
    struct script *script;
    struct token_cache *cache;
    struct asker *askers[ASKERS]; /* on the heap, so that a late touch is noticed */
};

static void ask(struct flow *f, struct call *call)
{
    struct asker *a = f->op;
    token_ask(a->probe->cache, f, call);
}

static const struct flow_row rows[] = {{.name = "token", .ask = ask, .limit = MINUTES(3)}, {0}};

/* Ends and frees an asker, wherever it is. */
static void dismiss(struct probe *p, size_t index)
{
    if (!p->askers[index]) return;
    flow_cancel(&p->askers[index]->flow);
    token_leave(p->cache, &p->askers[index]->flow);
    free(p->askers[index]);
    p->askers[index] = NULL;
}

static void done(struct flow *f, const struct err *err)
{
    struct asker *a = f->op;
    a->completions++;
    if (err) a->err = *err;
    if (a->kills) dismiss(a->probe, a->kills);
}

static void start(struct probe *p, size_t index)
{
    dismiss(p, index);
    struct asker *a = calloc(1, sizeof(*a));
    assert_non_null(a);
    p->askers[index] = a;
    a->probe = p;
    a->flow = (struct flow){.name = "asker", .rows = rows, .done = done, .op = a};
    flow_start(&a->flow, script_io(p->script));
}

static void open_cache(struct probe *p, const struct token_source *source)
{
    token_cache_free(p->cache);
    p->cache = token_cache_new(script_io(p->script), source, AUDIENCE);
}

static void use_secret(struct probe *p)
{
    struct secret *secret = secret_new("s&cret=", 7);
    open_cache(p, &(struct token_source){.kind = TOKEN_CLIENT_SECRET,
                                         .endpoint = LOGIN "/",
                                         .tenant = "tenant",
                                         .client_id = "client",
                                         .secret = secret});
    secret_free(secret);
}

static void use_identity(struct probe *p)
{
    open_cache(p, &(struct token_source){.kind = TOKEN_MANAGED_IDENTITY, .endpoint = IMDS});
}

static int setup(void **state)
{
    static struct probe p;
    p = (struct probe){.script = script_new()};
    use_secret(&p);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct probe *p = *state;
    for (size_t i = 0; i < ASKERS; i++) dismiss(p, i);
    token_cache_free(p->cache);
    assert_int_equal(script_open(p->script), 0);
    script_free(p->script);
    return 0;
}

static const char *bearer(struct probe *p)
{
    struct secret *s = token_bearer(p->cache);
    return s ? secret_bytes(s) : "(none)";
}

/* Runs one asker to its end. */
static const struct err *ask_once(struct probe *p)
{
    start(p, 0);
    script_run(p->script);
    assert_int_equal(p->askers[0]->completions, 1);
    return &p->askers[0]->err;
}

static void test_fetched(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200,
                 "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"abc\"}");
    assert_int_equal(ask_once(p)->kind, ERR_NONE);
    assert_string_equal(script_transcript(p->script), "POST " LOGIN "/tenant/oauth2/v2.0/token\n");
    assert_null(script_bearer(p->script));
    assert_string_equal(bearer(p), "abc");
    assert_int_equal(token_lasts(p->cache), 3589000);
    assert_null(token_error(p->cache));
}

/* What is worth another try is tried again, everything else is not. */
static void test_repeats(void **state)
{
    static const struct {
        bool identity;
        int status;
        const char *body;
        enum err_kind kind;
        bool repeated;
    } cases[] = {
        {false, 401, "{\"error\":\"invalid_client\"}", ERR_DENIED, false},
        {false, 400, "{\"error\":\"invalid_scope\"}", ERR_CONFIG, false},
        {false, 200, "not JSON", ERR_PROTOCOL, false},
        {false, 429, "", ERR_THROTTLED, true},
        {false, 503, "", ERR_TRANSIENT, true},
        {true, 400, "{\"error\":\"bad_request_102\"}", ERR_CONFIG, false},
        {true, 404, "", ERR_TRANSIENT, true},
        {true, 410, "", ERR_TRANSIENT, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        teardown(state);
        setup(state);
        struct probe *p = *state;
        if (cases[i].identity) use_identity(p);
        script_reply(p->script, NULL, cases[i].status, cases[i].body);
        script_always(p->script);
        assert_int_equal(ask_once(p)->kind, cases[i].kind);
        if (cases[i].repeated)
            assert_in_range(script_calls(p->script), 4, 15);
        else
            assert_int_equal(script_calls(p->script), 1);
        assert_string_equal(bearer(p), "(none)");
        assert_int_equal(token_error(p->cache)->kind, cases[i].kind);
    }
}

/* Entra says when it wants to hear from us again, also as a date: until then it does not. */
static void test_hint_as_a_date(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 503, "");
    script_header(p->script, "retry-after", "Thu, 01 Jan 2026 00:26:40 GMT");
    assert_int_equal(ask_once(p)->retry_after_ms, MINUTES(10));
    assert_int_equal(ask_once(p)->kind, ERR_TRANSIENT);
    assert_int_equal(script_calls(p->script), 1);
    script_advance(p->script, MINUTES(10));
    script_reply(p->script, NULL, 200, "{\"access_token\":\"abc\",\"expires_in\":3599}");
    assert_int_equal(ask_once(p)->kind, ERR_NONE);
}

/* One answer that makes no sense is no refusal: it is not held against anybody for minutes. */
static void test_nonsense_passes_soon(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "<html>");
    assert_int_equal(ask_once(p)->kind, ERR_PROTOCOL);
    script_advance(p->script, SECONDS(5));
    script_reply(p->script, NULL, 200, "{\"access_token\":\"abc\",\"expires_in\":3599}");
    assert_int_equal(ask_once(p)->kind, ERR_NONE);
}

/* The metadata service is updated for 70 s: long, but it comes back. */
static void test_identity_comes_back(void **state)
{
    struct probe *p = *state;
    use_identity(p);
    msec before = script_now(p->script);
    start(p, 0);
    while (script_now(p->script) - before < SECONDS(70)) {
        if (!script_left(p->script)) script_reply(p->script, NULL, 410, "");
        assert_true(script_step(p->script));
        assert_int_equal(p->askers[0]->completions, 0);
    }
    if (script_left(p->script)) script_step(p->script);
    script_reply(p->script, NULL, 200, "{\"access_token\":\"abc\",\"expires_in\":\"86399\"}");
    script_run(p->script);
    assert_int_equal(p->askers[0]->err.kind, ERR_NONE);
    assert_string_equal(bearer(p), "abc");
}

static void test_one_fetch_serves_all(void **state)
{
    struct probe *p = *state;
    for (size_t i = 0; i < ASKERS; i++) start(p, i);
    script_reply(p->script, NULL, 200, "{\"access_token\":\"abc\",\"expires_in\":3599}");
    script_run(p->script);
    for (size_t i = 0; i < ASKERS; i++) {
        assert_int_equal(p->askers[i]->completions, 1);
        assert_int_equal(p->askers[i]->err.kind, ERR_NONE);
    }
    assert_int_equal(script_calls(p->script), 1);
}

static void test_one_refusal_serves_all(void **state)
{
    struct probe *p = *state;
    for (size_t i = 0; i < ASKERS; i++) start(p, i);
    script_reply(p->script, NULL, 401, "{\"error\":\"invalid_client\"}");
    script_run(p->script);
    for (size_t i = 0; i < ASKERS; i++) assert_int_equal(p->askers[i]->err.kind, ERR_DENIED);
    assert_int_equal(script_calls(p->script), 1);
}

/* Who is woken may end others that wait too. */
static void test_leaving_while_others_are_woken(void **state)
{
    struct probe *p = *state;
    for (size_t i = 0; i < ASKERS; i++) start(p, i);
    p->askers[0]->kills = 2;
    p->askers[3]->kills = 1;
    script_reply(p->script, NULL, 200, "{\"access_token\":\"abc\",\"expires_in\":3599}");
    script_run(p->script);
    assert_int_equal(p->askers[0]->completions, 1);
    assert_null(p->askers[1]); /* had its token before */
    assert_null(p->askers[2]); /* never woken */
    assert_int_equal(p->askers[3]->completions, 1);
}

static void test_left_before_the_answer(void **state)
{
    struct probe *p = *state;
    start(p, 0);
    dismiss(p, 0);
    script_reply(p->script, NULL, 200, "{\"access_token\":\"abc\",\"expires_in\":3599}");
    script_run(p->script);
    assert_string_equal(bearer(p), "abc"); /* fetched all the same */
}

/* A wrong secret is not tried at every question, and at once after it was replaced. */
static void test_refused_credential_is_left_alone(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 401, "{\"error\":\"invalid_client\"}");
    assert_int_equal(ask_once(p)->kind, ERR_DENIED);
    for (size_t i = 0; i < 10; i++) assert_int_equal(ask_once(p)->kind, ERR_DENIED);
    assert_int_equal(script_calls(p->script), 1);
    script_advance(p->script, SECONDS(31));
    script_reply(p->script, NULL, 401, "{\"error\":\"invalid_client\"}");
    assert_int_equal(ask_once(p)->kind, ERR_DENIED);
    assert_int_equal(script_calls(p->script), 2);
    struct secret *fresh = secret_new("fresh", 5);
    token_set_secret(p->cache, fresh);
    secret_free(fresh);
    script_reply(p->script, NULL, 200, "{\"access_token\":\"abc\",\"expires_in\":3599}");
    assert_int_equal(ask_once(p)->kind, ERR_NONE);
    assert_non_null(strstr(script_body(p->script), "client_secret=fresh"));
    assert_null(token_error(p->cache));
}

/* When a token of a given life is renewed, and from when it is not used any more. */
static void test_renewal_times(void **state)
{
    static const struct {
        const char *body;
        msec renew, end;
    } cases[] = {
        {"{\"access_token\":\"a\",\"expires_in\":3599}", 3299000, 3589000},
        {"{\"access_token\":\"a\",\"expires_in\":\"86400\"}", 43200000, 86390000},
        {"{\"access_token\":\"a\",\"expires_in\":7200}", 3600000, 7190000},
        {"{\"access_token\":\"a\",\"expires_in\":60}", 30000, 54000},
        {"{\"access_token\":\"a\",\"expires_on\":\"1767230199\"}", 3299000, 3589000},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        teardown(state);
        setup(state);
        struct probe *p = *state;
        script_reply(p->script, NULL, 200, cases[i].body);
        assert_int_equal(ask_once(p)->kind, ERR_NONE);
        assert_int_equal(token_lasts(p->cache), cases[i].end);
        script_advance(p->script, cases[i].renew - 1);
        assert_int_equal(ask_once(p)->kind, ERR_NONE);
        assert_int_equal(script_calls(p->script), 1);
        script_advance(p->script, 1);
        start(p, 0); /* renews, and is served with the old one */
        assert_int_equal(script_calls(p->script), 2);
        script_advance(p->script, cases[i].end - cases[i].renew - 1);
        assert_string_equal(bearer(p), "a");
        script_advance(p->script, 1);
        assert_string_equal(bearer(p), "(none)");
        script_reply(p->script, NULL, 200, cases[i].body);
        script_always(p->script);
        script_run(p->script);
    }
}

/* A renewal that fails is no failure of those who ask, while the old token lasts. */
static void test_failed_renewal(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "{\"access_token\":\"a\",\"expires_in\":86400}");
    ask_once(p);
    script_reply(p->script, NULL, 401, "{\"error\":\"invalid_client\"}");
    script_always(p->script);
    script_advance(p->script, SECONDS(43200));
    assert_int_equal(ask_once(p)->kind, ERR_NONE);
    assert_int_equal(token_error(p->cache)->kind, ERR_DENIED); /* but it shows */
    assert_int_equal(script_calls(p->script), 2);
    assert_int_equal(ask_once(p)->kind, ERR_NONE);
    assert_int_equal(script_calls(p->script), 2);
    script_advance(p->script, SECONDS(43200));
    assert_int_equal(ask_once(p)->kind, ERR_DENIED);
}

static void test_renewed_in_the_background(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "{\"access_token\":\"old\",\"expires_in\":3599}");
    ask_once(p);
    script_advance(p->script, SECONDS(3400));
    script_reply(p->script, NULL, 200, "{\"access_token\":\"new\",\"expires_in\":3599}");
    start(p, 1);
    start(p, 2);
    assert_string_equal(bearer(p), "old");
    script_run(p->script);
    assert_int_equal(p->askers[1]->completions + p->askers[2]->completions, 2);
    assert_int_equal(script_calls(p->script), 2);
    assert_string_equal(bearer(p), "new");
}

static void test_slow_answer_shortens_the_life(void **state)
{
    struct probe *p = *state;
    start(p, 0);
    script_advance(p->script, SECONDS(100));
    script_reply(p->script, NULL, 200, "{\"access_token\":\"abc\",\"expires_in\":3599}");
    script_run(p->script);
    assert_int_equal(token_lasts(p->cache), 3489000);
}

static void test_over_before_it_arrived(void **state)
{
    struct probe *p = *state;
    start(p, 0);
    script_advance(p->script, SECONDS(100));
    script_reply(p->script, NULL, 200, "{\"access_token\":\"abc\",\"expires_in\":60}");
    script_run(p->script);
    assert_int_equal(p->askers[0]->completions, 1);
    assert_int_equal(p->askers[0]->err.kind, ERR_TRANSIENT);
    assert_string_equal(bearer(p), "(none)");
}

static void test_drop(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "{\"access_token\":\"old\",\"expires_in\":3599}");
    ask_once(p);
    struct secret *old = secret_share(token_bearer(p->cache));
    token_drop(p->cache, old);
    assert_string_equal(bearer(p), "(none)");
    script_reply(p->script, NULL, 200, "{\"access_token\":\"new\",\"expires_in\":3599}");
    ask_once(p);
    token_drop(p->cache, old); /* refused long ago: the new one stays */
    token_drop(p->cache, NULL);
    assert_string_equal(bearer(p), "new");
    secret_free(old);
}

static void test_freed_while_fetching(void **state)
{
    struct probe *p = *state;
    start(p, 0);
    assert_int_equal(script_open(p->script), 2); /* the fetch, and the limit of who waits */
    dismiss(p, 0);
    token_cache_free(p->cache);
    p->cache = NULL;
    assert_int_equal(script_open(p->script), 0);
    token_cache_free(NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_fetched),
        CASE(test_repeats),
        CASE(test_identity_comes_back),
        CASE(test_hint_as_a_date),
        CASE(test_nonsense_passes_soon),
        CASE(test_one_fetch_serves_all),
        CASE(test_one_refusal_serves_all),
        CASE(test_leaving_while_others_are_woken),
        CASE(test_left_before_the_answer),
        CASE(test_refused_credential_is_left_alone),
        CASE(test_renewal_times),
        CASE(test_failed_renewal),
        CASE(test_renewed_in_the_background),
        CASE(test_slow_answer_shortens_the_life),
        CASE(test_over_before_it_arrived),
        CASE(test_drop),
        CASE(test_freed_while_fetching),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
