/* Lists of problems: places, order, texts, JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/problem.h"

static const char source[] = "{\n  \"a\": {\"b\": 1},\n  \"c\": [2]\n}\n";

static void assert_text(const struct problems *p, const char *expected)
{
    struct buf b;
    buf_init(&b, 100000);
    problems_text(p, &b);
    assert_string_equal(buf_text(&b), expected);
    buf_done(&b);
}

static void test_places(void **state)
{
    (void)state;
    struct problems p;
    problems_init(&p);
    problems_add(&p, "x", "before any file");
    problems_source(&p, "f.json", source, strlen(source));
    problems_add(&p, "c[0]", "is %d", 2);
    problems_add_key(&p, "a.b", "bad key");
    problems_add(&p, "a.none", "missing");
    problems_add(&p, "", "the whole");
    problems_source(&p, "g.json", NULL, 0);
    problems_add_at(&p, (struct position){0}, "cannot be read");
    problems_add_at(&p, (struct position){.line = 3, .column = 4}, "odd");
    assert_text(&p, ": x: before any file\n"
                    "f.json:3:9: c[0]: is 2\n"
                    "f.json:2:9: a.b: bad key\n"
                    "f.json:2:8: a.none: missing\n"
                    "f.json:1:1: the whole\n"
                    "g.json: cannot be read\n"
                    "g.json:3:4: odd\n");
    problems_sort(&p);
    assert_text(&p, ": x: before any file\n"
                    "f.json:1:1: the whole\n"
                    "f.json:2:8: a.none: missing\n"
                    "f.json:2:9: a.b: bad key\n"
                    "f.json:3:9: c[0]: is 2\n"
                    "g.json: cannot be read\n"
                    "g.json:3:4: odd\n");
    problems_done(&p);
}

static void test_cap(void **state)
{
    (void)state;
    struct problems p;
    problems_init(&p);
    problems_source(&p, "f", source, strlen(source));
    for (int i = 0; i < PROBLEMS_MAX + 7; i++) problems_add(&p, "a", "number %d", i);
    problems_sort(&p);
    assert_int_equal(p.count, PROBLEMS_MAX);
    assert_int_equal(p.total, PROBLEMS_MAX + 7);
    struct buf b;
    buf_init(&b, 100000);
    problems_text(&p, &b);
    assert_non_null(strstr(buf_text(&b), "number 199\nand 7 more problems\n"));
    buf_done(&b);
    problems_done(&p);
}

/* Places are looked for when the file is over, each problem in the file that it was added for. */
static void test_each_in_its_file(void **state)
{
    (void)state;
    static const char other[] = "\n\n{\"c\": 1}";
    struct problems p;
    problems_init(&p);
    problems_source(&p, "f", source, strlen(source));
    problems_add(&p, "c[0]", "one");
    assert_false(problems_full(&p));
    problems_source(&p, "g", other, strlen(other));
    problems_add_key(&p, "c", "two");
    problems_sort(&p);
    assert_text(&p, "f:3:9: c[0]: one\ng:3:2: c: two\n");
    for (int i = 0; i < PROBLEMS_MAX; i++) problems_add(&p, "c", "more");
    assert_true(problems_full(&p));
    problems_done(&p); /* also with places nobody looked for */
}

/* Bytes that are no text, and line ends, come from files; the output stays lines of UTF-8. */
static void test_odd_bytes(void **state)
{
    (void)state;
    struct problems p;
    problems_init(&p);
    problems_source(&p, "f\xFF.json", NULL, 0);
    problems_add(&p, "a\nb", "near '\xED\xA0\x80\x1B[31m' \xEC\x84\x9C");
    assert_text(&p, "f?.json: a?b: near '????[31m' \xEC\x84\x9C\n");
    json_t *json = problems_json(&p);
    assert_int_equal(json_array_size(json), 1);
    json_decref(json);
    problems_done(&p);
}

static void test_json_and_err(void **state)
{
    (void)state;
    struct problems p;
    problems_init(&p);
    struct err e = {.kind = ERR_NONE};
    assert_int_equal(problems_err(&p, &e), 0);
    assert_int_equal(e.kind, ERR_NONE);
    problems_source(&p, "f.json", source, strlen(source));
    problems_add(&p, "a.b", "is \"odd\"");
    problems_add(&p, "c", "too");
    problems_source(&p, NULL, NULL, 0);
    json_t *json = problems_json(&p);
    json_t *expected =
        json_pack("[{s:s,s:i,s:i,s:s,s:s},{s:s,s:i,s:i,s:s,s:s}]", "file", "f.json", "line", 2,
                  "column", 14, "path", "a.b", "reason", "is \"odd\"", "file", "f.json", "line", 3,
                  "column", 8, "path", "c", "reason", "too");
    assert_true(json_equal(json, expected));
    json_decref(json);
    json_decref(expected);
    assert_int_equal(problems_err(&p, &e), -1);
    assert_int_equal(e.kind, ERR_CONFIG);
    assert_string_equal(e.text, "f.json:2:14: a.b: is \"odd\" (and 1 more)");
    problems_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),           cmocka_unit_test(test_cap),
        cmocka_unit_test(test_each_in_its_file), cmocka_unit_test(test_odd_bytes),
        cmocka_unit_test(test_json_and_err),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
