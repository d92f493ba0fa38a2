/* What may be asked for: each refusal with its exact text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"
#include "pg/want.h"

static const char *check(const struct pg_want *want)
{
    static struct err err;
    err_clear(&err);
    if (pg_want_check(want, "admin", &err) == 0) return "";
    assert_int_equal(err.kind, ERR_CONFIG);
    return err.text;
}

static const char *check_role(struct pg_want_role role)
{
    return check(&(struct pg_want){.roles = &role, .role_count = 1});
}

static const char *check_database(struct pg_want_database database)
{
    return check(&(struct pg_want){.databases = &database, .database_count = 1});
}

static const char *check_grant(struct pg_want_grant grant)
{
    return check(&(struct pg_want){.grants = &grant, .grant_count = 1});
}

static void test_roles(void **state)
{
    (void)state;
    static const char *const self[] = {"app"};
    static const char *const groups[] = {"pg_monitor", "azure_pg_admin"};
    struct secret *password = secret_new("x", 1);
    assert_string_equal(check_role((struct pg_want_role){.name = "app",
                                                         .member_of = groups,
                                                         .member_of_count = 2,
                                                         .has_connection_limit = true,
                                                         .connection_limit = -1,
                                                         .password = password,
                                                         .valid_until = "infinity"}),
                        "");
    assert_string_equal(check_role((struct pg_want_role){.name = "pg_monitor"}),
                        "role pg_monitor: role \"pg_monitor\" is PostgreSQL's or Azure's own");
    assert_string_equal(check_role((struct pg_want_role){.name = "azuresu"}),
                        "role azuresu: role \"azuresu\" is PostgreSQL's or Azure's own");
    assert_string_equal(check_role((struct pg_want_role){.name = "public"}),
                        "role public: role \"public\" is PostgreSQL's or Azure's own");
    assert_string_equal(check_role((struct pg_want_role){.name = ""}),
                        "role : a role without a name");
    assert_string_equal(
        check_role((struct pg_want_role){
            .name = "a234567890123456789012345678901234567890123456789012345678901234"}),
        "role a234567890123456789012345678901234567890123456789012345678901234: role "
        "\"a234567890123456789012345678901234567890123456789012345678901234\": names have at most "
        "63 bytes");
    assert_string_equal(check_role((struct pg_want_role){
                            .name = "app", .has_connection_limit = true, .connection_limit = -2}),
                        "role app: a connection limit is -1 (none) or more");
    assert_string_equal(check_role((struct pg_want_role){.name = "app", .valid_until = "soon"}),
                        "role app: \"soon\" is no time: write 2026-12-31T00:00:00Z or infinity");
    assert_string_equal(
        check_role((struct pg_want_role){.name = "app", .member_of = self, .member_of_count = 1}),
        "role app: a role cannot be a member of itself");
    assert_string_equal(check_role((struct pg_want_role){.name = "admin", .password = password}),
                        "role admin: it is the connected administrator, whose password is the "
                        "server resource's");
    secret_free(password);
}

static void test_settings(void **state)
{
    (void)state;
    const struct pg_want_setting twice[] = {{"work_mem", "1MB", NULL}, {"Work_Mem", "2MB", NULL}};
    const struct pg_want_setting apart[] = {{"work_mem", "1MB", NULL}, {"work_mem", "2MB", "db"}};
    const struct pg_want_setting odd[] = {{"x = 1; DROP", "1", NULL}};
    assert_string_equal(
        check_role((struct pg_want_role){.name = "app", .settings = twice, .setting_count = 2}),
        "role app: setting \"Work_Mem\" is declared twice");
    assert_string_equal(
        check_role((struct pg_want_role){.name = "app", .settings = apart, .setting_count = 2}),
        "");
    assert_string_equal(
        check_database((struct pg_want_database){.name = "d", .settings = odd, .setting_count = 1}),
        "database d: \"x = 1; DROP\" cannot be the name of a setting");
}

static void test_databases(void **state)
{
    (void)state;
    const struct pg_want_schema twice[] = {{"s", NULL}, {"s", "owner"}};
    const struct pg_want_schema own[] = {{"pg_catalog", NULL}};
    assert_string_equal(check_database((struct pg_want_database){.name = "postgres"}), "");
    assert_string_equal(
        check_database((struct pg_want_database){.name = "azure_sys"}),
        "database azure_sys: database \"azure_sys\" is PostgreSQL's or Azure's own");
    assert_string_equal(
        check_database((struct pg_want_database){.name = "template1"}),
        "database template1: database \"template1\" is PostgreSQL's or Azure's own");
    assert_string_equal(
        check_database((struct pg_want_database){.name = "d", .schemas = twice, .schema_count = 2}),
        "database d: schema \"s\" is declared twice");
    assert_string_equal(
        check_database((struct pg_want_database){.name = "d", .schemas = own, .schema_count = 1}),
        "database d: schema \"pg_catalog\" is PostgreSQL's own");
}

static void test_grants(void **state)
{
    (void)state;
    const struct pg_want_column column = {"c", PG_DELETE};
    const struct pg_want_table table = {"t", PG_SELECT, &column, 1};
    const struct pg_want_schema_grant columns = {
        .name = "s", .table_list = &table, .table_count = 1};
    const struct pg_want_schema_grant sequences = {.name = "s", .sequences = PG_INSERT | PG_ALL};
    const struct pg_want_default global = {"owner", "s", PG_KIND_SCHEMA, PG_USAGE};
    const struct pg_want_default kind = {"owner", NULL, PG_KIND_TABLE, PG_EXECUTE};
    assert_string_equal(
        check_grant((struct pg_want_grant){.database = "d", .with_grant_option = true}),
        "privileges of PUBLIC in d: PUBLIC cannot hold a grant option");
    assert_string_equal(check_grant((struct pg_want_grant){
                            .database = "d", .grantee = "app", .database_mask = PG_SELECT}),
                        "privileges of app in d: databases have no privilege SELECT");
    assert_string_equal(
        check_grant((struct pg_want_grant){
            .database = "d", .grantee = "app", .schemas = &columns, .schema_count = 1}),
        "privileges of app in d: schema s: columns have no privilege DELETE");
    assert_string_equal(
        check_grant((struct pg_want_grant){
            .database = "d", .grantee = "app", .schemas = &sequences, .schema_count = 1}),
        "privileges of app in d: sequences have no privilege INSERT");
    assert_string_equal(
        check_grant((struct pg_want_grant){
            .database = "d", .grantee = "app", .defaults = &global, .default_count = 1}),
        "privileges of app in d: default privileges: default privileges on schemas cannot be "
        "limited to a schema");
    assert_string_equal(
        check_grant((struct pg_want_grant){
            .database = "d", .grantee = "app", .defaults = &kind, .default_count = 1}),
        "privileges of app in d: default privileges: tables have no privilege EXECUTE");
}

static void test_repeated(void **state)
{
    (void)state;
    const struct pg_want_role roles[] = {{.name = "a"}, {.name = "b"}, {.name = "a"}};
    const struct pg_want_grant grants[] = {
        {.database = "d", .grantee = "a"}, {.database = "d"}, {.database = "e"}, {.database = "d"}};
    assert_string_equal(check(&(struct pg_want){.roles = roles, .role_count = 3}),
                        "role \"a\" is declared twice");
    assert_string_equal(check(&(struct pg_want){.grants = grants, .grant_count = 4}),
                        "privileges of PUBLIC in d are declared twice");
    assert_string_equal(check(&(struct pg_want){.grants = grants, .grant_count = 3}), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roles),     cmocka_unit_test(test_settings),
        cmocka_unit_test(test_databases), cmocka_unit_test(test_grants),
        cmocka_unit_test(test_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
