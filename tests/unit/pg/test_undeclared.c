/* What nobody declared: seen by default, each kind ignored or removed by its policy, and what
 * PostgreSQL and Azure bring along never among it. Hand-made catalogs, to the letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pg/diff.h"
#include "support/pg_fixture.h"

#define SIXTEEN "160002|11|f|f|off|on|\\N|7|pg_catalog"
#define ROLE(oid, name, login) oid "|" name "|" login "|f|f|f|f|f|t|-1|\\N|\\N|f|f"
#define TABLES_ALL "{owner=arwdDxt/owner}"

static struct arena *arena;

/* Everything that the usual catalogs have is declared: additions of a test are all that is not. */
static const struct pg_want_role usual_roles[] = {{.name = "owner"}, {.name = "app"}};
static const struct pg_want_database usual_database = {.name = "db"};
static struct pg_want want;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    want = (struct pg_want){
        .roles = usual_roles, .role_count = 2, .databases = &usual_database, .database_count = 1};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *text_of(struct pg_changes changes)
{
    for (size_t i = 0; i < changes.count; i++) {
        const struct pg_change *c = &changes.items[i];
        assert_true(c->widening);
        assert_true(!c->reported || !c->statement_count);
        assert_true(c->reported || c->unfixable || c->statement_count);
    }
    return pg_fixture_text(&changes, arena);
}

static const char *in_cluster(const struct pg_fixture *f)
{
    return text_of(pg_undeclared_cluster(&want, pg_fixture_cluster(f, arena), arena));
}

static const char *in_database(const struct pg_fixture *f)
{
    return text_of(pg_undeclared_database(&want, "db", pg_fixture_cluster(f, arena),
                                          pg_fixture_database(f, arena), arena));
}

/* --- nothing ---------------------------------------------------------------------------------- */

/* As a fresh server in Azure looks: its own roles, databases, owners, and PUBLIC's birthright. */
static void test_what_comes_along(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .roles = ROLE("10", "azuresu", "t") "\n" ROLE("11", "admin", "t") "\n" ROLE(
            "12", "owner",
            "f") "\n" ROLE("13", "app",
                           "t") "\n" ROLE("20", "azure_pg_admin",
                                          "f") "\n" ROLE("21", "replication",
                                                         "t") "\n" ROLE("3373", "pg_monitor",
                                                                        "f") "\n" ROLE("6171",
                                                                                       "pg_"
                                                                                       "database_"
                                                                                       "owner",
                                                                                       "f"),
        .members = "20|11|10|f|\\N|\\N\n3373|20|10|t|\\N|\\N\n12|11|10|t|\\N|\\N",
        .databases =
            "1|template1|10|UTF8|C|C|t|t|-1|{}|\\N\n4|template0|10|UTF8|C|C|t|f|-1|{}|\\N\n"
            "5|postgres|20|UTF8|C|C|f|t|-1|{}|\\N\n6|azure_sys|10|UTF8|C|C|f|t|-1|{}|\\N\n"
            "7|azure_maintenance|10|UTF8|C|C|f|t|-1|{}|\\N\n"
            "100|db|12|UTF8|C|C|f|t|-1|{=Tc/owner,owner=CTc/owner}|\\N",
        .names = "10|azuresu|f\n11|admin|t\n12|owner|t\n13|app|f\n20|azure_pg_admin|f\n"
                 "3373|pg_monitor|f\n6171|pg_database_owner|f",
        .schemas = "2200|public|20|{azure_pg_admin=UC/azure_pg_admin,=U/azure_pg_admin,"
                   "pg_database_owner=UC/azure_pg_admin,admin=U/azure_pg_admin}|f",
        .relations = "2200|r|10|{azuresu=arwdDxt/azuresu,=r/azuresu}|" TABLES_ALL "|t|{pg_stat}\n"
                     "2200|r|11|\\N|{admin=arwdDxt/admin}|f|{mine}",
        .routines = "2200|f|12|\\N|{=X/owner,owner=X/owner}|f|{f()}",
        .defaults = "12|0|f|{=X/owner,owner=X/owner}",
    };
    assert_string_equal(in_cluster(&f), "");
    assert_string_equal(in_database(&f), "");
}

/* --- logins ----------------------------------------------------------------------------------- */

#define STRANGERS                                                                                  \
    "10|postgres|t|t|f|f|f|f|t|-1|\\N|\\N|f|f\n11|admin|t|f|f|f|f|f|t|-1|\\N|\\N|t|f\n"            \
    "12|owner|f|f|f|f|f|f|t|-1|\\N|\\N|t|f\n13|app|t|f|f|f|f|f|t|-1|\\N|\\N|f|f\n"                 \
    "30|mallory|t|f|f|t|f|f|t|-1|\\N|\\N|f|f\n31|group|f|f|f|f|f|f|t|-1|\\N|\\N|f|f"

static void test_logins(void **state)
{
    (void)state;
    const struct pg_fixture f = {.roles = STRANGERS, .members = "31|30|10|f|\\N|\\N"};
    struct pg_changes changes = pg_undeclared_cluster(&want, pg_fixture_cluster(&f, arena), arena);
    assert_string_equal(text_of(changes), "undeclared-login undeclared login mallory\n"
                                          "  login: on -> not declared\n"
                                          "  createrole: on -> not declared\n"
                                          "  member of group: yes -> not declared\n");
    assert_string_equal(changes.items[0].reported,
                        "undeclared; policy.undeclared.logins is report");
    want.undeclared[PG_UNDECLARED_LOGIN] = PG_UNDECLARED_REMOVE;
    changes = pg_undeclared_cluster(&want, pg_fixture_cluster(&f, arena), arena);
    assert_int_equal(changes.count, 1);
    assert_string_equal(changes.items[0].reported,
                        "undeclared; policy.undeclared.logins is remove, but nothing is dropped or "
                        "given away from here");
    want.undeclared[PG_UNDECLARED_LOGIN] = PG_UNDECLARED_IGNORE;
    assert_string_equal(in_cluster(&f), "");
}

/* --- memberships ------------------------------------------------------------------------------ */

static void test_memberships(void **state)
{
    (void)state;
    /* A stranger in a declared role and in the administrator; a declared role in a stranger's. */
    const struct pg_fixture f = {
        .roles = STRANGERS,
        .members =
            "11|31|10|f|\\N|\\N\n12|30|10|t|\\N|\\N\n12|11|10|t|\\N|\\N\n31|13|10|f|\\N|\\N"};
    want.undeclared[PG_UNDECLARED_LOGIN] = PG_UNDECLARED_IGNORE;
    assert_string_equal(in_cluster(&f), "undeclared-membership undeclared memberships of role app\n"
                                        "  member of group: yes -> not declared\n"
                                        "undeclared-membership undeclared memberships of role "
                                        "mallory\n"
                                        "  member of owner with admin option: yes -> not declared\n"
                                        "undeclared-membership undeclared memberships of role "
                                        "group\n"
                                        "  member of admin: yes -> not declared\n");
    want.undeclared[PG_UNDECLARED_MEMBERSHIP] = PG_UNDECLARED_REMOVE;
    assert_string_equal(in_cluster(&f), "undeclared-membership undeclared memberships of role app\n"
                                        "  member of group: yes -> not declared\n"
                                        "  > REVOKE \"group\" FROM app\n"
                                        "undeclared-membership undeclared memberships of role "
                                        "mallory\n"
                                        "  member of owner with admin option: yes -> not declared\n"
                                        "  > REVOKE owner FROM mallory\n"
                                        "undeclared-membership undeclared memberships of role "
                                        "group\n"
                                        "  member of admin: yes -> not declared\n"
                                        "  > REVOKE admin FROM \"group\"\n");
    want.undeclared[PG_UNDECLARED_MEMBERSHIP] = PG_UNDECLARED_IGNORE;
    assert_string_equal(in_cluster(&f), "");
}

/* What is declared exactly is pg_diff_cluster()'s; what is declared is not undeclared. */
static void test_memberships_that_are_declared(void **state)
{
    (void)state;
    static const char *const groups[] = {"group"};
    const struct pg_fixture f = {.roles = STRANGERS, .members = "31|13|10|f|\\N|\\N"};
    const struct pg_want_role exact[] = {{.name = "app", .members_exact = true}, {.name = "owner"}};
    const struct pg_want_role named[] = {{.name = "app", .member_of = groups, .member_of_count = 1},
                                         {.name = "owner"}};
    want.undeclared[PG_UNDECLARED_LOGIN] = PG_UNDECLARED_IGNORE;
    want.roles = exact;
    assert_string_equal(in_cluster(&f), "");
    want.roles = named;
    assert_string_equal(in_cluster(&f), "");
}

/* From 16 on what a superuser gave is out of reach. */
static void test_memberships_out_of_reach(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .session = SIXTEEN, .roles = STRANGERS, .members = "31|13|10|f|t|t\n12|13|11|f|t|t"};
    want.undeclared[PG_UNDECLARED_LOGIN] = PG_UNDECLARED_IGNORE;
    want.undeclared[PG_UNDECLARED_MEMBERSHIP] = PG_UNDECLARED_REMOVE;
    assert_string_equal(in_cluster(&f),
                        "undeclared-membership undeclared memberships of role app\n"
                        "  member of owner: yes -> not declared\n"
                        "  > REVOKE owner FROM app GRANTED BY admin\n"
                        "undeclared-membership irrevocable undeclared memberships of role app\n"
                        "  ! only a superuser may revoke it\n"
                        "  member of group: yes -> not declared\n");
}

/* --- databases and owners --------------------------------------------------------------------- */

static void test_databases_and_their_owners(void **state)
{
    (void)state;
    const struct pg_fixture f = {.roles = STRANGERS,
                                 .databases = "100|db|30|UTF8|C|C|f|t|-1|{}|\\N\n"
                                              "101|side|30|UTF8|C|C|f|t|-1|{}|\\N"};
    want.undeclared[PG_UNDECLARED_LOGIN] = PG_UNDECLARED_IGNORE;
    assert_string_equal(in_cluster(&f), "undeclared-owner undeclared owner mallory of database db\n"
                                        "  owner: mallory -> not declared\n"
                                        "undeclared-database undeclared database side\n"
                                        "  database: present -> not declared\n"
                                        "  owner: mallory -> not declared\n");
    want.undeclared[PG_UNDECLARED_DATABASE] = PG_UNDECLARED_REMOVE;
    want.undeclared[PG_UNDECLARED_OWNER] = PG_UNDECLARED_IGNORE;
    struct pg_changes changes = pg_undeclared_cluster(&want, pg_fixture_cluster(&f, arena), arena);
    assert_int_equal(changes.count, 1);
    assert_int_equal(changes.items[0].kind, PG_CHANGE_UNDECLARED_DATABASE);
    assert_int_equal(changes.items[0].statement_count, 0);
    want.undeclared[PG_UNDECLARED_DATABASE] = PG_UNDECLARED_IGNORE;
    assert_string_equal(in_cluster(&f), "");
}

static void test_owners_of_objects(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .schemas = "2200|public|12|{owner=UC/owner,=U/owner}|f\n16400|side|14|{other=UC/other}|f",
        .relations = "2200|r|14|\\N|{other=arwdDxt/other}|f|{a,b}\n"
                     "2200|r|14|{other=r/other}|{other=arwdDxt/other}|f|{c}\n"
                     "2200|s|14|\\N|{other=rwU/other}|f|{n}\n"
                     "2200|r|13|\\N|{app=arwdDxt/app}|f|{d}"};
    assert_string_equal(in_database(&f), "undeclared-owner undeclared owner other in db\n"
                                         "  owner of schema side: yes -> not declared\n"
                                         "  owner of 3 tables in public: yes -> not declared\n"
                                         "  owner of sequence public.n: yes -> not declared\n");
    want.undeclared[PG_UNDECLARED_OWNER] = PG_UNDECLARED_IGNORE;
    assert_string_equal(in_database(&f), "");
}

/* --- no half measures ------------------------------------------------------------------------- */

/* A declared name that does not exist may be meant for one of the undeclared. */
static void test_nothing_is_removed_while_a_name_is_missing(void **state)
{
    (void)state;
    const struct pg_want_role roles[] = {{.name = "owner"}, {.name = "app"}, {.name = "othr"}};
    const struct pg_want_grant grant = {.database = "db", .grantee = "othr", .exact = true};
    const struct pg_fixture f = {
        .databases = "100|db|12|UTF8|C|C|f|t|-1|{=CTc/owner,owner=CTc/owner,other=c/owner}|\\N",
        .members = "12|14|11|f|\\N|\\N"};
    want.roles = roles;
    want.role_count = 3;
    want.grants = &grant;
    want.grant_count = 1;
    for (int k = 0; k < PG_UNDECLARED_N; k++) want.undeclared[k] = PG_UNDECLARED_REMOVE;
    want.undeclared[PG_UNDECLARED_LOGIN] = PG_UNDECLARED_IGNORE;
    assert_string_equal(
        in_cluster(&f),
        "undeclared-membership undeclared memberships of role other\n"
        "  ! nothing is taken away while role \"othr\", which is declared, does not "
        "exist\n"
        "  member of owner: yes -> not declared\n");
    assert_string_equal(in_database(&f),
                        "undeclared-public undeclared privileges of PUBLIC in db\n"
                        "  ! nothing is taken away while role \"othr\", declared here, does not "
                        "exist\n"
                        "  CREATE on database db: granted -> revoked\n"
                        "undeclared-grantee undeclared privileges of other in db\n"
                        "  ! nothing is taken away while role \"othr\", declared here, does not "
                        "exist\n"
                        "  CONNECT on database db: granted -> revoked\n");
}

static void test_words(void **state)
{
    (void)state;
    static const char *const keys[] = {"logins", "memberships", "grantees",
                                       "owners", "databases",   "public"};
    for (int k = 0; k < PG_UNDECLARED_N; k++) {
        assert_string_equal(pg_undeclared_key((enum pg_undeclared_kind)k), keys[k]);
        assert_true(*pg_undeclared_sentence((enum pg_undeclared_kind)k));
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_what_comes_along),
        CASE(test_logins),
        CASE(test_memberships),
        CASE(test_memberships_that_are_declared),
        CASE(test_memberships_out_of_reach),
        CASE(test_databases_and_their_owners),
        CASE(test_owners_of_objects),
        CASE(test_nothing_is_removed_while_a_name_is_missing),
        CASE(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
