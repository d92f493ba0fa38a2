/* What the past says about a difference: growth, writes without effect, fights, reads that lag. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/transition_fixture.h"

static const struct transition_limits limits = {
    .fights = 3, .fight_window = MINUTES(30), .fight_hold = MINUTES(60)};

/* A plan of one change of a server with the given deltas: pairs of a path and what is there. */
static struct change *server(struct fixture *f, const char *const *paths)
{
    next_plan(f);
    struct change *c = plan_add(f->plan, "server", "srv", "srv");
    c->scope_index = SERVER;
    c->verb = CHANGE_UPDATE;
    for (size_t i = 0; paths[i]; i += 2) plan_delta(f->plan, paths[i], paths[i + 1], "declared");
    return c;
}

/* --- growth ------------------------------------------------------------------------------------
 */

static void test_growth_inside_what_waits_is_told(void **state)
{
    struct fixture *f = *state;
    const char *const one[] = {"sku.name", "small", NULL};
    const char *const two[] = {"sku.name", "small", "passwordAuth", "Disabled", NULL};
    struct change *c = server(f, one);
    c->verdict = CHANGE_WAIT;
    c->reason = "policy";
    take(f);
    expect(f, "detected server srv (policy)\nwaiting server srv (policy)\n");
    c = server(f, two);
    c->verdict = CHANGE_WAIT;
    c->reason = "policy";
    take(f);
    expect(f, "detected server srv (policy)\nwaiting server srv (policy)\n");
    take(f);
    expect(f, "");
}

static void test_growth_inside_what_is_only_observed_is_told(void **state)
{
    struct fixture *f = *state;
    const char *const one[] = {"retention", "7", NULL};
    const char *const two[] = {"publicNetworkAccess", "Enabled", "retention", "7", NULL};
    server(f, one)->verdict = CHANGE_NEVER;
    take(f);
    server(f, two)->verdict = CHANGE_NEVER;
    take(f);
    expect(f, "detected server srv\ndetected server srv\n");
}

static void test_another_value_is_told(void **state)
{
    struct fixture *f = *state;
    const char *const seven[] = {"retention", "7", NULL}, *const nine[] = {"retention", "9", NULL};
    server(f, seven)->verdict = CHANGE_NEVER;
    take(f);
    server(f, nine)->verdict = CHANGE_NEVER;
    take(f);
    expect(f, "detected server srv\ndetected server srv\n");
}

static void test_less_is_not_told(void **state)
{
    struct fixture *f = *state;
    const char *const two[] = {"a", "1", "b", "1", NULL}, *const one[] = {"a", "1", NULL};
    server(f, two)->verdict = CHANGE_NEVER;
    take(f);
    server(f, one)->verdict = CHANGE_NEVER;
    take(f);
    expect(f, "detected server srv\n");
}

/* What was to be made from nothing is found in another form: the same difference. */
static void test_what_was_to_be_made_is_found(void **state)
{
    struct fixture *f = *state;
    next_plan(f);
    struct change *c = add(f, "configuration", "p", CHANGE_WAIT, "after server srv");
    c->deltas[0].from = NULL;
    c->passing = true;
    take(f);
    expect(f, "detected configuration p (after server srv)\n"
              "waiting configuration p (after server srv)\n");
    next_plan(f);
    add(f, "configuration", "p", CHANGE_GO, NULL);
    take(f);
    expect(f, "");
}

static void test_reasons_that_pass_are_told_once(void **state)
{
    struct fixture *f = *state;
    const char *const reasons[] = {"after a", "after b", "3 looks", NULL};
    for (size_t i = 0; reasons[i]; i++) {
        struct change *c = (struct change *)unconst(role(f, CHANGE_WAIT, reasons[i]));
        c->passing = true;
        take(f);
    }
    expect(f, "detected role r (after a)\nwaiting role r (after a)\n");
}

/* The server is Updating because of what we have just sent. */
static void test_busy_with_our_own_write(void **state)
{
    struct fixture *f = *state;
    const struct change *c = role(f, CHANGE_GO, NULL);
    take(f);
    transitions_correcting(f->t, c);
    ((struct change *)unconst(role(f, CHANGE_WAIT, "the server is Updating")))->passing = true;
    take(f);
    take_nothing(f);
    expect(f, "detected role r\ncorrecting role r\ncorrected role r\n");
}

/* --- writes without effect ---------------------------------------------------------------------
 */

/* One round: it is seen, written and accepted, at 'now'. */
static enum change_verdict round_at(struct fixture *f, struct change *c, msec now)
{
    transitions_judge(f->t, f->plan, &limits, now);
    take(f);
    if (c->verdict != CHANGE_GO || transitions_held(f->t, c) > now) return c->verdict;
    transitions_correcting(f->t, c);
    transitions_written(f->t, c, now, 0);
    return CHANGE_GO;
}

static void test_two_writes_without_effect_are_the_last(void **state)
{
    struct fixture *f = *state;
    const char *const zone[] = {"standbyAvailabilityZone", "2", NULL};
    const char *const other[] = {"standbyAvailabilityZone", "3", NULL};
    assert_int_equal(round_at(f, server(f, zone), 1000), CHANGE_GO);
    assert_int_equal(round_at(f, server(f, zone), 2000), CHANGE_GO);
    assert_int_equal(round_at(f, server(f, zone), 3000), CHANGE_UNACHIEVABLE);
    assert_int_equal(round_at(f, server(f, zone), 4000), CHANGE_UNACHIEVABLE);
    expect(f, "detected server srv\ncorrecting server srv\n"
              "unachievable server srv (it was written twice, accepted, and is without effect)\n");
    assert_int_equal(transitions_count(f->t).unachievable, 1);
    /* The other side has changed: tried again. */
    assert_int_equal(round_at(f, server(f, other), 5000), CHANGE_GO);
}

static void test_a_reload_tries_again(void **state)
{
    struct fixture *f = *state;
    const char *const zone[] = {"zone", "2", NULL};
    for (msec now = 1000; now < 4000; now += 1000) round_at(f, server(f, zone), now);
    transitions_reloaded(f->t, "doc");
    assert_int_equal(round_at(f, server(f, zone), 5000), CHANGE_GO);
}

/* --- fights ------------------------------------------------------------------------------------
 */

/* Somebody changes it to another value each time, and it is put back. */
static void test_what_somebody_keeps_changing_is_left_alone(void **state)
{
    struct fixture *f = *state;
    for (msec i = 0; i < 3; i++) {
        const char value[] = {(char)('a' + (char)i), '\0'};
        const char *const tag[] = {"tags.owner", value, NULL};
        assert_int_equal(round_at(f, server(f, tag), MINUTES(i + 1)), CHANGE_GO);
        assert_int_equal(take_nothing(f), 1);
    }
    records_forget(&f->said);
    const char *const again[] = {"tags.owner", "z", NULL};
    struct change *c = server(f, again);
    assert_int_equal(round_at(f, c, MINUTES(5)), CHANGE_WAIT);
    assert_true(c->fought);
    char *said = records_short(&f->said, (const char *const[]){"drift", "object", NULL});
    assert_string_equal(said, "detected srv\nfought srv\n");
    free(said);
    assert_int_equal(transitions_count(f->t).blocked, 1);
    /* Something else of the same server is none of that. */
    const char *const other[] = {"retention", "7", NULL};
    assert_int_equal(round_at(f, server(f, other), MINUTES(6)), CHANGE_GO);
    /* It is left alone for an hour; then it is tried again. */
    assert_int_equal(round_at(f, server(f, again), MINUTES(64)), CHANGE_WAIT);
    assert_int_equal(round_at(f, server(f, again), MINUTES(66)), CHANGE_GO);
}

static void test_seldom_is_no_fight(void **state)
{
    struct fixture *f = *state;
    for (msec i = 0; i < 6; i++) {
        const char value[] = {(char)('a' + (char)i), '\0'};
        const char *const tag[] = {"tags.owner", value, NULL};
        assert_int_equal(round_at(f, server(f, tag), MINUTES(20 * i + 1)), CHANGE_GO);
        take_nothing(f);
    }
}

static void test_no_limit_no_fight(void **state)
{
    struct fixture *f = *state;
    const struct transition_limits none = {.fights = 0};
    for (msec i = 0; i < 20; i++) {
        const char value[] = {(char)('a' + (char)i), '\0'};
        const char *const tag[] = {"tags.owner", value, NULL};
        struct change *c = server(f, tag);
        transitions_judge(f->t, f->plan, &none, i);
        assert_int_equal(c->verdict, CHANGE_GO);
        transitions_written(f->t, c, i, 0);
    }
}

/* --- reads that lag ----------------------------------------------------------------------------
 */

/* Corrected, and read back; then a read that lags shows the old value again. */
static void test_a_stale_read_is_no_reason_to_write(void **state)
{
    struct fixture *f = *state;
    const char *const zone[] = {"retention", "7", NULL};
    struct change *c = server(f, zone);
    take(f);
    transitions_correcting(f->t, c);
    transitions_written(f->t, c, 1000, 11000);
    assert_int_equal(take_nothing(f), 1);
    c = server(f, zone);
    take(f);
    assert_int_equal(transitions_held(f->t, c), 11000);
}

/* A look beside the write has found it done: its end holds nothing and fails nothing. */
static void test_the_end_of_what_is_done_already(void **state)
{
    struct fixture *f = *state;
    const struct change *c = role(f, CHANGE_GO, NULL);
    const struct err err = failure("too late");
    take(f);
    transitions_correcting(f->t, c);
    struct plan *plan = plan_share(f->plan);
    assert_int_equal(take_nothing(f), 1);
    records_forget(&f->said);
    transitions_hold(f->t, &plan->changes[0], 99);
    transitions_failed(f->t, &plan->changes[0], &err);
    expect(f, "");
    assert_int_equal(transitions_count(f->t).drifted, 0);
    plan_free(plan);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_growth_inside_what_waits_is_told),
        CASE(test_growth_inside_what_is_only_observed_is_told),
        CASE(test_another_value_is_told),
        CASE(test_less_is_not_told),
        CASE(test_what_was_to_be_made_is_found),
        CASE(test_reasons_that_pass_are_told_once),
        CASE(test_busy_with_our_own_write),
        CASE(test_two_writes_without_effect_are_the_last),
        CASE(test_a_reload_tries_again),
        CASE(test_what_somebody_keeps_changing_is_left_alone),
        CASE(test_seldom_is_no_fight),
        CASE(test_no_limit_no_fight),
        CASE(test_a_stale_read_is_no_reason_to_write),
        CASE(test_the_end_of_what_is_done_already),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
