/* Sequences of plans and what becomes of their changes, as the exact records that are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/json.h"
#include "base/message_id.h"
#include "daemon/transition_fixture.h"

/* --- stories --------------------------------------------------------------------------------- */

static void test_healed(void **state)
{
    struct fixture *f = *state;
    const struct change *c = role(f, CHANGE_GO, NULL);
    assert_int_equal(take(f), 0);
    expect(f, "detected role r\n");
    transitions_correcting(f->t, c);
    expect(f, "correcting role r\n");
    assert_int_equal(transitions_attempts(f->t, c), 1);
    assert_int_equal(take_nothing(f), 1);
    expect(f, "corrected role r\n");
    assert_int_equal(transitions_count(f->t).drifted, 0);
    take_nothing(f);
    expect(f, "");
}

static void test_vanished(void **state)
{
    struct fixture *f = *state;
    role(f, CHANGE_GO, NULL);
    take(f);
    assert_int_equal(take_nothing(f), 0);
    expect(f, "detected role r\nvanished role r\n");
}

static void test_what_stays_says_nothing(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++) {
        role(f, CHANGE_NEVER, "the document's mode is observe");
        take(f);
        assert_int_equal(transitions_count(f->t).drifted, 1);
    }
    expect(f, "detected role r (the document's mode is observe)\n");
}

static void test_comes_back(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 2; i++) {
        const struct change *c = role(f, CHANGE_GO, NULL);
        take(f);
        assert_int_equal(transitions_attempts(f->t, c), 0); /* counted anew */
        transitions_correcting(f->t, c);
        take_nothing(f);
        expect(f, "detected role r\ncorrecting role r\ncorrected role r\n");
    }
}

/* Written, not yet to be seen: it is held, and tried again without more words. */
static void test_slow_effect(void **state)
{
    struct fixture *f = *state;
    const struct change *c = role(f, CHANGE_GO, NULL);
    take(f);
    assert_int_equal(transitions_held(f->t, c), 0);
    for (unsigned i = 1; i <= 3; i++) {
        transitions_correcting(f->t, c);
        transitions_hold(f->t, c, 1000 * i);
        c = role(f, CHANGE_GO, NULL);
        take(f);
        assert_int_equal(transitions_held(f->t, c), 1000 * i);
        assert_int_equal(transitions_attempts(f->t, c), i);
    }
    take_nothing(f);
    expect(f, "detected role r\ncorrecting role r\ncorrected role r\n");
}

/* The same failure, however often: told once. Another one is news. */
static void test_failures(void **state)
{
    struct fixture *f = *state;
    struct err locked = failure("locked"), denied = failure("denied");
    const struct err *const errors[] = {&locked, &locked, &locked, &denied, &denied};
    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
        const struct change *c = role(f, CHANGE_GO, NULL);
        take(f);
        transitions_correcting(f->t, c);
        transitions_failed(f->t, c, errors[i]);
        assert_int_equal(transitions_count(f->t).blocked, 1);
        assert_int_equal(transitions_attempts(f->t, c), i + 1);
    }
    expect(f, "detected role r\ncorrecting role r\nblocked role r (locked)\n"
              "blocked role r (denied)\n");
    assert_int_equal(take_nothing(f), 1);
    expect(f, "corrected role r\n");
    assert_int_equal(transitions_count(f->t).blocked, 0);
}

static void test_failure_record(void **state)
{
    struct fixture *f = *state;
    struct err err = failure("the server is busy");
    err.status = 409;
    snprintf(err.code, sizeof(err.code), "ServerIsBusy");
    const struct change *c = role(f, CHANGE_GO, NULL);
    transitions_cycle(f->t, 17);
    take(f);
    transitions_correcting(f->t, c);
    records_forget(&f->said);
    transitions_failed(f->t, c, &err);
    json_t *r = records_one(&f->said);
    assert_non_null(r);
    assert_string_equal(json_text_at(r, "message"),
                        "blocked: role r on srv: value: 1 -> 2 - the server is busy");
    assert_string_equal(json_text_at(r, "message_id"), MESSAGE_DRIFT_BLOCKED);
    assert_string_equal(json_text_at(r, "level"), "warning");
    assert_string_equal(json_text_at(r, "change"), "value: 1 -> 2");
    assert_string_equal(json_text_at(r, "az_error_code"), "ServerIsBusy");
    assert_string_equal(json_text_at(r, "http_status"), "409");
    assert_string_equal(json_text_at(r, "cycle"), "17");
    json_decref(r);
}

/* --- waiting --------------------------------------------------------------------------------- */

static void test_waiting(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        role(f, CHANGE_WAIT, "busy");
        take(f);
        assert_int_equal(transitions_count(f->t).waiting, 1);
    }
    expect(f, "detected role r (busy)\nwaiting role r (busy)\n");
    role(f, CHANGE_WAIT, "window");
    take(f);
    expect(f, "waiting role r (window)\n");
    const struct change *c = role(f, CHANGE_GO, NULL);
    take(f);
    transitions_correcting(f->t, c);
    take_nothing(f);
    expect(f, "correcting role r\ncorrected role r\n");
}

static void test_waits_no_longer_but_is_forbidden(void **state)
{
    struct fixture *f = *state;
    role(f, CHANGE_WAIT, "busy");
    take(f);
    role(f, CHANGE_NEVER, "observe");
    take(f);
    assert_int_equal(transitions_count(f->t).waiting, 0);
    expect(f, "detected role r (busy)\nwaiting role r (busy)\ndetected role r (observe)\n");
}

static void test_unachievable(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        role(f, CHANGE_UNACHIEVABLE, "read-only");
        take(f);
    }
    assert_int_equal(transitions_count(f->t).unachievable, 1);
    expect(f, "detected role r (read-only)\nunachievable role r (read-only)\n");
    take_nothing(f);
    expect(f, "vanished role r\n");
}

/* A static parameter: its value is corrected, then it is found to wait for a restart, which is no
 * drift; the restart is somebody else's. */
static void test_restart_debt(void **state)
{
    struct fixture *f = *state;
    next_plan(f);
    const struct change *c = add(f, "configuration", "max_connections", CHANGE_GO, NULL);
    take(f);
    transitions_correcting(f->t, c);
    next_plan(f);
    struct change *debt = add(f, "configuration", "max_connections", CHANGE_WAIT, "restart");
    debt->part = "restart";
    debt->verb = CHANGE_REPORT;
    debt->class = CHANGE_RESTART_CLASS;
    assert_int_equal(take(f), 1);
    expect(f, "detected configuration max_connections\ncorrecting configuration max_connections\n"
              "corrected configuration max_connections\n"
              "detected configuration max_connections (restart)\n"
              "waiting configuration max_connections (restart)\n");
    assert_int_equal(transitions_count(f->t).drifted, 0);
    assert_int_equal(transitions_count(f->t).waiting, 0);
    assert_int_equal(transitions_count(f->t).debt, 1);
    take_nothing(f);
    expect(f, "vanished configuration max_connections\n");
}

/* --- several at once ------------------------------------------------------------------------- */

static void test_parts_are_apart(void **state)
{
    struct fixture *f = *state;
    next_plan(f);
    add(f, "privilege", "p", CHANGE_GO, NULL)->part = "grant";
    add(f, "privilege", "p", CHANGE_GO, NULL)->part = "revoke";
    take(f);
    transitions_correcting(f->t, &f->plan->changes[0]);
    assert_int_equal(transitions_attempts(f->t, &f->plan->changes[1]), 0);
    next_plan(f);
    add(f, "privilege", "p", CHANGE_GO, NULL)->part = "revoke";
    assert_int_equal(take(f), 1);
    expect(f, "detected privilege p\ndetected privilege p\ncorrecting privilege p\n"
              "corrected privilege p\n");
    assert_int_equal(transitions_count(f->t).drifted, 1);
}

static void test_many(void **state)
{
    enum { MANY = 200 };
    struct fixture *f = *state;
    char name[16];
    next_plan(f);
    for (int i = MANY; i > 0; i--) {
        snprintf(name, sizeof(name), "r%03d", i * 7 % MANY);
        add(f, "role", name, CHANGE_GO, NULL);
    }
    take(f);
    assert_int_equal(transitions_count(f->t).drifted, MANY);
    for (size_t i = 0; i < MANY; i += 2) transitions_correcting(f->t, &f->plan->changes[i]);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(transitions_attempts(f->t, &f->plan->changes[i]), i % 2 == 0);
    assert_int_equal(take_nothing(f), MANY / 2);
    assert_int_equal(transitions_count(f->t).drifted, 0);
}

/* --- unknown is not absent ------------------------------------------------------------------- */

static void test_only_compared_scopes_end(void **state)
{
    struct fixture *f = *state;
    next_plan(f);
    add(f, "role", "r", CHANGE_GO, NULL);
    add(f, "firewall_rule", "w", CHANGE_GO, NULL);
    take(f);
    assert_true(transitions_any(f->t, "cluster"));
    assert_true(transitions_any(f->t, "firewall rules"));
    assert_false(transitions_any(f->t, "server"));
    next_plan(f);
    take_scopes(f, 0);
    assert_int_equal(transitions_count(f->t).drifted, 2);
    take_scopes(f, 1U << RULES);
    assert_int_equal(transitions_count(f->t).drifted, 1);
    assert_false(transitions_any(f->t, "firewall rules"));
    take_scopes(f, 1U << CLUSTER);
    expect(f, "detected firewall_rule w\ndetected role r\nvanished firewall_rule w\n"
              "vanished role r\n");
}

/* The same for scopes, by their sentences. */
static void expect_scopes(struct fixture *f, const char *expected)
{
    static const char *const keys[] = {"document", "target", "message", NULL};
    char *said = records_short(&f->said, keys);
    assert_string_equal(said, expected);
    free(said);
    records_forget(&f->said);
}

static void test_unknown_and_known_again(void **state)
{
    struct fixture *f = *state;
    struct err down = failure("down"), reset = failure("reset"), garbage = failure("garbage");
    garbage.kind = ERR_PROTOCOL; /* another kind is news, other words are not */
    transitions_known(f->t, "server", 1000);
    expect_scopes(f, "");
    for (uint64_t now = 2000; now < 5000; now += 1000)
        transitions_unknown(f->t, "server", &down, now);
    transitions_unknown(f->t, "server", &reset, 5000);
    transitions_unknown(f->t, "cluster", &down, 5000);
    assert_int_equal(transitions_count(f->t).unknown, 2);
    expect_scopes(f, "doc srv unknown: server of srv: down\n"
                     "doc srv unknown: cluster of srv: down\n");
    transitions_unknown(f->t, "server", &garbage, 6000);
    expect_scopes(f, "doc srv unknown: server of srv: garbage\n");
    transitions_known(f->t, "server", 9500);
    expect_scopes(f, "doc srv known again after 7 s: server of srv\n");
    transitions_known(f->t, "server", 9600);
    expect_scopes(f, "");
    assert_int_equal(transitions_count(f->t).unknown, 1);
    transitions_known_all(f->t, 10000);
    expect_scopes(f, "doc srv known again after 5 s: cluster of srv\n");
    transitions_known_all(f->t, 10100);
    assert_int_equal(transitions_count(f->t).unknown, 0);
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(drift_state_word(DRIFT_STATE_DETECTED), "detected");
    assert_string_equal(drift_state_word(DRIFT_STATE_CORRECTING), "correcting");
    assert_string_equal(drift_state_word(DRIFT_STATE_WAITING), "waiting");
    assert_string_equal(drift_state_word(DRIFT_STATE_BLOCKED), "blocked");
    assert_string_equal(drift_state_word(DRIFT_STATE_UNACHIEVABLE), "unachievable");
    assert_string_equal(drift_state_word(DRIFT_STATE_CORRECTED), "corrected");
    assert_string_equal(drift_state_word(DRIFT_STATE_VANISHED), "vanished");
}

/* A long list of deltas is cut with its count, and never in the middle. */
static void test_long_change(void **state)
{
    struct fixture *f = *state;
    next_plan(f);
    add(f, "server", "srv", CHANGE_GO, NULL);
    for (int i = 0; i < 9; i++) plan_delta(f->plan, "path", NULL, i % 2 ? "to" : NULL);
    take(f);
    json_t *r = records_one(&f->said);
    assert_string_equal(json_text_at(r, "change"),
                        "value: 1 -> 2; path:  -> (none); path: to; path:  -> (none); path: to; "
                        "path:  -> (none); path: to; path:  -> (none); and 2 more");
    json_decref(r);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_healed),
        CASE(test_vanished),
        CASE(test_what_stays_says_nothing),
        CASE(test_comes_back),
        CASE(test_slow_effect),
        CASE(test_failures),
        CASE(test_failure_record),
        CASE(test_waiting),
        CASE(test_waits_no_longer_but_is_forbidden),
        CASE(test_unachievable),
        CASE(test_restart_debt),
        CASE(test_parts_are_apart),
        CASE(test_many),
        CASE(test_only_compared_scopes_end),
        CASE(test_unknown_and_known_again),
        CASE(test_words),
        CASE(test_long_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
