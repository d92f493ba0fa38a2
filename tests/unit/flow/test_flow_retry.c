/* The runner: what is asked again, when, and what never is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/flow_probe.h"

static void test_transient_is_asked_again(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, "PUT two", 503, "");
    script_failure(p->script, "PUT two", ERR_TRANSIENT);
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    probe_run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_string_equal(script_transcript(p->script),
                        "PUT two\nwait 1000\nPUT two\nwait 2000\nPUT two\nGET three\n");
}

static void test_hint_is_followed(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, "PUT two", 429, "");
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    probe_run(p);
    assert_string_equal(script_transcript(p->script), "PUT two\nwait 7000\nPUT two\nGET three\n");
}

static void test_hint_beyond_the_limit_fails_at_once(void **state)
{
    struct probe *p = *state;
    p->rows[1].limit = SECONDS(5);
    script_reply(p->script, "PUT two", 429, "");
    probe_run(p);
    assert_int_equal(p->err.kind, ERR_THROTTLED);
    assert_int_equal(p->err.retry_after_ms, 7000);
    assert_string_equal(script_transcript(p->script), "PUT two\n");
}

static void test_transient_for_ever_ends_at_the_limit(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 503, "");
    script_always(p->script);
    msec before = script_now(p->script);
    probe_run(p);
    assert_int_equal(p->err.kind, ERR_TRANSIENT);
    assert_in_range(script_now(p->script) - before, 1, 30000);
    assert_in_range(script_calls(p->script), 3, 10);
}

/* What happens to a row that must not run twice, by failure. */
static void test_once_table(void **state)
{
    static const struct {
        int status; /* 0: the connection breaks; 1: silence */
        size_t sent;
        enum err_kind ends;
    } cases[] = {
        {0, 1, ERR_TRANSIENT}, {1, 1, ERR_TIMEOUT}, {503, 1, ERR_TRANSIENT},
        {409, 2, ERR_NONE},    {429, 2, ERR_NONE},  {401, 2, ERR_NONE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        probe_teardown(state);
        probe_setup(state);
        struct probe *p = *state;
        p->rows[1].flags = FLOW_ONCE;
        if (cases[i].status < 2)
            script_failure(p->script, "PUT two", cases[i].status ? ERR_TIMEOUT : ERR_TRANSIENT);
        else
            script_reply(p->script, "PUT two", cases[i].status, "");
        script_reply(p->script, NULL, 200, "");
        script_always(p->script);
        probe_run(p);
        assert_int_equal(script_count(p->script, "PUT"), cases[i].sent);
        assert_int_equal(p->err.kind, cases[i].ends);
    }
}

static void test_refused_token_restarts_once(void **state)
{
    struct probe *p = *state;
    p->first_kind = CALL_HTTP;
    script_reply(p->script, "GET one", 200, "");
    script_always(p->script);
    script_reply(p->script, "PUT two", 401, "");
    script_always(p->script);
    probe_run(p);
    assert_string_equal(script_transcript(p->script), "GET one\nPUT two\nGET one\nPUT two\n");
    assert_int_equal(p->refused, 1);
    assert_int_equal(p->err.kind, ERR_TOKEN);
}

static void test_single_calls_have_their_own_limit(void **state)
{
    struct probe *p = *state;
    p->rows[1].call_limit = SECONDS(5);
    script_failure(p->script, "PUT two", ERR_TIMEOUT);
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    msec before = script_now(p->script);
    probe_run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_int_equal(script_now(p->script) - before, 6000); /* 5 s of silence, 1 s of pause */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, probe_setup, probe_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_transient_is_asked_again),
        CASE(test_hint_is_followed),
        CASE(test_hint_beyond_the_limit_fails_at_once),
        CASE(test_transient_for_ever_ends_at_the_limit),
        CASE(test_once_table),
        CASE(test_refused_token_restarts_once),
        CASE(test_single_calls_have_their_own_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
