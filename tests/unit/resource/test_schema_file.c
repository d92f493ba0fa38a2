/* Schema files: when one is run, and when it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "resource/action.h"
#include "resource/compare.h"
#include "resource/resource.h"
#include "support/pg_fixture.h"

/* Schema public has the table b, the sequence c and the routine d; schema other has nothing. */
static const struct pg_fixture catalog = {
    .schemas = "2200|public|12|{owner=UC/owner,=U/owner}|f\n16400|other|12|{owner=UC/owner}|f",
    .relations = "2200|r|12|\\N|{owner=r/owner}|f|{b}\n2200|s|12|\\N|{owner=r/owner}|f|{c}",
    .routines = "2200|f|12|\\N|{owner=X/owner}|f|{d()}",
};

static const struct scope scopes[] = {
    {.kind = SCOPE_ROOT, .word = "server"},
    {.kind = SCOPE_CLUSTER, .word = "cluster"},
    {.kind = SCOPE_DATABASE, .word = "database db"},
};

struct fixture {
    struct arena *arena;
    struct pg_want_database wanted;
    struct pg_want want;
    struct schema_file file;
    struct target target;
    struct observation seen_scopes[3]; /* of the server, the cluster, the database */
    struct seen seen;
    struct plan *plan;
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    f->arena = arena_new();
    f->plan = plan_new();
    f->wanted = (struct pg_want_database){.name = "db", .create_allowed = true};
    f->want = (struct pg_want){.databases = &f->wanted, .database_count = 1};
    f->file = (struct schema_file){.name = "a.sql",
                                   .path = "a.sql",
                                   .database = "db",
                                   .relation = "public.a",
                                   .text = "CREATE TABLE a ()"};
    f->target = (struct target){.name = "srv",
                                .scopes = scopes,
                                .scope_count = 3,
                                .sql = &f->want,
                                .schema_files = &f->file,
                                .schema_file_count = 1};
    f->seen_scopes[1] = (struct observation){.state = SEEN_COMPLETE,
                                             .cluster = pg_fixture_cluster(&catalog, f->arena)};
    f->seen_scopes[2] = (struct observation){.state = SEEN_COMPLETE,
                                             .database = pg_fixture_database(&catalog, f->arena)};
    f->seen = (struct seen){.scopes = f->seen_scopes, .count = 3};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    plan_free(f->plan);
    arena_free(f->arena);
    free(f);
    return 0;
}

/* The change for a file that makes 'relation'; NULL: there is none. */
static const struct change *file_change(struct fixture *f, const char *relation)
{
    f->file.relation = relation;
    resource_schema_file.compare(&(struct comparison){.target = &f->target,
                                                      .seen = &f->seen,
                                                      .plan = f->plan,
                                                      .scope = 2,
                                                      .cluster = f->seen_scopes[1].cluster});
    return f->plan->count ? f->plan->changes : NULL;
}

static void test_file_runs_between_defaults_and_grants(void **state)
{
    struct fixture *f = *state;
    const struct change *c = file_change(f, "public.a");
    assert_non_null(c);
    assert_int_equal(c->verb, CHANGE_CREATE);
    assert_int_equal(c->class, CHANGE_CREATE_CLASS);
    assert_int_equal(c->verdict, CHANGE_GO);
    assert_true(STAGE_SQL + PG_CHANGE_DEFAULT_PRIVILEGES * STAGE_SQL_STEP < c->stage);
    assert_true(c->stage < STAGE_SQL + PG_CHANGE_GRANT * STAGE_SQL_STEP);
    const struct action *a = c->action;
    assert_int_equal(a->mode, SQL_SIMPLE);
    assert_string_equal(a->database, "db");
    assert_int_equal(a->count, 1);
    assert_string_equal(a->statements[0].text, "CREATE TABLE a ()");
}

static void test_file_has_been_run(void **state)
{
    assert_null(file_change(*state, "public.b"));
}

static void test_sequence_counts_as_relation(void **state)
{
    assert_null(file_change(*state, "public.c"));
}

static void test_same_name_elsewhere_does_not_count(void **state)
{
    assert_non_null(file_change(*state, "other.b"));
}

static void test_routine_is_no_relation(void **state)
{
    assert_non_null(file_change(*state, "public.d"));
}

static void test_schema_is_missing(void **state)
{
    assert_non_null(file_change(*state, "nowhere.b"));
}

static void test_file_of_database_to_come(void **state)
{
    struct fixture *f = *state;
    f->seen_scopes[2] = (struct observation){.state = SEEN_ABSENT};
    assert_non_null(file_change(f, "public.b"));
}

static void test_file_of_database_not_read(void **state)
{
    struct fixture *f = *state;
    f->seen_scopes[2] = (struct observation){.state = SEEN_FAILED};
    assert_null(file_change(f, "public.a"));
}

/* No half measures: it would have to be dropped and made anew anyway. */
static void test_file_of_database_that_cannot_be(void **state)
{
    struct fixture *f = *state;
    f->wanted.encoding = "SQL_ASCII";
    const struct change *c = file_change(f, "public.a");
    assert_int_equal(c->verb, CHANGE_REPORT);
    assert_int_equal(c->verdict, CHANGE_UNACHIEVABLE);
    assert_null(c->action);
    assert_string_equal(
        c->reason, "database db cannot be what is declared: its encoding is UTF8, not SQL_ASCII");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_file_runs_between_defaults_and_grants),
        CASE(test_file_has_been_run),
        CASE(test_sequence_counts_as_relation),
        CASE(test_same_name_elsewhere_does_not_count),
        CASE(test_routine_is_no_relation),
        CASE(test_schema_is_missing),
        CASE(test_file_of_database_to_come),
        CASE(test_file_of_database_not_read),
        CASE(test_file_of_database_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
