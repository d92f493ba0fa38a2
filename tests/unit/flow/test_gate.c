/* The gate: calls in flight, budgets, closing after a 429, counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/gate.h"
#include "support/script.h"

#define ARM "https://management.azure.com"
#define SUB ARM "/subscriptions/s1/x"
#define CALLS 12

/* Calls made without a runner, so that the gate alone is seen. */
struct probe {
    struct script *script;
    struct gate *gate;
    struct call calls[CALLS];
    unsigned done[CALLS];
    struct err err[CALLS];
    int status[CALLS];
    msec patience;   /* how long a call may take */
    size_t next_url; /* another call that is made from inside 'done'; 0: none */
};

static bool is_throttling(const struct http_reply *reply)
{
    return strstr(reply->body, "locked") == NULL;
}

static struct gate_limits limits(void)
{
    return (struct gate_limits){
        .per_host = 2,
        .metered = ARM,
        .budget = {[GATE_READS] = {.name = "reads",
                                   .remaining_header = "remaining-reads",
                                   .size = 4,
                                   .per_second = 2},
                   [GATE_WRITES] = {.name = "writes", .size = 100, .per_second = 10}},
        .is_throttling = is_throttling,
    };
}

static int setup(void **state)
{
    static struct probe p;
    struct gate_limits l = limits();
    p = (struct probe){.script = script_new(), .patience = SECONDS(30)};
    p.gate = gate_new(script_io(p.script), &l);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct probe *p = *state;
    gate_free(p->gate);
    assert_int_equal(script_open(p->script), 0);
    script_free(p->script);
    return 0;
}

static void send(struct probe *p, size_t index, const char *method, const char *url);

static void done(struct call *call, const struct reply *reply)
{
    struct probe *p = call->owner;
    size_t index = (size_t)(call - p->calls);
    p->done[index]++;
    p->err[index] = reply->err;
    if (reply->kind == CALL_HTTP && reply->err.kind == ERR_NONE)
        p->status[index] = reply->http.status;
    if (p->next_url) {
        size_t next = p->next_url;
        p->next_url = 0;
        send(p, next, "GET", SUB);
    }
}

static void send(struct probe *p, size_t index, const char *method, const char *url)
{
    const struct io *io = gate_io(p->gate);
    p->calls[index] = (struct call){.kind = CALL_HTTP,
                                    .http = {.method = method, .url = url},
                                    .deadline = io->now(io->ctx) + p->patience,
                                    .done = done,
                                    .owner = p};
    io->start(io->ctx, &p->calls[index]);
}

static void answer_everything(struct probe *p)
{
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
}

static void test_in_flight_per_host(void **state)
{
    struct probe *p = *state;
    answer_everything(p);
    send(p, 0, "GET", "https://a/1");
    send(p, 1, "GET", "https://a/2");
    send(p, 2, "GET", "https://a/3");
    send(p, 3, "GET", "HTTPS://A/4");
    send(p, 4, "GET", "https://b/1");
    assert_int_equal(gate_waiting(p->gate), 2);
    assert_string_equal(script_transcript(p->script),
                        "GET https://a/1\nGET https://a/2\nGET https://b/1\n");
    assert_true(script_step(p->script));
    assert_int_equal(gate_waiting(p->gate), 1);
    script_run(p->script);
    for (size_t i = 0; i < 5; i++) assert_int_equal(p->done[i], 1);
    assert_int_equal(gate_counts(p->gate)->token_requests, 5);
}

static void test_budget_refills(void **state)
{
    struct probe *p = *state;
    answer_everything(p);
    for (size_t i = 0; i < 7; i++) send(p, i, "GET", SUB);
    msec before = script_now(p->script);
    script_run(p->script);
    for (size_t i = 0; i < 7; i++) assert_int_equal(p->status[i], 200);
    /* 4 at once, and then 2 each second. */
    assert_int_equal(script_now(p->script) - before, 1500);
    assert_int_equal(gate_counts(p->gate)->arm_reads, 7);
}

static void test_budgets_are_separate(void **state)
{
    struct probe *p = *state;
    answer_everything(p);
    msec before = script_now(p->script);
    for (size_t i = 0; i < 4; i++) send(p, i, "GET", SUB);
    for (size_t i = 4; i < 8; i++) send(p, i, "GET", ARM "/subscriptions/s2/x");
    for (size_t i = 8; i < 10; i++) send(p, i, "PUT", SUB);
    send(p, 10, "DELETE", SUB); /* no budget: not limited */
    script_run(p->script);
    assert_int_equal(script_now(p->script), before);
    assert_int_equal(gate_counts(p->gate)->arm_reads, 8);
    assert_int_equal(gate_counts(p->gate)->arm_writes, 3);
}

static void test_a_question_is_a_read(void **state)
{
    struct probe *p = *state;
    const struct io *io = gate_io(p->gate);
    answer_everything(p);
    for (size_t i = 0; i < 5; i++) {
        p->calls[i] = (struct call){.kind = CALL_HTTP,
                                    .http = {.method = "POST", .url = SUB, .question = true},
                                    .deadline = io->now(io->ctx) + SECONDS(30),
                                    .done = done,
                                    .owner = p};
        io->start(io->ctx, &p->calls[i]);
    }
    msec before = script_now(p->script);
    script_run(p->script);
    /* The budget of reads: four at once, the fifth half a second later. */
    assert_int_equal(script_now(p->script) - before, 500);
    assert_int_equal(gate_counts(p->gate)->arm_reads, 5);
    assert_int_equal(gate_counts(p->gate)->arm_writes, 0);
}

static void test_follows_what_is_left(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 200, "");
    script_header(p->script, "remaining-reads", "0");
    answer_everything(p);
    send(p, 0, "GET", SUB);
    script_run(p->script);
    msec before = script_now(p->script);
    send(p, 1, "GET", SUB);
    script_run(p->script);
    /* One call comes back in half a second, and one stays in reserve. */
    assert_int_equal(script_now(p->script) - before, 1000);
}

static void test_nonsense_about_what_is_left(void **state)
{
    static const char *const values[] = {"",  "many", "12000", "-1", "99999999999999999999999",
                                         "3x"};
    struct probe *p = *state;
    for (size_t i = 0; i < 6; i++) {
        script_reply(p->script, NULL, 200, "");
        script_header(p->script, "remaining-reads", values[i]);
    }
    msec before = script_now(p->script);
    for (size_t i = 0; i < 4; i++) send(p, i, "GET", SUB);
    script_run(p->script);
    assert_int_equal(script_now(p->script), before);
    for (size_t i = 4; i < 6; i++) send(p, i, "GET", SUB);
    script_run(p->script);
    assert_int_equal(script_now(p->script) - before, 1000);
}

static void test_closes_after_429(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 429, "too many");
    script_header(p->script, "retry-after", "20");
    answer_everything(p);
    msec before = script_now(p->script);
    send(p, 0, "PUT", SUB);
    script_run(p->script);
    assert_int_equal(p->status[0], 429); /* the asker sees it and decides */
    assert_int_equal(gate_closed_for(p->gate, GATE_WRITES), 20000);
    assert_int_equal(gate_closed_for(p->gate, GATE_READS), 0);
    send(p, 1, "PUT", SUB);
    send(p, 2, "GET", SUB);
    send(p, 3, "PUT", ARM "/subscriptions/s2/x");
    assert_int_equal(gate_waiting(p->gate), 1);
    script_run(p->script);
    assert_int_equal(p->status[1], 200);
    assert_in_range(script_now(p->script) - before, 20000, 20200);
    assert_int_equal(gate_closed_for(p->gate, GATE_WRITES), 0);
    assert_int_equal(gate_counts(p->gate)->throttled, 1);
    assert_int_equal(gate_counts(p->gate)->failures, 1);
}

static void test_a_locked_resource_closes_nothing(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 429, "locked");
    script_header(p->script, "retry-after", "20");
    send(p, 0, "PUT", SUB);
    script_run(p->script);
    assert_int_equal(gate_closed_for(p->gate, GATE_WRITES), 0);
    assert_int_equal(gate_counts(p->gate)->throttled, 0);
}

static void test_429_of_another_host_closes_nothing(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 429, "too many");
    send(p, 0, "GET", "https://login/token");
    script_run(p->script);
    assert_int_equal(gate_closed_for(p->gate, GATE_READS), 0);
}

/* Closed for longer than the asker waits: told at once, but not from inside start. */
static void test_hopeless_calls_do_not_wait(void **state)
{
    struct probe *p = *state;
    script_reply(p->script, NULL, 429, "too many");
    script_header(p->script, "retry-after", "300");
    send(p, 0, "PUT", SUB);
    script_run(p->script);
    msec before = script_now(p->script);
    send(p, 1, "PUT", SUB);
    send(p, 2, "PUT", SUB);
    assert_int_equal(p->done[1], 0);
    script_run(p->script);
    assert_int_equal(script_now(p->script), before);
    for (size_t i = 1; i < 3; i++) {
        assert_int_equal(p->done[i], 1);
        assert_int_equal(p->err[i].kind, ERR_THROTTLED);
        assert_int_equal(p->err[i].retry_after_ms, 300000);
        assert_non_null(strstr(p->err[i].text, "budget of writes"));
    }
    assert_int_equal(gate_waiting(p->gate), 0);
    assert_int_equal(gate_counts(p->gate)->arm_writes, 1);
}

/* The host is silent: who waits behind others is let go at its own deadline. */
static void test_deadline_in_the_queue(void **state)
{
    struct probe *p = *state;
    script_failure(p->script, "GET https://a/", ERR_TIMEOUT);
    script_always(p->script);
    send(p, 0, "GET", "https://a/1");
    send(p, 1, "GET", "https://a/2");
    p->patience = SECONDS(10);
    send(p, 2, "GET", "https://a/3");
    p->patience = SECONDS(30);
    send(p, 3, "GET", "https://a/4");
    while (!p->done[2]) assert_true(script_step(p->script));
    assert_int_equal(p->err[2].kind, ERR_THROTTLED);
    assert_non_null(strstr(p->err[2].text, "2 calls to https://a"));
    assert_int_equal(p->done[0] + p->done[1] + p->done[3], 0);
    script_run(p->script);
    for (size_t i = 0; i < 4; i++) assert_int_equal(p->done[i], 1);
    assert_int_equal(p->err[0].kind, ERR_TIMEOUT);
    assert_int_equal(gate_counts(p->gate)->failures, 3); /* the third was never sent */
}

static void test_cancel(void **state)
{
    struct probe *p = *state;
    answer_everything(p);
    for (size_t i = 0; i < 4; i++) send(p, i, "GET", "https://a/x");
    const struct io *io = gate_io(p->gate);
    io->cancel(io->ctx, &p->calls[0]); /* in flight */
    io->cancel(io->ctx, &p->calls[3]); /* waiting */
    script_run(p->script);
    assert_int_equal(p->done[0] + p->done[3], 0);
    assert_int_equal(p->done[1] + p->done[2], 2);
}

static void test_call_from_inside_done(void **state)
{
    struct probe *p = *state;
    answer_everything(p);
    p->next_url = 5;
    send(p, 0, "GET", SUB);
    script_run(p->script);
    assert_int_equal(p->done[0], 1);
    assert_int_equal(p->done[5], 1);
}

static void test_waits_and_sql_pass(void **state)
{
    struct probe *p = *state;
    static const struct sql_statement statements[] = {{.text = "select 1"}, {.text = "select 2"}};
    const struct io *io = gate_io(p->gate);
    script_sql(p->script, NULL, "", NULL);
    p->calls[0] = (struct call){.kind = CALL_WAIT, .wait = 50, .done = done, .owner = p};
    p->calls[1] = (struct call){
        .kind = CALL_SQL, .sql = {.statements = statements, .count = 2}, .done = done, .owner = p};
    p->calls[2] = (struct call){.kind = CALL_WAIT, .wait = 90, .done = done, .owner = p};
    for (size_t i = 0; i < 3; i++) io->start(io->ctx, &p->calls[i]);
    io->cancel(io->ctx, &p->calls[2]);
    script_run(p->script);
    assert_int_equal(p->done[0] + p->done[1], 2);
    assert_int_equal(p->done[2], 0);
    assert_int_equal(gate_counts(p->gate)->sql_statements, 2);
    assert_int_equal(io->now(io->ctx), script_now(p->script));
    assert_true(io->wall_clock(io->ctx) > 0);
}

static void test_freed_with_calls_in_it(void **state)
{
    struct probe *p = *state;
    for (size_t i = 0; i < 6; i++) send(p, i, "GET", SUB);
    (void)p; /* the teardown frees it and finds nothing outstanding */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_in_flight_per_host),
        CASE(test_budget_refills),
        CASE(test_budgets_are_separate),
        CASE(test_a_question_is_a_read),
        CASE(test_follows_what_is_left),
        CASE(test_nonsense_about_what_is_left),
        CASE(test_closes_after_429),
        CASE(test_a_locked_resource_closes_nothing),
        CASE(test_429_of_another_host_closes_nothing),
        CASE(test_hopeless_calls_do_not_wait),
        CASE(test_deadline_in_the_queue),
        CASE(test_cancel),
        CASE(test_call_from_inside_done),
        CASE(test_waits_and_sql_pass),
        CASE(test_freed_with_calls_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
