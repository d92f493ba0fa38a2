/* Values of server parameters: what is equal, what is allowed, what is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resource/postgres/parameter_value.h"

static const struct {
    const char *type, *want, *have;
    bool equal;
} equalities[] = {
    {"Boolean", "on", "ON", true},
    {"Boolean", "true", "on", true},
    {"Boolean", "yes", "1", true},
    {"Boolean", "off", "FALSE", true},
    {"Boolean", "no", "0", true},
    {"Boolean", "on", "off", false},
    {"Boolean", "on", "", false},
    {"Boolean", "maybe", "perhaps", false},
    {"boolean", "on", "TRUE", true}, /* ARM's spelling of types has changed before */
    {"Integer", "8", "8", true},
    {"Integer", "8", "08", true},
    {"Integer", "1000", "1000.0", true},
    {"Integer", "1e3", "1000", true},
    {"Integer", "-1", "-1.0", true},
    {"Integer", "8", "9", false},
    {"Integer", "8", "", false},
    {"Integer", "", "0", false},
    {"Integer", "8kB", "8", false},
    {"Integer", "0x10", "16", false},
    {"Integer", " 8", "8", false},
    {"Integer", "nan", "8", false},
    {"Integer", "inf", "1e999", false},
    {"Numeric", "0.5", ".50", true},
    {"Numeric", "0.5", "0.51", false},
    {"Enumeration", "TLSv1.2", "tlsV1.2", true},
    {"Enumeration", "none", "all", false},
    {"Set", "a,b", "b, a", true},
    {"Set", "a,b", " B ,A, ", true},
    {"Set", "a,a,b", "b,a", true},
    {"Set", "", " , ", true},
    {"Set", "a", "a,b", false},
    {"Set", "a,b", "a", false},
    {"Set", "a", "ab", false},
    {"String", "Asia/Seoul", "Asia/Seoul", true},
    {"String", "asia/seoul", "Asia/Seoul", false},
    {"String", "1", "1.0", false},
    {"Mystery", "on", "on", true},
    {"Mystery", "on", "ON", false},
    {"", "", "", true},
};

static void test_equal(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(equalities) / sizeof(*equalities); i++) {
        const char *type = equalities[i].type;
        const char *a = equalities[i].want, *b = equalities[i].have;
        if (parameter_equal(type, a, b) != equalities[i].equal ||
            parameter_equal(type, b, a) != equalities[i].equal)
            fail_msg("%s: \"%s\" and \"%s\"", type, a, b);
    }
}

static const struct {
    const char *type, *allowed, *want;
    bool ok;
} allowances[] = {
    {"Integer", "25-5000", "25", true},
    {"Integer", "25-5000", "5000", true},
    {"Integer", "25-5000", "24", false},
    {"Integer", "25-5000", "5001", false},
    {"Integer", "25-5000", "many", false},
    {"Integer", "25-5000", "", false},
    {"Integer", "-1-2147483647", "-1", true},
    {"Integer", "-1-2147483647", "-2", false},
    {"Integer", "-20--10", "-15", true},
    {"Integer", "-20--10", "-9", false},
    {"Numeric", "0.0-1.0", "0.5", true},
    {"Numeric", "0.0-1.0", "1.01", false},
    {"Integer", "1,2,4", "3", true}, /* not understood: ARM decides */
    {"Integer", "", "7", true},
    {"Integer", NULL, "7", true},
    {"Boolean", "on, off", "true", true},
    {"Boolean", "on, off", "sometimes", false},
    {"Enumeration", "TLSv1.2,TLSv1.3", "tlsv1.3", true},
    {"Enumeration", "TLSv1.2, TLSv1.3", "TLSv1.3", true},
    {"Enumeration", "TLSv1.2,TLSv1.3", "TLSv1", false},
    {"Set", "none,all,ddl,role", "role, DDL", true},
    {"Set", "none,all,ddl,role", "role,everything", false},
    {"Set", "none,all,ddl,role", "", true},
    {"Set", "^[a-z]*$", "anything", true},
    {"String", "[A-Za-z/]+", "Asia/Seoul", true},
};

static void test_allowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(allowances) / sizeof(*allowances); i++)
        if (parameter_allowed(allowances[i].type, allowances[i].allowed, allowances[i].want) !=
            allowances[i].ok)
            fail_msg("%s of \"%s\": \"%s\"", allowances[i].type,
                     allowances[i].allowed ? allowances[i].allowed : "(null)", allowances[i].want);
}

static void test_written(void **state)
{
    (void)state;
    assert_string_equal(parameter_written("Boolean", "true"), "on");
    assert_string_equal(parameter_written("Boolean", "1"), "on");
    assert_string_equal(parameter_written("Boolean", "OFF"), "off");
    assert_string_equal(parameter_written("Boolean", "maybe"), "maybe");
    assert_string_equal(parameter_written("Integer", "1"), "1");
    assert_string_equal(parameter_written("Enumeration", "on"), "on");
    assert_string_equal(parameter_written("String", "true"), "true");
}

static void test_members(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    assert_true(parameter_has("PG_CRON, pgaudit", "pgaudit"));
    assert_true(parameter_has("PG_CRON, pgaudit", "pg_cron"));
    assert_false(parameter_has("pgaudit_v2", "pgaudit"));
    assert_false(parameter_has("", "pgaudit"));
    assert_string_equal(parameter_with(arena, "", "a"), "a");
    assert_string_equal(parameter_with(arena, " , ", "a"), "a");
    assert_string_equal(parameter_with(arena, "a", "b"), "a,b");
    const char *grown = "";
    const char *const members[] = {"c", "a", "b"};
    for (size_t i = 0; i < 3; i++) grown = parameter_with(arena, grown, members[i]);
    assert_string_equal(grown, "c,a,b");
    for (size_t i = 0; i < 3; i++) assert_true(parameter_has(grown, members[i]));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_allowed),
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
