/* JSON files as they are read for a check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/source.h"

static void assert_problem(struct problems *p, unsigned line, const char *text)
{
    problems_source(p, NULL, NULL, 0);
    assert_int_equal(p->count, 1);
    assert_int_equal(p->items[0].line, line);
    assert_non_null(strstr(p->items[0].text, text));
}

static void test_good(void **state)
{
    (void)state;
    struct source s;
    struct problems p;
    problems_init(&p);
    char text[] = "{\"a\":\n 1}";
    assert_int_equal(source_parse(&s, "x.json", text, strlen(text), &p), 0);
    memset(text, 'x', sizeof(text)); /* copied */
    assert_int_equal(json_integer_value(json_object_get(s.root, "a")), 1);
    problems_add(&p, "a", "odd");
    assert_problem(&p, 2, "odd");
    assert_string_equal(p.items[0].file, "x.json");
    source_done(&s);
    problems_done(&p);
}

static void test_bad_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line;
        const char *reason;
    } cases[] = {
        {"", 1, "not JSON"},
        {"{\n\"a\":}", 2, "not JSON"},
        {"{\"a\":1,\n\"a\":2}", 2, "duplicate object key"},
        {"[]", 1, "must be an object"},
        {"{} {}", 1, "not JSON"},
        {"{\"a\":\"\xFF\"}", 1, "decode byte 0xff"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct source s;
        struct problems p;
        problems_init(&p);
        assert_int_equal(source_parse(&s, "x", cases[i].text, strlen(cases[i].text), &p), -1);
        assert_problem(&p, cases[i].line, cases[i].reason);
        source_done(&s);
        problems_done(&p);
    }
}

static void assert_unreadable(const char *file, const char *reason)
{
    struct source s;
    struct problems p;
    problems_init(&p);
    assert_int_equal(source_load(&s, file, &p), -1);
    assert_problem(&p, 0, reason);
    assert_string_equal(p.items[0].file, file);
    source_done(&s);
    problems_done(&p);
}

static void test_files(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    char path[300];
    snprintf(path, sizeof(path), "%s/source.XXXXXX", base ? base : "/tmp");
    assert_unreadable("/nonexistent/x.json", "No such file");
    assert_unreadable("/", "is a directory, not a regular file");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "{\"a\":5}", 7), 7);
    struct source s;
    struct problems p;
    problems_init(&p);
    assert_int_equal(source_load(&s, path, &p), 0);
    assert_int_equal(s.length, 7);
    source_done(&s);
    problems_done(&p);
    assert_int_equal(ftruncate(fd, SOURCE_MAX + 1), 0);
    assert_unreadable(path, "is larger than 16384 KiB");
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad_texts),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
