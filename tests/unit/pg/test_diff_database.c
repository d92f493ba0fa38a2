/* Databases as rows of the cluster: declared against hand-made catalogs, to the letter. */
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

static const char *diff(const struct pg_fixture *f, const struct pg_want *want)
{
    struct err err;
    if (pg_want_check(want, "admin", &err) < 0) fail_msg("%s", err.text);
    struct pg_changes changes = pg_diff_cluster(want, pg_fixture_cluster(f, arena), arena);
    return pg_fixture_text(&changes, arena);
}

static const char *diff_database(const struct pg_fixture *f, struct pg_want_database database)
{
    return diff(f, &(struct pg_want){.databases = &database, .database_count = 1});
}

static const struct pg_fixture usual;

static void test_database_created(void **state)
{
    (void)state;
    const struct pg_want_setting settings[] = {{"timezone", "Asia/Seoul", NULL}};
    struct pg_want_database db = {
        .name = "phonebill_auth",
        .create_allowed = true,
        .owner = "other",
        .encoding = "UTF8",
        .collate = "ko_KR.utf8",
        .ctype = "ko_KR.utf8",
        .settings = settings,
        .setting_count = 1,
        .has_connection_limit = true,
        .connection_limit = 100,
    };
    const char *create =
        "database-create database phonebill_auth\n"
        "  database: - -> present\n"
        "  owner: - -> other\n"
        "  template: - -> template0\n"
        "  encoding: - -> UTF8\n"
        "  collation: - -> ko_KR.utf8\n"
        "  character type: - -> ko_KR.utf8\n"
        "  connection limit: - -> 100\n"
        "  > CREATE DATABASE phonebill_auth OWNER other TEMPLATE template0 ENCODING 'UTF8' "
        "LC_COLLATE 'ko_KR.utf8' LC_CTYPE 'ko_KR.utf8' CONNECTION LIMIT 100\n"
        "database-setting settings of database phonebill_auth\n"
        "  timezone: - -> Asia/Seoul\n"
        "  > ALTER DATABASE phonebill_auth SET timezone TO 'Asia/Seoul'\n";
    const char *join = "own-membership membership of admin in other\n"
                       "  administrator is a member, to act for the owner: no -> yes\n"
                       "  > GRANT other TO admin\n";
    assert_string_equal(diff_database(&usual, db), arena_printf(arena, "%s%s", join, create));
    assert_string_equal(diff_database(&(struct pg_fixture){.session = SUPERUSER}, db), create);
    const struct pg_want want = {.databases = &db, .database_count = 1};
    struct pg_changes changes = pg_diff_cluster(&want, pg_fixture_cluster(&usual, arena), arena);
    assert_int_equal(changes.items[1].mode, SQL_EACH);
    db.owner = "nobody";
    changes = pg_diff_cluster(&want, pg_fixture_cluster(&usual, arena), arena);
    assert_string_equal(changes.items[0].unfixable, "there is no role \"nobody\"");
    assert_int_equal(changes.items[0].statement_count, 0);
}

static void test_database_altered(void **state)
{
    (void)state;
    struct pg_want_database db = {
        .name = "db",
        .owner = "admin",
        .encoding = "utf-8",
        .collate = "ko_KR.utf8",
        .ctype = "C.UTF-8",
        .has_connection_limit = true,
        .connection_limit = 100,
        .comment = "the database",
    };
    assert_string_equal(
        diff_database(&usual, db),
        "database-alter database db\n"
        "  owner: owner -> admin\n"
        "  connection limit: none -> 100\n"
        "  comment: - -> the database\n"
        "  > ALTER DATABASE db OWNER TO admin\n"
        "  > ALTER DATABASE db CONNECTION LIMIT 100\n"
        "  > COMMENT ON DATABASE db IS 'the database'\n"
        "database-immutable locale of database db\n"
        "  ! it is fixed when a database is created: dump it, create it anew, and restore it\n"
        "  character type: ko_KR.UTF-8 -> C.UTF-8\n");
}

/* Created through ARM in an Entra-only set-up, a database may belong to Azure's own superuser. */
static void test_database_out_of_reach(void **state)
{
    (void)state;
    const struct pg_fixture f = {.roles = "11|admin|t|f|t|t|f|f|t|-1|\\N|\\N|t|f\n"
                                          "20|azure_pg_admin|f|f|f|f|f|f|t|-1|\\N|\\N|f|f",
                                 .members = "",
                                 .databases = "100|db|20|UTF8|C|C|f|t|-1|{}|\\N"};
    struct pg_want_database db = {
        .name = "db", .owner = "admin", .encoding = "UTF8", .collate = "POSIX", .ctype = "C"};
    assert_string_equal(diff_database(&f, db),
                        "database-alter database db\n"
                        "  ! its owner is PostgreSQL's or Azure's own, and the administrator is no "
                        "member of it\n"
                        "  owner: azure_pg_admin -> admin\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_database_created),
        cmocka_unit_test(test_database_altered),
        cmocka_unit_test(test_database_out_of_reach),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
