/* The runner: order of rows, verdicts, retries, limits, parking, cancelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "support/script.h"

/* An operation of a few rows, steered by the test. */
struct probe {
    struct script *script;
    struct flow flow;
    struct err err;
    unsigned completions;
    bool started; /* flow_start() has returned */
    bool early;   /* completed before it had */
    unsigned refused;
    unsigned progress;
    enum call_kind first_kind;
    enum flow_verdict verdicts[8]; /* of row "two", one after the other */
    size_t verdict_count;
    size_t taken;
    struct flow_row rows[4];
};

static void ask_one(struct flow *f, struct call *call)
{
    struct probe *p = f->op;
    call->kind = p->first_kind;
    if (call->kind == CALL_FAIL) err_set(&f->err, ERR_DENIED, "not allowed to ask");
    if (call->kind == CALL_HTTP) call->http = (struct http_call){.method = "GET", .url = "one"};
}

static void ask_two(struct flow *f, struct call *call)
{
    (void)f;
    call->kind = CALL_HTTP;
    call->http = (struct http_call){.method = "PUT", .url = "two"};
}

static enum flow_verdict take_two(struct flow *f, const struct reply *reply)
{
    struct probe *p = f->op;
    assert_true(reply->kind == CALL_HTTP);
    if (p->taken >= p->verdict_count) return FLOW_NEXT;
    f->again_after = 3000;
    if (p->verdicts[p->taken] == FLOW_FAIL) err_set(&f->err, ERR_REFUSED, "no");
    return p->verdicts[p->taken++];
}

static void ask_three(struct flow *f, struct call *call)
{
    (void)f;
    call->kind = CALL_HTTP;
    call->http = (struct http_call){.method = "GET", .url = "three"};
}

static int classify(struct flow *f, const struct reply *reply, struct err *err)
{
    if (flow_classify_transport(f, reply, err) < 0) return -1;
    if (reply->kind != CALL_HTTP) return 0;
    switch (reply->http.status) {
    case 401: return err_set(err, ERR_TOKEN, "token");
    case 409: return err_set(err, ERR_BUSY, "busy");
    case 429:
        err_set(err, ERR_THROTTLED, "slow down");
        err->retry_after_ms = 7000;
        return -1;
    case 503: return err_set(err, ERR_TRANSIENT, "unavailable");
    default: return 0;
    }
}

static void done(struct flow *f, const struct err *err)
{
    struct probe *p = f->op;
    p->completions++;
    p->early = !p->started;
    if (err) p->err = *err;
}

static void refused(struct flow *f)
{
    ((struct probe *)f->op)->refused++;
}

static void progress(struct flow *f)
{
    ((struct probe *)f->op)->progress++;
}

static int setup(void **state)
{
    static struct probe p;
    p = (struct probe){.script = script_new(), .first_kind = CALL_NONE};
    p.rows[0] = (struct flow_row){.name = "one", .ask = ask_one, .limit = SECONDS(30)};
    p.rows[1] =
        (struct flow_row){.name = "two", .ask = ask_two, .take = take_two, .limit = SECONDS(30)};
    p.rows[2] = (struct flow_row){.name = "three", .ask = ask_three, .limit = SECONDS(30)};
    p.flow = (struct flow){.name = "probe",
                           .rows = p.rows,
                           .classify = classify,
                           .token_refused = refused,
                           .done = done,
                           .progress = progress,
                           .op = &p,
                           .resource = "x"};
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct probe *p = *state;
    flow_cancel(&p->flow);
    script_free(p->script);
    return 0;
}

static void begin(struct probe *p)
{
    flow_start(&p->flow, script_io(p->script));
    p->started = true;
}

/* Runs to the end and checks what is true of every end. */
static void run(struct probe *p)
{
    begin(p);
    script_run(p->script);
    assert_int_equal(p->completions, 1);
    assert_false(p->early);
    assert_false(p->flow.running);
    assert_int_equal(script_open(p->script), 0);
    assert_string_equal(flow_row_name(&p->flow), "");
}

static void test_rows_in_order(void **state)
{
    struct probe *p = *state;
    p->first_kind = CALL_HTTP;
    script_reply(p->script, "GET one", 200, "");
    script_reply(p->script, "PUT two", 200, "");
    script_reply(p->script, "GET three", 200, "");
    run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_string_equal(script_transcript(p->script), "GET one\nPUT two\nGET three\n");
    assert_int_equal(p->flow.calls, 3);
}

static void test_nothing_to_ask_is_skipped(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    run(p);
    assert_string_equal(script_transcript(p->script), "PUT two\nGET three\n");
}

static void test_no_row_asks_anything(void **state)
{
    struct probe *p = *state;
    p->rows[1].name = NULL;
    run(p); /* also: not reported from inside flow_start() */
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_int_equal(script_calls(p->script), 0);
}

static void test_cannot_ask(void **state)
{
    struct probe *p = *state;
    p->first_kind = CALL_FAIL;
    run(p);
    assert_int_equal(p->err.kind, ERR_DENIED);
    assert_string_equal(p->err.text, "not allowed to ask");
}

static void test_again_then_done(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    p->verdicts[0] = p->verdicts[1] = FLOW_AGAIN;
    p->verdicts[2] = FLOW_DONE;
    p->verdict_count = 3;
    run(p);
    assert_string_equal(script_transcript(p->script),
                        "PUT two\nwait 3000\nPUT two\nwait 3000\nPUT two\n");
    assert_int_equal(p->progress, 2);
    assert_int_equal(p->err.kind, ERR_NONE);
}

static void test_again_for_ever_ends_at_the_limit(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    p->rows[1].limit = SECONDS(10);
    for (size_t i = 0; i < 8; i++) p->verdicts[p->verdict_count++] = FLOW_AGAIN;
    run(p);
    assert_int_equal(p->err.kind, ERR_TIMEOUT);
    assert_int_equal(script_count(p->script, "PUT"), 4); /* at 0, 3, 6 and 9 s */
}

static void test_fail(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "");
    p->verdicts[0] = FLOW_FAIL;
    p->verdict_count = 1;
    run(p);
    assert_int_equal(p->err.kind, ERR_REFUSED);
    assert_int_equal(script_calls(p->script), 1);
}

static void test_restart_only_once(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    p->verdicts[0] = p->verdicts[1] = FLOW_RESTART;
    p->verdict_count = 2;
    run(p);
    assert_int_equal(script_count(p->script, "PUT"), 2);
    assert_int_equal(p->err.kind, ERR_INTERNAL);
}

static void test_transient_is_asked_again(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, "PUT two", 503, "");
    script_failure(p->script, "PUT two", ERR_TRANSIENT);
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    run(p);
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
    run(p);
    assert_string_equal(script_transcript(p->script), "PUT two\nwait 7000\nPUT two\nGET three\n");
}

static void test_hint_beyond_the_limit_fails_at_once(void **state)
{
    struct probe *p = *state;
    p->rows[1].limit = SECONDS(5);
    script_reply(p->script, "PUT two", 429, "");
    run(p);
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
    run(p);
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
        teardown(state);
        setup(state);
        struct probe *p = *state;
        p->rows[1].flags = FLOW_ONCE;
        if (cases[i].status < 2)
            script_failure(p->script, "PUT two", cases[i].status ? ERR_TIMEOUT : ERR_TRANSIENT);
        else
            script_reply(p->script, "PUT two", cases[i].status, "");
        script_reply(p->script, NULL, 200, "");
        script_always(p->script);
        run(p);
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
    run(p);
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
    run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_int_equal(script_now(p->script) - before, 6000); /* 5 s of silence, 1 s of pause */
}

static void test_park_and_wake(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    p->first_kind = CALL_PARK;
    begin(p);
    assert_string_equal(flow_row_name(&p->flow), "one");
    flow_wake(&p->flow); /* not ready yet: parks again */
    assert_int_equal(script_calls(p->script), 0);
    p->first_kind = CALL_NONE;
    flow_wake(&p->flow);
    flow_wake(&p->flow); /* not parked any more: no effect */
    script_run(p->script);
    assert_int_equal(p->completions, 1);
    assert_string_equal(script_transcript(p->script), "PUT two\nGET three\n");
}

static void test_nobody_wakes_it(void **state)
{
    struct probe *p = *state;
    p->first_kind = CALL_PARK;
    run(p);
    assert_int_equal(p->err.kind, ERR_TIMEOUT);
    assert_string_equal(script_transcript(p->script), "wait 30000\n");
}

/* Whatever it is doing: nothing is outstanding after a cancel, and nothing is reported. */
static void test_cancel_anywhere(void **state)
{
    for (size_t steps = 0; steps < 8; steps++) {
        teardown(state);
        setup(state);
        struct probe *p = *state;
        p->first_kind = CALL_HTTP;
        script_reply(p->script, "PUT two", 503, "");
        script_reply(p->script, NULL, 200, "");
        script_always(p->script);
        p->verdicts[0] = FLOW_AGAIN;
        p->verdict_count = 1;
        begin(p);
        for (size_t i = 0; i < steps; i++) script_step(p->script);
        unsigned before = p->completions;
        flow_cancel(&p->flow);
        flow_cancel(&p->flow);
        assert_int_equal(script_open(p->script), 0);
        script_run(p->script);
        assert_int_equal(p->completions, before);
    }
}

static void test_can_be_started_again(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    run(p);
    p->completions = 0;
    p->started = false;
    run(p);
    assert_string_equal(script_transcript(p->script), "PUT two\nGET three\nPUT two\nGET three\n");
}

/* A thousand rows without a question do not hold up the loop. */
static void test_bounded_pass(void **state)
{
    struct probe *p = *state;
    static struct flow_row many[1001];
    for (size_t i = 0; i < 1000; i++) many[i] = (struct flow_row){.name = "n", .ask = ask_one};
    p->flow.rows = many;
    begin(p);
    size_t turns = 0;
    while (script_step(p->script)) turns++;
    assert_int_equal(p->completions, 1);
    assert_in_range(turns, 10, 100);
}

static char events[256];

static void trace(void *ctx, const struct flow *f, const char *event)
{
    (void)ctx;
    assert_string_equal(f->name, "probe");
    strncat(events, event, sizeof(events) - strlen(events) - 1);
    strncat(events, " ", sizeof(events) - strlen(events) - 1);
}

static void test_trace(void **state)
{
    struct probe *p = *state;
    struct io io = *script_io(p->script);
    io.trace = trace;
    events[0] = '\0';
    script_reply(p->script, NULL, 503, "");
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    flow_start(&p->flow, &io);
    script_run(p->script);
    assert_string_equal(events, "skip ask retry ask next ask next done ");
}

static void group_done(struct flow_group *g)
{
    (*(unsigned *)g->owner)++;
}

static void test_group_counts_down(void **state)
{
    (void)state;
    unsigned ended = 0;
    struct flow_group g = {.done = group_done, .owner = &ended};
    flow_group_add(&g);
    flow_group_add(&g);
    flow_group_end(&g);
    assert_int_equal(ended, 0);
    flow_group_end(&g);
    assert_int_equal(ended, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_rows_in_order),
        CASE(test_nothing_to_ask_is_skipped),
        CASE(test_no_row_asks_anything),
        CASE(test_cannot_ask),
        CASE(test_again_then_done),
        CASE(test_again_for_ever_ends_at_the_limit),
        CASE(test_fail),
        CASE(test_restart_only_once),
        CASE(test_transient_is_asked_again),
        CASE(test_hint_is_followed),
        CASE(test_hint_beyond_the_limit_fails_at_once),
        CASE(test_transient_for_ever_ends_at_the_limit),
        CASE(test_once_table),
        CASE(test_refused_token_restarts_once),
        CASE(test_single_calls_have_their_own_limit),
        CASE(test_park_and_wake),
        CASE(test_nobody_wakes_it),
        CASE(test_cancel_anywhere),
        CASE(test_can_be_started_again),
        CASE(test_bounded_pass),
        CASE(test_trace),
        cmocka_unit_test(test_group_counts_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
