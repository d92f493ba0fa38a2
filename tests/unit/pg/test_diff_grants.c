/* Privileges: declared against hand-made catalogs, to the letter. What real servers make of such
 * statements is the property test's business. */
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

/* The plan's declaration for the application. */
static const struct pg_want_schema_grant app_schema = {
    .name = "public",
    .schema = PG_USAGE,
    .tables = PG_SELECT | PG_INSERT | PG_UPDATE | PG_DELETE,
    .sequences = PG_USAGE | PG_SELECT,
};
static const struct pg_want_default app_defaults[] = {
    {"owner", "public", PG_KIND_TABLE, PG_SELECT | PG_INSERT | PG_UPDATE | PG_DELETE},
    {"owner", "public", PG_KIND_SEQUENCE, PG_USAGE | PG_SELECT},
};
static const struct pg_want_grant app = {
    .grantee = "app",
    .exact = true,
    .database_mask = PG_CONNECT,
    .schemas = &app_schema,
    .schema_count = 1,
    .defaults = app_defaults,
    .default_count = 2,
};

static void test_plan_on_a_fresh_database(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .relations = "2200|r|12|\\N|" TABLES_ALL "|f|{auth_users,auth_services}\n"
                     "2200|r|12|{owner=arwdDxt/owner,app=r/owner}|" TABLES_ALL "|f|{Odd}\n"
                     "2200|r|12|\\N|" TABLES_ALL "|t|{pg_stat_statements}\n"
                     "2200|s|12|\\N|{owner=rwU/owner}|f|{users_id_seq}"};
    assert_string_equal(
        diff_grant(&f, app),
        "default-privileges default privileges of app in db\n"
        "  SELECT, INSERT, UPDATE, DELETE on new tables of owner in public: missing -> granted\n"
        "  SELECT, USAGE on new sequences of owner in public: missing -> granted\n"
        "  > ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT, INSERT, "
        "UPDATE, DELETE ON TABLES TO app\n"
        "  > ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT, USAGE ON "
        "SEQUENCES TO app\n"
        "grant privileges of app in db\n"
        "  CONNECT on database db: missing -> granted\n"
        "  USAGE on schema public: missing -> granted\n"
        "  INSERT, UPDATE, DELETE on public.Odd: missing -> granted\n"
        "  SELECT, INSERT, UPDATE, DELETE on 2 tables in public: missing -> granted\n"
        "  SELECT, USAGE on public.users_id_seq: missing -> granted\n"
        "  > GRANT CONNECT ON DATABASE db TO app\n"
        "  > GRANT USAGE ON SCHEMA public TO app\n"
        "  > GRANT INSERT, UPDATE, DELETE ON TABLE public.\"Odd\" TO app\n"
        "  > GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.auth_services, "
        "public.auth_users TO app\n"
        "  > GRANT SELECT, USAGE ON SEQUENCE public.users_id_seq TO app\n");
}

static const struct pg_fixture converged = {
    .databases = "100|db|12|UTF8|C|C|f|t|-1|{owner=CTc/owner,app=c/owner}|\\N",
    .schemas = "2200|public|12|{owner=UC/owner,=U/owner,app=U/owner}|f",
    .relations = "2200|r|12|{owner=arwdDxt/owner,app=arwd/owner}|" TABLES_ALL "|f|{a,b}\n"
                 "2200|s|12|{owner=rwU/owner,app=rU/owner}|{owner=rwU/owner}|f|{q}",
    .defaults = "12|2200|r|{app=arwd/owner}\n12|2200|S|{app=rU/owner}",
};

static void test_nothing_to_do(void **state)
{
    (void)state;
    assert_string_equal(diff_grant(&converged, app), "");
}

/* More than declared, wherever it is; and a grantee who is not managed keeps everything. */
static void test_exact_revokes(void **state)
{
    (void)state;
    struct pg_fixture f = converged;
    f.databases = "100|db|12|UTF8|C|C|f|t|-1|{owner=CTc/owner,app=CTc/owner,other=C/owner}|\\N";
    f.schemas = "2200|public|12|{owner=UC/owner,=U/owner,app=UC/owner,other=UC/owner}|f\n"
                "300|side|12|{owner=UC/owner,app=U/owner}|f";
    f.relations =
        "2200|r|12|{owner=arwdDxt/owner,app=arwdD/owner,other=r*/owner}|" TABLES_ALL "|f|{a,b}\n"
        "300|r|12|{owner=arwdDxt/owner,app=r*/owner}|" TABLES_ALL "|f|{t}\n"
        "2200|s|12|{owner=rwU/owner,app=r*U/owner}|{owner=rwU/owner}|f|{q}";
    f.columns = "2200|a|secret|{app=rw/owner,other=r/owner}";
    f.routines = "2200|f|12|{=X/owner,owner=X/owner,app=X/owner}|{}|f|{f()}";
    f.defaults = "12|2200|r|{app=arwd/owner}\n12|2200|S|{app=rU/owner,other=U/owner}\n"
                 "12|0|f|{=X/owner,owner=X/owner,app=X/owner}";
    const char *text = diff_grant(&f, app);
    assert_string_equal(
        text, "default-privileges default privileges of app in db\n"
              "  EXECUTE on new routines of owner: granted -> revoked\n"
              "  > ALTER DEFAULT PRIVILEGES FOR ROLE owner REVOKE EXECUTE ON ROUTINES FROM app\n"
              "revoke surplus privileges of app in db\n"
              "  CREATE, TEMPORARY on database db: granted -> revoked\n"
              "  SELECT on side.t: granted -> revoked\n"
              "  TRUNCATE on 2 tables in public: granted -> revoked\n"
              "  grant option for SELECT on public.q: granted -> revoked\n"
              "  EXECUTE on public.f(): granted -> revoked\n"
              "  SELECT (secret), UPDATE (secret) on public.a: granted -> revoked\n"
              "  > REVOKE CREATE, TEMPORARY ON DATABASE db FROM app\n"
              "  > REVOKE SELECT ON TABLE side.t FROM app\n"
              "  > REVOKE TRUNCATE ON TABLE public.a, public.b FROM app\n"
              "  > REVOKE GRANT OPTION FOR SELECT ON SEQUENCE public.q FROM app\n"
              "  > REVOKE EXECUTE ON ROUTINE public.f() FROM app\n"
              "  > REVOKE SELECT (secret), UPDATE (secret) ON TABLE public.a FROM app\n"
              "revoke surplus schema privileges of app in db\n"
              "  USAGE on schema side: granted -> revoked\n"
              "  CREATE on schema public: granted -> revoked\n"
              "  > REVOKE USAGE ON SCHEMA side FROM app\n"
              "  > REVOKE CREATE ON SCHEMA public FROM app\n");
    struct pg_want_grant additive = app;
    additive.exact = false;
    assert_string_equal(diff_grant(&f, additive), "");
}

static void test_public(void **state)
{
    (void)state;
    const struct pg_want_database db = {.name = "db", .revoke_public = true};
    struct pg_want want = {.databases = &db, .database_count = 1};
    assert_string_equal(diff(&(struct pg_fixture){0}, &want),
                        "revoke surplus privileges of PUBLIC in db\n"
                        "  CONNECT, TEMPORARY on database db: granted -> revoked\n"
                        "  > REVOKE CONNECT, TEMPORARY ON DATABASE db FROM PUBLIC\n");
    /* PUBLIC may execute every routine by birth: managed only where somebody says so. */
    const struct pg_fixture f = {.routines = "2200|f|12|\\N|{=X/owner,owner=X/owner}|f|{f()}",
                                 .defaults = "12|0|f|{=X/owner,owner=X/owner,app=X/owner}"};
    struct pg_want_schema_grant schema = {.name = "public", .schema = PG_USAGE};
    struct pg_want_grant grant = {.database = "db",
                                  .exact = true,
                                  .database_mask = PG_CONNECT,
                                  .schemas = &schema,
                                  .schema_count = 1};
    want = (struct pg_want){.grants = &grant, .grant_count = 1};
    assert_string_equal(diff(&f, &want), "revoke surplus privileges of PUBLIC in db\n"
                                         "  TEMPORARY on database db: granted -> revoked\n"
                                         "  > REVOKE TEMPORARY ON DATABASE db FROM PUBLIC\n");
    const struct pg_want_default closed = {"owner", NULL, PG_KIND_ROUTINE, 0};
    grant.defaults = &closed;
    grant.default_count = 1;
    grant.database_mask |= PG_TEMPORARY;
    assert_string_equal(
        diff(&f, &want),
        "default-privileges default privileges of PUBLIC in db\n"
        "  EXECUTE on new routines of owner: granted -> revoked\n"
        "  > ALTER DEFAULT PRIVILEGES FOR ROLE owner REVOKE EXECUTE ON ROUTINES FROM PUBLIC\n");
    /* The same without any entry: the built-in default counts. */
    assert_string_equal(
        diff(&(struct pg_fixture){0}, &want),
        "default-privileges default privileges of PUBLIC in db\n"
        "  EXECUTE on new routines of owner: granted -> revoked\n"
        "  > ALTER DEFAULT PRIVILEGES FOR ROLE owner REVOKE EXECUTE ON ROUTINES FROM PUBLIC\n");
}

/* What an owner holds of his own is not ours to judge. */
static void test_owner_is_left_alone(void **state)
{
    (void)state;
    const struct pg_fixture f = {.relations = "2200|r|13|\\N|{app=arwdDxt/app}|f|{mine}"};
    const struct pg_want_schema_grant schema = {
        .name = "public", .schema = PG_USAGE, .tables = PG_SELECT};
    struct pg_want_grant grant = {
        .grantee = "app", .exact = true, .schemas = &schema, .schema_count = 1};
    assert_string_equal(diff_grant(&f, grant), "grant privileges of app in db\n"
                                               "  USAGE on schema public: missing -> granted\n"
                                               "  > GRANT USAGE ON SCHEMA public TO app\n");
}

static void test_tables_and_columns_by_name(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .relations = "2200|r|12|{owner=arwdDxt/owner,app=r/owner}|" TABLES_ALL "|f|{c,a,b}",
        .columns = "2200|b|x|{app=w/owner}"};
    const struct pg_want_column columns[] = {{"x", PG_UPDATE}, {"Y", PG_UPDATE}, {"z", PG_ALL}};
    const struct pg_want_table tables[] = {{"b", PG_DELETE, columns, 3},
                                           {"gone", PG_SELECT, NULL, 0}};
    const struct pg_want_schema_grant schema = {.name = "public",
                                                .schema = PG_USAGE,
                                                .tables = PG_SELECT,
                                                .table_list = tables,
                                                .table_count = 2};
    const struct pg_want_schema_grant missing = {.name = "nowhere", .tables = PG_SELECT};
    const struct pg_want_schema_grant both[] = {schema, missing};
    struct pg_want_grant grant = {
        .grantee = "app", .exact = true, .schemas = both, .schema_count = 2};
    assert_string_equal(
        diff_grant(&f, grant),
        "grant privileges of app in db\n"
        "  USAGE on schema public: missing -> granted\n"
        "  DELETE on public.b: missing -> granted\n"
        "  UPDATE (\"Y\") on public.b: missing -> granted\n"
        "  SELECT (z), INSERT (z), UPDATE (z), REFERENCES (z) on public.b: missing -> granted\n"
        "  > GRANT USAGE ON SCHEMA public TO app\n"
        "  > GRANT DELETE ON TABLE public.b TO app\n"
        "  > GRANT UPDATE (\"Y\") ON TABLE public.b TO app\n"
        "  > GRANT SELECT (z), INSERT (z), UPDATE (z), REFERENCES (z) ON TABLE public.b TO app\n"
        "grant privileges of app in db: there is no schema \"nowhere\"\n"
        "  ! there is no schema \"nowhere\"\n"
        "  USAGE on schema nowhere: missing -> granted\n"
        "grant privileges of app in db: there is no table \"gone\"\n"
        "  ! there is no table \"gone\"\n"
        "  SELECT on public.gone: missing -> granted\n");
}

/* The owner's name in the list is the one it will have when the schema has changed hands. */
static void test_schemas(void **state)
{
    (void)state;
    const struct pg_fixture f = {.schemas = "2200|public|12|{owner=UC/owner,app=C/owner}|f\n"
                                            "300|ext|12|{owner=UC/owner,app=U/owner}|t"};
    const struct pg_want_schema schemas[] = {
        {"public", "other"}, {"fresh", NULL}, {"Odd", "nobody"}};
    const struct pg_want_database db = {.name = "db", .schemas = schemas, .schema_count = 3};
    const struct pg_want_schema_grant wanted[] = {{.name = "fresh", .schema = PG_ALL},
                                                  {.name = "public", .schema = PG_USAGE}};
    const struct pg_want_grant grant = {
        .database = "db", .grantee = "app", .exact = true, .schemas = wanted, .schema_count = 2};
    const struct pg_want want = {
        .databases = &db, .database_count = 1, .grants = &grant, .grant_count = 1};
    assert_string_equal(diff(&f, &want), "schema-create schema Odd in db\n"
                                         "  ! there is no role \"nobody\"\n"
                                         "  schema: - -> present\n"
                                         "  owner: - -> nobody\n"
                                         "schema-create schema fresh in db\n"
                                         "  schema: - -> present\n"
                                         "  owner: - -> owner\n"
                                         "  > CREATE SCHEMA fresh AUTHORIZATION owner\n"
                                         "schema-alter schema public in db\n"
                                         "  owner: owner -> other\n"
                                         "  > ALTER SCHEMA public OWNER TO other\n"
                                         "grant privileges of app in db\n"
                                         "  USAGE on schema public: missing -> granted\n"
                                         "  USAGE, CREATE on schema fresh: missing -> granted\n"
                                         "  > GRANT USAGE ON SCHEMA public TO app\n"
                                         "  > GRANT USAGE, CREATE ON SCHEMA fresh TO app\n"
                                         "revoke surplus schema privileges of app in db\n"
                                         "  CREATE on schema public: granted -> revoked\n"
                                         "  > REVOKE CREATE ON SCHEMA public FROM app\n");
}

/* Everything that a plan for an empty server can already say. */
static void test_database_to_be_created(void **state)
{
    (void)state;
    const struct pg_want_role roles[] = {{.name = "newcomer", .create_allowed = true}};
    const struct pg_want_database db = {
        .name = "fresh", .owner = "owner", .create_allowed = true, .revoke_public = true};
    struct pg_want_grant grants[] = {app, app};
    grants[0].database = grants[1].database = "fresh";
    grants[0].grantee = "newcomer";
    grants[1].grantee = "nobody";
    const struct pg_want want = {.roles = roles,
                                 .role_count = 1,
                                 .databases = &db,
                                 .database_count = 1,
                                 .grants = grants,
                                 .grant_count = 2};
    struct pg_changes changes = pg_diff_database(
        &want, "fresh", pg_fixture_cluster(&(struct pg_fixture){0}, arena), NULL, arena);
    assert_string_equal(
        pg_fixture_text(&changes, arena),
        "grant privileges of nobody in fresh\n"
        "  ! there is no role \"nobody\"\n"
        "  grantee: missing -> present\n"
        "default-privileges default privileges of newcomer in fresh\n"
        "  SELECT, INSERT, UPDATE, DELETE on new tables of owner in public: missing -> granted\n"
        "  SELECT, USAGE on new sequences of owner in public: missing -> granted\n"
        "  > ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT, INSERT, "
        "UPDATE, DELETE ON TABLES TO newcomer\n"
        "  > ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT, USAGE ON "
        "SEQUENCES TO newcomer\n"
        "grant privileges of newcomer in fresh\n"
        "  CONNECT on database fresh: missing -> granted\n"
        "  USAGE on schema public: missing -> granted\n"
        "  > GRANT CONNECT ON DATABASE fresh TO newcomer\n"
        "  > GRANT USAGE ON SCHEMA public TO newcomer\n"
        "revoke surplus privileges of PUBLIC in fresh: nothing is taken away while role "
        "\"nobody\", declared here, does not exist\n"
        "  ! nothing is taken away while role \"nobody\", declared here, does not exist\n"
        "  CONNECT, TEMPORARY on database fresh: granted -> revoked\n");
}

/* Long lists are cut, and are not held in one transaction. */
static void test_batches(void **state)
{
    (void)state;
    struct buf relations;
    buf_init(&relations, 1024 * 1024);
    buf_str(&relations, "2200|r|12|\\N|" TABLES_ALL "|f|{");
    for (int i = 0; i < 4700; i++) buf_printf(&relations, "%st%04d", i ? "," : "", i);
    buf_char(&relations, '}');
    const struct pg_fixture f = {.relations = buf_text(&relations)};
    const struct pg_want_schema_grant schema = {.name = "public", .tables = PG_SELECT};
    const struct pg_want_grant grant = {
        .database = "db", .grantee = "app", .schemas = &schema, .schema_count = 1};
    const struct pg_want want = {.grants = &grant, .grant_count = 1};
    struct pg_changes changes = changes_of(&f, &want);
    assert_int_equal(changes.count, 1);
    assert_int_equal(changes.items[0].delta_count, 1);
    assert_string_equal(changes.items[0].deltas[0].field, "SELECT on 4700 tables in public");
    assert_int_equal(changes.items[0].statement_count, 10);
    assert_int_equal(changes.items[0].mode, SQL_EACH);
    size_t named = 0;
    for (size_t i = 0; i < 10; i++) {
        const char *text = changes.items[0].statements[i].text;
        assert_true(strlen(text) < 80 * 1024);
        for (const char *c = text; (c = strstr(c, "public.t")) != NULL; c++) named++;
    }
    assert_int_equal(named, 4700);
    buf_done(&relations);
}

/* The server's order of rows and names is no part of the plan. */
static void test_same_input_same_plan(void **state)
{
    (void)state;
    const struct pg_fixture one = {
        .relations = "2200|r|12|\\N|" TABLES_ALL "|f|{b,a}\n"
                     "2200|r|12|{owner=arwdDxt/owner,app=D/owner}|" TABLES_ALL "|f|{d,c}"};
    const struct pg_fixture two = {
        .relations = "2200|r|12|{app=D/owner,owner=arwdDxt/owner}|" TABLES_ALL "|f|{c,d}\n"
                     "2200|r|12|\\N|" TABLES_ALL "|f|{a,b}"};
    assert_string_equal(diff_grant(&one, app), diff_grant(&two, app));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan_on_a_fresh_database),
        cmocka_unit_test(test_nothing_to_do),
        cmocka_unit_test(test_exact_revokes),
        cmocka_unit_test(test_public),
        cmocka_unit_test(test_owner_is_left_alone),
        cmocka_unit_test(test_tables_and_columns_by_name),
        cmocka_unit_test(test_schemas),
        cmocka_unit_test(test_database_to_be_created),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_same_input_same_plan),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
