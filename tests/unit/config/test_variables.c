/* ${NAME} in documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/variables.h"

/* Expands and compares the result and the problems, "PATH: reason" a line. */
static void expect(const char *document, const char *expanded, const char *problems)
{
    json_t *root = json_loads(document, JSON_DECODE_ANY, NULL);
    json_t *expected = json_loads(expanded, JSON_DECODE_ANY, NULL);
    json_t *variables = json_pack("{s:s, s:s, s:s, s:s}", "NAME", "value", "EMPTY", "", "NESTED",
                                  "${NAME}", "//NOTE", "x");
    assert_non_null(root);
    assert_non_null(expected);
    struct problems p;
    problems_init(&p);
    size_t count = variables_expand(root, variables, &p);
    struct buf b;
    buf_init(&b, 10000);
    for (size_t i = 0; i < p.count; i++)
        buf_printf(&b, "%s: %s\n", p.items[i].path, p.items[i].text);
    assert_string_equal(buf_text(&b), problems);
    assert_int_equal(count, p.total);
    assert_true(json_equal(root, expected));
    buf_done(&b);
    problems_done(&p);
    json_decref(root);
    json_decref(expected);
    json_decref(variables);
}

static void test_filled_in(void **state)
{
    (void)state;
    expect("{\"a\":\"${NAME}\",\"b\":[\"x${NAME}y${NAME}\",{\"c\":\"${EMPTY}\"}],\"n\":5}",
           "{\"a\":\"value\",\"b\":[\"xvalueyvalue\",{\"c\":\"\"}],\"n\":5}", "");
}

static void test_once(void **state)
{
    (void)state;
    expect("[\"${NESTED}\"]", "[\"${NAME}\"]", "");
    expect("[\"$${NAME} $NAME $$ 5$\"]", "[\"${NAME} $NAME $$ 5$\"]", "");
}

static void test_keys_and_comments_stay(void **state)
{
    (void)state;
    expect("{\"${NAME}\":1,\"//c\":\"${NONE}\",\"$d\":\"${NONE}\"}",
           "{\"${NAME}\":1,\"//c\":\"${NONE}\",\"$d\":\"${NONE}\"}", "");
}

static void test_environment(void **state)
{
    (void)state;
    assert_int_equal(setenv("PGDRIFT_TEST_VARIABLE", "from outside", 1), 0);
    assert_int_equal(setenv("NAME", "not this", 1), 0); /* the settings come first */
    expect("[\"${PGDRIFT_TEST_VARIABLE}\",\"${NAME}\"]", "[\"from outside\",\"value\"]", "");
    unsetenv("PGDRIFT_TEST_VARIABLE");
    unsetenv("NAME");
}

static void test_unknown(void **state)
{
    (void)state;
    expect("{\"a\":{\"b\":[\"${NAM}\"]}}", "{\"a\":{\"b\":[\"${NAM}\"]}}",
           "a.b[0]: ${NAM} is unknown; did you mean ${NAME}?\n");
    expect("[\"${PGDRIFT_NOT_THERE}\"]", "[\"${PGDRIFT_NOT_THERE}\"]",
           "[0]: ${PGDRIFT_NOT_THERE} is unknown: neither in the settings' variables nor in the "
           "environment\n");
}

static void test_not_ended(void **state)
{
    (void)state;
    static const char reason[] =
        "[0]: \"${\" must be followed by a name and \"}\"; \"$${\" stands for itself\n";
    expect("[\"${NAME\"]", "[\"${NAME\"]", reason);
    expect("[\"${}\"]", "[\"${}\"]", reason);
    expect("[\"${1A}\"]", "[\"${1A}\"]", reason);
    expect("[\"${A-B}\"]", "[\"${A-B}\"]", reason);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filled_in),
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_keys_and_comments_stay),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_not_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
