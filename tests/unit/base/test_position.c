/* Lines and columns of JSON texts, also of broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/position.h"

static const char text[] = "{\n"
                           "  \"servers\": [\n"
                           "    {\"name\": \"a\"},\n"
                           "    {\"name\" : \"b\", \"sku\": {\"tier\": [1, [2, 3]]}}\n"
                           "  ],\n"
                           "  \"configurations\": {\"azure\": 1, \"azure.extensions\": \"x\"},\n"
                           "  \"\xEC\x84\x9C\xEC\x9A\xB8\": \"\xED\x95\x9C\", \"e\\u0041\": 7,\n"
                           "\t\"last\": \"},]\\\"\", \"end\": null\n"
                           "}\n";

static const struct {
    const char *path;
    unsigned key_line, key_column, value_line, value_column;
    bool found;
} cases[] = {
    {"", 1, 1, 1, 1, true},
    {"servers", 2, 3, 2, 14, true},
    {"servers[0]", 3, 5, 3, 5, true},
    {"servers[0].name", 3, 6, 3, 14, true},
    {"servers[1].name", 4, 6, 4, 15, true},
    {"servers[1].sku.tier[1][0]", 4, 41, 4, 41, true},
    {"configurations.azure", 6, 22, 6, 31, true},
    {"configurations.azure.extensions", 6, 34, 6, 54, true},
    {"\xEC\x84\x9C\xEC\x9A\xB8", 7, 3, 7, 9, true},
    {"eA", 7, 14, 7, 25, true},
    {"last", 8, 2, 8, 10, true},
    {"end", 8, 19, 8, 26, true},
    {"servers[2]", 2, 14, 2, 14, false},
    {"servers[1].sku.name", 4, 27, 4, 27, false},
    {"servers[x]", 2, 14, 2, 14, false},
    {"servers.name", 2, 14, 2, 14, false},
    {"serv", 1, 1, 1, 1, false},
    {"servers[99999999999999999999999]", 2, 14, 2, 14, false},
};

static void test_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct position key, value;
        bool found = position_find(text, strlen(text), cases[i].path, POSITION_KEY, &key);
        position_find(text, strlen(text), cases[i].path, POSITION_VALUE, &value);
        if (found != cases[i].found || key.line != cases[i].key_line ||
            key.column != cases[i].key_column || value.line != cases[i].value_line ||
            value.column != cases[i].value_column)
            fail_msg("%s: %d key %u:%u value %u:%u", cases[i].path, found, key.line, key.column,
                     value.line, value.column);
    }
}

/* Asked for all at once, in an order that jumps and twice each, they are where they are alone. */
static void test_many_at_once(void **state)
{
    (void)state;
    enum { CASES = sizeof(cases) / sizeof(cases[0]), TIMES = 4 };
    struct position_query queries[CASES * TIMES];
    for (size_t i = 0; i < (size_t)CASES * TIMES; i++)
        queries[i] = (struct position_query){.path = cases[i * 7 % CASES].path,
                                             .of = i % 2 ? POSITION_KEY : POSITION_VALUE};
    position_find_all(text, strlen(text), queries, (size_t)CASES * TIMES);
    for (size_t i = 0; i < (size_t)CASES * TIMES; i++) {
        bool key = queries[i].of == POSITION_KEY;
        size_t k = i * 7 % CASES;
        assert_int_equal(queries[i].found, cases[k].found);
        assert_int_equal(queries[i].at.line, key ? cases[k].key_line : cases[k].value_line);
        assert_int_equal(queries[i].at.column, key ? cases[k].key_column : cases[k].value_column);
    }
    position_find_all(text, strlen(text), NULL, 0);
}

/* A key may be empty, and paths may go on in it or beside it. */
static void test_an_empty_key(void **state)
{
    (void)state;
    static const char odd[] = "{\"\": {\"x\": [5]}, \"a\": {\"\": [6]}}";
    struct position_query queries[] = {
        {.path = "a.[0]", .of = POSITION_VALUE},
        {.path = ".x[0]", .of = POSITION_VALUE},
        {.path = "", .of = POSITION_VALUE},
    };
    position_find_all(odd, strlen(odd), queries, 3);
    assert_true(queries[0].found);
    assert_int_equal(queries[0].at.column, 29);
    assert_true(queries[1].found);
    assert_int_equal(queries[1].at.column, 13);
    assert_int_equal(queries[2].at.column, 1);
}

/* Every beginning of the text, and every text with one byte gone, must end without harm. */
static void test_broken_texts(void **state)
{
    (void)state;
    size_t length = strlen(text);
    char *broken = malloc(length);
    assert_non_null(broken);
    for (size_t i = 0; i < length; i++) {
        for (size_t j = 0; j < sizeof(cases) / sizeof(cases[0]); j++) {
            struct position at = {0, 0};
            memcpy(broken, text, i); /* an exact copy: reading beyond it is caught */
            position_find(broken, i, cases[j].path, POSITION_KEY, &at);
            assert_true(at.line >= 1 && at.column >= 1);
            memcpy(broken + i, text + i + 1, length - i - 1);
            position_find(broken, length - 1, cases[j].path, POSITION_VALUE, &at);
            assert_true(at.line >= 1 && at.line <= 10);
        }
    }
    free(broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_an_empty_key),
        cmocka_unit_test(test_broken_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
