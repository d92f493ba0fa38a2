/* Resource ids: taking apart, comparing, building. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "azure/arm_id.h"

#define GROUP "/subscriptions/S/resourceGroups/rg"
#define SERVER GROUP "/providers/Microsoft.DBforPostgreSQL/flexibleServers/db1"

static void same(const char *a, const char *b)
{
    if (!b)
        assert_null(a);
    else
        assert_string_equal(a, b);
}

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        struct arm_id parts;
    } cases[] = {
        {"/subscriptions/S", {"S", NULL, NULL, "subscriptions", "S", NULL}},
        {GROUP, {"S", "rg", NULL, "resourceGroups", "rg", "/subscriptions/S"}},
        {GROUP "/", {"S", "rg", NULL, "resourceGroups", "rg", "/subscriptions/S"}},
        {"/subscriptions/S/resourcegroups/rg",
         {"S", "rg", NULL, "resourcegroups", "rg", "/subscriptions/S"}},
        {SERVER, {"S", "rg", "Microsoft.DBforPostgreSQL", "flexibleServers", "db1", GROUP}},
        {SERVER "/databases/app",
         {"S", "rg", "Microsoft.DBforPostgreSQL", "flexibleServers/databases", "app", SERVER}},
        {SERVER "/providers/Microsoft.Insights/diagnosticSettings/d",
         {"S", "rg", "Microsoft.Insights", "diagnosticSettings", "d", SERVER}},
        {"/providers/Microsoft.Management/managementGroups/m",
         {NULL, NULL, "Microsoft.Management", "managementGroups", "m", NULL}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arm_id id;
        struct err err;
        assert_int_equal(arm_id_parse(&id, cases[i].id, &err), 0);
        same(id.subscription, cases[i].parts.subscription);
        same(id.group, cases[i].parts.group);
        same(id.provider, cases[i].parts.provider);
        same(id.type, cases[i].parts.type);
        same(id.name, cases[i].parts.name);
        same(id.parent, cases[i].parts.parent);
        arm_id_done(&id);
    }
}

static void test_parse_refuses(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "/",
        "subscriptions/S",
        "/subscriptions",
        "//S",
        GROUP "/x",
        "/subscriptions/../x/y",
        "/subscriptions/S//rg",
        GROUP "/providers/./x/y",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arm_id id = {.name = NULL};
        struct err err;
        assert_int_equal(arm_id_parse(&id, cases[i], &err), -1);
        assert_int_equal(err.kind, ERR_CONFIG);
        assert_null(id.name);
    }
    char *endless = calloc(1, 1001);
    memset(endless, 'a', 1000);
    for (size_t i = 0; i < 1000; i += 2) endless[i] = '/';
    assert_int_equal(arm_id_parse(&(struct arm_id){.name = NULL}, endless, NULL), -1);
    free(endless);
}

static void test_equal(void **state)
{
    (void)state;
    assert_true(arm_id_equal(SERVER, SERVER "/"));
    assert_true(arm_id_equal("/Subscriptions/s/RESOURCEGROUPS/RG", GROUP));
    assert_true(arm_id_equal(NULL, NULL));
    assert_false(arm_id_equal(NULL, ""));
    assert_false(arm_id_equal(SERVER, SERVER "1"));
    assert_false(arm_id_equal(SERVER, SERVER "/x"));
    assert_false(arm_id_equal(SERVER, SERVER "//"));
    assert_false(arm_id_equal(SERVER, GROUP));
}

static void test_is_group(void **state)
{
    (void)state;
    assert_true(arm_id_is_group(GROUP));
    assert_true(arm_id_is_group("/SUBSCRIPTIONS/s/resourcegroups/x/"));
    assert_false(arm_id_is_group(SERVER));
    assert_false(arm_id_is_group("/subscriptions/S"));
    assert_false(arm_id_is_group("/subscriptions/S/providers/P"));
    assert_false(arm_id_is_group(""));
}

/* Compares and frees what was built. */
static void built(char *id, const char *expected)
{
    assert_string_equal(id, expected);
    free(id);
}

static void test_build(void **state)
{
    (void)state;
    built(arm_id_group("S", "rg"), GROUP);
    built(arm_id_resource(GROUP, "Microsoft.DBforPostgreSQL", "flexibleServers", "db1"), SERVER);
    built(arm_id_resource(GROUP "/", "Microsoft.DBforPostgreSQL", "flexibleServers", NULL),
          GROUP "/providers/Microsoft.DBforPostgreSQL/flexibleServers");
    built(arm_id_child(SERVER, "databases", "app"), SERVER "/databases/app");
    built(arm_id_child(SERVER "/", "configurations", NULL), SERVER "/configurations");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse), cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_equal), cmocka_unit_test(test_is_group),
        cmocka_unit_test(test_build),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
