/* Checking documents by field tables: every rule, with its whole text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "field_fixture.h"

/* Checks 'text' and compares all problems, "PATH: reason" a line. */
static void expect(const char *text, const char *expected)
{
    json_t *item = fixture_json(text);
    assert_non_null(item);
    struct problems p;
    problems_init(&p);
    field_check(fixture, item, "", &p);
    struct buf b;
    buf_init(&b, 100000);
    for (size_t i = 0; i < p.count; i++)
        buf_printf(&b, "%s: %s\n", p.items[i].path, p.items[i].text);
    assert_string_equal(buf_text(&b), expected);
    buf_done(&b);
    problems_done(&p);
    json_decref(item);
}

static void test_good(void **state)
{
    (void)state;
    expect("{'name':'a','$schema':5,'//':'x','location':'Korea Central','tags':{'//owner':{},"
           "'owner':'me','n':5,'b':true},'sku':{'name':'D4s'},'properties':{'version':'15',"
           "'administratorLoginPassword':'credential:a','storage':{'storageSizeGB':64,'type':''},"
           "'backup':{'//':1,'backupRetentionDays':35},'highAvailability':{'mode':'SameZone'},"
           "'maintenanceWindow':{'dayOfWeek':0,'startHour':23},"
           "'subnetId':'/subscriptions/s/resourceGroups/r/','enabled':true,"
           "'window':{'start':'04:00','timeZone':'Asia/Seoul','days':['Sun','Mon']}},"
           "'rules':[{'name':'a','startIpAddress':'10.0.0.1'},"
           "{'name':'b','startIpAddress':'10.0.0.1'}],"
           "'steps':[{'at':'23:59','wait':'PT5M'},{'wait':'P1D'}],'extensions':['a'],'members':[],"
           "'parameters':{'azure.extensions':{'includes':['a']},'max_connections':'115'},"
           "'frequency':'pt1m','anything':[{'a':{'b':null}}],'note':''}",
           "");
    expect("{'name':'a','location':null,'properties':{'storage':null}}", "");
    expect("{'name':'a','properties':{'administratorLoginPassword':{'secretRef':'env:A'}}}", "");
}

static void test_keys(void **state)
{
    (void)state;
    expect("{'name':'a','loction':'x'}", "loction: unknown key; did you mean \"location\"?\n");
    expect("{'name':'a','qqqqq':1}", "qqqqq: unknown key\n");
    expect("{'name':'a','backupRetentionDays':7}",
           "backupRetentionDays: unknown key here; it belongs at "
           "\"properties.backup.backupRetentionDays\"\n");
    expect("{'name':'a','properties.version':'15'}", "properties.version: unknown key\n");
    expect("{'name':'a','properties':{'storge':{}}}",
           "properties.storge: unknown key; did you mean \"storage\"?\n");
    expect("{'name':'a','properties':{'state':'Ready'}}",
           "properties.state: is read-only: the platform decides it; remove it\n");
    expect("{}", ": \"name\" is missing: Its name.\n");
    expect("{'name':null}", ": \"name\" is missing: Its name.\n");
    expect("[]", ": must be an object\n");
    expect("{'name':'a','properties':5}", "properties: must be an object\n");
    expect("{'name':'a','properties':{'window':{}}}", "properties.window: \"start\" is missing\n");
}

static void test_types_and_ranges(void **state)
{
    (void)state;
    expect("{'name':5}", "name: must be a string, not 5\n");
    expect("{'name':'A'}", "name: must be lower-case letters, digits and hyphens, not \"A\"\n");
    expect("{'name':'a234567890123456789012345678901234567890123456789012345678901234'}",
           "name: must have from 1 to 63 bytes, not 64\n");
    expect("{'name':'a','note':'12345678901'}",
           "note: must have from 0 to 10 characters, not 11\n");
    expect("{'name':'a','properties':{'backup':{'backupRetentionDays':99}}}",
           "properties.backup.backupRetentionDays: must be from 7 to 35 days, not 99\n");
    expect("{'name':'a','properties':{'backup':{'backupRetentionDays':'35'}}}",
           "properties.backup.backupRetentionDays: must be a whole number, not \"35\"\n");
    expect("{'name':'a','properties':{'backup':{'backupRetentionDays':''}}}",
           "properties.backup.backupRetentionDays: must be a whole number, not \"\"\n");
    expect("{'name':'a','properties':{'backup':{'backupRetentionDays':7.5}}}",
           "properties.backup.backupRetentionDays: must be a whole number, not 7.5\n");
    expect("{'name':'a','properties':{'storage':{'storageSizeGB':100}}}",
           "properties.storage.storageSizeGB: must be one of 32, 64, 128 GiB, not 100\n");
    expect("{'name':'a','properties':{'highAvailability':{'mode':'zoneredundant'}}}",
           "properties.highAvailability.mode: must be one of \"Disabled\", \"SameZone\", "
           "\"ZoneRedundant\", not \"zoneredundant\"; did you mean \"ZoneRedundant\"?\n");
    expect("{'name':'a','properties':{'enabled':'true'}}",
           "properties.enabled: must be true or false, not \"true\"\n");
    expect("{'name':'a','properties':{'version':15}}",
           "properties.version: must be a string, not 15\n");
    expect("{'name':'a','properties':{'version':['15']}}",
           "properties.version: must be a string, not an array\n");
}

static void test_forms(void **state)
{
    (void)state;
    expect("{'name':'a','frequency':'P1M'}",
           "frequency: must be a duration such as \"PT5M\" or \"P1D\", not \"P1M\"\n");
    expect("{'name':'a','location':'korea-central'}",
           "location: must be a location such as \"koreacentral\", not \"korea-central\"\n");
    expect("{'name':'a','properties':{'subnetId':'/subscriptions'}}",
           "properties.subnetId: must be a resource id such as \"/subscriptions/...\", not "
           "\"/subscriptions\"\n");
    expect(
        "{'name':'a','properties':{'window':{'start':'24:00','timeZone':'Asia/'}}}",
        "properties.window.start: must be a time of day such as \"04:00\", not \"24:00\"\n"
        "properties.window.timeZone: must be a time zone such as \"Asia/Seoul\", not \"Asia/\"\n");
    expect("{'name':'a','rules':[{'name':'r','startIpAddress':'10.0.0.256'}]}",
           "rules[0].startIpAddress: must be an IPv4 address such as \"10.0.0.1\", not "
           "\"10.0.0.256\"\n");
}

static void test_containers(void **state)
{
    (void)state;
    expect("{'name':'a','rules':{}}", "rules: must be an array of objects\n");
    expect("{'name':'a','rules':[5]}", "rules[0]: must be an object\n");
    expect("{'name':'a','rules':[{'name':'Ops','startIpAddress':'1.1.1.1'},"
           "{'name':'OPS','startIpAddress':'1.1.1.1'},{'strt':1}]}",
           "rules[2].strt: unknown key\n"
           "rules[2]: \"name\" is missing\n"
           "rules[2]: \"startIpAddress\" is missing\n"
           "rules[1]: \"ops\" is declared twice; first as rules[0]\n");
    expect("{'name':'a','rules':[{'name':'b','startIpAddress':'1.1.1.1'},"
           "{'name':'a','startIpAddress':'1.1.1.1'},{'name':'B','startIpAddress':'1.1.1.1'},"
           "{'name':'b','startIpAddress':'1.1.1.1'},{'name':'A','startIpAddress':'1.1.1.1'}]}",
           "rules[4]: \"a\" is declared twice; first as rules[1]\n"
           "rules[2]: \"b\" is declared twice; first as rules[0]\n"
           "rules[3]: \"b\" is declared twice; first as rules[0]\n");
    expect("{'name':'a','members':'x'}", "members: must be an array of strings, not \"x\"\n");
    expect("{'name':'a','members':['x',5,'x']}",
           "members[1]: must be a string, not 5\nmembers[2]: \"x\" is listed twice\n");
    expect("{'name':'a','properties':{'window':{'start':'04:00','days':['Sunday']}}}",
           "properties.window.days[0]: must be one of \"Mon\", \"Tue\", \"Sun\", not \"Sunday\"\n");
    expect("{'name':'a','tags':{'a':{},'b':[1],'c':null}}",
           "tags.a: must be a string, a number or a boolean\n"
           "tags.b: must be a string, a number or a boolean\n"
           "tags.c: must be a string, a number or a boolean\n");
    expect("{'name':'a','parameters':{'p':{'include':['x']},'q':[]}}",
           "parameters.p.include: unknown key; did you mean \"includes\"?\n"
           "parameters.p: \"includes\" is missing\n"
           "parameters.q: must be a string, a number or a boolean, or an object\n");
}

/* A literal secret is refused wherever it stands, and never repeated. */
static void test_literal_secrets(void **state)
{
    (void)state;
    static const char refused[] =
        "a literal secret is refused; write a reference: credential:NAME, file:PATH, env:NAME or "
        "keyvault:VAULT/NAME\n";
    static const struct {
        const char *document, *path;
    } cases[] = {
        {"{'name':'a','properties':{'administratorLoginPassword':'Hi5!'}}",
         "properties.administratorLoginPassword"},
        {"{'name':'a','properties':{'administratorLoginPassword':5}}",
         "properties.administratorLoginPassword"},
        {"{'name':'a','properties':{'administratorLoginPassword':''}}",
         "properties.administratorLoginPassword"},
        {"{'name':'a','properties':{'administratorLoginPassword':{'secretRef':'Hi5!'}}}",
         "properties.administratorLoginPassword"},
        {"{'name':'a','tags':{'db_password':'Hi5!'}}", "tags.db_password"},
        {"{'name':'a','anything':[{'x':{'clientSecret':'Hi5!'}}]}", "anything[0].x.clientSecret"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char expected[512];
        snprintf(expected, sizeof(expected), "%s: %s", cases[i].path, refused);
        expect(cases[i].document, expected);
    }
}

static void test_addresses_keep_their_passwords(void **state)
{
    (void)state;
    expect(
        "{'name':'http://me:Hi5@host'}",
        "name: must be lower-case letters, digits and hyphens, not an address with a user name\n");
    expect("{'name':'a','members':'http://me:Hi5@host'}",
           "members: must be an array of strings, not an address with a user name\n");
}

/* "azure" has no row, so it is always there; "window" has one, and may be left out. */
static void test_required_inside(void **state)
{
    (void)state;
    static const struct field table[] = {
        {.path = "azure.subscription.id", .kind = FIELD_STRING, .flags = FIELD_REQUIRED},
        {.path = "window", .kind = FIELD_OBJECT},
        {.path = "window.start", .kind = FIELD_STRING, .flags = FIELD_REQUIRED},
        {0},
    };
    static const struct {
        const char *document, *path, *text;
    } cases[] = {
        {"{}", "", "\"azure.subscription.id\" is missing"},
        {"{'azure':null}", "", "\"azure.subscription.id\" is missing"},
        {"{'azure':{}}", "azure", "\"subscription.id\" is missing"},
        {"{'azure':{'subscription':{'id':'x'}},'window':{}}", "window", "\"start\" is missing"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *item = fixture_json(cases[i].document);
        struct problems p;
        problems_init(&p);
        field_check(table, item, "", &p);
        assert_int_equal(p.count, 1);
        assert_string_equal(p.items[0].path, cases[i].path);
        assert_string_equal(p.items[0].text, cases[i].text);
        problems_done(&p);
        json_decref(item);
    }
}

static void test_prefix(void **state)
{
    (void)state;
    json_t *item = fixture_json("{'name':'a','tags':5}");
    struct problems p;
    problems_init(&p);
    field_check(fixture, item, "servers[3]", &p);
    assert_int_equal(p.count, 1);
    assert_string_equal(p.items[0].path, "servers[3].tags");
    problems_done(&p);
    json_decref(item);
}

static void test_comments(void **state)
{
    (void)state;
    json_t *item = fixture_json("{'//':1,'$x':2,'a':[{'//b':3,'c':4}],'/d':5}");
    json_t *bare = fixture_json("{'a':[{'c':4}],'/d':5}");
    field_strip_comments(item);
    assert_true(json_equal(item, bare));
    json_decref(item);
    json_decref(bare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_types_and_ranges),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_containers),
        cmocka_unit_test(test_literal_secrets),
        cmocka_unit_test(test_addresses_keep_their_passwords),
        cmocka_unit_test(test_required_inside),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_comments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
