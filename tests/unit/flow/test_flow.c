/* The runner: order of rows, verdicts, parking, cancelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/flow_probe.h"

static void test_rows_in_order(void **state)
{
    struct probe *p = *state;
    p->first_kind = CALL_HTTP;
    script_reply(p->script, "GET one", 200, "");
    script_reply(p->script, "PUT two", 200, "");
    script_reply(p->script, "GET three", 200, "");
    probe_run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_string_equal(script_transcript(p->script), "GET one\nPUT two\nGET three\n");
    assert_int_equal(p->flow.calls, 3);
}

static void test_nothing_to_ask_is_skipped(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    probe_run(p);
    assert_string_equal(script_transcript(p->script), "PUT two\nGET three\n");
}

static void test_no_row_asks_anything(void **state)
{
    struct probe *p = *state;
    p->rows[1].name = NULL;
    probe_run(p); /* also: not reported from inside flow_start() */
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_int_equal(script_calls(p->script), 0);
}

static void test_cannot_ask(void **state)
{
    struct probe *p = *state;
    p->first_kind = CALL_FAIL;
    probe_run(p);
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
    probe_run(p);
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
    probe_run(p);
    assert_int_equal(p->err.kind, ERR_TIMEOUT);
    assert_int_equal(script_count(p->script, "PUT"), 4); /* at 0, 3, 6 and 9 s */
}

static void test_fail(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "");
    p->verdicts[0] = FLOW_FAIL;
    p->verdict_count = 1;
    probe_run(p);
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
    probe_run(p);
    assert_int_equal(script_count(p->script, "PUT"), 2);
    assert_int_equal(p->err.kind, ERR_INTERNAL);
}

static void test_park_and_wake(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
    p->first_kind = CALL_PARK;
    probe_begin(p);
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
    probe_run(p);
    assert_int_equal(p->err.kind, ERR_TIMEOUT);
    assert_string_equal(script_transcript(p->script), "wait 30000\n");
}

/* Whatever it is doing: nothing is outstanding after a cancel, and nothing is reported. */
static void test_cancel_anywhere(void **state)
{
    for (size_t steps = 0; steps < 8; steps++) {
        probe_teardown(state);
        probe_setup(state);
        struct probe *p = *state;
        p->first_kind = CALL_HTTP;
        script_reply(p->script, "PUT two", 503, "");
        script_reply(p->script, NULL, 200, "");
        script_always(p->script);
        p->verdicts[0] = FLOW_AGAIN;
        p->verdict_count = 1;
        probe_begin(p);
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
    probe_run(p);
    p->completions = 0;
    p->started = false;
    probe_run(p);
    assert_string_equal(script_transcript(p->script), "PUT two\nGET three\nPUT two\nGET three\n");
}

/* A thousand rows without a question do not hold up the loop. */
static void test_bounded_pass(void **state)
{
    struct probe *p = *state;
    static struct flow_row many[1001];
    for (size_t i = 0; i < 1000; i++)
        many[i] = (struct flow_row){.name = "n", .ask = p->rows[0].ask};
    p->flow.rows = many;
    probe_begin(p);
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
    size_t length = strlen(events);
    snprintf(events + length, sizeof(events) - length, "%s ", event);
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

#define CASE(name) cmocka_unit_test_setup_teardown(name, probe_setup, probe_teardown)

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
