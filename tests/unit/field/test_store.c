/* Structs from field tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "field_fixture.h"

struct thing {
    char *name;
    char *empty;
    char *secret;
    int64_t days;
    bool on;
    int mode;
    struct field_strings members;
    json_t *tags;
    int untouched;
};

#define AT(member) .flags = FIELD_STORED, .offset = offsetof(struct thing, member)

static const struct field table[] = {
    {.path = "name", .kind = FIELD_NAME, .fallback = "nobody", AT(name)},
    {.path = "empty", .kind = FIELD_STRING, .fallback = "", AT(empty)},
    {.path = "in.secret",
     .kind = FIELD_STRING,
     .flags = FIELD_STORED | FIELD_SECRET,
     .fallback = "",
     .offset = offsetof(struct thing, secret)},
    {.path = "in.days", .kind = FIELD_INT, .fallback = "7", AT(days)},
    {.path = "in.on", .kind = FIELD_BOOL, .fallback = "true", AT(on)},
    {.path = "mode",
     .kind = FIELD_ENUM,
     .choices = fixture_modes,
     .fallback = "SameZone",
     AT(mode)},
    {.path = "members", .kind = FIELD_SET, .fallback = "[\"a\"]", AT(members)},
    {.path = "tags", .kind = FIELD_MAP, .fallback = "{\"k\":\"v\"}", AT(tags)},
    {.path = "not", .kind = FIELD_INT},
    {0},
};

static void test_defaults(void **state)
{
    (void)state;
    struct thing t = {.untouched = 5};
    field_store(table, NULL, &t);
    assert_string_equal(t.name, "nobody");
    assert_null(t.empty);
    assert_null(t.secret);
    assert_int_equal(t.days, 7);
    assert_true(t.on);
    assert_int_equal(t.mode, 1);
    assert_int_equal(t.members.count, 1);
    assert_string_equal(t.members.items[0], "a");
    assert_string_equal(json_string_value(json_object_get(t.tags, "k")), "v");
    assert_int_equal(t.untouched, 5);
    field_release(table, &t);
    assert_null(t.name);
    assert_null(t.tags);
    assert_int_equal(t.members.count, 0);
    field_release(table, &t); /* twice is nothing */
}

static void test_values(void **state)
{
    (void)state;
    json_t *item = fixture_json("{'name':'','empty':'x','in':{'secret':{'secretRef':'env:A'},"
                                "'days':9,'on':false},'mode':'ZoneRedundant','members':['b','c'],"
                                "'tags':{'//k':1,'z':'y'},'not':3}");
    struct thing t = {.untouched = 5};
    field_store(table, item, &t);
    json_decref(item); /* nothing is borrowed */
    assert_string_equal(t.name, "nobody");
    assert_string_equal(t.empty, "x");
    assert_string_equal(t.secret, "env:A");
    assert_int_equal(t.days, 9);
    assert_false(t.on);
    assert_int_equal(t.mode, 2);
    assert_int_equal(t.members.count, 2);
    assert_string_equal(t.members.items[1], "c");
    assert_int_equal(json_object_size(t.tags), 1);
    field_release(table, &t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_defaults),
                                       cmocka_unit_test(test_values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
