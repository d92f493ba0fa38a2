/* Nothing waits for what it does not depend on: the ARM half and the SQL half of a server, an
 * operation and everything else, one server and another. All in virtual time, so that "not a
 * second later" can be said. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/message_id.h"
#include "support/engine_story.h"

#define ANYBODY STORY_SERVER "/firewallRules/anybody"

static void open_door(struct stage *s)
{
    virtual_meddle(s->v, ANYBODY,
                   json_pack("{s:{s:s, s:s}}", "properties", "startIpAddress", "0.0.0.0",
                             "endIpAddress", "255.255.255.255"));
}

static bool door_is_shut(void *ctx)
{
    struct stage *s = ctx;
    return !virtual_resource(s->v, ANYBODY);
}

static void take_right(struct stage *s)
{
    virtual_sql(s->v, "pg-story", "app", "REVOKE SELECT ON TABLE public.users FROM app");
}

/* Does 'app' hold SELECT on public.users again? */
static bool right_is_back(void *ctx)
{
    struct stage *s = ctx;
    const json_t *users =
        json_at(virtual_postgres(s->v, "pg-story"), "databases.app.schemas.public.relations.users");
    return json_int_at(users, "acl.app", 0) & PG_SELECT;
}

/* How long from now until 'met'; fails the test after an hour. */
static msec time_until(struct stage *s, bool (*met)(void *ctx))
{
    msec begun = virtual_now(s->v);
    if (!virtual_until(s->v, met, s, MINUTES(60))) {
        stage_show(s);
        fail_msg("not within an hour");
    }
    return virtual_now(s->v) - begun;
}

static void stand(struct stage *s)
{
    stage_begin(s, ENGINE_DAEMON, NULL);
    assert_true(stage_until_in_order(s, MINUTES(10)));
}

/* One look comes at most an interval and its jitter later; a second look, the write and its time
 * (15 s for a rule) follow. */
#define ARM_BOUND (SECONDS(66) + SECONDS(10) + SECONDS(25))
#define SQL_BOUND (SECONDS(66) + SECONDS(5))

/* --- a dead half -------------------------------------------------------------------------------
 */

static void assert_door_is_shut_in_time(struct stage *s)
{
    open_door(s);
    msec took = time_until(s, door_is_shut);
    if (took > ARM_BOUND) fail_msg("shut after %" PRIu64 " ms", took);
}

static void assert_right_is_back_in_time(struct stage *s)
{
    take_right(s);
    msec took = time_until(s, right_is_back);
    if (took > SQL_BOUND) fail_msg("back after %" PRIu64 " ms", took);
}

static void test_both_halves_alive(void **state)
{
    struct stage *s = *state;
    stand(s);
    assert_door_is_shut_in_time(s);
    assert_right_is_back_in_time(s);
}

static void test_postgres_refuses(void **state)
{
    struct stage *s = *state;
    stand(s);
    virtual_postgres_is(s->v, VIRTUAL_REFUSING);
    virtual_pass(s->v, MINUTES(30)); /* its pauses have grown by then */
    assert_true(stage_said(s, MESSAGE_DRIFT_UNKNOWN, NULL));
    assert_door_is_shut_in_time(s);
    virtual_postgres_is(s->v, VIRTUAL_WELL);
    assert_true(stage_until_in_order(s, MINUTES(20)));
}

static void test_postgres_does_not_answer(void **state)
{
    struct stage *s = *state;
    stand(s);
    virtual_postgres_is(s->v, VIRTUAL_DUMB);
    virtual_pass(s->v, MINUTES(30));
    assert_true(stage_said(s, MESSAGE_DRIFT_UNKNOWN, NULL));
    assert_door_is_shut_in_time(s);
}

/* Dead from the start on: what was never seen of it does not matter either. */
static void test_postgres_never_answered(void **state)
{
    struct stage *s = *state;
    virtual_postgres_is(s->v, VIRTUAL_DUMB);
    open_door(s);
    stage_begin(s, ENGINE_DAEMON, NULL);
    assert_true(time_until(s, door_is_shut) < ARM_BOUND);
}

static void test_arm_refuses(void **state)
{
    struct stage *s = *state;
    stand(s);
    virtual_arm_is(s->v, VIRTUAL_REFUSING);
    virtual_pass(s->v, MINUTES(30));
    assert_true(stage_said(s, MESSAGE_DRIFT_UNKNOWN, NULL));
    assert_right_is_back_in_time(s);
    virtual_arm_is(s->v, VIRTUAL_WELL);
    assert_true(stage_until_in_order(s, MINUTES(20)));
}

static void test_arm_does_not_answer(void **state)
{
    struct stage *s = *state;
    stand(s);
    virtual_arm_is(s->v, VIRTUAL_DUMB);
    virtual_pass(s->v, MINUTES(30));
    assert_right_is_back_in_time(s);
}

static void arm_is_well(void *ctx)
{
    virtual_arm_is(((struct stage *)ctx)->v, VIRTUAL_WELL);
}

/* What was not looked at stays due: it is looked at as soon as there is an answer again, not an
 * interval after a cycle that saw nothing. */
static void test_what_was_not_looked_at_stays_due(void **state)
{
    struct stage *s = *state;
    stand(s);
    virtual_arm_is(s->v, VIRTUAL_REFUSING);
    virtual_pass(s->v, MINUTES(3));
    open_door(s);
    size_t from = virtual_calls(s->v);
    virtual_later(s->v, SECONDS(1), arm_is_well, s);
    msec took = time_until(s, door_is_shut);
    size_t looks = virtual_count(s->v, "GET " STORY_SERVER "$", from);
    if (looks > 3) fail_msg("shut after %zu looks, %" PRIu64 " ms", looks, took);
}

/* --- operations --------------------------------------------------------------------------------
 */

static void test_somebodys_operation_stops_no_look_into_postgres(void **state)
{
    struct stage *s = *state;
    stand(s);
    virtual_occupy(s->v, STORY_SERVER, MINUTES(120));
    virtual_pass(s->v, MINUTES(10));
    assert_right_is_back_in_time(s);
    assert_true(virtual_is_busy(s->v, STORY_SERVER));
}

static void test_our_own_operation_stops_no_look(void **state)
{
    struct stage *s = *state;
    stand(s);
    virtual_fault_on(s->v, virtual_fault_named("monitor InProgress for ever"),
                     "PATCH " STORY_SERVER "$", 1);
    virtual_meddle(s->v, STORY_SERVER,
                   json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    virtual_pass(s->v, MINUTES(5));
    assert_int_equal(virtual_count(s->v, "PATCH " STORY_SERVER "$", 0), 1);
    size_t calls = virtual_calls(s->v);
    assert_right_is_back_in_time(s);
    virtual_pass(s->v, MINUTES(10));
    assert_true(virtual_count(s->v, "GET " STORY_SERVER "$", calls) >= 5);
    assert_true(virtual_count(s->v, "GET " STORY_SERVER "/firewallRules", calls) >= 5);
}

/* A monitor that never says that it has ended: what it was about is seen to be done. */
static void test_a_lying_monitor_stops_no_other_write(void **state)
{
    struct stage *s = *state;
    stand(s);
    virtual_fault_on(s->v, virtual_fault_named("monitor InProgress for ever"),
                     "PATCH " STORY_SERVER "$", 1);
    virtual_meddle(s->v, STORY_SERVER,
                   json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    virtual_pass(s->v, MINUTES(10));
    assert_int_equal(virtual_count(s->v, "PATCH " STORY_SERVER "$", 0), 1);
    assert_door_is_shut_in_time(s);
}

/* What is new while an operation runs is seen and said, though it cannot be written yet. */
static void test_a_door_opened_during_an_operation_is_reported(void **state)
{
    struct stage *s = *state;
    stand(s);
    virtual_occupy(s->v, STORY_SERVER, MINUTES(120));
    virtual_pass(s->v, MINUTES(10));
    open_door(s);
    virtual_pass(s->v, MINUTES(3));
    assert_true(stage_said(s, NULL, "anybody"));
    virtual_pass(s->v, MINUTES(120));
    assert_true(time_until(s, door_is_shut) < MINUTES(10));
}

static void test_a_restart_during_a_creation_makes_no_second_one(void **state)
{
    struct stage *s = *state;
    virtual_remove(s->v, STORY_SERVER);
    stage_begin(s, ENGINE_DAEMON, NULL);
    while (!virtual_count(s->v, "PUT " STORY_SERVER "$", 0)) virtual_pass(s->v, SECONDS(10));
    virtual_pass(s->v, SECONDS(30));
    stage_begin(s, ENGINE_DAEMON, NULL);
    assert_true(stage_until_in_order(s, MINUTES(120)));
    assert_int_equal(virtual_count(s->v, "PUT " STORY_SERVER "$", 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_BUILT(test_both_halves_alive),
        STORY_BUILT(test_postgres_refuses),
        STORY_BUILT(test_postgres_does_not_answer),
        STORY_BUILT(test_postgres_never_answered),
        STORY_BUILT(test_arm_refuses),
        STORY_BUILT(test_arm_does_not_answer),
        STORY_BUILT(test_what_was_not_looked_at_stays_due),
        STORY_BUILT(test_somebodys_operation_stops_no_look_into_postgres),
        STORY_BUILT(test_our_own_operation_stops_no_look),
        STORY_BUILT(test_a_lying_monitor_stops_no_other_write),
        STORY_BUILT(test_a_door_opened_during_an_operation_is_reported),
        STORY_BUILT(test_a_restart_during_a_creation_makes_no_second_one),
    };
    return STORY_RUN(tests);
}
