/* JSON by path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static json_t *parse(const char *text)
{
    struct err e = {.text = ""};
    json_t *value = json_parse(text, strlen(text), &e);
    if (!value) fail_msg("%s", e.text);
    return value;
}

static void test_paths(void **state)
{
    (void)state;
    json_t *root = parse("{\"a\":{\"b\":{\"c\":\"x\"},\"n\":5,\"s\":\"3599\",\"t\":true}}");
    assert_string_equal(json_text_at(root, "a.b.c"), "x");
    assert_ptr_equal(json_at(root, ""), root);
    assert_ptr_equal(json_at(root, NULL), root);
    assert_null(json_at(root, "a.b.x"));
    assert_null(json_at(root, "a.b.c.d"));
    assert_null(json_at(NULL, "a"));
    assert_null(json_text_at(root, "a.n"));
    assert_int_equal(json_int_at(root, "a.n", 1), 5);
    assert_int_equal(json_int_at(root, "a.s", 1), 3599);
    assert_int_equal(json_int_at(root, "a.b.c", 1), 1);
    assert_int_equal(json_int_at(root, "a.none", -7), -7);
    assert_true(json_bool_at(root, "a.t", false));
    assert_true(json_bool_at(root, "a.n", true));
    json_decref(root);
}

static void test_members_without_case(void **state)
{
    (void)state;
    const char *key = NULL;
    json_t *root = parse("{\"Vpn\":1,\"office\":2}");
    assert_ptr_equal(json_member_nocase(root, "vPN", &key), json_object_get(root, "Vpn"));
    assert_string_equal(key, "Vpn");
    assert_ptr_equal(json_member_nocase(root, "office", NULL), json_object_get(root, "office"));
    assert_null(json_member_nocase(root, "vp", &key));
    assert_string_equal(key, "Vpn");
    assert_null(json_member_nocase(NULL, "Vpn", &key));
    assert_null(json_member_nocase(json_object_get(root, "office"), "Vpn", &key));
    json_decref(root);
}

static void test_put(void **state)
{
    (void)state;
    json_t *root = json_object();
    json_put_at(root, "a.b.c", json_integer(1));
    json_put_at(root, "a.b.d", json_integer(2));
    json_put_at(root, "a.b.c.e", json_integer(3)); /* what is in the way is replaced */
    char *line = json_line(root);
    assert_string_equal(line, "{\"a\":{\"b\":{\"c\":{\"e\":3},\"d\":2}}}");
    free(line);
    json_decref(root);
}

static void test_line_is_canonical(void **state)
{
    (void)state;
    json_t *a = parse("{\"b\":1,\"a\":[1, \"x\"]}");
    json_t *b = parse("{\"a\":[1,\"x\"],  \"b\":1}");
    char *x = json_line(a), *y = json_line(b), *z = json_line(NULL);
    assert_string_equal(x, y);
    assert_string_equal(z, "null");
    free(x);
    free(y);
    free(z);
    json_decref(a);
    json_decref(b);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "{", "{\"a\":1,\"a\":2}", "[1,]", "\"\xFF\"", "{} x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err e = {.kind = ERR_NONE};
        assert_null(json_parse(bad[i], strlen(bad[i]), &e));
        assert_int_equal(e.kind, ERR_PROTOCOL);
        assert_non_null(strstr(e.text, "line 1 column"));
    }
    json_t *word = parse("\"postgres.database.azure.com\""); /* ARM answers so, once */
    assert_true(json_is_string(word));
    json_decref(word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),   cmocka_unit_test(test_members_without_case),
        cmocka_unit_test(test_put),     cmocka_unit_test(test_line_is_canonical),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
