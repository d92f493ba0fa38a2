/* Pauses between tries: growth, cap, jitter, hints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/backoff.h"

static const struct backoff_policy policy = {
    .name = "test", .base_ms = 1000, .cap_ms = 10000, .factor = 3, .jitter_percent = 50};

static void test_grows_to_the_cap(void **state)
{
    (void)state;
    static const uint64_t expected[] = {1000, 3000, 9000, 10000, 10000};
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(backoff_delay(&policy, i + 1, 0, 0), expected[i]);
    assert_int_equal(backoff_delay(&policy, 4000000000U, 0, 0), 10000);
    assert_int_equal(backoff_delay(&policy, 0, 0, 0), 1000);
}

static void test_jitter_only_lengthens(void **state)
{
    (void)state;
    assert_int_equal(backoff_delay(&policy, 2, 0, UINT32_MAX), 4500);
    for (uint32_t r = 0; r < 100; r++)
        assert_in_range(backoff_delay(&policy, 2, 0, r * 42949672), 3000, 4500);
}

static void test_hint_replaces_the_pause(void **state)
{
    (void)state;
    assert_int_equal(backoff_delay(&policy, 9, 60000, 0), 60000);
    assert_int_equal(backoff_delay(&policy, 9, 50, 0), 50);
    assert_int_equal(backoff_delay(&policy, 9, 60000, UINT32_MAX), 60500);
}

static void test_presets_are_sane(void **state)
{
    (void)state;
    for (size_t i = 0; i < BACKOFF_N; i++) {
        const struct backoff_policy *p = &backoff_presets[i];
        assert_non_null(p->name);
        assert_in_range(p->base_ms, 1000, p->cap_ms); /* IMDS wants a second after a 5xx */
        assert_true(p->factor >= 2);
        assert_in_range(p->jitter_percent, 1, 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows_to_the_cap),
        cmocka_unit_test(test_jitter_only_lengthens),
        cmocka_unit_test(test_hint_replaces_the_pause),
        cmocka_unit_test(test_presets_are_sane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
