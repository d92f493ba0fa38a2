/* Privileges in which others than the owner have a hand, or for which the administrator has to act
 * for somebody: to the letter. */
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

#define TABLES_ALL "{owner=arwdDxt/owner}"

static struct pg_changes changes_of(const struct pg_fixture *f, const struct pg_want *want)
{
    struct err err;
    if (pg_want_check(want, "admin", &err) < 0) fail_msg("%s", err.text);
    return pg_diff_database(want, "db", pg_fixture_cluster(f, arena), pg_fixture_database(f, arena),
                            arena);
}

static const char *diff(const struct pg_fixture *f, const struct pg_want *want)
{
    struct pg_changes changes = changes_of(f, want);
    return pg_fixture_text(&changes, arena);
}

static const char *diff_grant(const struct pg_fixture *f, struct pg_want_grant grant)
{
    grant.database = "db";
    return diff(f, &(struct pg_want){.grants = &grant, .grant_count = 1});
}

/* A REVOKE on the table takes the column along that shall stay: one transaction, and back with it.
 */
static void test_revoke_takes_columns_along(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .relations = "2200|r|12|{owner=arwdDxt/owner,app=r/owner}|" TABLES_ALL "|f|{t}",
        .columns = "2200|t|x|{app=r/owner}"};
    const struct pg_want_column column = {"x", PG_SELECT};
    const struct pg_want_table table = {"t", 0, &column, 1};
    const struct pg_want_schema_grant schema = {
        .name = "public", .table_list = &table, .table_count = 1};
    struct pg_want_grant grant = {
        .grantee = "app", .exact = true, .schemas = &schema, .schema_count = 1};
    assert_string_equal(diff_grant(&f, grant), "regrant grants on table public.t in db\n"
                                               "  SELECT on public.t for app: granted -> revoked\n"
                                               "  > REVOKE SELECT ON TABLE public.t FROM app\n"
                                               "  > GRANT SELECT (x) ON TABLE public.t TO app\n");
}

/* app has SELECT from other, who has it with grant option from the owner. */
static void test_foreign_grantor(void **state)
{
    (void)state;
    struct pg_fixture f = {
        .relations =
            "2200|r|12|{owner=arwdDxt/owner,other=r*/owner,app=r/other}|" TABLES_ALL "|f|{t,s}"};
    struct pg_want_grant grant = {.grantee = "app", .exact = true};
    assert_string_equal(
        diff_grant(&f, grant),
        "regrant grants on public.s and 1 more in db\n"
        "  SELECT on 2 tables in public for app: granted -> revoked\n"
        "  > REVOKE GRANT OPTION FOR SELECT ON TABLE public.s, public.t FROM other CASCADE\n"
        "  > GRANT SELECT ON TABLE public.s, public.t TO other WITH GRANT OPTION\n");
    /* An orphan: other granted on a column by an option on the table that it has lost. */
    f = (struct pg_fixture){.relations = "2200|r|12|\\N|" TABLES_ALL "|f|{t}",
                            .columns = "2200|t|x|{app=r/other}"};
    assert_string_equal(
        diff_grant(&f, grant),
        "regrant grants on table public.t in db\n"
        "  SELECT (x) on public.t for app: granted -> revoked\n"
        "  > GRANT SELECT (x) ON TABLE public.t TO other WITH GRANT OPTION\n"
        "  > REVOKE GRANT OPTION FOR SELECT (x) ON TABLE public.t FROM other CASCADE\n"
        "  > REVOKE SELECT (x) ON TABLE public.t FROM other\n");
}

/* Two grant the option to each other: when the owner lets go of both, each still holds it. */
static void test_circle(void **state)
{
    (void)state;
    const char *relations = "2200|r|12|{owner=arwdDxt/owner,app=r*/owner,other=r*/owner,"
                            "other=r*/app,app=r*/other}|" TABLES_ALL "|f|{t}";
    struct pg_want_grant grant = {.grantee = "app", .exact = true};
    const struct pg_fixture as_superuser = {.session = "150004|10|t|f|off|on|\\N|7|pg_catalog",
                                            .relations = relations};
    assert_string_equal(diff_grant(&as_superuser, grant),
                        "regrant grants on table public.t in db\n"
                        "  SELECT on public.t for app: granted -> revoked\n"
                        "  > SET LOCAL ROLE app\n"
                        "  > REVOKE GRANT OPTION FOR SELECT ON TABLE public.t FROM other\n"
                        "  > RESET ROLE\n"
                        "  > REVOKE GRANT OPTION FOR SELECT ON TABLE public.t FROM other CASCADE\n"
                        "  > REVOKE GRANT OPTION FOR SELECT ON TABLE public.t FROM app CASCADE\n"
                        "  > REVOKE SELECT ON TABLE public.t FROM app\n"
                        "  > GRANT SELECT ON TABLE public.t TO other WITH GRANT OPTION\n");
    const struct pg_fixture as_admin = {.relations = relations};
    assert_string_equal(
        diff_grant(&as_admin, grant),
        "revoke surplus privileges of app in db: other granted it in a circle, which only that "
        "role can break\n"
        "  ! other granted it in a circle, which only that role can break\n"
        "  SELECT on public.t: granted -> revoked\n");
}

/* The grantor has become a member of the owner since: no REVOKE reaches what he granted. */
static void test_grantor_became_owner(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .members = "12|11|10|f|\\N|\\N\n12|14|10|f|\\N|\\N",
        .relations = "2200|r|12|{owner=arwdDxt/owner,app=rw/other}|" TABLES_ALL "|f|{t}"};
    struct pg_want_grant grant = {.grantee = "app", .exact = true};
    const char *why = "it was granted by other, who has the owner's privileges by now: only "
                      "taking those away would let the grant be revoked";
    assert_string_equal(diff_grant(&f, grant),
                        arena_printf(arena,
                                     "revoke surplus privileges of app in db: %s\n"
                                     "  ! %s\n"
                                     "  SELECT, UPDATE on public.t: granted -> revoked\n",
                                     why, why));
}

/* The administrator holds the option too: the server would not take the owner as grantor. */
static void test_as_the_owner(void **state)
{
    (void)state;
    struct pg_fixture f = {.relations = "2200|r|12|{owner=arwdDxt/owner,admin=r*/owner}|" TABLES_ALL
                                        "|f|{t}"};
    const struct pg_want_schema_grant schema = {.name = "public", .tables = PG_SELECT | PG_INSERT};
    struct pg_want_grant grant = {.grantee = "app", .schemas = &schema, .schema_count = 1};
    assert_string_equal(diff_grant(&f, grant), "grant privileges of app in db, as owner\n"
                                               "  SELECT, INSERT on public.t: missing -> granted\n"
                                               "  > SET LOCAL ROLE owner\n"
                                               "  > GRANT SELECT, INSERT ON TABLE public.t TO app\n"
                                               "  > RESET ROLE\n");
    f.schemas = "2200|public|12|{admin=UC/owner}|f";
    const char *why = "it has to be done as its owner, who may not use the schema";
    assert_string_equal(diff_grant(&f, grant),
                        arena_printf(arena,
                                     "grant privileges of app in db: %s\n"
                                     "  ! %s\n"
                                     "  SELECT, INSERT on public.t: missing -> granted\n",
                                     why, why));
}

static void test_joins_owners(void **state)
{
    (void)state;
    const struct pg_fixture f = {.relations =
                                     "2200|r|14|\\N|{other=arwdDxt/other}|f|{t}\n"
                                     "2200|r|10|\\N|{postgres=arwdDxt/postgres}|f|{theirs}"};
    const struct pg_want_schema_grant schema = {.name = "public", .tables = PG_SELECT};
    struct pg_want_grant grant = {.grantee = "app", .schemas = &schema, .schema_count = 1};
    const char *why = "its owner is a superuser, which the administrator cannot act for";
    assert_string_equal(
        diff_grant(&f, grant),
        arena_printf(arena,
                     "own-membership membership of admin in other\n"
                     "  administrator is a member, to act for the owner: no -> yes\n"
                     "  > GRANT other TO admin\n"
                     "grant privileges of app in db\n"
                     "  SELECT on public.t: missing -> granted\n"
                     "  > GRANT SELECT ON TABLE public.t TO app\n"
                     "grant privileges of app in db: %s\n"
                     "  ! %s\n"
                     "  SELECT on public.theirs: missing -> granted\n",
                     why, why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_revoke_takes_columns_along),
        cmocka_unit_test(test_foreign_grantor),
        cmocka_unit_test(test_circle),
        cmocka_unit_test(test_grantor_became_owner),
        cmocka_unit_test(test_as_the_owner),
        cmocka_unit_test(test_joins_owners),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
