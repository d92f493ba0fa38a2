/* How what lib/pg finds becomes changes of a plan: which type, which stage, which database, and
 * when nothing is said at all. What lib/pg finds is scripted here; how it finds it has tests of its
 * own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pg/diff.h"

static struct pg_changes fake_cluster(const struct pg_want *want, const struct pg_cluster *cluster,
                                      struct arena *arena);
static struct pg_changes fake_database(const struct pg_want *want, const char *name,
                                       const struct pg_cluster *cluster,
                                       const struct pg_database *database, struct arena *arena);

static struct pg_changes fake_undeclared(const struct pg_want *want,
                                         const struct pg_cluster *cluster, struct arena *arena);
static struct pg_changes fake_undeclared_in(const struct pg_want *want, const char *name,
                                            const struct pg_cluster *cluster,
                                            const struct pg_database *database,
                                            struct arena *arena);

/* The module under test, asking the script instead of lib/pg. */
#define pg_diff_cluster fake_cluster
#define pg_diff_database fake_database
#define pg_undeclared_cluster fake_undeclared
#define pg_undeclared_database fake_undeclared_in
#include "resource/sql/sql_compare.c" /* NOLINT(bugprone-suspicious-include) */

/* --- the script ------------------------------------------------------------------------------ */

static const struct sql_statement statement = {.text = "SELECT 1"};

static struct pg_change found[PG_CHANGE_KIND_N]; /* one of each kind */
static unsigned databases_asked;

static bool is_undeclared(enum pg_change_kind kind)
{
    return kind >= PG_CHANGE_UNDECLARED_LOGIN;
}

static bool is_shared(enum pg_change_kind kind)
{
    return kind < PG_CHANGE_SCHEMA_CREATE || kind == PG_CHANGE_UNDECLARED_LOGIN ||
           kind == PG_CHANGE_UNDECLARED_MEMBERSHIP || kind == PG_CHANGE_UNDECLARED_DATABASE;
}

static bool says_undeclared(const struct change *c)
{
    return strncmp(c->part, "undeclared-", 11) == 0;
}

static struct pg_changes script(const char *database, bool undeclared, struct arena *arena)
{
    struct pg_change *items = arena_array(arena, PG_CHANGE_KIND_N, sizeof(*items));
    struct pg_changes out = {.items = items};
    for (enum pg_change_kind k = 0; k < PG_CHANGE_KIND_N; k++) {
        if (is_shared(k) != (database == NULL) || is_undeclared(k) != undeclared) continue;
        items[out.count] = found[k];
        items[out.count++].database = database;
    }
    return out;
}

static struct pg_changes fake_cluster(const struct pg_want *want, const struct pg_cluster *cluster,
                                      struct arena *arena)
{
    assert_non_null(want);
    assert_non_null(cluster);
    return script(NULL, false, arena);
}

static struct pg_changes fake_database(const struct pg_want *want, const char *name,
                                       const struct pg_cluster *cluster,
                                       const struct pg_database *database, struct arena *arena)
{
    (void)database;
    assert_non_null(want);
    assert_non_null(cluster);
    databases_asked++;
    return script(name, false, arena);
}

static struct pg_changes fake_undeclared(const struct pg_want *want,
                                         const struct pg_cluster *cluster, struct arena *arena)
{
    assert_non_null(want);
    assert_non_null(cluster);
    return script(NULL, true, arena);
}

static struct pg_changes fake_undeclared_in(const struct pg_want *want, const char *name,
                                            const struct pg_cluster *cluster,
                                            const struct pg_database *database, struct arena *arena)
{
    assert_non_null(want);
    assert_non_null(cluster);
    assert_non_null(database);
    return script(name, true, arena);
}

/* --- a target with two databases ------------------------------------------------------------- */

enum { CLUSTER = 1, FIRST, SECOND };
static const struct scope scopes[] = {
    {.kind = SCOPE_ROOT, .word = "server"},
    {.kind = SCOPE_CLUSTER, .word = "cluster"},
    {.kind = SCOPE_DATABASE, .word = "database first", .database = 0},
    {.kind = SCOPE_DATABASE, .word = "database second", .database = 1},
};

struct fixture {
    struct target target;
    struct seen seen;
    struct plan *plan;
};

static const struct pg_want_database databases[] = {{.name = "first", .create_allowed = true},
                                                    {.name = "second", .create_allowed = true}};
static const struct pg_want want = {.databases = databases, .database_count = 2};
static const struct pg_delta delta = {.field = "what", .to = "it shall be"};
static const struct pg_cluster cluster = {.server_version = 150004};
static const struct pg_database second = {.name = "second"};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    f->target = (struct target){
        .type = &resource_server, .name = "srv", .sql = &want, .scopes = scopes, .scope_count = 4};
    seen_init(&f->seen, &f->target);
    f->seen.scopes[0].state = SEEN_COMPLETE;
    f->seen.scopes[CLUSTER] = (struct observation){.state = SEEN_COMPLETE, .cluster = &cluster};
    f->seen.scopes[FIRST].state = SEEN_ABSENT;
    f->seen.scopes[SECOND] = (struct observation){.state = SEEN_COMPLETE, .database = &second};
    f->plan = plan_new();
    databases_asked = 0;
    for (enum pg_change_kind k = 0; k < PG_CHANGE_KIND_N; k++)
        found[k] = (struct pg_change){.kind = k,
                                      .object = "thing",
                                      .deltas = &delta,
                                      .delta_count = 1,
                                      .statements = &statement,
                                      .statement_count = 1,
                                      .mode = SQL_TRANSACTION};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    plan_free(f->plan);
    seen_done(&f->seen);
    free(f);
    return 0;
}

/* --- types and stages ------------------------------------------------------------------------ */

static const struct {
    enum pg_change_kind kind;
    const char *type;
    enum change_verb verb;
    enum change_class class;
} expected[PG_CHANGE_KIND_N] = {
    {PG_CHANGE_ROLE_CREATE, "role", CHANGE_CREATE, CHANGE_CREATE_CLASS},
    {PG_CHANGE_OWN_MEMBERSHIP, "membership", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_ROLE_ALTER, "role", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_ROLE_PASSWORD, "role", CHANGE_UPDATE, CHANGE_SECRET_CLASS},
    {PG_CHANGE_ROLE_SETTING, "role", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_MEMBERSHIP_REVOKE, "membership", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_MEMBERSHIP_GRANT, "membership", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_DATABASE_CREATE, "database", CHANGE_CREATE, CHANGE_CREATE_CLASS},
    {PG_CHANGE_DATABASE_ALTER, "database", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_DATABASE_IMMUTABLE, "database", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_DATABASE_SETTING, "database", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_ROLE_DATABASE_SETTING, "role", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_SCHEMA_CREATE, "schema", CHANGE_CREATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_SCHEMA_ALTER, "schema", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_DEFAULT_PRIVILEGES, "default_privilege", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_GRANT, "privilege", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_REGRANT, "privilege", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_REVOKE, "privilege", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_UNDECLARED_LOGIN, "role", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_UNDECLARED_MEMBERSHIP, "membership", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_UNDECLARED_GRANTEE, "privilege", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_UNDECLARED_OWNER, "database", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_UNDECLARED_DATABASE, "database", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
    {PG_CHANGE_UNDECLARED_PUBLIC, "privilege", CHANGE_UPDATE, CHANGE_ONLINE_CLASS},
};

/* Every kind belongs to exactly one type, which lives in SQL. */
static void test_every_kind_has_one_type(void **state)
{
    (void)state;
    for (unsigned k = 0; k < PG_CHANGE_KIND_N; k++) {
        unsigned owners = 0;
        for (size_t i = 0; i < resource_count; i++) {
            bool owns = resources[i]->pg_changes & 1U << k;
            if (owns) assert_null(resources[i]->api_version);
            owners += owns;
        }
        assert_int_equal(owners, 1);
    }
}

static void test_kinds_become_changes_in_order(void **state)
{
    struct fixture *f = *state;
    f->seen.scopes[FIRST].state = SEEN_NOTHING;
    resource_compare(&f->target, &f->seen, true, f->plan);
    assert_true(f->seen.scopes[CLUSTER].compared);
    assert_false(f->seen.scopes[FIRST].compared);
    assert_true(f->seen.scopes[SECOND].compared);
    assert_int_equal(f->plan->count, PG_CHANGE_KIND_N);
    for (size_t k = 0; k < PG_CHANGE_KIND_N; k++) {
        const struct change *c = &f->plan->changes[k];
        assert_int_equal(expected[k].kind, k);
        assert_string_equal(c->type, expected[k].type);
        assert_string_equal(c->part, pg_change_word(expected[k].kind));
        assert_string_equal(c->target, "srv");
        assert_int_equal(c->verb, expected[k].verb);
        assert_int_equal(c->class, expected[k].class);
        assert_int_equal(c->verdict, CHANGE_GO);
        assert_string_equal(c->deltas[0].path, "what");
        if (k) assert_true(f->plan->changes[k - 1].stage < c->stage);
        assert_true(c->stage > STAGE_CHILDREN);
        const struct action *a = c->action;
        assert_int_equal(a->kind, ACTION_SQL);
        assert_string_equal(a->database, is_shared(expected[k].kind) ? "postgres" : "second");
        assert_ptr_equal(a->statements, &statement);
        assert_int_equal(a->mode, SQL_TRANSACTION);
    }
}

static void test_unfixable_is_reported(void **state)
{
    struct fixture *f = *state;
    found[PG_CHANGE_DATABASE_IMMUTABLE].unfixable = "encoding is fixed at creation";
    found[PG_CHANGE_ROLE_ALTER].widening = true;
    f->target.observe_only = true; /* the server's own mode; items have theirs */
    resource_compare(&f->target, &f->seen, true, f->plan);
    for (size_t i = 0; i < f->plan->count; i++) {
        const struct change *c = &f->plan->changes[i];
        bool immutable = strcmp(c->part, "database-immutable") == 0;
        /* What is nobody's item has the server's mode. */
        assert_int_equal(c->observe_only, says_undeclared(c));
        assert_int_equal(c->verb == CHANGE_REPORT, immutable);
        assert_int_equal(c->verdict == CHANGE_UNACHIEVABLE, immutable);
        assert_int_equal(c->action == NULL, immutable);
        assert_int_equal(c->widening, strcmp(c->part, "role-alter") == 0);
        if (immutable) assert_string_equal(c->reason, "encoding is fixed at creation");
    }
}

/* Policy alone keeps it from being removed: that is no impossibility. */
static void test_undeclared_is_reported(void **state)
{
    struct fixture *f = *state;
    const char *why = pg_undeclared_reason(PG_UNDECLARED_LOGIN, PG_UNDECLARED_REPORT);
    found[PG_CHANGE_UNDECLARED_LOGIN].reported = why;
    found[PG_CHANGE_UNDECLARED_LOGIN].widening = true;
    resource_compare(&f->target, &f->seen, true, f->plan);
    policy_permit(f->plan, &f->target.policy, &(struct policy_facts){0});
    size_t met = 0;
    for (size_t i = 0; i < f->plan->count; i++) {
        const struct change *c = &f->plan->changes[i];
        if (strcmp(c->part, "undeclared-login") != 0) continue;
        met++;
        assert_int_equal(c->verb, CHANGE_REPORT);
        assert_int_equal(c->verdict, CHANGE_NEVER);
        assert_string_equal(c->reason, "undeclared; policy.undeclared.logins is report");
        assert_true(c->widening);
        assert_null(c->action);
    }
    assert_int_equal(met, 1);
}

/* The two parts of what is desired are compared apart: here each answers with the same changes. */
static void test_items_have_a_mode_of_their_own(void **state)
{
    struct fixture *f = *state;
    const struct pg_want_role roles[] = {{.name = "kept", .observe_only = false},
                                         {.name = "watched", .observe_only = true}};
    const struct pg_want both = {
        .roles = roles, .role_count = 2, .databases = databases, .database_count = 2};
    f->target.sql = &both;
    resource_compare(&f->target, &f->seen, true, f->plan);
    size_t observed = 0;
    size_t undeclared = 0;
    for (size_t i = 0; i < f->plan->count; i++) {
        observed += f->plan->changes[i].observe_only;
        undeclared += says_undeclared(&f->plan->changes[i]);
    }
    assert_int_equal(observed * 2, f->plan->count - undeclared);
    /* Asked once, of the whole: the three of the cluster, and those of the one database read. */
    assert_int_equal(undeclared, 6);
    assert_int_equal(databases_asked, 4);

    struct arena *arena = arena_new();
    struct pg_want watched = pg_want_part(&both, true, arena);
    assert_int_equal(watched.role_count, 1);
    assert_string_equal(watched.roles[0].name, "watched");
    assert_int_equal(watched.database_count, 0);
    arena_free(arena);
}

/* --- unknown is not absent ------------------------------------------------------------------- */

static void test_cluster_not_read(void **state)
{
    struct fixture *f = *state;
    const enum seen_state states[] = {SEEN_NOTHING, SEEN_FAILED, SEEN_ABSENT};
    for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
        f->seen.scopes[CLUSTER] = (struct observation){.state = states[i]};
        resource_compare(&f->target, &f->seen, true, f->plan);
        assert_false(f->seen.scopes[CLUSTER].compared);
        assert_int_equal(f->plan->count, 0);
    }
    assert_int_equal(databases_asked, 0);
}

static void test_one_database_not_read(void **state)
{
    struct fixture *f = *state;
    f->seen.scopes[SECOND].state = SEEN_FAILED;
    resource_compare(&f->target, &f->seen, true, f->plan);
    assert_true(f->seen.scopes[CLUSTER].compared);
    assert_true(f->seen.scopes[FIRST].compared);
    assert_false(f->seen.scopes[SECOND].compared);
    assert_int_equal(databases_asked, 1);
    for (size_t i = 0; i < f->plan->count; i++) {
        const struct action *a = f->plan->changes[i].action;
        assert_string_not_equal(a->database, "second");
    }
}

/* What nobody makes is missing, and nothing is tried on what would be in it. */
static void test_database_that_does_not_come(void **state)
{
    struct fixture *f = *state;
    const struct pg_want_database gone[] = {{.name = "first"}, {.name = "second"}};
    const struct pg_want no_creation = {.databases = gone, .database_count = 2};
    f->target.sql = &no_creation;
    f->target.policy = (struct policy){.mode = POLICY_ENFORCE};
    found[PG_CHANGE_DATABASE_CREATE].unfixable = "not from here";
    found[PG_CHANGE_DATABASE_ALTER].unfixable = "not at all";
    resource_compare(&f->target, &f->seen, true, f->plan);
    assert_int_equal(databases_asked, 1);
    for (size_t i = 0; i < f->plan->count; i++) {
        const struct change *c = &f->plan->changes[i];
        const struct action *a = c->action;
        bool create = strcmp(c->part, "database-create") == 0;
        bool alter = strcmp(c->part, "database-alter") == 0;
        assert_int_equal(a == NULL, create || alter);
        assert_int_equal(c->verdict, alter ? CHANGE_UNACHIEVABLE : CHANGE_GO);
        if (a) assert_string_not_equal(a->database, "first");
    }
    policy_permit(f->plan, &f->target.policy, &(struct policy_facts){0});
    for (size_t i = 0; i < f->plan->count; i++)
        if (f->plan->changes[i].class == CHANGE_CREATE_CLASS)
            assert_int_equal(f->plan->changes[i].verdict, CHANGE_NEVER);
}

static void test_nothing_declared(void **state)
{
    struct fixture *f = *state;
    f->target.sql = NULL;
    resource_compare(&f->target, &f->seen, true, f->plan);
    assert_int_equal(f->plan->count, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_every_kind_has_one_type),
        CASE(test_kinds_become_changes_in_order),
        CASE(test_unfixable_is_reported),
        CASE(test_undeclared_is_reported),
        CASE(test_items_have_a_mode_of_their_own),
        CASE(test_cluster_not_read),
        CASE(test_one_database_not_read),
        CASE(test_database_that_does_not_come),
        CASE(test_nothing_declared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
