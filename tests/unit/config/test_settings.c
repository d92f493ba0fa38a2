/* Settings: defaults, values, secrets; and the shipped file against the table. */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "config/settings.h"

static struct settings *parse(const char *text, enum settings_secrets secrets,
                              struct problems *problems)
{
    problems_init(problems);
    return settings_parse("s.json", text, strlen(text), secrets, problems);
}

static struct settings *good(const char *text)
{
    struct problems p;
    struct settings *s = parse(text, SETTINGS_RESOLVE_SECRETS, &p);
    if (!s) fail_msg("%s", p.count ? p.items[0].text : "nothing said");
    assert_int_equal(p.total, 0);
    problems_done(&p);
    return s;
}

static void test_defaults(void **state)
{
    (void)state;
    struct settings *s = good("{}");
    assert_int_equal(s->mode, POLICY_ENFORCE);
    assert_string_equal(s->cloud.resource_manager, "https://management.azure.com");
    assert_null(s->cloud.proxy);
    assert_int_equal(s->credentials.kind, SETTINGS_MANAGED_IDENTITY);
    assert_null(s->credentials.client_secret);
    assert_string_equal(s->desired_directory, "/etc/pgdriftd/desired.d");
    assert_string_equal(s->state_directory, "/var/lib/pgdriftd");
    assert_int_equal(s->intervals.arm_seconds, 60);
    assert_int_equal(s->limits.blast_radius.deletions, 10);
    assert_string_equal(s->sql.ssl_mode, "verify-full");
    assert_null(s->sql.user);
    assert_int_equal(settings_log_level(s), LOG_LEVEL_INFO);
    assert_int_equal(s->log.format, LOG_FORMAT_AUTO);
    settings_free(s);
    settings_free(NULL);
}

static void test_values(void **state)
{
    (void)state;
    setenv("PGDRIFT_TEST_SECRET", "s3cret", 1);
    setenv("PGDRIFT_TEST_DIRECTORY", "/srv/state", 1);
    struct settings *s =
        good("{\"mode\":\"observe\",\"cloud\":{\"endpoints\":{\"imds\":\"http://127.0.0.1:80\"},"
             "\"proxy\":\"http://proxy:3128\"},\"credentials\":{\"kind\":\"clientSecret\","
             "\"tenantId\":\"00000000-0000-0000-0000-00000000000a\","
             "\"clientId\":\"00000000-0000-0000-0000-00000000000B\","
             "\"clientSecret\":\"env:PGDRIFT_TEST_SECRET\"},"
             "\"stateDirectory\":\"${PGDRIFT_TEST_DIRECTORY}/a\","
             "\"variables\":{\"//"
             "\":\"x\",\"A\":\"b\"},\"log\":{\"level\":\"debug\",\"format\":\"json\"},"
             "\"limits\":{\"blastRadius\":{\"deletions\":0}}}");
    assert_int_equal(s->mode, POLICY_OBSERVE);
    assert_string_equal(s->cloud.imds, "http://127.0.0.1:80");
    assert_string_equal(s->cloud.proxy, "http://proxy:3128");
    assert_int_equal(s->credentials.kind, SETTINGS_CLIENT_SECRET);
    assert_string_equal(secret_bytes(s->credentials.client_secret), "s3cret");
    assert_string_equal(s->credentials.client_secret_ref, "env:PGDRIFT_TEST_SECRET");
    assert_string_equal(s->state_directory, "/srv/state/a");
    assert_int_equal(json_object_size(s->variables), 1);
    assert_int_equal(settings_log_level(s), LOG_LEVEL_DEBUG);
    assert_int_equal(s->log.format, LOG_FORMAT_JSON);
    assert_int_equal(s->limits.blast_radius.deletions, 0);
    settings_free(s);
    unsetenv("PGDRIFT_TEST_SECRET");
    unsetenv("PGDRIFT_TEST_DIRECTORY");
}

static void test_secrets_may_wait(void **state)
{
    (void)state;
    static const char text[] = "{\"credentials\":{\"kind\":\"clientSecret\","
                               "\"tenantId\":\"00000000-0000-0000-0000-000000000000\","
                               "\"clientId\":\"00000000-0000-0000-0000-000000000000\","
                               "\"clientSecret\":\"env:PGDRIFT_NOT_THERE\"}}";
    struct problems p;
    assert_null(parse(text, SETTINGS_RESOLVE_SECRETS, &p));
    assert_int_equal(p.count, 1);
    assert_string_equal(p.items[0].path, "credentials.clientSecret");
    assert_string_equal(p.items[0].text, "environment variable PGDRIFT_NOT_THERE is not set");
    problems_done(&p);
    struct settings *s = parse(text, SETTINGS_LEAVE_SECRETS, &p);
    assert_non_null(s);
    assert_null(s->credentials.client_secret);
    settings_free(s);
    problems_done(&p);
}

static void test_missing_file(void **state)
{
    (void)state;
    struct problems p;
    problems_init(&p);
    assert_null(settings_load("/nonexistent/pgdriftd.json", SETTINGS_LEAVE_SECRETS, &p));
    assert_int_equal(p.count, 1);
    assert_string_equal(p.items[0].file, "/nonexistent/pgdriftd.json");
    problems_done(&p);
}

/* The shipped file holds every key at its default, and a comment for each. */
static void test_shipped_file(void **state)
{
    (void)state;
    struct problems p;
    problems_init(&p);
    struct settings *s = settings_load("config/pgdriftd.json", SETTINGS_RESOLVE_SECRETS, &p);
    if (!s) fail_msg("%s", p.count ? p.items[0].text : "nothing said");
    settings_free(s);
    problems_done(&p);
    json_t *file = json_load_file("config/pgdriftd.json", 0, NULL);
    for (const struct field *row = settings_fields; row->path; row++) {
        json_t *value = json_at(file, row->path), *expected = field_default(row);
        if (row->kind == FIELD_OBJECT) continue;
        if (!value || !json_equal(value, expected)) fail_msg("%s is not at its default", row->path);
        json_decref(expected);
    }
    json_decref(file);
}

/* What the rows promise to the engines and to readers. */
static void test_rows(void **state)
{
    (void)state;
    for (const struct field *row = settings_fields; row->path; row++) {
        regex_t pattern;
        if (!row->help) fail_msg("%s has no help", row->path);
        if (row->kind == FIELD_OBJECT) continue;
        if (!row->fallback) fail_msg("%s has no default", row->path);
        if (!(row->flags & FIELD_STORED)) fail_msg("%s is not stored", row->path);
        if (row->kind == FIELD_INT && (!row->unit || row->min >= row->max))
            fail_msg("%s has no unit or range", row->path);
        if (!row->pattern) continue;
        if (!row->form) fail_msg("%s has a pattern without words", row->path);
        assert_int_equal(regcomp(&pattern, row->pattern, REG_EXTENDED | REG_NOSUB), 0);
        regfree(&pattern);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),         cmocka_unit_test(test_values),
        cmocka_unit_test(test_secrets_may_wait), cmocka_unit_test(test_missing_file),
        cmocka_unit_test(test_shipped_file),     cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
