/* Request bodies by field tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "field_fixture.h"

static void assert_json(json_t *actual, const char *expected_text)
{
    json_t *expected = *expected_text ? fixture_json(expected_text) : NULL;
    char *text = json_dumps(actual, JSON_COMPACT | JSON_SORT_KEYS);
    if (actual != expected && !json_equal(actual, expected))
        fail_msg("%s, not %s", text ? text : "nothing", expected_text);
    free(text);
    json_decref(actual);
    json_decref(expected);
}

static void expect_create(const char *want_text, const char *expected)
{
    json_t *want = fixture_json(want_text);
    assert_non_null(want);
    assert_json(field_create_body(fixture, want), expected);
    json_decref(want);
}

static void test_create(void **state)
{
    (void)state;
    expect_create("{'name':'a','//':'x','location':'koreacentral','note':'local',"
                  "'properties':{'createMode':'Default','administratorLoginPassword':'env:A',"
                  "'version':'15','storage':{'//':'x','storageSizeGB':64,'type':null},"
                  "'maintenanceWindow':{'dayOfWeek':6}},"
                  "'tags':{'//owner':'x','owner':'me'},"
                  "'rules':[{'name':'r','//':1,'startIpAddress':'1.1.1.1'}]}",
                  "{'location':'koreacentral','properties':{'createMode':'Default','version':'15',"
                  "'storage':{'storageSizeGB':64}},'tags':{'owner':'me'},"
                  "'rules':[{'name':'r','startIpAddress':'1.1.1.1'}]}");
    expect_create("{'name':'a'}", "{}");
}

static void expect_patch(const char *want_text, const char *have_text, const char *expected)
{
    json_t *want = fixture_json(want_text), *have = fixture_json(have_text);
    struct arena *arena = arena_new();
    struct field_deltas deltas;
    field_compare(fixture, want, have, arena, &deltas);
    assert_json(field_patch_body(fixture, want, have, &deltas), expected);
    arena_free(arena);
    json_decref(want);
    json_decref(have);
}

static void test_changed_leaves_only(void **state)
{
    (void)state;
    expect_patch("{'properties':{'version':'15','backup':{'backupRetentionDays':35},"
                 "'storage':{'storageSizeGB':128}}}",
                 "{'properties':{'version':'15','backup':{'backupRetentionDays':7},"
                 "'storage':{'storageSizeGB':64,'type':''}}}",
                 "{'properties':{'backup':{'backupRetentionDays':35},"
                 "'storage':{'storageSizeGB':128}}}");
    expect_patch("{'properties':{'version':'15'}}", "{'properties':{'version':'15'}}", "");
}

static void test_create_only_is_never_patched(void **state)
{
    (void)state;
    expect_patch("{'location':'koreacentral'}", "{'location':'koreasouth'}", "");
    expect_patch("{'location':'koreacentral','properties':{'enabled':true}}",
                 "{'location':'koreasouth'}", "{'properties':{'enabled':true}}");
}

static void test_whole_objects(void **state)
{
    (void)state;
    /* Undeclared siblings keep what was observed. */
    expect_patch("{'properties':{'maintenanceWindow':{'dayOfWeek':6}}}",
                 "{'properties':{'maintenanceWindow':{'dayOfWeek':0,'startHour':17,'other':1}}}",
                 "{'properties':{'maintenanceWindow':{'dayOfWeek':6,'startHour':17}}}");
    /* A patch of tags replaces all of them: foreign ones must stay. */
    expect_patch("{'tags':{'owner':'me'}}", "{'tags':{'owner':'you','foreign':'z'}}",
                 "{'tags':{'owner':'me','foreign':'z'}}");
    expect_patch("{'tags':{'owner':'me'}}", "{}", "{'tags':{'owner':'me'}}");
}

static void test_members(void **state)
{
    (void)state;
    expect_patch("{'parameters':{'a.b':'1','c':'2'}}", "{'parameters':{'a.b':'0','c':'2'}}",
                 "{'parameters':{'a.b':'1'}}");
    expect_patch("{'properties':{'window':{'start':'04:00','timeZone':'UTC'}}}",
                 "{'properties':{'window':{'start':'05:00','timeZone':'UTC'}}}",
                 "{'properties':{'window':{'start':'04:00'}}}");
    expect_patch("{'rules':[{'name':'a','startIpAddress':'1.1.1.1'}]}",
                 "{'rules':[{'name':'a','startIpAddress':'2.2.2.2'}]}",
                 "{'rules':[{'name':'a','startIpAddress':'1.1.1.1'}]}");
    expect_patch("{'members':['a','b']}", "{'members':['a']}", "{'members':['a','b']}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_changed_leaves_only),
        cmocka_unit_test(test_create_only_is_never_patched),
        cmocka_unit_test(test_whole_objects),
        cmocka_unit_test(test_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
