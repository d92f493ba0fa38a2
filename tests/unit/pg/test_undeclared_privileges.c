/* Privileges that nobody declared, in one database: of grantees, beyond an additive declaration,
 * and of PUBLIC. Hand-made catalogs, to the letter; the other kinds are test_undeclared's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pg/diff.h"
#include "support/pg_fixture.h"

#define FOURTEEN "140010|11|f|f|off|on|\\N|7|pg_catalog"
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

static const char *in_database(const struct pg_fixture *f)
{
    return text_of(pg_undeclared_database(&want, "db", pg_fixture_cluster(f, arena),
                                          pg_fixture_database(f, arena), arena));
}

/* --- grantees --------------------------------------------------------------------------------- */

#define OTHER_HOLDS                                                                                \
    .databases = "100|db|12|UTF8|C|C|f|t|-1|{=Tc/owner,owner=CTc/owner,other=c/owner}|\\N",        \
    .relations = "2200|r|12|{owner=arwdDxt/owner,other=r/owner}|" TABLES_ALL "|f|{a,b}",           \
    .columns = "2200|c|x|{other=w*/owner}", .defaults = "12|2200|r|{other=r/owner}"

static void test_grantees(void **state)
{
    (void)state;
    const struct pg_fixture f = {OTHER_HOLDS};
    const char *reported = "undeclared-grantee undeclared default privileges of other in db\n"
                           "  SELECT on new tables of owner in public: granted -> not declared\n"
                           "undeclared-grantee undeclared privileges of other in db\n"
                           "  CONNECT on database db: granted -> not declared\n"
                           "  SELECT on 2 tables in public: granted -> not declared\n";
    assert_string_equal(in_database(&f), reported);
    want.undeclared[PG_UNDECLARED_GRANTEE] = PG_UNDECLARED_REMOVE;
    assert_string_equal(
        in_database(&f),
        "undeclared-grantee undeclared default privileges of other in db\n"
        "  SELECT on new tables of owner in public: granted -> revoked\n"
        "  > ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public REVOKE SELECT ON TABLES "
        "FROM other\n"
        "undeclared-grantee undeclared privileges of other in db\n"
        "  CONNECT on database db: granted -> revoked\n"
        "  SELECT on 2 tables in public: granted -> revoked\n"
        "  > REVOKE CONNECT ON DATABASE db FROM other\n"
        "  > REVOKE SELECT ON TABLE public.a, public.b FROM other\n");
    want.undeclared[PG_UNDECLARED_GRANTEE] = PG_UNDECLARED_IGNORE;
    assert_string_equal(in_database(&f), "");
}

/* Growth inside is visible: one privilege and one column more are other deltas. */
static void test_grantee_grows(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .relations = "2200|r|12|{owner=arwdDxt/owner,other=rD/owner}|" TABLES_ALL "|f|{a}",
        .columns = "2200|a|x|{other=w/owner}"};
    assert_string_equal(in_database(&f), "undeclared-grantee undeclared privileges of other in db\n"
                                         "  SELECT, TRUNCATE on public.a: granted -> not declared\n"
                                         "  UPDATE (x) on public.a: granted -> not declared\n");
}

/* What others granted him cannot be taken by a plain REVOKE. */
static void test_grantee_by_another_grantor(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .relations =
            "2200|r|12|{owner=arwdDxt/owner,app=r*/owner,other=r/app}|" TABLES_ALL "|f|{a}"};
    const struct pg_want_schema_grant schema = {.name = "public", .tables = PG_SELECT};
    const struct pg_want_grant grant = {.database = "db",
                                        .grantee = "app",
                                        .exact = true,
                                        .with_grant_option = true,
                                        .schemas = &schema,
                                        .schema_count = 1};
    want.grants = &grant;
    want.grant_count = 1;
    want.undeclared[PG_UNDECLARED_GRANTEE] = PG_UNDECLARED_REMOVE;
    assert_string_equal(in_database(&f),
                        "undeclared-grantee grants on table public.a in db\n"
                        "  SELECT on public.a for other: granted -> revoked\n"
                        "  > REVOKE GRANT OPTION FOR SELECT ON TABLE public.a FROM app CASCADE\n"
                        "  > GRANT SELECT ON TABLE public.a TO app WITH GRANT OPTION\n");
}

/* An additive declaration says what is the least: more than that is seen, and stays. */
static void test_more_than_an_additive_declaration(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .relations = "2200|r|12|{owner=arwdDxt/owner,app=rD/owner}|" TABLES_ALL "|f|{a}"};
    const struct pg_want_schema_grant schema = {.name = "public", .tables = PG_SELECT};
    struct pg_want_grant grant = {
        .database = "db", .grantee = "app", .schemas = &schema, .schema_count = 1};
    want.grants = &grant;
    want.grant_count = 1;
    want.undeclared[PG_UNDECLARED_GRANTEE] = PG_UNDECLARED_REMOVE;
    assert_string_equal(in_database(&f), "undeclared-grantee undeclared privileges of app in db\n"
                                         "  TRUNCATE on public.a: granted -> not declared\n");
    grant.exact = true;
    assert_string_equal(in_database(&f), "");
}

/* --- PUBLIC ----------------------------------------------------------------------------------- */

#define OPEN_TO_ALL                                                                                \
    .databases = "100|db|12|UTF8|C|C|f|t|-1|{=CTc/owner,owner=CTc/owner}|\\N",                     \
    .schemas = "2200|public|12|{owner=UC/owner,=UC/owner}|f\n16400|side|12|{owner=UC/owner,"       \
               "=U/owner}|f",                                                                      \
    .relations = "2200|r|12|{owner=arwdDxt/owner,=r/owner}|" TABLES_ALL "|f|{a}"

static void test_public(void **state)
{
    (void)state;
    const struct pg_fixture f = {OPEN_TO_ALL};
    assert_string_equal(in_database(&f), "undeclared-public undeclared privileges of PUBLIC in db\n"
                                         "  CREATE on database db: granted -> not declared\n"
                                         "  USAGE on schema side: granted -> not declared\n"
                                         "  CREATE on schema public: granted -> not declared\n"
                                         "  SELECT on public.a: granted -> not declared\n");
    want.undeclared[PG_UNDECLARED_PUBLIC] = PG_UNDECLARED_REMOVE;
    assert_string_equal(in_database(&f),
                        "undeclared-public undeclared privileges of PUBLIC in db\n"
                        "  CREATE on database db: granted -> revoked\n"
                        "  SELECT on public.a: granted -> revoked\n"
                        "  > REVOKE CREATE ON DATABASE db FROM PUBLIC\n"
                        "  > REVOKE SELECT ON TABLE public.a FROM PUBLIC\n"
                        "undeclared-public undeclared schema privileges of PUBLIC in db\n"
                        "  USAGE on schema side: granted -> revoked\n"
                        "  CREATE on schema public: granted -> revoked\n"
                        "  > REVOKE USAGE ON SCHEMA side FROM PUBLIC\n"
                        "  > REVOKE CREATE ON SCHEMA public FROM PUBLIC\n");
    want.undeclared[PG_UNDECLARED_PUBLIC] = PG_UNDECLARED_IGNORE;
    assert_string_equal(in_database(&f), "");
}

/* CREATE on schema public was PUBLIC's by birth before 15; what is declared is not undeclared. */
static void test_public_by_birth_and_declaration(void **state)
{
    (void)state;
    const struct pg_fixture old = {.session = FOURTEEN,
                                   .schemas = "2200|public|12|{owner=UC/owner,=UC/owner}|f"};
    assert_string_equal(in_database(&old), "");
    const struct pg_fixture f = {OPEN_TO_ALL};
    const struct pg_want_schema_grant schemas[] = {
        {.name = "public", .schema = PG_CREATE, .tables = PG_SELECT},
        {.name = "side", .schema = PG_USAGE}};
    const struct pg_want_grant grant = {
        .database = "db", .database_mask = PG_CREATE, .schemas = schemas, .schema_count = 2};
    want.grants = &grant;
    want.grant_count = 1;
    assert_string_equal(in_database(&f), "");
}

/* Where the document takes the database from PUBLIC, that is pg_diff_database()'s. */
static void test_public_where_it_is_revoked(void **state)
{
    (void)state;
    const struct pg_want_database closed = {.name = "db", .revoke_public = true};
    const struct pg_fixture f = {.databases =
                                     "100|db|12|UTF8|C|C|f|t|-1|{=CTc/owner,owner=CTc/owner}|\\N",
                                 .schemas = "2200|public|12|{owner=UC/owner,=UC/owner}|f"};
    want.databases = &closed;
    assert_string_equal(in_database(&f), "undeclared-public undeclared privileges of PUBLIC in db\n"
                                         "  CREATE on schema public: granted -> not declared\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_grantees),
        CASE(test_grantee_grows),
        CASE(test_grantee_by_another_grantor),
        CASE(test_more_than_an_additive_declaration),
        CASE(test_public),
        CASE(test_public_by_birth_and_declaration),
        CASE(test_public_where_it_is_revoked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
