/* Quoting, settings' values, points in time, SQLSTATEs: the small tables that text goes through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "pg/classify.h"
#include "pg/ident.h"
#include "pg/settings.h"
#include "pg/time.h"

/* Results of quote_ident() and quote_literal() on PostgreSQL 15. */
static const char *const identifiers[][2] = {
    {"phonebill_auth", "phonebill_auth"},
    {"_x9", "_x9"},
    {"public", "public"},
    {"name", "name"},
    {"user", "\"user\""},
    {"select", "\"select\""},
    {"between", "\"between\""},
    {"concurrently", "\"concurrently\""},
    {"int", "\"int\""},
    {"system_user", "\"system_user\""},
    {"Upper", "\"Upper\""},
    {"9lives", "\"9lives\""},
    {"a b", "\"a b\""},
    {"a\"b\"", "\"a\"\"b\"\"\""},
    {"semi;colon--", "\"semi;colon--\""},
    {"\xed\x95\x9c", "\"\xed\x95\x9c\""},
    {"a$b", "\"a$b\""},
    {"", "\"\""},
};

static const char *const literals[][2] = {
    {"", "''"},       {"Asia/Seoul", "'Asia/Seoul'"},      {"it's", "'it''s'"},
    {"''", "''''''"}, {"back\\slash", "E'back\\\\slash'"}, {"\\'; DROP", "E'\\\\''; DROP'"},
};

static void test_quotes(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 200);
    for (size_t i = 0; i < sizeof(identifiers) / sizeof(*identifiers); i++) {
        buf_reset(&b);
        pg_ident(&b, identifiers[i][0]);
        assert_string_equal(buf_text(&b), identifiers[i][1]);
    }
    for (size_t i = 0; i < sizeof(literals) / sizeof(*literals); i++) {
        buf_reset(&b);
        pg_literal(&b, literals[i][0]);
        assert_string_equal(buf_text(&b), literals[i][1]);
    }
    buf_reset(&b);
    pg_ident2(&b, "S", "t");
    assert_string_equal(buf_text(&b), "\"S\".t");
    buf_done(&b);
}

static const struct {
    const char *name;
    const char *declared;
    const char *stored;
    bool equal;
} values[] = {
    {"work_mem", "4MB", "4MB", true},
    {"work_mem", "4MB", "4096kB", false}, /* stored as typed: corrected once */
    {"search_path", "app,public", "app, public", true},
    {"search_path", "\"$user\", public", "\"$user\", public", true},
    {"SEARCH_PATH", "App , PUBLIC", "app, public", true},
    {"search_path", "\"App\", public", "app, public", false},
    {"search_path", "\"app, public\"", "app, public", false},
    {"search_path", "\"a\"\"b\"", "\"a\"\"b\"", true},
    {"search_path", "app", "app, public", false},
    {"search_path", "app, public", "app", false},
    {"search_path", "", "\"\"", true}, /* SET search_path TO '' stores that */
    {"search_path", "", "public", false},
    {"DateStyle", "ISO, MDY", "ISO,MDY", false},
};

static void test_settings_compare(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        assert_int_equal(pg_setting_equal(values[i].name, values[i].declared, values[i].stored),
                         values[i].equal);
    }
}

static const char *const clauses[][3] = {
    {"TimeZone", "Asia/Seoul", "SET timezone TO 'Asia/Seoul'"},
    {"pgaudit.log", "ddl, role", "SET pgaudit.log TO 'ddl, role'"},
    {"my.user", "x", "SET my.\"user\" TO 'x'"},
    {"search_path", "\"$user\", Public", "SET search_path TO '$user', 'public'"},
    {"search_path", "", "SET search_path TO ''"},
    {"work_mem", NULL, "RESET work_mem"},
};

static void test_settings_clause(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 200);
    for (size_t i = 0; i < sizeof(clauses) / sizeof(*clauses); i++) {
        buf_reset(&b);
        pg_setting_clause(&b, clauses[i][0], clauses[i][1]);
        assert_string_equal(buf_text(&b), clauses[i][2]);
    }
    buf_done(&b);
    assert_true(pg_setting_name_is_valid("pgaudit.log_level"));
    assert_false(pg_setting_name_is_valid("a; DROP"));
    assert_false(pg_setting_name_is_valid(""));
    assert_false(pg_setting_name_is_valid("a."));
    assert_false(pg_setting_name_is_valid("1a"));
}

static void test_times(void **state)
{
    (void)state;
    char text[PG_TIME_TEXT];
    int64_t seconds = 7;
    assert_int_equal(pg_time_parse("2026-12-31T09:00:00+09:00", &seconds), 0);
    assert_int_equal(seconds, 1798675200);
    pg_time_text(text, seconds);
    assert_string_equal(text, "2026-12-31T00:00:00Z");
    pg_time_text(text, INT64_MIN);
    assert_string_equal(text, "-infinity");
    pg_time_text(text, INT64_MAX);
    assert_string_equal(text, "infinity");
    assert_int_equal(pg_time_parse("tomorrow", &seconds), -1);
    assert_int_equal(seconds, 1798675200);
}

static const struct {
    const char *state;
    const char *function;
    enum err_kind kind;
} states[] = {
    {"01006", "", ERR_DENIED},
    {"01007", "", ERR_DENIED},
    {"08006", "", ERR_TRANSIENT},
    {"0A000", "", ERR_REFUSED},
    {"0LP01", "", ERR_REFUSED},
    {"22023", "", ERR_REFUSED},
    {"23505", "", ERR_CONFLICT},
    {"25006", "", ERR_TRANSIENT},
    {"25001", "", ERR_REFUSED},
    {"28P01", "", ERR_DENIED},
    {"28000", "", ERR_DENIED},
    {"2BP01", "", ERR_CONFLICT},
    {"3D000", "", ERR_CONFLICT},
    {"3F000", "", ERR_CONFLICT},
    {"40001", "", ERR_BUSY},
    {"40P01", "", ERR_BUSY},
    {"42501", "", ERR_DENIED},
    {"42601", "", ERR_REFUSED},
    {"42703", "", ERR_CONFLICT},
    {"42704", "", ERR_CONFLICT},
    {"42710", "", ERR_CONFLICT},
    {"42809", "", ERR_REFUSED},
    {"42883", "", ERR_CONFLICT},
    {"42P01", "", ERR_CONFLICT},
    {"42P04", "", ERR_CONFLICT},
    {"53300", "", ERR_TRANSIENT},
    {"55006", "", ERR_BUSY},
    {"55P03", "", ERR_BUSY},
    {"57014", "", ERR_TIMEOUT},
    {"57P01", "", ERR_TRANSIENT},
    {"57P03", "", ERR_TRANSIENT},
    {"XX000", "", ERR_PROTOCOL},
    {"ZZZZZ", "", ERR_PROTOCOL},
    {"XX000", "simple_heap_update", ERR_BUSY},
    {"XX000", "simple_heap_delete", ERR_BUSY},
    {"XX000", "heap_update_more", ERR_PROTOCOL},
};

static void test_classifies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
        struct sql_reply reply = {.message = "said the server",
                                  .source_function = states[i].function};
        struct err err = {0};
        memcpy(reply.sqlstate, states[i].state, 6);
        assert_int_equal(pg_classify(&reply, &err), -1);
        if (err.kind != states[i].kind) fail_msg("%s: %s", states[i].state, err.text);
        assert_string_equal(err.code, states[i].state);
        assert_non_null(strstr(err.text, "said the server"));
    }
    struct err untouched = {.kind = ERR_BUSY};
    assert_int_equal(pg_classify(&(struct sql_reply){0}, &untouched), 0);
    assert_int_equal(untouched.kind, ERR_BUSY);
    assert_int_equal(pg_classify(&(struct sql_reply){.sqlstate = "42501"}, NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes),          cmocka_unit_test(test_settings_compare),
        cmocka_unit_test(test_settings_clause), cmocka_unit_test(test_times),
        cmocka_unit_test(test_classifies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
