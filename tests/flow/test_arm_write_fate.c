/* What has become of a write, whatever happens to it: an answer that says so or does not, the
 * pauses between looks, every fault at every call. Whatever it is, the write is sent once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "support/write_probe.h"

/* --- the answer to the write itself ----------------------------------------------------------- */

static void test_answers_to_a_creation(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum arm_fate fate;
        enum err_kind kind;
        size_t sent;
    } cases[] = {
        {301, "", ARM_IN_DOUBT, ERR_PROTOCOL, 1}, /* and never followed */
        {302, "", ARM_IN_DOUBT, ERR_PROTOCOL, 1},
        {303, "", ARM_IN_DOUBT, ERR_PROTOCOL, 1},
        {307, "", ARM_IN_DOUBT, ERR_PROTOCOL, 1},
        {308, "", ARM_IN_DOUBT, ERR_PROTOCOL, 1},
        {400, "", ARM_REFUSED, ERR_REFUSED, 1},
        {403, "", ARM_REFUSED, ERR_DENIED, 1},
        {404, NOT_FOUND, ARM_REFUSED, ERR_NOT_FOUND, 1},
        {408, "", ARM_IN_DOUBT, ERR_TRANSIENT, 1},
        {409, "{\"error\":{\"code\":\"ServerIsBusy\"}}", ARM_REFUSED, ERR_BUSY, 1},
        {409, "", ARM_REFUSED, ERR_CONFLICT, 1},
        {412, "", ARM_REFUSED, ERR_CONFLICT, 1},
        {401, "", ARM_REFUSED, ERR_TOKEN, 2},
        {429, "", ARM_REFUSED, ERR_THROTTLED, 5},
        {500, "", ARM_IN_DOUBT, ERR_TRANSIENT, 1},
        {502, "<html>", ARM_IN_DOUBT, ERR_TRANSIENT, 1},
        {503, "", ARM_IN_DOUBT, ERR_TRANSIENT, 1},
        {504, "{\"error\":{\"code\":\"GatewayTimeout\"}}", ARM_IN_DOUBT, ERR_TRANSIENT, 1},
        {503, "{\"error\":{\"code\":\"ServerIsBusy\"}}", ARM_REFUSED, ERR_BUSY, 6},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct write_probe *p = write_begin(state, "PUT", ARM_SETTLES_BY_STATE);
        script_reply(p->world.script, "PUT", cases[i].status, cases[i].body);
        script_header(p->world.script, "location", RESULT);
        script_always(p->world.script);
        write_run(p);
        print_message("# %d: %s\n", cases[i].status, arm_fate_word(p->write.fate));
        assert_int_equal(p->write.fate, cases[i].fate);
        assert_int_equal(p->err.kind, cases[i].kind);
        assert_int_equal(script_calls(p->world.script), cases[i].status == 401 ? 3 : cases[i].sent);
        assert_int_equal(script_count(p->world.script, "PUT"), cases[i].sent);
    }
}

/* No answer: only where the request has not left is nothing in doubt. */
static void test_no_answer(void **state)
{
    static const struct {
        enum err_kind kind; /* PROTOCOL: broken compression, or more than is accepted */
        bool unsent;
    } cases[] = {
        {ERR_TRANSIENT, false}, {ERR_TIMEOUT, false},  {ERR_PROTOCOL, false}, {ERR_CONFIG, true},
        {ERR_THROTTLED, true},  {ERR_TRANSIENT, true}, {ERR_CONFIG, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct write_probe *p = write_begin(state, "PUT", ARM_SETTLES_BY_STATE);
        script_failure(p->world.script, "PUT", cases[i].kind);
        if (cases[i].unsent) script_unsent(p->world.script);
        script_always(p->world.script);
        write_run(p);
        assert_int_equal(p->write.fate, cases[i].unsent ? ARM_NOT_SENT : ARM_IN_DOUBT);
        assert_int_equal(p->err.kind, cases[i].kind);
        if (!cases[i].unsent) assert_int_equal(script_count(p->world.script, "PUT"), 1);
    }
}

/* Refused, sent again, and then there is no answer: the last request decides. */
static void test_refused_then_in_doubt(void **state)
{
    struct write_probe *p = write_begin(state, "PUT", ARM_SETTLES_BY_STATE);
    script_reply(p->world.script, "PUT", 429, "");
    script_failure(p->world.script, "PUT", ERR_TRANSIENT);
    write_run(p);
    assert_int_equal(p->write.fate, ARM_IN_DOUBT);
    p = write_begin(state, "PUT", ARM_SETTLES_BY_STATE);
    script_reply(p->world.script, "PUT", 429, "");
    script_failure(p->world.script, "PUT", ERR_CONFIG);
    script_unsent(p->world.script);
    write_run(p);
    assert_int_equal(p->write.fate, ARM_REFUSED);
}

/* Retry-After of a 503 reaches whoever decides when to look again, in both its forms. */
static void test_hint_of_a_failure(void **state)
{
    static const struct {
        const char *text;
        msec hint;
    } cases[] = {
        {"120", SECONDS(120)},
        {"Thu, 01 Jan 2026 00:26:40 GMT", MINUTES(10)},
        {"Wed, 31 Dec 2025 00:00:00 GMT", 0},
        {"0", 0},
        {"soon", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct write_probe *p = write_begin(state, "PUT", ARM_SETTLES_BY_STATE);
        script_reply(p->world.script, "PUT", 503, "");
        script_header(p->world.script, "retry-after", cases[i].text);
        write_run(p);
        assert_int_equal(p->err.retry_after_ms, cases[i].hint);
    }
}

static void test_conditions(void **state)
{
    struct arm_request request = write_request("PUT", ARM_SETTLES_AT_ONCE);
    request.if_match = "\"etag-1\"";
    struct write_probe *p = write_again_with(state, &request);
    script_reply(p->world.script, "PUT", 412, "{\"error\":{\"code\":\"PreconditionFailed\"}}");
    write_run(p);
    assert_string_equal(script_sent_header(p->world.script, "If-Match"), "\"etag-1\"");
    assert_null(script_sent_header(p->world.script, "If-None-Match"));
    assert_int_equal(p->err.kind, ERR_CONFLICT);
    assert_int_equal(p->write.fate, ARM_REFUSED);
    request.if_match = NULL;
    request.if_none_match = true;
    p = write_again_with(state, &request);
    memcpy(p->world.az.correlation_id, "c0", 3); /* all headers at once */
    script_reply(p->world.script, "PUT", 412, "");
    write_run(p);
    assert_string_equal(script_sent_header(p->world.script, "If-None-Match"), "*");
    assert_string_equal(script_sent_header(p->world.script, "x-ms-correlation-request-id"), "c0");
    assert_null(script_sent_header(p->world.script, "If-Match"));
}

/* --- an answer without a monitor -------------------------------------------------------------- */

static void test_settled_at_once(void **state)
{
    static const struct {
        enum arm_settling settling;
        int status;
        const char *properties; /* of the answer; NULL: an answer that is not the resource */
        const char *later;      /* what the resource says then */
        enum arm_fate fate;
        size_t reads;
    } cases[] = {
        {ARM_SETTLES_AT_ONCE, 200, "{}", NULL, ARM_SETTLED, 0},
        {ARM_SETTLES_AT_ONCE, 201, NULL, "{}", ARM_SETTLED, 1},
        {ARM_SETTLES_AT_ONCE, 202, NULL, "{}", ARM_SETTLED, 1},
        {ARM_SETTLES_BY_OPERATION, 200, "{}", NULL, ARM_SETTLED, 0},
        {ARM_SETTLES_BY_OPERATION, 200, NULL, "{}", ARM_SETTLED, 1},
        {ARM_SETTLES_BY_OPERATION, 202, NULL, "{}", ARM_SETTLED,
         1}, /* a creation, and it is there */
        {ARM_SETTLES_BY_PROVISIONING, 200, "{}", NULL, ARM_SETTLED, 0},
        {ARM_SETTLES_BY_PROVISIONING, 200, "{\"provisioningState\":null}", NULL, ARM_SETTLED, 0},
        {ARM_SETTLES_BY_PROVISIONING, 200, "{\"provisioningState\":\"succeeded\"}", NULL,
         ARM_SETTLED, 0},
        {ARM_SETTLES_BY_PROVISIONING, 201, "{\"provisioningState\":\"Updating\"}",
         "{\"provisioningState\":\"Succeeded\"}", ARM_SETTLED, 1},
        {ARM_SETTLES_BY_PROVISIONING, 201, "{\"provisioningState\":\"Failed\"}", NULL, ARM_FAILED,
         0},
        {ARM_SETTLES_BY_PROVISIONING, 202, NULL, "{\"provisioningState\":\"Failed\"}", ARM_FAILED,
         1},
        {ARM_SETTLES_BY_PROVISIONING, 201, NULL, "{\"provisioningState\":\"Canceled\"}",
         ARM_CANCELED, 1},
        {ARM_SETTLES_BY_PROVISIONING, 201, NULL, "{\"provisioningState\":7}", ARM_ACCEPTED, 1},
        {ARM_SETTLES_BY_STATE, 200, "{\"state\":\"Ready\"}", NULL, ARM_SETTLED, 0},
        {ARM_SETTLES_BY_STATE, 200, "{\"state\":\"Updating\"}", "{\"state\":\"Ready\"}",
         ARM_SETTLED, 1},
        {ARM_SETTLES_BY_STATE, 202, NULL, "{\"state\":\"Stopped\"}", ARM_SETTLED, 1},
        {ARM_SETTLES_BY_STATE, 202, NULL, "{}", ARM_ACCEPTED, 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct write_probe *p = write_begin(state, "PUT", cases[i].settling);
        char body[512] = "<html>";
        if (cases[i].properties)
            snprintf(body, sizeof(body), "{\"id\":\"%s\",\"name\":\"db1\",\"properties\":%s}", ID,
                     cases[i].properties);
        script_reply(p->world.script, "PUT", cases[i].status, body);
        if (cases[i].later) write_resource_is(p, cases[i].later);
        write_run(p);
        print_message("# case %zu: %s %s\n", i, arm_fate_word(p->write.fate), p->err.text);
        assert_int_equal(p->write.fate, cases[i].fate);
        assert_int_equal(p->err.kind == ERR_NONE, cases[i].fate == ARM_SETTLED);
        assert_int_equal(script_calls(p->world.script), 1 + cases[i].reads);
        assert_non_null(p->write.body);
    }
}

/* --- pauses ----------------------------------------------------------------------------------- */

/* How long it waits after 'hint' when the operation has taken 'polls' looks. */
static void check_pauses(void **state, const char *hint, const char *expected)
{
    struct write_probe *p = write_begin(state, "PUT", ARM_SETTLES_BY_OPERATION);
    script_reply(p->world.script, "PUT", 202, "");
    script_header(p->world.script, "azure-asyncoperation", MONITOR);
    script_header(p->world.script, "retry-after", hint);
    for (size_t i = 0; i < 30; i++) {
        script_reply(p->world.script, "GET " MONITOR, 200, "{\"status\":\"InProgress\"}");
        script_header(p->world.script, "retry-after", hint);
    }
    write_state_is(p, "{\"status\":\"Succeeded\"}");
    write_resource_is(p, "{}");
    write_run(p);
    char waits[1024];
    size_t used = 0;
    const char *at = script_transcript(p->world.script);
    while ((at = strstr(at, "wait "))) {
        used += (size_t)snprintf(waits + used, sizeof(waits) - used, "%.*s ",
                                 (int)strcspn(at + 5, "\n"), at + 5);
        at += 5;
    }
    assert_memory_equal(waits, expected, strlen(expected));
}

/* Nobody is asked ten times a second, whatever he says; an operation of seconds is still seen to
 * end in time. */
static void test_pauses(void **state)
{
    check_pauses(state, "10", "10000 10000 10000 ");
    check_pauses(state, "60", "60000 60000 60000 ");
    check_pauses(state, "100000", "600000 600000 600000 ");
    check_pauses(state, "rubbish", "10000 10000 10000 ");
    check_pauses(state, "-5", "10000 10000 10000 ");
    check_pauses(state, "0",
                 "100 100 100 100 100 125 156 195 244 305 381 476 595 744 930 1162 1453 1816 "
                 "2270 2838 3547 4434 5542 6928 8660 10000 10000 ");
    check_pauses(state, "Wed, 31 Dec 2025 00:00:00 GMT", "100 100 100 100 100 125 ");
    check_pauses(state, "Thu, 01 Jan 2026 00:17:10 GMT", "30000 7500 9375 10000 10000 10000 ");
}

/* --- all of it -------------------------------------------------------------------------------- */

/* Each call of a creation meets each fault, for each kind of type: the PUT is sent once, or again
 * where it was refused, unless something is at work there: then the caller looks. The fate is what
 * the other side knows. */
static void test_torture(void **state)
{
    unsigned combinations = 0;
    for (enum arm_settling settling = 0; settling <= ARM_SETTLES_AT_ONCE; settling++) {
        for (size_t index = 0; index < 5; index++) {
            for (enum script_fault fault = 0; fault < SCRIPT_FAULT_N; fault++, combinations++) {
                struct write_probe *p = write_begin(state, "PUT", settling);
                write_accept_only(p);
                write_state_is(p, "{\"status\":\"InProgress\"}");
                write_state_is(p, "{\"status\":\"Succeeded\"}");
                script_always(p->world.script);
                write_resource_is(p, "{\"state\":\"Ready\",\"provisioningState\":\"Succeeded\"}");
                script_always(p->world.script);
                script_torture(p->world.script, index, fault);
                write_run(p);
                bool refused =
                    index == 0 && (fault == SCRIPT_THROTTLED || fault == SCRIPT_UNAUTHORIZED);
                bool busy = index == 0 && fault == SCRIPT_BUSY;
                bool answered = refused || fault == SCRIPT_GARBAGE;
                assert_int_equal(script_count(p->world.script, "PUT"), refused ? 2 : 1);
                enum arm_fate fate = index == 0 && !answered ? ARM_IN_DOUBT : ARM_SETTLED;
                assert_int_equal(p->write.fate, busy ? ARM_REFUSED : fate);
            }
        }
    }
    print_message("# %u combinations\n", combinations);
}

/* Forgotten at any moment: the fate still says what may be under way. */
static void test_fate_when_cancelled(void **state)
{
    for (size_t steps = 0; steps < 12; steps++) {
        struct write_probe *p = write_begin(state, "PUT", ARM_SETTLES_BY_STATE);
        write_accept_only(p);
        write_state_is(p, "{\"status\":\"InProgress\"}");
        write_state_is(p, "{\"status\":\"Succeeded\"}");
        write_resource_is(p, "{}");
        assert_int_equal(p->write.fate, ARM_NOT_SENT);
        flow_start(&p->write.flow, p->world.az.io);
        for (size_t i = 0; i < steps; i++) script_step(p->world.script);
        arm_write_done(&p->write);
        bool read = strstr(script_transcript(p->world.script), "GET " RESOURCE) != NULL;
        enum arm_fate fate = steps == 0 ? ARM_IN_DOUBT : read ? ARM_SETTLED : ARM_ACCEPTED;
        assert_int_equal(p->write.fate, fate);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, write_setup, write_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_answers_to_a_creation),
        CASE(test_no_answer),
        CASE(test_refused_then_in_doubt),
        CASE(test_hint_of_a_failure),
        CASE(test_conditions),
        CASE(test_settled_at_once),
        CASE(test_pauses),
        CASE(test_torture),
        CASE(test_fate_when_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
