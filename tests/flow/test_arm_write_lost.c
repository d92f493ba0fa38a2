/* A write that Azure has taken and whose monitor is lost: it is asked again for a while, then the
 * resource itself; the write is never sent again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "support/write_probe.h"

/* --- the monitor is lost ---------------------------------------------------------------------- */

/* Whatever a monitor can say that is no state. */
static const struct {
    int status;
    const char *body;
    enum err_kind failure;
} lost[] = {
    {301, "", ERR_NONE},       {302, "", ERR_NONE},
    {404, "", ERR_NONE},       {404, NOT_FOUND, ERR_NONE},
    {410, "", ERR_NONE},       {400, "{}", ERR_NONE},
    {403, "", ERR_NONE},       {401, "", ERR_NONE},
    {429, "", ERR_NONE},       {500, "", ERR_NONE},
    {503, "", ERR_NONE},       {200, "", ERR_NONE},
    {200, "<html>", ERR_NONE}, {200, "{\"status\":7}", ERR_NONE},
    {200, "[]", ERR_NONE},     {204, "", ERR_NONE},
    {0, "", ERR_PROTOCOL}, /* broken compression, too much */
    {0, "", ERR_TRANSIENT},    {0, "", ERR_TIMEOUT},
    {0, "", ERR_THROTTLED},    {0, "", ERR_CONFIG},
};
#define LOST_N (sizeof(lost) / sizeof(lost[0]))

static void lose_monitor(struct write_probe *p, size_t i)
{
    if (lost[i].failure != ERR_NONE)
        script_failure(p->world.script, "GET " MONITOR, lost[i].failure);
    else
        script_reply(p->world.script, "GET " MONITOR, lost[i].status, lost[i].body);
}

/* Once: it is asked again, and its end counts. */
static void test_monitor_lost_once(void **state)
{
    for (size_t i = 0; i < LOST_N; i++) {
        struct write_probe *p = write_begin(state, "PUT", ARM_SETTLES_BY_OPERATION);
        write_accept_only(p);
        lose_monitor(p, i);
        write_state_is(p, "{\"status\":\"Succeeded\"}");
        write_resource_is(p, "{}");
        write_run(p);
        assert_int_equal(p->err.kind, ERR_NONE);
        assert_int_equal(p->write.fate, ARM_SETTLED);
        assert_int_equal(script_count(p->world.script, "PUT"), 1);
    }
}

/* For ever: the resource itself is asked until it is at rest. */
static void test_monitor_lost_resource_tells(void **state)
{
    for (size_t i = 0; i < LOST_N; i++) {
        struct write_probe *p = write_begin(state, "PUT", ARM_SETTLES_BY_STATE);
        write_accept_only(p);
        lose_monitor(p, i);
        script_always(p->world.script);
        script_reply(p->world.script, "GET " RESOURCE, 404, NOT_FOUND);
        write_resource_is(p, "{\"state\":\"Provisioning\"}");
        script_failure(p->world.script, "GET " RESOURCE, ERR_TRANSIENT);
        script_reply(p->world.script, "GET " RESOURCE, 200, "{}");
        write_resource_is(p, "{\"state\":\"Updating\"}");
        write_resource_is(p, "{\"state\":\"Ready\"}");
        msec before = script_now(p->world.script);
        write_run(p);
        print_message("# monitor case %zu: %s\n", i, p->err.text);
        assert_int_equal(p->err.kind, ERR_NONE);
        assert_int_equal(p->write.fate, ARM_SETTLED);
        assert_string_equal(json_text_at(p->write.body, "properties.state"), "Ready");
        assert_int_equal(script_count(p->world.script, "PUT"), 1);
        assert_int_equal(script_left(p->world.script), 0);
        assert_in_range(script_now(p->world.script) - before, MINUTES(5), MINUTES(8));
    }
}

/* What only an operation can end: what was made is there, what was deleted is gone, a change never
 * tells. */
static void test_monitor_lost_without_a_state(void **state)
{
    for (size_t i = 0; i < LOST_N; i++) {
        static const char *const methods[] = {"PUT", "PATCH", "DELETE", "POST"};
        for (size_t m = 0; m < 4; m++) {
            struct write_probe *p = write_begin(state, methods[m], ARM_SETTLES_BY_OPERATION);
            bool tells = m == 0 || m == 2;
            write_accept_only(p);
            lose_monitor(p, i);
            script_always(p->world.script);
            if (m == 2) {
                write_resource_is(p, "{}"); /* still there at first */
                script_reply(p->world.script, "GET " RESOURCE, 404, NOT_FOUND);
            }
            write_resource_is(p, "{}");
            script_always(p->world.script);
            write_run(p);
            assert_int_equal(p->write.fate, tells ? ARM_SETTLED : ARM_ACCEPTED);
            assert_int_equal(p->err.kind, tells ? ERR_NONE : ERR_TRANSIENT);
            assert_int_equal(script_count(p->world.script, methods[m]), 1);
        }
    }
}

/* Neither can be read: it is accepted, and that is all that is known. */
static void test_nothing_can_be_read(void **state)
{
    for (size_t i = 0; i < LOST_N; i++) {
        struct write_probe *p = write_begin(state, "PUT", ARM_SETTLES_BY_STATE);
        write_accept_only(p);
        lose_monitor(p, i);
        script_always(p->world.script);
        script_reply(p->world.script, "GET " RESOURCE, 500, "");
        script_always(p->world.script);
        msec before = script_now(p->world.script);
        write_run(p);
        assert_int_equal(p->write.fate, ARM_ACCEPTED);
        assert_int_equal(p->err.kind, ERR_TRANSIENT);
        assert_int_equal(script_count(p->world.script, "PUT"), 1);
        assert_in_range(script_now(p->world.script) - before, MINUTES(10), MINUTES(14));
    }
}

/* The resource never comes to rest, or never comes: the limit of all operations ends it. */
static void test_never_at_rest(void **state)
{
    for (size_t i = 0; i < 2; i++) {
        struct write_probe *p = write_begin(state, "PUT", ARM_SETTLES_BY_STATE);
        p->world.az.settle_limit = MINUTES(20);
        write_accept_only(p);
        lose_monitor(p, 0);
        script_always(p->world.script);
        if (i)
            write_resource_is(p, "{\"state\":\"Updating\"}");
        else
            script_reply(p->world.script, "GET " RESOURCE, 404, NOT_FOUND);
        script_always(p->world.script);
        msec before = script_now(p->world.script);
        write_run(p);
        assert_int_equal(p->write.fate, ARM_ACCEPTED);
        assert_int_equal(p->err.kind, ERR_TIMEOUT);
        assert_in_range(script_now(p->world.script) - before, MINUTES(19), MINUTES(20));
    }
}

/* The other form of a monitor: what a synchronous request would have been answered. */
static void test_location(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum arm_fate fate;
        enum err_kind kind;
    } cases[] = {
        {200, "", ARM_SETTLED, ERR_NONE},
        {200, "{}", ARM_SETTLED, ERR_NONE},
        {204, "", ARM_SETTLED, ERR_NONE},
        {409, "{\"error\":{\"code\":\"ServerIsBusy\"}}", ARM_FAILED, ERR_BUSY},
        {400, "{\"error\":{\"code\":\"InvalidParameterValue\"}}", ARM_FAILED, ERR_REFUSED},
        {200, "<html>", ARM_ACCEPTED, ERR_TRANSIENT}, /* from here on it is no answer */
        {301, "", ARM_ACCEPTED, ERR_TRANSIENT},
        {400, "<html>", ARM_ACCEPTED, ERR_TRANSIENT},
        {400, "{}", ARM_ACCEPTED, ERR_TRANSIENT},
        {403, "{\"error\":{\"code\":\"AuthorizationFailed\"}}", ARM_ACCEPTED, ERR_TRANSIENT},
        {404, NOT_FOUND, ARM_ACCEPTED, ERR_TRANSIENT},
        {410, "{\"error\":{\"code\":\"Gone\"}}", ARM_ACCEPTED, ERR_TRANSIENT},
        {500, "{\"error\":{\"code\":\"InternalServerError\"}}", ARM_ACCEPTED, ERR_TRANSIENT},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct write_probe *p = write_begin(state, "PATCH", ARM_SETTLES_BY_OPERATION);
        script_reply(p->world.script, "PATCH", 202, "");
        script_header(p->world.script, "location", RESULT);
        script_reply(p->world.script, "GET " RESULT, 202, "");
        script_reply(p->world.script, "GET " RESULT, cases[i].status, cases[i].body);
        script_always(p->world.script);
        write_resource_is(p, "{}");
        write_run(p);
        assert_int_equal(p->write.fate, cases[i].fate);
        assert_int_equal(p->err.kind, cases[i].kind);
        assert_int_equal(script_count(p->world.script, "PATCH"), 1);
    }
}

/* Tokens are refused again and again, hours apart: each time there is a new one. */
static void test_token_refused_twice(void **state)
{
    struct write_probe *p = write_begin(state, "PUT", ARM_SETTLES_BY_STATE);
    write_accept_only(p);
    for (size_t i = 0; i < 3; i++) {
        script_reply(p->world.script, "GET " MONITOR, 401, "");
        write_state_is(p, "{\"status\":\"InProgress\"}");
    }
    write_state_is(p, "{\"status\":\"Succeeded\"}");
    write_resource_is(p, "{}");
    write_run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_int_equal(p->write.fate, ARM_SETTLED);
    assert_int_equal(script_count(p->world.script, "PUT"), 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, write_setup, write_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_monitor_lost_once),
        CASE(test_monitor_lost_resource_tells),
        CASE(test_monitor_lost_without_a_state),
        CASE(test_nothing_can_be_read),
        CASE(test_never_at_rest),
        CASE(test_location),
        CASE(test_token_refused_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
