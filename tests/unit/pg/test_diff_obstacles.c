/* What stands in the way of a correction is said before it is tried, because the server would
 * refuse it together with everything else in its transaction. Hand-made catalogs, to the letter;
 * each case was first met by the property test of roles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pg/diff.h"
#include "support/pg_fixture.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

#define SUPERUSER "150004|10|t|f|off|on|\\N|7|pg_catalog"
#define SIXTEEN "160002|11|f|f|off|on|\\N|7|pg_catalog"
#define DATABASE(owner) "100|db|" owner "|UTF8|C|C|f|t|-1|{}|\\N"

static const struct pg_fixture usual;

static const char *diff(const struct pg_fixture *f, const struct pg_want *want)
{
    struct err err;
    if (pg_want_check(want, "admin", &err) < 0) fail_msg("%s", err.text);
    struct pg_changes changes = pg_diff_cluster(want, pg_fixture_cluster(f, arena), arena);
    return pg_fixture_text(&changes, arena);
}

static const char *diff_role(const struct pg_fixture *f, struct pg_want_role role)
{
    return diff(f, &(struct pg_want){.roles = &role, .role_count = 1});
}

static const char *diff_database(const struct pg_fixture *f, struct pg_want_database database)
{
    return diff(f, &(struct pg_want){.databases = &database, .database_count = 1});
}

/* --- superusers ------------------------------------------------------------------------------- */

static void test_superusers_are_out_of_reach(void **state)
{
    (void)state;
    static const char *const groups[] = {"postgres"};
    const struct pg_want_setting setting = {"work_mem", "8MB", NULL};
    struct pg_want_role boss = {.name = "postgres", .settings = &setting, .setting_count = 1};
    struct pg_want_role app = {.name = "app", .member_of = groups, .member_of_count = 1};
    const struct pg_fixture superuser = {.session = SUPERUSER};
    assert_string_equal(diff_role(&usual, boss), "role-setting settings of role postgres\n"
                                                 "  ! only a superuser may alter a superuser\n"
                                                 "  work_mem: - -> 8MB\n");
    assert_string_equal(diff_role(&superuser, boss), "role-setting settings of role postgres\n"
                                                     "  work_mem: - -> 8MB\n"
                                                     "  > ALTER ROLE postgres SET work_mem TO "
                                                     "'8MB'\n");
    assert_string_equal(diff_role(&usual, app),
                        "membership-grant reserved memberships of role app\n"
                        "  ! only a superuser may make members of a superuser\n"
                        "  member of postgres: no -> yes\n");
    assert_string_equal(diff_role(&superuser, app), "membership-grant memberships of role app\n"
                                                    "  member of postgres: no -> yes\n"
                                                    "  > GRANT postgres TO app\n");
}

static void test_superuser_as_owner(void **state)
{
    (void)state;
    const char *never = "  ! its owner is a superuser, which the administrator cannot act for\n";
    struct pg_want_database db = {.name = "db", .owner = "postgres"};
    assert_string_equal(diff_database(&usual, db), arena_printf(arena,
                                                                "database-alter database db\n"
                                                                "%s"
                                                                "  owner: owner -> postgres\n",
                                                                never));
    db = (struct pg_want_database){.name = "new", .owner = "postgres", .create_allowed = true};
    assert_string_equal(diff_database(&usual, db), arena_printf(arena,
                                                                "database-create database new\n"
                                                                "%s"
                                                                "  database: - -> present\n"
                                                                "  owner: - -> postgres\n",
                                                                never));
}

/* Source: user.c of PostgreSQL 15, which asks for a superuser whichever attribute it is. */
static void test_replication_before_16(void **state)
{
    (void)state;
    struct pg_fixture f = {.members = "",
                           .databases = "",
                           .roles = "11|admin|t|f|t|t|f|f|t|-1|\\N|\\N|t|f\n"
                                    "13|app|t|f|f|f|t|f|t|-1|\\N|old|f|f"};
    struct pg_want_role role = {.name = "app", .has_connection_limit = true, .connection_limit = 9};
    assert_string_equal(
        diff_role(&f, role),
        "role-alter role app\n"
        "  ! before PostgreSQL 16 only a superuser may alter a role with replication\n"
        "  connection limit: none -> 9\n");
    f.session = SIXTEEN;
    assert_string_equal(diff_role(&f, role), "role-alter role app\n"
                                             "  connection limit: none -> 9\n"
                                             "  > ALTER ROLE app CONNECTION LIMIT 9\n");
    f.session = NULL;
    role = (struct pg_want_role){.name = "app", .comment = "new"};
    assert_string_equal(diff_role(&f, role), "role-alter role app\n"
                                             "  comment: old -> new\n"
                                             "  > COMMENT ON ROLE app IS 'new'\n");
}

/* --- circles ---------------------------------------------------------------------------------- */

static void test_circle_of_memberships(void **state)
{
    (void)state;
    static const char *const groups[] = {"other"};
    /* other is a member of owner, and that of app. */
    const struct pg_fixture f = {.members = "12|14|10|f|\\N|\\N\n13|12|10|f|\\N|\\N"};
    struct pg_want_role roles[] = {{.name = "app", .member_of = groups, .member_of_count = 1},
                                   {.name = "other", .members_exact = true}};
    struct pg_want want = {.roles = roles, .role_count = 1};
    assert_string_equal(diff(&f, &want), "membership-grant circular memberships of role app\n"
                                         "  ! that role is itself a member of it\n"
                                         "  member of other: no -> yes\n");
    /* What is in the way goes first. */
    want.role_count = 2;
    assert_string_equal(diff(&f, &want), "membership-revoke surplus memberships of role other\n"
                                         "  member of owner: yes -> no\n"
                                         "  > REVOKE owner FROM other\n"
                                         "membership-grant memberships of role app\n"
                                         "  member of other: no -> yes\n"
                                         "  > GRANT other TO app\n");
}

static void test_circle_of_what_is_declared(void **state)
{
    (void)state;
    static const char *const app[] = {"app"};
    static const char *const new[] = {"new"};
    struct pg_want_role roles[] = {
        {.name = "app", .member_of = new, .member_of_count = 1},
        {.name = "new", .create_allowed = true, .member_of = app, .member_of_count = 1}};
    assert_string_equal(diff(&usual, &(struct pg_want){.roles = roles, .role_count = 2}),
                        "role-create role new\n"
                        "  role: - -> present\n"
                        "  > CREATE ROLE new\n"
                        "membership-grant memberships of role app\n"
                        "  member of new: no -> yes\n"
                        "  > GRANT new TO app\n"
                        "membership-grant circular memberships of role new\n"
                        "  ! that role is itself a member of it\n"
                        "  member of app: no -> yes\n");
}

/* An owner that is a member of the administrator cannot be joined by him. */
static void test_circle_with_the_administrator(void **state)
{
    (void)state;
    const struct pg_fixture f = {.roles = "10|postgres|t|t|t|t|t|t|t|-1|\\N|\\N|f|f\n"
                                          "11|admin|t|f|t|t|f|f|t|-1|\\N|\\N|t|f\n"
                                          "12|owner|f|f|f|f|f|f|t|-1|\\N|\\N|f|f",
                                 .members = "11|12|10|f|\\N|\\N",
                                 .databases = DATABASE("12")};
    struct pg_want_database db = {.name = "db", .has_connection_limit = true};
    assert_string_equal(diff_database(&f, db), "database-alter database db\n"
                                               "  ! its owner is a member of the administrator, "
                                               "who can be no member of it in turn\n"
                                               "  connection limit: none -> 0\n");
}

/* --- ways that end ---------------------------------------------------------------------------- */

/* The administrator has the owner's privileges by way of app only. */
static void test_way_to_an_owner_ends(void **state)
{
    (void)state;
    struct pg_fixture f = {.roles = "10|postgres|t|t|t|t|t|t|t|-1|\\N|\\N|f|f\n"
                                    "11|admin|t|f|t|t|f|f|t|-1|\\N|\\N|t|f\n"
                                    "12|owner|f|f|f|f|f|f|t|-1|\\N|\\N|t|f\n"
                                    "13|app|f|f|f|f|f|f|t|-1|\\N|\\N|t|f",
                           .members = "13|11|10|f|\\N|\\N\n12|13|10|f|\\N|\\N",
                           .databases = DATABASE("12")};
    struct pg_want_database db = {.name = "db", .has_connection_limit = true};
    struct pg_want_role role = {.name = "app"};
    struct pg_want want = {.roles = &role, .role_count = 1, .databases = &db, .database_count = 1};
    const char *alter = "database-alter database db\n"
                        "  connection limit: none -> 0\n"
                        "  > ALTER DATABASE db CONNECTION LIMIT 0\n";
    const char *join = "own-membership membership of admin in owner\n"
                       "  administrator is a member, to act for the owner: no -> yes\n"
                       "  > GRANT owner TO admin\n";
    assert_string_equal(diff(&f, &want), alter);
    role.members_exact = true;
    assert_string_equal(diff(&f, &want),
                        arena_printf(arena,
                                     "%s"
                                     "membership-revoke surplus memberships of role app\n"
                                     "  member of owner: yes -> no\n"
                                     "  > REVOKE owner FROM app\n"
                                     "%s",
                                     join, alter));
    role = (struct pg_want_role){.name = "app", .attributes = {[PG_ATTR_INHERIT] = PG_OFF}};
    assert_string_equal(diff(&f, &want), arena_printf(arena,
                                                      "%s"
                                                      "role-alter role app\n"
                                                      "  inherit: on -> off\n"
                                                      "  > ALTER ROLE app NOINHERIT\n"
                                                      "%s",
                                                      join, alter));
}

/* --- settings --------------------------------------------------------------------------------- */

static void test_settings_in_a_database_to_come(void **state)
{
    (void)state;
    const struct pg_want_setting settings[] = {{"work_mem", "8MB", "new"},
                                               {"statement_timeout", "5s", "nowhere"}};
    struct pg_want_role role = {.name = "app", .settings = settings, .setting_count = 2};
    struct pg_want_database db = {.name = "new", .create_allowed = true};
    struct pg_want want = {.roles = &role, .role_count = 1, .databases = &db, .database_count = 1};
    const char *nowhere = "role-database-setting settings of role app in nowhere\n"
                          "  ! there is no database \"nowhere\"\n"
                          "  statement_timeout: - -> 5s\n";
    assert_string_equal(diff(&usual, &want),
                        arena_printf(arena,
                                     "database-create database new\n"
                                     "  database: - -> present\n"
                                     "  > CREATE DATABASE new\n"
                                     "role-database-setting settings of role app in new\n"
                                     "  work_mem: - -> 8MB\n"
                                     "  > ALTER ROLE app IN DATABASE new SET work_mem TO '8MB'\n"
                                     "%s",
                                     nowhere));
    /* Who applies sorts by kind: the database has to come first. */
    assert_true(PG_CHANGE_DATABASE_CREATE < PG_CHANGE_ROLE_DATABASE_SETTING);
    db.owner = "nobody";
    assert_string_equal(diff(&usual, &want),
                        arena_printf(arena,
                                     "database-create database new\n"
                                     "  ! there is no role \"nobody\"\n"
                                     "  database: - -> present\n"
                                     "  owner: - -> nobody\n"
                                     "role-database-setting settings of role app in new\n"
                                     "  ! there is no database \"new\"\n"
                                     "  work_mem: - -> 8MB\n"
                                     "%s",
                                     nowhere));
}

/* The server tells "My.Tag" from "my.tag" when it takes it away. */
static void test_setting_keeps_its_letter_case(void **state)
{
    (void)state;
    const struct pg_fixture f = {.settings = "0|13|{My.Tag=1}"};
    const struct pg_want_setting setting = {"my.tag", "2", NULL};
    struct pg_want_role role = {.name = "app", .settings_exact = true};
    assert_string_equal(diff_role(&f, role), "role-setting settings of role app\n"
                                             "  My.Tag: 1 -> -\n"
                                             "  > ALTER ROLE app RESET \"My\".\"Tag\"\n");
    role.settings = &setting;
    role.setting_count = 1;
    assert_string_equal(diff_role(&f, role), "role-setting settings of role app\n"
                                             "  my.tag: 1 -> 2\n"
                                             "  > ALTER ROLE app SET \"My\".\"Tag\" TO '2'\n");
}

/* --- schemas ---------------------------------------------------------------------------------- */

/* CREATE is asked of the administrator himself, also when a schema changes hands. */
static void test_schemas_need_create(void **state)
{
    (void)state;
    const struct pg_want_schema schemas[] = {{"new", "owner"}, {"public", "other"}};
    struct pg_want_database db = {.name = "db", .schemas = schemas, .schema_count = 2};
    const struct pg_want want = {.databases = &db, .database_count = 1};
    struct pg_fixture f = {.databases = DATABASE("10")};
    const char *why = "  ! the administrator has no CREATE privilege on the database\n";
    const char *join = "own-membership membership of admin in other\n";
    struct pg_changes changes = pg_diff_database(&want, "db", pg_fixture_cluster(&f, arena),
                                                 pg_fixture_database(&f, arena), arena);
    assert_string_equal(pg_fixture_text(&changes, arena),
                        arena_printf(arena,
                                     "schema-create schema new in db\n"
                                     "%s"
                                     "  schema: - -> present\n"
                                     "  owner: - -> owner\n"
                                     "schema-alter schema public in db\n"
                                     "%s"
                                     "  owner: owner -> other\n",
                                     why, why));
    f.databases = "100|db|10|UTF8|C|C|f|t|-1|{admin=C/postgres}|\\N";
    changes = pg_diff_database(&want, "db", pg_fixture_cluster(&f, arena),
                               pg_fixture_database(&f, arena), arena);
    const char *text = pg_fixture_text(&changes, arena);
    assert_null(strstr(text, "!"));
    assert_non_null(strstr(text, "  > CREATE SCHEMA new AUTHORIZATION owner\n"));
    assert_non_null(strstr(text, "  > ALTER SCHEMA public OWNER TO other\n"));
    /* pg_diff_cluster() has him join those that are declared. */
    assert_null(strstr(text, join));
    assert_non_null(strstr(diff(&f, &want), join));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_superusers_are_out_of_reach),
        cmocka_unit_test(test_superuser_as_owner),
        cmocka_unit_test(test_replication_before_16),
        cmocka_unit_test(test_circle_of_memberships),
        cmocka_unit_test(test_circle_of_what_is_declared),
        cmocka_unit_test(test_circle_with_the_administrator),
        cmocka_unit_test(test_way_to_an_owner_ends),
        cmocka_unit_test(test_settings_in_a_database_to_come),
        cmocka_unit_test(test_setting_keeps_its_letter_case),
        cmocka_unit_test(test_schemas_need_create),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
