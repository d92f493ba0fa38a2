/* Whole decimal numbers as texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/number.h"

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t number;
    } cases[] = {{"0", 0}, {"00042", 42}, {"11999", 11999}, {"18446744073709551615", UINT64_MAX}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t number = 7;
        assert_int_equal(number_parse(cases[i].text, &number), 0);
        assert_true(number == cases[i].number);
    }
}

static void test_no_numbers(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        " 1",
                                        "1 ",
                                        "-1",
                                        "+1",
                                        "0x1",
                                        "1e3",
                                        "1.0",
                                        "18446744073709551616",
                                        "99999999999999999999"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t number = 7;
        assert_int_equal(number_parse(cases[i], &number), -1);
        assert_int_equal(number, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_no_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
