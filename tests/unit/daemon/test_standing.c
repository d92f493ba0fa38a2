/* What is left of a one-shot, with the reason of each: what waits, what was refused, what owes a
 * restart, and nothing that is over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/transition_fixture.h"

enum { LEFT_MAX = 1024 };

static void add_standing(void *ctx, const struct standing *s)
{
    char *out = ctx;
    size_t length = strlen(out);
    snprintf(out + length, LEFT_MAX - length, "%s: %s on %s: %s\n", s->state, s->title, s->target,
             s->reason ? s->reason : "-");
}

static void assert_left(const struct fixture *f, const char *expected)
{
    char left[LEFT_MAX] = "";
    transitions_each_standing(f->t, add_standing, left);
    assert_string_equal(left, expected);
}

static void test_nothing(void **state)
{
    const struct fixture *f = *state;
    assert_left(f, "");
}

/* The looks that follow a refused write do not make its reason forgotten. */
static void test_a_refusal_is_remembered(void **state)
{
    struct fixture *f = *state;
    const struct err refused = {.kind = ERR_REFUSED, .text = "no such value"};
    const struct change *c = add(f, "role", "r", CHANGE_GO, NULL);
    take(f);
    assert_left(f, "detected: role r on srv: -\n");
    transitions_correcting(f->t, c);
    transitions_failed(f->t, c, &refused);
    assert_left(f, "blocked: role r on srv: no such value\n");
    take(f);
    assert_left(f, "blocked: role r on srv: no such value\n");
}

static void test_verdicts(void **state)
{
    struct fixture *f = *state;
    add(f, "role", "a", CHANGE_WAIT, "window");
    add(f, "role", "b", CHANGE_NEVER, "policy");
    add(f, "role", "c", CHANGE_UNACHIEVABLE, "create-only");
    take(f);
    assert_left(f, "waiting: role a on srv: window\ndetected: role b on srv: policy\n"
                   "unachievable: role c on srv: create-only\n");
}

static void test_debt(void **state)
{
    struct fixture *f = *state;
    struct change *c = add(f, "role", "p", CHANGE_WAIT, "at the next restart");
    c->verb = CHANGE_REPORT;
    c->class = CHANGE_RESTART_CLASS;
    take(f);
    assert_left(f, "owing a restart: role p on srv: at the next restart\n");
    struct transition_counts n = transitions_count(f->t);
    assert_int_equal(n.debt, 1);
    assert_int_equal(n.drifted, 0);
    assert_int_equal(n.waiting, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_nothing),
        CASE(test_a_refusal_is_remembered),
        CASE(test_verdicts),
        CASE(test_debt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
