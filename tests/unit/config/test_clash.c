/* What two documents may not both declare. The words of real documents are test_desired.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/clash.h"

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);
    assert_non_null(value);
    return value;
}

static struct clash_item item_of(const char *file, const json_t *root, size_t server)
{
    const json_t *item = json_array_get(json_object_get(root, "servers"), server);
    return (struct clash_item){
        .file = file,
        .root = root,
        .item = item,
        .id = json_string_value(json_object_get(item, "name")),
        .said = "it is declared by",
    };
}

static void assert_text(struct problems *problems, const char *expected)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    problems_sort(problems);
    problems_text(problems, &text);
    assert_string_equal(buf_text(&text), expected);
    buf_done(&text);
    problems_done(problems);
}

/* The first one has it; each later one is told where it stands, in its own order. */
static void test_the_first_has_it(void **state)
{
    (void)state;
    json_t *a = parse("{\"servers\":[{\"name\":\"x\"},{\"name\":\"y\"}]}");
    json_t *b = parse("{\"servers\":[{\"name\":\"z\"},{\"name\":\"Y\"},{\"name\":\"X\"}]}");
    json_t *c = parse("{\"servers\":[{\"name\":\"x\"}]}");
    const struct clash_item items[] = {
        item_of("a", a, 0), item_of("a", a, 1), item_of("b", b, 0),
        item_of("b", b, 1), item_of("b", b, 2), item_of("c", c, 0),
    };
    struct problems problems;
    problems_init(&problems);
    clash_check(items, 6, &problems);
    assert_text(&problems, "b: servers[1].name: it is declared by a\n"
                           "b: servers[2].name: it is declared by a\n"
                           "c: servers[0].name: it is declared by a\n");
    problems_init(&problems);
    clash_check(items, 3, &problems);
    clash_check(items, 0, &problems);
    assert_text(&problems, "");
    json_decref(a);
    json_decref(b);
    json_decref(c);
}

/* What is shared must be the same where it is said at all, in the spelling that its kind allows. */
static void test_what_is_shared_agrees(void **state)
{
    (void)state;
    static const struct {
        const char *group;
        const char *expected;
    } cases[] = {
        {"{\"name\":\"rg\",\"location\":\"Korea Central\"}", ""},
        {"{\"name\":\"rg\",\"tags\":{\"b\":\"2\",\"a\":\"1\"}}", ""},
        {"{\"name\":\"rg\",\"tags\":{\"a\":\"1\"}}",
         "c: resourceGroup.tags: group rg has other tags in b\n"},
        {"{\"name\":\"rg\",\"location\":\"koreasouth\",\"tags\":{}}",
         "c: resourceGroup.tags: group rg has other tags in b\n"
         "c: resourceGroup.location: group rg has another location in a\n"},
    };
    json_t *first = parse("{\"resourceGroup\":{\"name\":\"rg\",\"location\":\"koreacentral\"}}");
    json_t *second = parse("{\"resourceGroup\":{\"name\":\"RG\",\"location\":\"koreacentral\","
                           "\"tags\":{\"a\":\"1\",\"b\":\"2\"}}}");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *third = json_pack("{s:o}", "resourceGroup", parse(cases[i].group));
        const json_t *const roots[] = {first, second, third};
        const char *const files[] = {"a", "b", "c"};
        struct clash_item items[3];
        for (size_t k = 0; k < 3; k++)
            items[k] = (struct clash_item){.file = files[k],
                                           .root = roots[k],
                                           .item = json_object_get(roots[k], "resourceGroup"),
                                           .id = k == 1 ? "/g/RG" : "/g/rg",
                                           .said = "group rg",
                                           .shared = true};
        struct problems problems;
        problems_init(&problems);
        clash_check(items, 3, &problems);
        assert_text(&problems, cases[i].expected);
        json_decref(third);
    }
    json_decref(first);
    json_decref(second);
}

/* The place is found in the file as it is; without the file there is none. */
static void test_the_place(void **state)
{
    (void)state;
    static const char text[] = "{\"servers\": [\n  {\"name\": \"x\"},\n    {\"name\": \"y\"}\n]}";
    char file[] = "/tmp/clash.XXXXXX";
    int fd = mkstemp(file);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
    close(fd);
    json_t *a = parse("{\"servers\":[{\"name\":\"y\"}]}"), *b = parse(text);
    const struct clash_item items[] = {item_of("a", a, 0), item_of(file, b, 1)};
    struct problems problems;
    problems_init(&problems);
    clash_check(items, 2, &problems);
    assert_int_equal(problems.count, 1);
    assert_int_equal(problems.items[0].line, 3);
    assert_int_equal(problems.items[0].column, 14);
    unlink(file);
    clash_check(items, 2, &problems);
    assert_int_equal(problems.count, 2);
    assert_int_equal(problems.items[1].line, 0);
    problems_done(&problems);
    json_decref(a);
    json_decref(b);
}

/* Many documents that all declare the same thing. */
static void test_many(void **state)
{
    (void)state;
    enum { N = 20000 };
    json_t *root = parse("{\"servers\":[{\"name\":\"x\"}]}");
    json_t **copies = xcalloc(N, sizeof(*copies));
    struct clash_item *items = xcalloc(N, sizeof(*items));
    for (size_t i = 0; i < N; i++) {
        copies[i] = json_deep_copy(root);
        items[i] = item_of("/nonexistent/document", copies[i], 0);
    }
    struct problems problems;
    problems_init(&problems);
    clash_check(items, N, &problems);
    assert_int_equal(problems.total, N - 1);
    assert_int_equal(problems.count, PROBLEMS_MAX);
    problems_done(&problems);
    for (size_t i = 0; i < N; i++) json_decref(copies[i]);
    free(copies);
    free(items);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_has_it),
        cmocka_unit_test(test_what_is_shared_agrees),
        cmocka_unit_test(test_the_place),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
