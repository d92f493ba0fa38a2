/* Comparing by field tables: the ways in which Azure spells the same thing, and real differences.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "field_fixture.h"

static const struct {
    struct field field;
    const char *want, *have; /* "" is absent */
    bool equal;
} pairs[] = {
    {{.kind = FIELD_LOCATION}, "'koreacentral'", "'Korea Central'", true},
    {{.kind = FIELD_LOCATION}, "'koreacentral'", "'Korea South'", false},
    {{.kind = FIELD_ARM_ID},
     "'/subscriptions/a/resourceGroups/B'",
     "'/subscriptions/A/resourcegroups/b/'",
     true},
    {{.kind = FIELD_ARM_ID}, "'/subscriptions/a'", "'/subscriptions/ab'", false},
    {{.kind = FIELD_ENUM, .choices = fixture_modes}, "'SameZone'", "'samezone'", true},
    {{.kind = FIELD_ENUM, .choices = fixture_modes}, "'SameZone'", "'NewMode'", false},
    {{.kind = FIELD_STRING}, "'a'", "'A'", false},
    {{.kind = FIELD_STRING, .flags = FIELD_NOCASE}, "'UTF8'", "'utf8'", true},
    {{.kind = FIELD_STRING}, "'15'", "15", true},
    {{.kind = FIELD_STRING}, "''", "", true},
    {{.kind = FIELD_STRING}, "''", "null", true},
    {{.kind = FIELD_STRING}, "'x'", "", false},
    {{.kind = FIELD_STRING, .fallback = "Premium_LRS"}, "'Premium_LRS'", "''", true},
    {{.kind = FIELD_STRING, .fallback = "Premium_LRS"}, "''", "'Premium_LRS'", true},
    {{.kind = FIELD_STRING, .fallback = "Premium_LRS"}, "'PremiumV2_LRS'", "''", false},
    {{.kind = FIELD_INT}, "7", "'7'", true},
    {{.kind = FIELD_INT}, "7", "7.0", true},
    {{.kind = FIELD_INT}, "7", "8", false},
    {{.kind = FIELD_INT}, "9007199254740993", "9007199254740992", false},
    {{.kind = FIELD_INT, .fallback = "7"}, "7", "", true},
    {{.kind = FIELD_INT, .flags = FIELD_AT_LEAST}, "256", "512", true},
    {{.kind = FIELD_INT, .flags = FIELD_AT_LEAST}, "256", "128", false},
    {{.kind = FIELD_INT, .flags = FIELD_AT_LEAST}, "256", "", false},
    {{.kind = FIELD_BOOL}, "true", "'True'", true},
    {{.kind = FIELD_BOOL, .fallback = "false"}, "false", "", true},
    {{.kind = FIELD_BOOL}, "true", "false", false},
    {{.kind = FIELD_DURATION}, "'PT1M'", "'Pt1m'", true},
    {{.kind = FIELD_DURATION}, "'P1D'", "'PT24H'", true},
    {{.kind = FIELD_DURATION}, "'P1D'", "'PT23H'", false},
    {{.kind = FIELD_DURATION}, "'P1M'", "'p1m'", true},
    {{.kind = FIELD_SET}, "['a','b']", "['b','a']", true},
    {{.kind = FIELD_SET}, "['a','b']", "['b']", false},
    {{.kind = FIELD_SET}, "['b']", "['a','b']", false},
    {{.kind = FIELD_SET, .flags = FIELD_AT_LEAST}, "['b']", "['a','b']", true},
    {{.kind = FIELD_SET, .flags = FIELD_NOCASE}, "['PgAudit']", "['pgaudit']", true},
    {{.kind = FIELD_SET}, "[]", "", true},
    {{.kind = FIELD_SET, .fallback = "[\"a\"]"}, "['a']", "null", true},
    {{.kind = FIELD_ANY}, "{'a':1}", "{'a':1}", true},
    {{.kind = FIELD_ANY}, "{}", "", true},
    {{.kind = FIELD_ANY}, "{'a':1}", "{'a':2}", false},
    {{.kind = FIELD_STRING}, "'x'", "{'a':2}", false},
};

static void test_equal(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        json_t *want = fixture_json(pairs[i].want), *have = fixture_json(pairs[i].have);
        if (field_equal(&pairs[i].field, want, have) != pairs[i].equal)
            fail_msg("case %zu: %s, %s", i, pairs[i].want, pairs[i].have);
        json_decref(want);
        json_decref(have);
    }
}

/* Compares and renders the deltas, "PATH FROM -> TO" a line. */
static void expect(const char *want_text, const char *have_text, const char *expected)
{
    json_t *want = fixture_json(want_text), *have = fixture_json(have_text);
    assert_non_null(want);
    struct arena *arena = arena_new();
    struct field_deltas deltas;
    field_compare(fixture, want, have, arena, &deltas);
    struct buf b;
    buf_init(&b, 100000);
    unsigned flags = 0;
    for (size_t i = 0; i < deltas.count; i++) {
        const struct field_delta *d = &deltas.items[i];
        buf_printf(&b, "%s: %s -> %s\n", d->path, d->from ? d->from : "-", d->to ? d->to : "-");
        flags |= d->field->flags;
    }
    assert_string_equal(buf_text(&b), expected);
    assert_int_equal(flags, deltas.flags);
    buf_done(&b);
    arena_free(arena);
    json_decref(want);
    json_decref(have);
}

static void test_only_what_is_named(void **state)
{
    (void)state;
    expect("{}", "{'location':'x','tags':{'a':'b'}}", "");
    expect("{'location':null}", "{'location':'x'}", "");
    expect("{'name':'a','properties':{'createMode':'Default','state':'x','version':'15',"
           "'administratorLoginPassword':'env:A'},'note':'n'}",
           "{'name':'b','properties':{'version':'15'}}", "");
}

static void test_leaves(void **state)
{
    (void)state;
    expect("{'location':'koreacentral','properties':{'backup':{'backupRetentionDays':35},"
           "'storage':{'storageSizeGB':64,'type':'Premium_LRS'}}}",
           "{'location':'Korea South','properties':{'backup':{'backupRetentionDays':7},"
           "'storage':{'storageSizeGB':128,'type':''}}}",
           "location: Korea South -> koreacentral\n"
           "properties.backup.backupRetentionDays: 7 -> 35\n");
    /* The default stands where nothing was answered. */
    expect("{'properties':{'backup':{'backupRetentionDays':35}}}", "{}",
           "properties.backup.backupRetentionDays: 7 -> 35\n");
    expect("{'properties':{'version':'15'}}", "", "properties.version: - -> 15\n");
    expect("{'properties':{'window':{'start':'04:00','days':['Mon','Sun']}}}",
           "{'properties':{'window':{'start':'05:00','days':['Sun','Mon']}}}",
           "properties.window.start: 05:00 -> 04:00\n");
}

static void test_maps(void **state)
{
    (void)state;
    expect("{'tags':{'//':'x','owner':'me','n':5,'on':true,'new':'y','gone':''}}",
           "{'tags':{'owner':'you','n':'5','on':'true','foreign':'z'}}",
           "tags.new: - -> y\ntags.owner: you -> me\n");
    expect("{'tags':{'owner':'me'}}", "{}", "tags.owner: - -> me\n");
}

/* Of identities only the names count, whatever Azure says of them. */
static void test_names(void **state)
{
    (void)state;
    static const struct field none[] = {{0}};
    static const struct field table[] = {
        {.path = "ids", .kind = FIELD_MAP, .flags = FIELD_NAMES, .fields = none}, {0}};
    struct arena *arena = arena_new();
    json_t *want = json_pack("{s:{s:{}, s:{}}}", "ids", "/s/A", "/s/B");
    json_t *have = json_pack("{s:{s:{s:s}, s:{}}}", "ids", "/S/a", "clientId", "x", "/s/C");
    struct field_deltas deltas;
    field_compare(table, want, have, arena, &deltas);
    assert_int_equal(deltas.count, 1);
    assert_string_equal(deltas.items[0].path, "ids./s/B");
    assert_string_equal(deltas.items[0].to, "{}");
    field_compare(table, want, want, arena, &deltas);
    assert_int_equal(deltas.count, 0);
    json_decref(want);
    json_decref(have);
    arena_free(arena);
}

static void test_lists(void **state)
{
    (void)state;
    expect("{'rules':[{'name':'Ops','startIpAddress':'1.1.1.1'},"
           "{'name':'new','startIpAddress':'2.2.2.2'}]}",
           "{'rules':[{'name':'old','startIpAddress':'3.3.3.3'},"
           "{'name':'ops','startIpAddress':'1.1.1.9','endIpAddress':'x'}]}",
           "rules[Ops].startIpAddress: 1.1.1.9 -> 1.1.1.1\n"
           "rules[new]: - -> {\"name\":\"new\",\"startIpAddress\":\"2.2.2.2\"}\n"
           "rules[old]: {\"name\":\"old\",\"startIpAddress\":\"3.3.3.3\"} -> -\n");
    expect("{'rules':[]}", "{}", "");
    expect("{'steps':[{'wait':'PT1H'},{'at':'04:00'}]}",
           "{'steps':[{'wait':'pt60m'},{'at':'05:00'}]}", "steps[1].at: 05:00 -> 04:00\n");
    expect("{'steps':[{'at':'04:00'}]}", "{'steps':[]}", "steps: - -> [{\"at\":\"04:00\"}]\n");
}

/* Keys are equal by the rules of their kind, whatever they look like; each finds its own. */
static void test_keys_of_every_kind(void **state)
{
    (void)state;
    static const struct {
        struct field key;
        const char *want, *have; /* one list, then the other, in other spelling and order */
    } cases[] = {
        {{.path = "k", .kind = FIELD_NAME}, "['a','A','b/ c']", "['b/ c','A','a']"},
        {{.path = "k", .kind = FIELD_STRING, .flags = FIELD_NOCASE}, "['Ab','c']", "['C','aB']"},
        {{.path = "k", .kind = FIELD_INT}, "['8','9.0',7]", "[7.0,'8.00',9]"},
        {{.path = "k", .kind = FIELD_DURATION}, "['PT60M','P1D']", "['PT24H','pt1h']"},
        {{.path = "k", .kind = FIELD_ARM_ID}, "['/a/B','/c/d/']", "['/C/D','/A/b/']"},
        {{.path = "k", .kind = FIELD_LOCATION}, "['Korea Central']", "['koreacentral']"},
        {{.path = "k", .kind = FIELD_ENUM}, "['On','off']", "['OFF','on']"},
        {{.path = "k", .kind = FIELD_STRING, .fallback = "x"}, "['x','y']", "['y','']"},
        {{.path = "k", .kind = FIELD_BOOL}, "[true,false]", "['False','true']"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct field item[] = {cases[i].key, {.path = "v", .kind = FIELD_STRING}, {0}};
        const struct field table[] = {{.path = "l", .kind = FIELD_LIST, .fields = item}, {0}};
        json_t *sides[2];
        item[0].flags |= FIELD_KEY;
        for (size_t side = 0; side < 2; side++) {
            json_t *keys = fixture_json(side ? cases[i].have : cases[i].want);
            json_t *list = json_array();
            size_t k;
            json_t *key;
            json_array_foreach(keys, k, key)
                json_array_append_new(list, json_pack("{s:O}", "k", key));
            sides[side] = json_pack("{s:o}", "l", list);
            json_decref(keys);
        }
        struct arena *arena = arena_new();
        struct field_deltas deltas;
        field_compare(table, sides[0], sides[1], arena, &deltas);
        if (deltas.count) fail_msg("case %zu: %s", i, deltas.items[0].path);
        json_array_append_new(json_object_get(sides[1], "l"), json_pack("{s:s}", "k", "77"));
        field_compare(table, sides[0], sides[1], arena, &deltas);
        assert_int_equal(deltas.count, 1);
        arena_free(arena);
        json_decref(sides[0]);
        json_decref(sides[1]);
    }
}

/* Lists and sets of many thousands, in opposite orders. */
static void test_long_lists(void **state)
{
    (void)state;
    enum { N = 30000 };
    json_t *want = json_object(), *have = json_object();
    json_t *rules[2] = {json_array(), json_array()}, *members[2] = {json_array(), json_array()};
    for (int i = 0; i < N; i++)
        for (int side = 0; side < 2; side++) {
            char name[24];
            snprintf(name, sizeof(name), "%s%d", side ? "RULE" : "rule", side ? N - 1 - i : i);
            json_array_append_new(rules[side], json_pack("{s:s}", "name", name));
            json_array_append_new(members[side], json_integer(side ? N - 1 - i : i));
        }
    json_array_append_new(members[0], json_string("x"));
    json_object_set_new(want, "rules", rules[0]);
    json_object_set_new(have, "rules", rules[1]);
    json_object_set_new(want, "members", members[0]);
    json_object_set_new(have, "members", members[1]);
    struct arena *arena = arena_new();
    struct field_deltas deltas;
    field_compare(fixture, want, have, arena, &deltas);
    assert_int_equal(deltas.count, 1);
    assert_string_equal(deltas.items[0].path, "members");
    json_array_append_new(members[1], json_string("x"));
    json_array_remove(rules[1], 5);
    field_compare(fixture, want, have, arena, &deltas);
    assert_int_equal(deltas.count, 1);
    assert_string_equal(deltas.items[0].path, "rules[rule29994]");
    arena_free(arena);
    json_decref(want);
    json_decref(have);
}

static void test_many(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 4000);
    buf_str(&text, "{'tags':{'k0':'v'");
    for (int i = 1; i < 100; i++) buf_printf(&text, ",'k%d':'v'", i);
    buf_str(&text, "}}");
    json_t *want = fixture_json(buf_text(&text));
    buf_done(&text);
    assert_non_null(want);
    struct arena *arena = arena_new();
    struct field_deltas deltas;
    field_compare(fixture, want, NULL, arena, &deltas);
    assert_int_equal(deltas.count, 100);
    assert_string_equal(deltas.items[99].path, "tags.k99");
    assert_string_equal(deltas.items[0].path, "tags.k0");
    arena_free(arena);
    json_decref(want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_only_what_is_named),
        cmocka_unit_test(test_leaves),
        cmocka_unit_test(test_maps),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_keys_of_every_kind),
        cmocka_unit_test(test_long_lists),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
