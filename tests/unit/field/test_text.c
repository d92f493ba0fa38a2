/* JSON Schema and reference of field tables, and the table of words behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/json.h"
#include "field_fixture.h"

static void assert_part(const json_t *schema, const char *path, const char *expected_text)
{
    json_t *part = json_at(schema, path), *expected = fixture_json(expected_text);
    char *text = json_dumps(part, JSON_COMPACT | JSON_ENCODE_ANY);
    if (!part || !json_equal(part, expected)) fail_msg("%s: %s", path, text ? text : "nothing");
    free(text);
    json_decref(expected);
}

#define VARIABLE "{'type':'string','pattern':'\\\\$\\\\{[A-Za-z_][A-Za-z0-9_]*\\\\}'}"

static void test_schema(void **state)
{
    (void)state;
    json_t *s = field_schema_document(fixture, "Thing", "A thing.");
    assert_part(s, "$schema", "'https://json-schema.org/draft/2020-12/schema'");
    assert_part(s, "title", "'Thing'");
    assert_part(s, "additionalProperties", "false");
    assert_part(s, "patternProperties", "{'^(//|\\\\$)':true}");
    assert_part(s, "required", "['name']");
    assert_part(s, "properties.properties.properties.backup.properties.backupRetentionDays",
                "{'type':'integer','minimum':7,'maximum':35,'default':7,"
                "'description':'How long backups are kept. Unit: days.'}");
    assert_part(s, "properties.properties.properties.storage.properties.storageSizeGB.enum",
                "[32,64,128]");
    assert_part(s, "properties.properties.properties.highAvailability.properties.mode",
                "{'anyOf':[{'enum':['Disabled','SameZone','ZoneRedundant']}," VARIABLE "]}");
    assert_part(s, "properties.properties.properties.maintenanceWindow.description", "'When.'");
    assert_part(s, "properties.properties.properties.window.required", "['start']");
    assert_part(s, "properties.rules.items.required", "['name','startIpAddress']");
    assert_part(s, "properties.anything", "{}");
    assert_part(s, "properties.members",
                "{'type':'array','items':{'type':'string'},"
                "'uniqueItems':true}");
    assert_null(json_at(s, "properties.properties.properties.state")); /* read-only */
    json_decref(s);
}

static void test_markdown(void **state)
{
    (void)state;
    static const char *const choices[] = {"a|b", "c", NULL};
    static const struct field inner[] = {
        {.path = "x", .kind = FIELD_BOOL, .help = "Yes."},
        {0},
    };
    static const struct field table[] = {
        {.path = "n",
         .kind = FIELD_INT,
         .flags = FIELD_REQUIRED,
         .min = 1,
         .max = 9,
         .unit = "days",
         .fallback = "3",
         .help = "Many.",
         .source = "swagger"},
        {.path = "e", .kind = FIELD_ENUM, .choices = choices},
        {.path = "l", .kind = FIELD_LIST, .fields = inner},
        {0},
    };
    struct buf b;
    buf_init(&b, 10000);
    field_reference_markdown(table, "p.", &b);
    assert_string_equal(buf_text(&b),
                        "| key | value | default | meaning |\n|---|---|---|---|\n"
                        "| `p.n` | integer 1 to 9 days; required | `3` | Many. *Source: "
                        "swagger.* |\n"
                        "| `p.e` | one of a\\|b, c | |  |\n"
                        "| `p.l` | list | |  |\n"
                        "| `p.l[].x` | boolean | | Yes. |\n");
    buf_reset(&b);
    field_reference_text(table, "", &b);
    assert_string_equal(buf_text(&b), "n\n    integer 1 to 9 days, default 3; required\n    Many.\n"
                                      "e\n    one of a|b, c\nl\n    list\nl[].x\n    boolean\n"
                                      "    Yes.\n");
    buf_done(&b);
}

static void test_rows(void **state)
{
    (void)state;
    for (int kind = 0; kind < FIELD_KIND_N; kind++)
        assert_non_null(field_kind_word((enum field_kind)kind));
    assert_string_equal(field_find(fixture, "sku.name")->path, "sku.name");
    assert_null(field_find(fixture, "sku"));
    assert_null(field_find(NULL, "sku"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
