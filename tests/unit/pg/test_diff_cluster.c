/* Roles, memberships and settings: declared against hand-made catalogs, to the letter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"
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

static const struct pg_fixture usual;

/* --- roles ------------------------------------------------------------------------------------ */

static const char *const groups_to_join[] = {"pg_monitor", "owner", "nobody"};
static const struct pg_want_setting settings_to_make[] = {{"search_path", "app,public", NULL},
                                                          {"work_mem", "8MB", "db"}};

static void test_role_created(void **state)
{
    (void)state;
    struct secret *password = secret_new("hunter2", 7);
    struct pg_want_role role = {
        .name = "phonebill user",
        .create_allowed = true,
        .attributes = {[PG_ATTR_LOGIN] = PG_ON,
                       [PG_ATTR_SUPERUSER] = PG_OFF,
                       [PG_ATTR_INHERIT] = PG_OFF,
                       [PG_ATTR_BYPASSRLS] = PG_ON},
        .has_connection_limit = true,
        .connection_limit = 90,
        .valid_until = "2026-12-31T09:00:00+09:00",
        .member_of = groups_to_join,
        .member_of_count = 3,
        .settings = settings_to_make,
        .setting_count = 2,
        .password = password,
        .comment = "it's ours",
    };
    assert_string_equal(
        diff_role(&usual, role),
        "role-create role phonebill user\n"
        "  role: - -> present\n"
        "  login: - -> on\n"
        "  inherit: - -> off\n"
        "  connection limit: - -> 90\n"
        "  valid until: - -> 2026-12-31T09:00:00+09:00\n"
        "  password: - -> (set)\n"
        "  comment: - -> it's ours\n"
        "  > CREATE ROLE \"phonebill user\" LOGIN NOINHERIT CONNECTION LIMIT 90 VALID UNTIL "
        "'2026-12-31T00:00:00Z' PASSWORD (set)\n"
        "  > COMMENT ON ROLE \"phonebill user\" IS 'it''s ours'\n"
        "role-alter reserved attributes of role phonebill user\n"
        "  ! only a superuser may give or take it\n"
        "  bypassrls: off -> on\n"
        "role-setting settings of role phonebill user\n"
        "  search_path: - -> app,public\n"
        "  > ALTER ROLE \"phonebill user\" SET search_path TO 'app', 'public'\n"
        "membership-grant memberships of role phonebill user\n"
        "  member of owner: no -> yes\n"
        "  member of pg_monitor: no -> yes\n"
        "  > GRANT owner TO \"phonebill user\"\n"
        "  > GRANT pg_monitor TO \"phonebill user\"\n"
        "membership-grant impossible memberships of role phonebill user\n"
        "  ! there is no role \"nobody\"\n"
        "  member of nobody: no -> yes\n"
        "role-database-setting settings of role phonebill user in db\n"
        "  work_mem: - -> 8MB\n"
        "  > ALTER ROLE \"phonebill user\" IN DATABASE db SET work_mem TO '8MB'\n");
    secret_free(password);
}

static void test_role_made_elsewhere(void **state)
{
    (void)state;
    assert_string_equal(diff_role(&usual, (struct pg_want_role){.name = "phonebill_admin"}),
                        "role-create role phonebill_admin\n"
                        "  ! it does not exist, and is not to be created from here\n"
                        "  role: - -> present\n");
}

/* What does not differ is not named: NOSUPERUSER is refused even where it changes nothing. */
static void test_role_altered(void **state)
{
    (void)state;
    const struct pg_fixture f = {.members = "",
                                 .databases = "",
                                 .roles = "11|admin|t|f|t|t|f|f|t|-1|\\N|\\N|t|f\n"
                                          "13|app|t|f|t|f|f|f|t|100|\\N|old|f|f"};
    struct pg_want_role role = {
        .name = "app",
        .attributes = {[PG_ATTR_LOGIN] = PG_ON,
                       [PG_ATTR_SUPERUSER] = PG_OFF,
                       [PG_ATTR_CREATEDB] = PG_OFF,
                       [PG_ATTR_REPLICATION] = PG_OFF},
        .has_connection_limit = true,
        .connection_limit = 90,
        .valid_until = "2026-12-31T00:00:00Z",
        .comment = "",
    };
    const struct pg_want want = {.roles = &role, .role_count = 1};
    const char *expected = "role-alter role app\n"
                           "  createdb: on -> off\n"
                           "  connection limit: 100 -> 90\n"
                           "  valid until: never -> 2026-12-31T00:00:00Z\n"
                           "  comment: old -> -\n"
                           "  > ALTER ROLE app NOCREATEDB CONNECTION LIMIT 90 VALID UNTIL "
                           "'2026-12-31T00:00:00Z'\n"
                           "  > COMMENT ON ROLE app IS NULL\n";
    struct pg_cluster *c = pg_fixture_cluster(&f, arena);
    struct pg_changes changes = pg_diff_cluster(&want, c, arena);
    assert_string_equal(pg_fixture_text(&changes, arena), expected);
    assert_true(changes.items[0].widening);
    assert_false(changes.items[0].destructive);
    /* The other way round: less than declared is no danger. */
    role =
        (struct pg_want_role){.name = "app", .has_connection_limit = true, .connection_limit = -1};
    changes = pg_diff_cluster(&want, c, arena);
    assert_string_equal(pg_fixture_text(&changes, arena),
                        "role-alter role app\n"
                        "  connection limit: 100 -> none\n"
                        "  > ALTER ROLE app CONNECTION LIMIT -1\n");
    assert_false(changes.items[0].widening);
}

static void test_role_valid_until(void **state)
{
    (void)state;
    const struct pg_fixture f = {.members = "",
                                 .databases = "",
                                 .roles = "11|admin|t|f|t|t|f|f|t|-1|\\N|\\N|t|f\n"
                                          "13|app|t|f|f|f|f|f|t|-1|1798675200.000000|\\N|f|f\n"
                                          "14|other|t|f|f|f|f|f|t|-1|Infinity|\\N|f|f"};
    /* The same moment, in another zone and spelling. */
    assert_string_equal(
        diff_role(&f,
                  (struct pg_want_role){.name = "app", .valid_until = "2026-12-31T09:00:00+09:00"}),
        "");
    assert_string_equal(
        diff_role(&f, (struct pg_want_role){.name = "other", .valid_until = "infinity"}), "");
    assert_string_equal(
        diff_role(&f, (struct pg_want_role){.name = "app", .valid_until = "infinity"}),
        "role-alter role app\n"
        "  valid until: 2026-12-31T00:00:00Z -> never\n"
        "  > ALTER ROLE app VALID UNTIL 'infinity'\n");
}

static void test_administrator_and_superusers(void **state)
{
    (void)state;
    struct pg_want_role admin = {.name = "admin", .attributes = {[PG_ATTR_CREATEDB] = PG_OFF}};
    struct pg_want_role boss = {.name = "postgres", .attributes = {[PG_ATTR_SUPERUSER] = PG_OFF}};
    struct pg_want_role busy = {
        .name = "postgres", .has_connection_limit = true, .connection_limit = 3};
    assert_string_equal(
        diff_role(&usual, admin),
        "role-alter role admin\n"
        "  ! it is the connected administrator, whose attributes are not changed from here\n"
        "  createdb: on -> off\n");
    assert_string_equal(diff_role(&usual, boss), "role-alter reserved attributes of role postgres\n"
                                                 "  ! only a superuser may give or take it\n"
                                                 "  superuser: on -> off\n");
    assert_string_equal(diff_role(&usual, busy), "role-alter role postgres\n"
                                                 "  ! only a superuser may alter a superuser\n"
                                                 "  connection limit: none -> 3\n");
    assert_string_equal(diff_role(&(struct pg_fixture){.session = SUPERUSER}, boss),
                        "role-alter role postgres\n"
                        "  superuser: on -> off\n"
                        "  > ALTER ROLE postgres NOSUPERUSER\n");
}

static void test_settings_exact(void **state)
{
    (void)state;
    const struct pg_fixture f = {.settings =
                                     "0|13|{search_path=app,\"TimeZone=Asia/Seoul\",work_mem=4MB}\n"
                                     "100|13|{work_mem=1MB}"};
    const struct pg_want_setting settings[] = {{"timezone", "Asia/Seoul", NULL},
                                               {"search_path", "app, public", NULL}};
    struct pg_want_role role = {.name = "app", .settings = settings, .setting_count = 2};
    const char *declared = "role-setting settings of role app\n"
                           "  search_path: app -> app, public\n"
                           "  > ALTER ROLE app SET search_path TO 'app', 'public'\n";
    assert_string_equal(diff_role(&f, role), declared);
    role.settings_exact = true;
    assert_string_equal(diff_role(&f, role),
                        "role-setting settings of role app\n"
                        "  search_path: app -> app, public\n"
                        "  work_mem: 4MB -> -\n"
                        "  > ALTER ROLE app SET search_path TO 'app', 'public'\n"
                        "  > ALTER ROLE app RESET work_mem\n"
                        "role-database-setting settings of role app in db\n"
                        "  work_mem: 1MB -> -\n"
                        "  > ALTER ROLE app IN DATABASE db RESET work_mem\n");
}

/* --- memberships ------------------------------------------------------------------------------ */

static void test_surplus_memberships(void **state)
{
    (void)state;
    static const char *const groups[] = {"owner"};
    struct pg_want_role role = {
        .name = "app", .member_of = groups, .member_of_count = 1, .members_exact = true};
    struct pg_fixture f = {.members = "12|13|10|f|\\N|\\N\n14|13|11|f|\\N|\\N"};
    assert_string_equal(diff_role(&f, role), "membership-revoke surplus memberships of role app\n"
                                             "  member of other: yes -> no\n"
                                             "  > REVOKE other FROM app\n");
    /* From 16 on everybody takes back what he gave; ADMIN alone is no membership. */
    f = (struct pg_fixture){
        .session = SIXTEEN,
        .members = "12|13|11|t|false|false\n14|13|10|f|true|true\n14|13|11|f|true|true"};
    assert_string_equal(diff_role(&f, role),
                        "membership-revoke surplus memberships of role app\n"
                        "  member of other: yes -> no\n"
                        "  > REVOKE other FROM app GRANTED BY admin\n"
                        "membership-revoke irrevocable memberships of role app\n"
                        "  ! only a superuser may revoke it\n"
                        "  member of other: yes -> no\n"
                        "membership-grant memberships of role app\n"
                        "  member of owner: no -> yes\n"
                        "  > GRANT owner TO app\n");
    role.members_exact = false;
    f.members = "12|13|11|f|true|false\n14|13|11|f|true|true";
    assert_string_equal(diff_role(&f, role), "");
}

/* It acts by its own memberships: they are never taken away. */
static void test_administrator_keeps_memberships(void **state)
{
    (void)state;
    struct pg_want_role role = {.name = "admin", .members_exact = true};
    assert_string_equal(diff_role(&usual, role), "");
}

static void test_in_sync(void **state)
{
    (void)state;
    static const char *const groups[] = {"owner"};
    const struct pg_want_setting settings[] = {{"TimeZone", "Asia/Seoul", NULL}};
    struct pg_fixture f = {.members = "12|11|10|f|\\N|\\N\n12|13|10|f|\\N|\\N",
                           .settings = "100|0|{TimeZone=Asia/Seoul}"};
    struct pg_want_role role = {
        .name = "app",
        .attributes =
            {[PG_ATTR_LOGIN] = PG_ON, [PG_ATTR_SUPERUSER] = PG_OFF, [PG_ATTR_INHERIT] = PG_ON},
        .member_of = groups,
        .member_of_count = 1,
        .members_exact = true,
        .settings_exact = true};
    struct pg_want_database db = {.name = "db",
                                  .owner = "owner",
                                  .collate = "ko_KR.utf8",
                                  .settings = settings,
                                  .setting_count = 1,
                                  .settings_exact = true};
    assert_string_equal(diff(&f, &(struct pg_want){.roles = &role,
                                                   .role_count = 1,
                                                   .databases = &db,
                                                   .database_count = 1}),
                        "");
}

static void test_password(void **state)
{
    (void)state;
    struct secret *password = secret_new("hunter2", 7);
    struct pg_change change = pg_diff_password("app user", password, arena);
    struct pg_changes changes = {&change, 1};
    assert_string_equal(pg_fixture_text(&changes, arena),
                        "role-password password of role app user\n"
                        "  password: another one -> (set)\n"
                        "  > ALTER ROLE \"app user\" PASSWORD (set)\n");
    assert_ptr_equal(change.statements[0].password, password);
    assert_string_equal(change.statements[0].role, "app user");
    secret_free(password);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_role_created),
        cmocka_unit_test(test_role_made_elsewhere),
        cmocka_unit_test(test_role_altered),
        cmocka_unit_test(test_role_valid_until),
        cmocka_unit_test(test_administrator_and_superusers),
        cmocka_unit_test(test_settings_exact),
        cmocka_unit_test(test_surplus_memberships),
        cmocka_unit_test(test_administrator_keeps_memberships),
        cmocka_unit_test(test_in_sync),
        cmocka_unit_test(test_password),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
