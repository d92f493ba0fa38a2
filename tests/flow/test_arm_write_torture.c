/* Writing one resource while things go wrong: every fault at every call; what may have been taken
 * is never sent again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/write_probe.h"

/* The monitor answers 404 or nonsense for a while: that says nothing about the operation. */
static void test_unreadable_monitor(void **state)
{
    struct write_probe *p = *state;
    write_accept(p);
    script_reply(p->world.script, "GET " MONITOR, 404, "");
    script_reply(p->world.script, "GET " MONITOR, 400, "{}");
    script_reply(p->world.script, "GET " MONITOR, 200, "<html>");
    script_reply(p->world.script, "GET " MONITOR, 200, "{\"state\":\"Succeeded\"}");
    script_reply(p->world.script, "GET " MONITOR, 500, "");
    write_state_is(p, "{\"status\":\"Succeeded\"}");
    write_read_back(p);
    write_run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_int_equal(script_left(p->world.script), 0);
}

/* Unreadable twice for a while, with a state between: patience is for one stretch. */
static void test_unreadable_now_and_then(void **state)
{
    struct write_probe *p = *state;
    write_accept(p);
    for (size_t i = 0; i < 50; i++) {
        if (i == 25) write_state_is(p, "{\"status\":\"InProgress\"}");
        script_reply(p->world.script, "GET " MONITOR, 404, ""); /* each followed by 10 s */
    }
    write_state_is(p, "{\"status\":\"Succeeded\"}");
    write_read_back(p);
    write_run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_int_equal(p->write.polls, 52);
}

static void test_never_settles(void **state)
{
    static const msec limits[] = {0, MINUTES(10)};
    for (size_t i = 0; i < 2; i++) {
        struct write_probe *p = write_again(state);
        p->world.az.settle_limit = limits[i];
        write_accept(p);
        write_state_is(p, "{\"status\":\"InProgress\"}");
        script_always(p->world.script);
        msec before = script_now(p->world.script);
        write_run(p);
        assert_int_equal(p->err.kind, ERR_TIMEOUT);
        msec limit = limits[i] ? limits[i] : MINUTES(60);
        assert_in_range(script_now(p->world.script) - before, limit - SECONDS(30), limit);
        assert_int_equal(script_count(p->world.script, "PUT"), 1);
    }
}

/* A resource that was just made is not found for a minute. */
static void test_not_found_at_first(void **state)
{
    struct write_probe *p = *state;
    write_accept(p);
    write_state_is(p, "{\"status\":\"Succeeded\"}");
    for (size_t i = 0; i < 12; i++)
        script_reply(p->world.script, "GET " RESOURCE, 404,
                     "{\"error\":{\"code\":\"ResourceNotFound\"}}");
    write_read_back(p);
    write_run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_non_null(p->write.body);
    assert_int_equal(script_left(p->world.script), 0);
}

/* The token is refused in the middle of the wait: the flow starts over, the write does not. */
static void test_refused_token_while_settling(void **state)
{
    struct write_probe *p = *state;
    write_accept(p);
    script_reply(p->world.script, "GET " MONITOR, 401, "");
    write_state_is(p, "{\"status\":\"Succeeded\"}");
    write_read_back(p);
    write_run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_string_equal(script_transcript(p->world.script),
                        "PUT " RESOURCE "\nwait 10000\nGET " MONITOR "\n" WORLD_TOKEN_LINE
                        "\nwait 10000\nGET " MONITOR "\nGET " RESOURCE "\n");
}

/* A wait of hours outlives tokens: each poll uses the present one. */
static void test_token_renewed_while_settling(void **state)
{
    struct write_probe *p = *state;
    p->world.az.settle_limit = MINUTES(60 * 20);
    write_accept(p);
    script_reply(p->world.script, "GET " MONITOR, 200, "{\"status\":\"InProgress\"}");
    script_header(p->world.script, "retry-after", "600");
    script_always(p->world.script);
    flow_start(&p->write.flow, p->world.az.io);
    msec before = script_now(p->world.script);
    while (script_now(p->world.script) - before < MINUTES(60 * 13)) script_step(p->world.script);
    assert_true(p->write.flow.running);
    assert_non_null(strstr(script_transcript(p->world.script), WORLD_TOKEN_LINE));
}

/* Each call fails once, in each way. The write is sent once; twice only where it was certainly not
 * taken. What Azure has accepted ends well. */
static void test_torture(void **state)
{
    for (size_t index = 0; index < 4; index++) {
        for (enum script_fault fault = 0; fault < SCRIPT_FAULT_N; fault++) {
            struct write_probe *p = write_again(state);
            write_accept(p);
            write_state_is(p, "{\"status\":\"InProgress\"}");
            write_state_is(p, "{\"status\":\"Succeeded\"}");
            script_always(p->world.script);
            write_read_back(p);
            script_torture(p->world.script, index, fault);
            write_run(p);
            print_message("# call %zu, %s: %s\n", index, script_fault_word(fault),
                          err_kind_word(p->err.kind));
            bool doubt = index == 0 && (fault == SCRIPT_RESET || fault == SCRIPT_SILENCE ||
                                        fault == SCRIPT_UNAVAILABLE || fault == SCRIPT_INTERNAL);
            bool refused = index == 0 && (fault == SCRIPT_THROTTLED || fault == SCRIPT_BUSY ||
                                          fault == SCRIPT_UNAUTHORIZED);
            bool nonsense = index == 3 && fault == SCRIPT_GARBAGE;
            assert_int_equal(script_count(p->world.script, "PUT"), refused ? 2 : 1);
            assert_int_equal(p->err.kind != ERR_NONE, doubt || nonsense);
            assert_int_equal(p->write.fate, doubt ? ARM_IN_DOUBT : ARM_SETTLED);
            if (doubt)
                assert_true(p->err.kind == ERR_TRANSIENT || p->err.kind == ERR_TIMEOUT);
            else if (!nonsense)
                assert_non_null(p->write.body);
        }
    }
}

static void test_cancel_at_every_row(void **state)
{
    for (size_t steps = 0; steps < 12; steps++) {
        struct write_probe *p = write_again(state);
        write_accept(p);
        write_state_is(p, "{\"status\":\"InProgress\"}");
        write_state_is(p, "{\"status\":\"Succeeded\"}");
        write_read_back(p);
        flow_start(&p->write.flow, p->world.az.io);
        for (size_t i = 0; i < steps; i++) script_step(p->world.script);
        unsigned before = p->completions;
        arm_write_done(&p->write);
        assert_int_equal(script_open(p->world.script), 0);
        assert_int_equal(p->completions, before);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, write_setup, write_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_unreadable_monitor),
        CASE(test_unreadable_now_and_then),
        CASE(test_never_settles),
        CASE(test_not_found_at_first),
        CASE(test_refused_token_while_settling),
        CASE(test_token_renewed_while_settling),
        CASE(test_torture),
        CASE(test_cancel_at_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
