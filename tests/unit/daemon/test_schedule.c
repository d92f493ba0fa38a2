/* When a scope is looked at next: jitter within its bounds, backoff that doubles up to its cap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/schedule.h"

static const struct schedule_policy minute = {
    .interval = 60000, .jitter_percent = 10, .backoff_max = 600000};

/* The random numbers that matter: both ends, the middle, and some between. */
static const uint32_t randoms[] = {0,     1,          12345,      6000,           12000,
                                   12001, 0x7FFFFFFF, 0x80000000, UINT32_MAX - 1, UINT32_MAX};
enum { RANDOMS = sizeof(randoms) / sizeof(*randoms) };

static void test_now(void **state)
{
    (void)state;
    struct schedule s = {.due = 5000};
    assert_false(schedule_due(&s, 4999));
    assert_true(schedule_due(&s, 5000));
    schedule_now(&s, 100);
    assert_true(schedule_due(&s, 100));
    assert_false(schedule_due(&s, 99));
}

static void test_interval_with_jitter(void **state)
{
    (void)state;
    msec least = UINT64_MAX, most = 0;
    for (size_t i = 0; i < RANDOMS; i++) {
        struct schedule s = {.failures = 3};
        schedule_after(&s, &minute, false, 1000, randoms[i]);
        assert_int_equal(s.failures, 0);
        assert_in_range(s.due, 1000 + 54000, 1000 + 66000);
        if (s.due < least) least = s.due;
        if (s.due > most) most = s.due;
    }
    assert_true(most - least > 6000); /* it does spread */
}

static void test_no_jitter(void **state)
{
    (void)state;
    struct schedule_policy p = minute;
    p.jitter_percent = 0;
    for (size_t i = 0; i < RANDOMS; i++) {
        struct schedule s = {0};
        schedule_after(&s, &p, false, 7, randoms[i]);
        assert_int_equal(s.due, 60007);
        schedule_after(&s, &p, true, 7, randoms[i]);
        assert_int_equal(s.due, 6007);
    }
}

/* A tenth of the interval, then twice as long each time, never longer than the cap. */
static void test_backoff_doubles_up_to_the_cap(void **state)
{
    (void)state;
    struct schedule_policy p = minute;
    p.jitter_percent = 0;
    static const msec pauses[] = {6000,   12000,  24000,  48000,  96000,
                                  192000, 384000, 600000, 600000, 600000};
    struct schedule s = {0};
    for (unsigned i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
        schedule_after(&s, &p, true, 1000, 99);
        assert_int_equal(s.failures, i + 1);
        assert_int_equal(s.due, 1000 + pauses[i]);
    }
    for (int i = 0; i < 1000; i++) schedule_after(&s, &p, true, 1000, 99);
    assert_int_equal(s.due, 601000); /* nothing is given up, and nothing overflows */
    schedule_after(&s, &p, false, 1000, 99);
    assert_int_equal(s.due, 61000);
    schedule_after(&s, &p, true, 1000, 99);
    assert_int_equal(s.due, 7000); /* one good look starts anew */
}

static void test_backoff_with_jitter(void **state)
{
    (void)state;
    for (size_t i = 0; i < RANDOMS; i++) {
        struct schedule s = {0};
        schedule_after(&s, &minute, true, 0, randoms[i]);
        assert_in_range(s.due, 5400, 6600);
        s.failures = 50;
        schedule_after(&s, &minute, true, 0, randoms[i]);
        assert_in_range(s.due, 540000, 660000);
    }
}

/* Short intervals, as tests and demonstrations use them, do not become a hot loop. */
static void test_backoff_has_a_floor(void **state)
{
    (void)state;
    const struct schedule_policy p = {.interval = 1000, .backoff_max = 600000};
    struct schedule s = {0};
    schedule_after(&s, &p, true, 0, 0);
    assert_int_equal(s.due, 500);
    const struct schedule_policy small_cap = {.interval = 600000, .backoff_max = 1000};
    schedule_after(&s, &small_cap, true, 0, 0);
    assert_int_equal(s.due, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_now),
        cmocka_unit_test(test_interval_with_jitter),
        cmocka_unit_test(test_no_jitter),
        cmocka_unit_test(test_backoff_doubles_up_to_the_cap),
        cmocka_unit_test(test_backoff_with_jitter),
        cmocka_unit_test(test_backoff_has_a_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
