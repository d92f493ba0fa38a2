/* No half measures: a name that resolves to nothing takes no right away, because what is taken may
 * be what the name was meant for. Hand-made catalogs, to the letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pg/diff.h"
#include "support/pg_fixture.h"

#define TABLES_ALL "{owner=arwdDxt/owner}"

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

static const char *in_cluster(const struct pg_fixture *f, const struct pg_want *want)
{
    struct pg_changes changes = pg_diff_cluster(want, pg_fixture_cluster(f, arena), arena);
    return pg_fixture_text(&changes, arena);
}

static const char *in_database(const struct pg_fixture *f, const struct pg_want *want)
{
    struct pg_changes changes = pg_diff_database(want, "db", pg_fixture_cluster(f, arena),
                                                 pg_fixture_database(f, arena), arena);
    return pg_fixture_text(&changes, arena);
}

static const char *with_grant(const struct pg_fixture *f, struct pg_want_grant grant)
{
    grant.database = "db";
    if (!grant.grantee) grant.grantee = "app";
    grant.exact = true;
    return in_database(f, &(struct pg_want){.grants = &grant, .grant_count = 1});
}

/* app holds what the right names would give: these are what must not go. */
static const struct pg_fixture held = {
    .schemas = "2200|public|12|{owner=UC/owner,=U/owner,app=U/owner}|f",
    .relations = "2200|r|12|{owner=arwdDxt/owner,app=r/owner}|" TABLES_ALL "|f|{bills,users}",
    .defaults = "12|2200|r|{app=r/owner}",
};

/* --- privileges ------------------------------------------------------------------------------- */

static void test_grantee_misspelt(void **state)
{
    (void)state;
    const struct pg_want_database db = {.name = "db", .revoke_public = true};
    const struct pg_want_grant grant = {
        .database = "db", .grantee = "apq", .exact = true, .database_mask = PG_CONNECT};
    const struct pg_want want = {
        .databases = &db, .database_count = 1, .grants = &grant, .grant_count = 1};
    /* PUBLIC's CONNECT is what lets the right one in. */
    assert_string_equal(in_database(&held, &want),
                        "grant privileges of apq in db\n"
                        "  ! there is no role \"apq\" (did you mean \"app\"?)\n"
                        "  grantee: missing -> present\n"
                        "revoke surplus privileges of PUBLIC in db: nothing is taken away while "
                        "role \"apq\", declared here, does not exist\n"
                        "  ! nothing is taken away while role \"apq\", declared here, does not "
                        "exist\n"
                        "  CONNECT, TEMPORARY on database db: granted -> revoked\n");
}

#define WITHHELD(name) "nothing is taken away while \"" name "\", declared for it, does not exist"
#define SURPLUS(name)                                                                              \
    "revoke surplus privileges of app in db: " WITHHELD(name) "\n"                                 \
                                                              "  ! " WITHHELD(name) "\n"
#define DEFAULTS(name)                                                                             \
    "default-privileges default privileges of app in db: " WITHHELD(                               \
        name) "\n"                                                                                 \
              "  ! " WITHHELD(                                                                     \
                  name) "\n"                                                                       \
                        "  SELECT on new tables of owner in public: granted -> revoked\n"

static void test_schema_misspelt(void **state)
{
    (void)state;
    const struct pg_want_schema_grant schema = {
        .name = "pubic", .schema = PG_USAGE, .tables = PG_SELECT};
    assert_string_equal(
        with_grant(&held, (struct pg_want_grant){.schemas = &schema, .schema_count = 1}),
        DEFAULTS("pubic") "grant privileges of app in db: there is no schema \"pubic\" (did you "
                          "mean \"public\"?)\n"
                          "  ! there is no schema \"pubic\" (did you mean \"public\"?)\n"
                          "  USAGE on schema pubic: missing -> granted\n" SURPLUS(
                              "pubic") "  USAGE on schema public: granted -> revoked\n"
                                       "  SELECT on 2 tables in public: granted -> revoked\n");
}

static void test_table_misspelt(void **state)
{
    (void)state;
    const struct pg_want_table table = {"bill", PG_SELECT, NULL, 0};
    const struct pg_want_schema_grant schema = {
        .name = "public", .schema = PG_USAGE | PG_CREATE, .table_list = &table, .table_count = 1};
    assert_string_equal(
        with_grant(&held, (struct pg_want_grant){.schemas = &schema, .schema_count = 1}),
        DEFAULTS("bill") "grant privileges of app in db\n"
                         "  CREATE on schema public: missing -> granted\n"
                         "  > GRANT CREATE ON SCHEMA public TO app\n"
                         "grant privileges of app in db: there is no table \"bill\" (did you mean "
                         "\"bills\"?)\n"
                         "  ! there is no table \"bill\" (did you mean \"bills\"?)\n"
                         "  SELECT on public.bill: missing -> granted\n" SURPLUS(
                             "bill") "  SELECT on 2 tables in public: granted -> revoked\n");
}

static void test_creator_misspelt(void **state)
{
    (void)state;
    const struct pg_want_schema_grant schema = {
        .name = "public", .schema = PG_USAGE, .tables = PG_SELECT};
    const struct pg_want_default entry = {"ownr", "public", PG_KIND_TABLE, PG_SELECT};
    assert_string_equal(
        with_grant(&held, (struct pg_want_grant){.schemas = &schema,
                                                 .schema_count = 1,
                                                 .defaults = &entry,
                                                 .default_count = 1}),
        DEFAULTS("ownr") "default-privileges default privileges of app in db: there is no role "
                         "\"ownr\" (did you "
                         "mean \"owner\"?)\n"
                         "  ! there is no role \"ownr\" (did you mean \"owner\"?)\n"
                         "  SELECT on new tables of ownr in public: missing -> granted\n");
}

static void test_schema_of_defaults_misspelt(void **state)
{
    (void)state;
    const struct pg_want_schema_grant schema = {.name = "public", .schema = PG_USAGE};
    const struct pg_want_default entry = {"owner", "publik", PG_KIND_TABLE, PG_SELECT};
    const char *text = with_grant(
        &held, (struct pg_want_grant){
                   .schemas = &schema, .schema_count = 1, .defaults = &entry, .default_count = 1});
    assert_non_null(strstr(text, DEFAULTS("publik")));
    assert_null(strstr(text, "REVOKE"));
    assert_non_null(strstr(text, "there is no schema \"publik\" (did you mean \"public\"?)"));
}

/* The server alone knows columns: what is lost and what is gained are one transaction, which a
 * column that is not there ends. */
static void test_column_misspelt(void **state)
{
    (void)state;
    const struct pg_fixture f = {.schemas = held.schemas,
                                 .relations = "2200|r|12|\\N|" TABLES_ALL "|f|{bills}",
                                 .columns = "2200|bills|amount|{app=w/owner}"};
    const struct pg_want_column column = {"amuont", PG_UPDATE};
    const struct pg_want_table table = {"bills", 0, &column, 1};
    const struct pg_want_schema_grant schema = {
        .name = "public", .schema = PG_USAGE, .table_list = &table, .table_count = 1};
    assert_string_equal(
        with_grant(&f, (struct pg_want_grant){.schemas = &schema, .schema_count = 1}),
        "regrant grants on table public.bills in db\n"
        "  UPDATE (amount) on public.bills for app: granted -> revoked\n"
        "  UPDATE (amuont) on public.bills for app: missing -> granted\n"
        "  > REVOKE UPDATE (amount) ON TABLE public.bills FROM app\n"
        "  > GRANT UPDATE (amuont) ON TABLE public.bills TO app\n");
}

/* Somebody else's declaration in the same database is none of it. */
static void test_others_lose_what_they_shall(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .schemas = "2200|public|12|{owner=UC/owner,=U/owner,app=U/owner,other=U/owner}|f"};
    const struct pg_want_schema_grant misspelt = {.name = "pubic", .schema = PG_USAGE};
    const struct pg_want_grant grants[] = {{.database = "db",
                                            .grantee = "app",
                                            .exact = true,
                                            .schemas = &misspelt,
                                            .schema_count = 1},
                                           {.database = "db", .grantee = "other", .exact = true}};
    const char *text = in_database(&f, &(struct pg_want){.grants = grants, .grant_count = 2});
    assert_null(strstr(text, "FROM app"));
    assert_non_null(strstr(text, "  > REVOKE USAGE ON SCHEMA public FROM other\n"));
}

/* --- owners ----------------------------------------------------------------------------------- */

static void test_owners_misspelt(void **state)
{
    (void)state;
    const struct pg_want_schema schemas[] = {{"public", "ownr"}, {"new", "ownr"}};
    const struct pg_want_database db = {
        .name = "db", .owner = "ownr", .schemas = schemas, .schema_count = 2};
    const struct pg_want_schema_grant in_new = {.name = "new", .schema = PG_USAGE};
    const struct pg_want_grant grant = {
        .database = "db", .grantee = "app", .exact = true, .schemas = &in_new, .schema_count = 1};
    const struct pg_want want = {
        .databases = &db, .database_count = 1, .grants = &grant, .grant_count = 1};
    const char *const missing = "there is no role \"ownr\" (did you mean \"owner\"?)";
    assert_string_equal(in_cluster(&held, &want), arena_printf(arena,
                                                               "database-alter database db\n"
                                                               "  ! %s\n"
                                                               "  owner: owner -> ownr\n",
                                                               missing));
    const char *text = in_database(&held, &want);
    assert_null(strstr(text, "  > "));
    assert_non_null(strstr(text, "schema-create schema new in db\n"
                                 "  ! there is no role \"ownr\" (did you mean \"owner\"?)\n"));
    assert_non_null(strstr(text, "schema-alter schema public in db\n"
                                 "  ! there is no role \"ownr\" (did you mean \"owner\"?)\n"));
    assert_non_null(strstr(text, SURPLUS("new")));
}

/* A superuser may do everything but that. */
static void test_owner_misspelt_for_a_superuser(void **state)
{
    (void)state;
    const struct pg_fixture f = {.session = "150004|10|t|f|off|on|\\N|7|pg_catalog"};
    const struct pg_want_schema schema = {"new", "ownr"};
    const struct pg_want_database db = {.name = "db", .schemas = &schema, .schema_count = 1};
    const struct pg_want_schema_grant in_new = {.name = "new", .schema = PG_USAGE};
    const struct pg_want_grant grant = {
        .database = "db", .grantee = "app", .schemas = &in_new, .schema_count = 1};
    const char *text = in_database(
        &f, &(struct pg_want){
                .databases = &db, .database_count = 1, .grants = &grant, .grant_count = 1});
    assert_null(strstr(text, "  > "));
}

/* --- memberships and settings ----------------------------------------------------------------- */

static void test_member_of_misspelt(void **state)
{
    (void)state;
    static const char *const groups[] = {"ownr", "pg_monitor"};
    const struct pg_fixture f = {.members = "12|13|11|f|\\N|\\N"};
    const struct pg_want_role role = {
        .name = "app", .members_exact = true, .member_of = groups, .member_of_count = 2};
    assert_string_equal(in_cluster(&f, &(struct pg_want){.roles = &role, .role_count = 1}),
                        "membership-revoke surplus memberships of role app\n"
                        "  ! nothing is taken away before it can be made a member of \"ownr\"\n"
                        "  member of owner: yes -> no\n"
                        "membership-grant memberships of role app\n"
                        "  member of pg_monitor: no -> yes\n"
                        "  > GRANT pg_monitor TO app\n"
                        "membership-grant impossible memberships of role app\n"
                        "  ! there is no role \"ownr\" (did you mean \"owner\"?)\n"
                        "  member of ownr: no -> yes\n");
}

/* Siblings: reserved, and circular. */
static void test_member_of_what_cannot_be(void **state)
{
    (void)state;
    static const char *const reserved[] = {"postgres"};
    static const char *const circular[] = {"other"};
    const struct pg_fixture f = {.members = "12|13|11|f|\\N|\\N\n13|14|11|f|\\N|\\N"};
    struct pg_want_role role = {
        .name = "app", .members_exact = true, .member_of = reserved, .member_of_count = 1};
    const struct pg_want want = {.roles = &role, .role_count = 1};
    assert_null(strstr(in_cluster(&f, &want), "REVOKE"));
    assert_non_null(strstr(in_cluster(&f, &want), "a member of \"postgres\"\n"));
    role.member_of = circular;
    assert_null(strstr(in_cluster(&f, &want), "REVOKE"));
    assert_non_null(strstr(in_cluster(&f, &want), "a member of \"other\"\n"));
}

/* To be created by the same plan is no misspelling. */
static void test_member_of_a_role_to_come(void **state)
{
    (void)state;
    static const char *const groups[] = {"fresh"};
    const struct pg_fixture f = {.members = "12|13|11|f|\\N|\\N"};
    const struct pg_want_role roles[] = {
        {.name = "app", .members_exact = true, .member_of = groups, .member_of_count = 1},
        {.name = "fresh", .create_allowed = true}};
    const char *text = in_cluster(&f, &(struct pg_want){.roles = roles, .role_count = 2});
    assert_non_null(strstr(text, "  > REVOKE owner FROM app\n"));
    assert_non_null(strstr(text, "  > GRANT fresh TO app\n"));
}

static void test_database_of_settings_misspelt(void **state)
{
    (void)state;
    const struct pg_fixture f = {.settings = "100|13|{work_mem=8MB}\n0|13|{jit=off}"};
    const struct pg_want_setting setting = {"work_mem", "8MB", "bd"};
    const struct pg_want_role role = {
        .name = "app", .settings = &setting, .setting_count = 1, .settings_exact = true};
    assert_string_equal(in_cluster(&f, &(struct pg_want){.roles = &role, .role_count = 1}),
                        "role-setting settings of role app\n"
                        "  jit: off -> -\n"
                        "  > ALTER ROLE app RESET jit\n"
                        "role-database-setting settings of role app in bd\n"
                        "  ! there is no database \"bd\" (did you mean \"db\"?)\n"
                        "  work_mem: - -> 8MB\n"
                        "role-database-setting surplus settings of role app in db\n"
                        "  ! nothing is reset before its settings in \"bd\" can be made\n"
                        "  work_mem: 8MB -> -\n");
}

static void test_settings_of_nobody(void **state)
{
    (void)state;
    const struct pg_fixture f = {.settings = "0|13|{jit=off}"};
    const struct pg_want_setting setting = {"work_mem", "8MB", NULL};
    const struct pg_want_role role = {
        .name = "apq", .settings = &setting, .setting_count = 1, .settings_exact = true};
    assert_string_equal(in_cluster(&f, &(struct pg_want){.roles = &role, .role_count = 1}),
                        "role-create role apq\n"
                        "  ! it does not exist, and is not to be created from here\n"
                        "  role: - -> present\n");
}

/* --- a database that cannot be ---------------------------------------------------------------- */

static void test_nothing_in_a_database_that_cannot_be(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .databases = "100|db|12|SQL_ASCII|C|C|f|t|-1|{=Tc/owner,owner=CTc/owner}|\\N"};
    const struct pg_want_schema schema = {"new", "owner"};
    struct pg_want_database db = {
        .name = "db", .encoding = "UTF8", .schemas = &schema, .schema_count = 1};
    const struct pg_want_default entry = {"owner", NULL, PG_KIND_TABLE, PG_SELECT};
    const struct pg_want_grant grant = {.database = "db",
                                        .grantee = "app",
                                        .database_mask = PG_CREATE,
                                        .defaults = &entry,
                                        .default_count = 1};
    const struct pg_want want = {
        .databases = &db, .database_count = 1, .grants = &grant, .grant_count = 1};
    const struct pg_cluster *c = pg_fixture_cluster(&f, arena);
    const char *const why =
        "database db cannot be what is declared: its encoding is SQL_ASCII, not UTF8";
    assert_string_equal(pg_database_unachievable(&want, "db", c, arena), why);
    struct pg_changes changes =
        pg_diff_database(&want, "db", c, pg_fixture_database(&f, arena), arena);
    assert_int_equal(changes.count, 3);
    for (size_t i = 0; i < changes.count; i++) {
        assert_string_equal(changes.items[i].unfixable, why);
        assert_int_equal(changes.items[i].statement_count, 0);
    }
    db.encoding = "sql-ascii";
    assert_null(pg_database_unachievable(&want, "db", c, arena));
    db.collate = "ko_KR.utf8";
    assert_string_equal(
        pg_database_unachievable(&want, "db", c, arena),
        "database db cannot be what is declared: its collation is C, not ko_KR.utf8");
    assert_null(pg_database_unachievable(&want, "elsewhere", c, arena));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_grantee_misspelt),
        CASE(test_schema_misspelt),
        CASE(test_table_misspelt),
        CASE(test_creator_misspelt),
        CASE(test_schema_of_defaults_misspelt),
        CASE(test_column_misspelt),
        CASE(test_others_lose_what_they_shall),
        CASE(test_owners_misspelt),
        CASE(test_owner_misspelt_for_a_superuser),
        CASE(test_member_of_misspelt),
        CASE(test_member_of_what_cannot_be),
        CASE(test_member_of_a_role_to_come),
        CASE(test_database_of_settings_misspelt),
        CASE(test_settings_of_nobody),
        CASE(test_nothing_in_a_database_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
