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

/* Words of few letters are often near each other: what suggest() finds, looking only near the
 * diagonal, is what measuring every word whole would find. */
static void test_nearest_is_the_nearest(void **state)
{
    (void)state;
    char texts[400][12];
    const char *words[400];
    uint32_t seed = 20260917;
    for (size_t i = 0; i < 400; i++) {
        size_t length = 1 + i % 11;
        for (size_t k = 0; k < length; k++) {
            seed = seed * 1664525 + 1013904223;
            texts[i][k] = (char)('a' + (seed >> 24) % 3);
        }
        texts[i][length] = '\0';
        words[i] = texts[i];
    }
    size_t found = 0;
    for (size_t i = 0; i < 400; i++) {
        const char *expected = NULL;
        size_t length = strlen(words[i]), best = length / 3 > 1 ? length / 3 : 1;
        for (size_t k = i + 1; k < 400; k++) {
            size_t distance = suggest_distance(words[i], words[k]);
            if (distance > best || (expected && distance == best)) continue;
            if (distance >= length || distance >= strlen(words[k])) continue;
            best = distance;
            expected = words[k];
        }
        assert_ptr_equal(suggest(words[i], words + i + 1, 400 - i - 1), expected);
        found += expected != NULL;
    }
    assert_true(found > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_nearest_is_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
