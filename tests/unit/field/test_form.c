/* Written forms: which texts have them, which mean the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "field/form.h"

struct form_case {
    bool (*fits)(const char *text);
    const char *yes[6];
    const char *no[12];
};

static const struct form_case cases[] = {
    {form_ipv4, {"0.0.0.0", "255.255.255.255"}, {"", "1.2.3", "1.2.3.256", "::1", "1.2.3.4 ", "a"}},
    {form_timezone,
     {"UTC", "Asia/Seoul", "America/Argentina/Buenos_Aires", "Etc/GMT+9"},
     {"", "/Seoul", "Asia/", "Asia//Seoul", "Korea Standard Time", "../etc/passwd", "a/b/c/d",
      "+09:00"}},
    {form_time_of_day,
     {"00:00", "04:30", "19:59", "23:59"},
     {"", "4:30", "24:00", "29:00", "12:60", "12-30", "12:3x", "12:300"}},
    {form_arm_id,
     {"/subscriptions/x", "/subscriptions/x/resourceGroups/y/", "/a/b/c/d"},
     {"", "/", "subscriptions/x", "/subscriptions", "/subscriptions//x", "/a/b/c", "/a/b c",
      "//a/b", "/a/b//"}},
    {form_location,
     {"koreacentral", "Korea Central", "eastus2"},
     {"", " ", "korea-central", "\xEC\x84\x9C"}},
};

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t j = 0; cases[i].yes[j]; j++)
            if (!cases[i].fits(cases[i].yes[j])) fail_msg("refused: %s", cases[i].yes[j]);
        for (size_t j = 0; cases[i].no[j]; j++)
            if (cases[i].fits(cases[i].no[j])) fail_msg("accepted: %s", cases[i].no[j]);
    }
}

static void test_same(void **state)
{
    (void)state;
    assert_true(form_arm_id_equal("/A/b", "/a/B//"));
    assert_false(form_arm_id_equal("/a/b", "/a/b/c"));
    assert_true(form_arm_id_equal("", "/"));
    assert_true(form_location_equal("Korea Central", "koreacentral "));
    assert_false(form_location_equal("koreacentral", "koreacentra"));
    assert_true(form_location_equal("", " "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forms), cmocka_unit_test(test_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
