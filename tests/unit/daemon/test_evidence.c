/* One look is a suspicion, and absence is proved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/evidence.h"

/* A plan of changes of parameters, a letter each; a capital has another value. */
static struct plan *plan_of(const char *letters)
{
    struct plan *p = plan_new();
    for (const char *l = letters; *l; l++) {
        const char name[] = {(char)(*l | 0x20), '\0'};
        plan_add(p, "configuration", "srv", name);
        plan_delta(p, "value", *l & 0x20 ? "1" : "2", "3");
    }
    return p;
}

static bool agrees(struct suspicion *s, const char *letters)
{
    struct plan *p = plan_of(letters);
    bool result = suspicion_agrees(s, p);
    plan_free(p);
    return result;
}

static void test_the_second_look_must_agree(void **state)
{
    (void)state;
    struct suspicion s = {0};
    assert_true(agrees(&s, ""));
    assert_false(agrees(&s, "ab"));
    assert_true(agrees(&s, "ab"));
    assert_true(agrees(&s, "a")); /* less is no suspicion */
    assert_false(agrees(&s, "ab"));
    suspicion_done(&s);
}

static void test_another_value_is_another_suspicion(void **state)
{
    (void)state;
    struct suspicion s = {0};
    agrees(&s, "a");
    assert_false(agrees(&s, "A"));
    assert_true(agrees(&s, "A"));
    suspicion_done(&s);
}

static void test_what_was_seen_once_is_taken_out(void **state)
{
    (void)state;
    struct suspicion s = {0};
    agrees(&s, "ac");
    struct plan *p = plan_of("abC");
    suspicion_filter(&s, p);
    assert_int_equal(p->count, 1);
    assert_string_equal(p->changes[0].object, "a");
    plan_free(p);
    assert_true(agrees(&s, "abC")); /* but it is remembered */
    suspicion_done(&s);
}

static void test_absence_takes_looks_and_time(void **state)
{
    (void)state;
    struct absence a = {0};
    assert_false(absence_is_proved(&a, 3, 120, 1000));
    absence_note(&a, 1000);
    assert_false(absence_is_proved(&a, 1, 120, 1000));
    assert_int_equal(absence_next(&a, 3, 120, 1000), 1060);
    absence_note(&a, 1060);
    assert_false(absence_is_proved(&a, 3, 120, 5000)); /* long enough, but two looks only */
    assert_int_equal(absence_next(&a, 3, 120, 1060), 1120);
    absence_note(&a, 1119);
    assert_false(absence_is_proved(&a, 3, 120, 1119)); /* looks enough, but too soon */
    absence_note(&a, 1120);
    assert_true(absence_is_proved(&a, 3, 120, 1120));
}

static void test_one_sign_of_life_begins_anew(void **state)
{
    (void)state;
    struct absence a = {0};
    for (msec now = 1; now < 10; now++) absence_note(&a, now);
    absence_clear(&a);
    assert_false(absence_is_proved(&a, 1, 0, 10));
    absence_note(&a, 20);
    assert_true(absence_is_proved(&a, 1, 0, 20));
    assert_false(absence_is_proved(&a, 1, 5, 20));
}

static void test_one_look_alone_can_be_asked_for(void **state)
{
    (void)state;
    struct absence a = {0};
    absence_note(&a, 7);
    assert_true(absence_is_proved(&a, 1, 0, 7));
    assert_int_equal(absence_next(&a, 1, 0, 7), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_second_look_must_agree),
        cmocka_unit_test(test_another_value_is_another_suspicion),
        cmocka_unit_test(test_what_was_seen_once_is_taken_out),
        cmocka_unit_test(test_absence_takes_looks_and_time),
        cmocka_unit_test(test_one_sign_of_life_begins_anew),
        cmocka_unit_test(test_one_look_alone_can_be_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
