/* Which bytes count as a character, and where a text may be cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

static const struct {
    const char *bytes;
    size_t size; /* 0: not well-formed */
    uint32_t point;
} cases[] = {
    {"a", 1, 'a'},
    {"\x7F", 1, 0x7F},
    {"\xC2\x80", 2, 0x80},
    {"\xDF\xBF", 2, 0x7FF},
    {"\xE0\xA0\x80", 3, 0x800},
    {"\xEC\x84\x9C", 3, 0xC11C},
    {"\xED\x9F\xBF", 3, 0xD7FF},
    {"\xEE\x80\x80", 3, 0xE000},
    {"\xF0\x90\x80\x80", 4, 0x10000},
    {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
    {"\x80", 0, 0},             /* continuation first */
    {"\xC0\x80", 0, 0},         /* overlong NUL */
    {"\xC1\xBF", 0, 0},         /* overlong */
    {"\xE0\x9F\xBF", 0, 0},     /* overlong */
    {"\xF0\x8F\xBF\xBF", 0, 0}, /* overlong */
    {"\xED\xA0\x80", 0, 0},     /* surrogate */
    {"\xF4\x90\x80\x80", 0, 0}, /* above U+10FFFF */
    {"\xF8\x88\x80\x80", 0, 0}, /* five-byte lead */
    {"\xFF", 0, 0},
    {"\xE2\x82", 0, 0},  /* cut short */
    {"\xE2\x82x", 0, 0}, /* not continued */
};

static void test_characters(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        uint32_t point = 0;
        size_t size = utf8_next(cases[i].bytes, strlen(cases[i].bytes), &point);
        if (size != cases[i].size || point != cases[i].point)
            fail_msg("case %zu: %zu bytes, U+%04X", i, size, (unsigned)point);
    }
    uint32_t point;
    assert_int_equal(utf8_next("", 0, &point), 0);
}

static void test_cut(void **state)
{
    (void)state;
    const char *text = "a\xEC\x84\x9C"
                       "b\xF0\x9F\x90\x98"; /* lengths 1 3 1 4 */
    static const size_t expected[] = {0, 1, 1, 1, 4, 5, 5, 5, 5, 9, 9};
    for (size_t max = 0; max < sizeof(expected) / sizeof(*expected); max++)
        assert_int_equal(utf8_cut(text, strlen(text), max), expected[max]);
    /* Bytes that are no characters have no right to stay together. */
    assert_int_equal(utf8_cut("\x80\x80\x80\x80", 4, 2), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
