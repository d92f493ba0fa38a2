/* What is a decimal number, how long it is and what it is worth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/decimal.h"

static const struct {
    const char *text;
    size_t length; /* of the number that it begins with */
    double value;
} rows[] = {
    {"0", 1, 0},     {"8", 1, 8},      {"-1", 2, -1},      {"+7", 2, 7},        {"007", 3, 7},
    {"0.5", 3, 0.5}, {".5", 2, 0.5},   {"5.", 2, 5},       {"1e3", 3, 1000},    {"1E-2", 4, 0.01},
    {"1e", 1, 1},    {"1e+", 1, 1},    {"25-5000", 2, 25}, {"-1-5", 2, -1},     {"8kB", 1, 8},
    {"1,2", 1, 1},   {"", 0, 0},       {"-", 0, 0},        {".", 0, 0},         {"+.e3", 0, 0},
    {" 8", 0, 0},    {"nan", 0, 0},    {"inf", 0, 0},      {"-infinity", 0, 0}, {"0x10", 0, 0},
    {"1e999", 0, 0}, {"-1e999", 0, 0}, {"e3", 0, 0},       {"ten", 0, 0},
};

static bool close_to(double a, double b)
{
    return a - b < 1e-12 && b - a < 1e-12;
}

static void test_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        double value = 42;
        size_t length = decimal_read(rows[i].text, &value);
        if (length != rows[i].length) fail_msg("\"%s\": %zu bytes", rows[i].text, length);
        assert_true(close_to(value, length ? rows[i].value : 42));
    }
}

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        double value = 42;
        bool whole = rows[i].length && !rows[i].text[rows[i].length];
        assert_int_equal(decimal_parse(rows[i].text, &value), whole);
        assert_true(close_to(value, whole ? rows[i].value : 42));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_parse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
