/* Times and spans as texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/timetext.h"

static void test_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t ms;
    } cases[] = {
        {"PT1M", 60000},     {"Pt1m", 60000},        {"pt1m", 60000},      {"P1D", 86400000},
        {"PT24H", 86400000}, {"P1DT12H", 129600000}, {"PT1H30M", 5400000}, {"PT0.5S", 500},
        {"PT1,25S", 1250},   {"P2W", 1209600000},    {"PT0S", 0},          {"PT1H1M1S", 3661000},
        {"PT0.5H", 1800000}, {"PT1.0004S", 1000},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t ms = 1;
        assert_int_equal(timetext_duration(cases[i].text, &ms), 0);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void test_no_durations(void **state)
{
    (void)state;
    static const char *const cases[] = {"",       "P",     "PT",     "1M",           "P1M",
                                        "P1Y",    "PT1D",  "PT1M1H", "PTM",          "PT1",
                                        "PT1M ",  "-PT1M", "PT-1M",  "P1DT",         "PT1MT1S",
                                        "PT1M1M", "PT.S",  "PT1.S",  "PT9999999999S"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t ms = 77;
        assert_int_equal(timetext_duration(cases[i], &ms), -1);
        assert_int_equal(ms, 77);
    }
}

static void test_moments(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-01-07T03:45:47.867Z", 1767757547867},
        {"2026-01-07T03:45:47.8671234Z", 1767757547867},
        {"2026-01-07T03:45:47.8Z", 1767757547800},
        {"2026-01-07T12:45:47.867+09:00", 1767757547867},
        {"2026-01-06T22:15:47.867-05:30", 1767757547867},
        {"2026-01-07 03:45:47z", 1767757547000},
        {"2024-02-29T00:00:00Z", 1709164800000},
        {"2000-02-29T23:59:59Z", 951868799000},
        {"1969-12-31T23:59:59.5Z", -500},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = 1;
        assert_int_equal(timetext_moment(cases[i].text, &ms), 0);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void test_no_moments(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "2026-01-07",
        "2026-01-07T03:45:47",
        "2026-13-07T03:45:47Z",
        "2026-02-29T03:45:47Z",
        "2100-02-29T00:00:00Z",
        "2026-00-07T03:45:47Z",
        "2026-01-07T24:45:47Z",
        "2026-01-07T03:60:47Z",
        "2026-01-07T03:45:47.Z",
        "2026-01-07T03:45:47Zx",
        "2026-01-07T03:45:47+9:00",
        "2026-01-07T03:45:47+25:00",
        "26-01-07T03:45:47Z",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ms = 77;
        assert_int_equal(timetext_moment(cases[i], &ms), -1);
        assert_int_equal(ms, 77);
    }
}

static void test_print_is_the_inverse(void **state)
{
    (void)state;
    char text[TIMETEXT_MOMENT];
    timetext_print(1767757547867, text);
    assert_string_equal(text, "2026-01-07T03:45:47.867Z");
    for (int64_t day = -20000; day < 60000; day += 1) {
        int64_t ms = day * 86400000 + 12345678, back;
        timetext_print(ms, text);
        assert_int_equal(timetext_moment(text, &back), 0);
        assert_int_equal(back, ms);
    }
}

static void test_retry_after(void **state)
{
    (void)state;
    uint64_t ms = 0;
    assert_int_equal(timetext_retry_after("17", &ms), 0);
    assert_int_equal(ms, 17000);
    assert_int_equal(timetext_retry_after(" 0", &ms), 0);
    assert_int_equal(ms, 0);
    assert_int_equal(timetext_retry_after("99999999999999999999999999", &ms), 0);
    assert_int_equal(ms, 86400000);
    static const char *const wrong[] = {"", "-1", "1.5", "3s", "Wed, 21 Oct 2026 07:28:00 GMT"};
    ms = 77;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(timetext_retry_after(wrong[i], &ms), -1);
    assert_int_equal(ms, 77);
}

static void test_http_date(void **state)
{
    static const char *const same[] = {"Sun, 06 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
                                       "Sun Nov 06 08:49:37 1994"};
    static const char *const wrong[] = {"",
                                        "Sun",
                                        "Sun, ",
                                        "Sun, 06 Nov 1994 08:49:37",
                                        "Sun, 06 Nov 1994 08:49:37 CET",
                                        "Sun, 06 Nov 94 08:49:37 GMT",
                                        "Sun, 06 Nov-1994 08:49:37 GMT",
                                        "Sun, 31 Feb 1994 08:49:37 GMT",
                                        "Sun, 06 Nox 1994 08:49:37 GMT",
                                        "Sun, 06 Nov 1994 24:00:00 GMT",
                                        "Sun Nov  6 08:49:37 1994 GMT",
                                        "1994-11-06T08:49:37Z",
                                        "17"};
    (void)state;
    int64_t ms;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        assert_int_equal(timetext_http_date(same[i], &ms), 0);
        assert_int_equal(ms, INT64_C(784111777000));
    }
    assert_int_equal(timetext_http_date("Wednesday, 25-Nov-26 00:00:00 GMT", &ms), 0);
    assert_int_equal(ms, INT64_C(1795564800000));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ms = 4711;
        assert_int_equal(timetext_http_date(wrong[i], &ms), -1);
        assert_int_equal(ms, 4711);
    }
}

static void test_retry_after_as_a_date(void **state)
{
    (void)state;
    const int64_t now = INT64_C(784111777000) - 20000;
    uint64_t ms = 1;
    assert_int_equal(timetext_retry_after_at("Sun, 06 Nov 1994 08:49:37 GMT", now, &ms), 0);
    assert_int_equal(ms, 20000);
    assert_int_equal(timetext_retry_after_at(" Sun Nov  6 08:49:37 1994", now, &ms), 0);
    assert_int_equal(ms, 20000);
    assert_int_equal(timetext_retry_after_at("Sat, 05 Nov 1994 08:49:37 GMT", now, &ms), 0);
    assert_int_equal(ms, 0);
    assert_int_equal(timetext_retry_after_at("Sun, 06 Nov 2094 08:49:37 GMT", now, &ms), 0);
    assert_int_equal(ms, 86400000);
    assert_int_equal(timetext_retry_after_at("17", now, &ms), 0);
    assert_int_equal(ms, 17000);
    assert_int_equal(timetext_retry_after_at("soon", now, &ms), -1);
    assert_int_equal(ms, 17000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_no_durations),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_no_moments),
        cmocka_unit_test(test_print_is_the_inverse),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_http_date),
        cmocka_unit_test(test_retry_after_as_a_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
