/* Did you mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/suggest.h"

static void test_distance(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},       {"abc", "abc", 0},        {"abc", "ABC", 0},
        {"abc", "", 3},    {"", "abc", 3},           {"abc", "abd", 1},
        {"abc", "acb", 1}, {"abc", "ab", 1},         {"abc", "xabc", 1},
        {"ca", "abc", 3},  {"kitten", "sitting", 3}, {"retention", "retetnion", 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(suggest_distance(cases[i].a, cases[i].b), cases[i].distance);
        assert_int_equal(suggest_distance(cases[i].b, cases[i].a), cases[i].distance);
    }
}

static void test_long_words(void **state)
{
    (void)state;
    char a[500], b[500];
    memset(a, 'a', sizeof(a));
    memset(b, 'b', sizeof(b));
    a[sizeof(a) - 1] = b[sizeof(b) - 1] = '\0';
    assert_int_equal(suggest_distance(a, b), 63);
    assert_int_equal(suggest_distance(a, a), 0);
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const words[] = {"backupRetentionDays", "geoRedundantBackup", "mode", "tier",
                                        "name"};
    const struct {
        const char *word, *meant;
    } cases[] = {
        {"backupRetentionDay", "backupRetentionDays"},
        {"BackupRetentionDays", "backupRetentionDays"},
        {"backup_retention_days", "backupRetentionDays"},
        {"teir", "tier"},
        {"mod", "mode"},
        {"nmae", "name"},
        {"x", NULL},
        {"", NULL},
        {"somethingElse", NULL},
        {"size", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *meant = suggest(cases[i].word, words, 5);
        if (!cases[i].meant)
            assert_null(meant);
        else if (!meant || strcmp(meant, cases[i].meant) != 0)
            fail_msg("%s: %s", cases[i].word, meant ? meant : "nothing");
    }
    assert_null(suggest("mode", words, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
