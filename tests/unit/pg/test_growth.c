/* That the comparison of memberships grows as its input does, not as its square: counted in
 * memberships followed, not in seconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pg/diff.h"
#include "pg/diff/diff_part.h"
#include "support/pg_fixture.h"

enum { FIRST = 20000 }; /* oid of role r0 */

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

/* --- clusters of many roles ------------------------------------------------------------------- */

/* A shape: the role that role i of n is a member of in place k, or SIZE_MAX. */
typedef size_t shape(size_t i, size_t k, size_t n);

static size_t chain(size_t i, size_t k, size_t n)
{
    return k == 0 && i + 1 < n ? i + 1 : SIZE_MAX;
}

static size_t chain_backwards(size_t i, size_t k, size_t n)
{
    (void)n;
    return k == 0 && i > 0 ? i - 1 : SIZE_MAX;
}

static size_t star(size_t i, size_t k, size_t n)
{
    (void)n;
    return k == 0 && i > 0 ? 0 : SIZE_MAX;
}

/* Each in the next five: many ways lead everywhere. */
static size_t thick(size_t i, size_t k, size_t n)
{
    return k < 5 && i + k + 1 < n ? i + k + 1 : SIZE_MAX;
}

static size_t ring(size_t i, size_t k, size_t n)
{
    return k == 0 ? (i + 1) % n : SIZE_MAX;
}

static const char *role_name(size_t i)
{
    return arena_printf(arena, "r%07zu", i);
}

/* Rows without a text that would have to be taken apart: that costs its length for each cell where
 * string functions are checked. */
struct table {
    const char **cells;
    size_t count;
    size_t room;
};

static void add_row(struct table *t, const char *const *cells, size_t count)
{
    if (t->count + count > t->room) {
        t->room = 2 * (t->count + count);
        t->cells = xreallocarray(t->cells, t->room, sizeof(*t->cells));
    }
    for (size_t i = 0; i < count; i++) t->cells[t->count++] = cells[i];
}

static const char *number(size_t n)
{
    return arena_printf(arena, "%zu", n);
}

static void add_role(struct table *t, const char *oid, const char *name, const char *is_admin)
{
    const char *const cells[] = {oid, name, "f",  "f",  is_admin, is_admin, "f",
                                 "f", "t",  "-1", NULL, NULL,     is_admin, "f"};
    add_row(t, cells, 14);
}

static void add_member(struct table *t, const char *role, const char *member)
{
    const char *const cells[] = {role, member, "11", "f", NULL, NULL};
    add_row(t, cells, 6);
}

static struct sql_rows rows_of(const struct table *t, size_t columns)
{
    return (struct sql_rows){.rows = t->count / columns, .columns = columns, .values = t->cells};
}

/* 'admin' and n roles of which all memberships of 'there' exist. */
static struct pg_cluster *cluster_of(size_t n, shape *there)
{
    enum { ROLES = 2, MEMBERS = 3 }; /* places in pg_cluster_queries */
    struct table roles = {0}, members = {0};
    struct err err;
    add_role(&roles, "11", "admin", "t");
    for (size_t i = 0; i < n; i++) {
        const char *oid = number(FIRST + i);
        add_role(&roles, oid, role_name(i), "f");
        for (size_t k = 0; there && there(i, k, n) != SIZE_MAX; k++)
            add_member(&members, number(FIRST + there(i, k, n)), oid);
    }
    const struct pg_fixture f = {.members = "", .databases = ""};
    struct sql_reply reply = pg_fixture_cluster_reply(&f, arena);
    struct sql_rows *results = arena_array(arena, reply.count, sizeof(*results));
    memcpy(results, reply.results, reply.count * sizeof(*results));
    results[ROLES] = rows_of(&roles, 14);
    if (members.count) results[MEMBERS] = rows_of(&members, 6);
    reply.results = results;
    struct pg_cluster *c = pg_cluster_decode(&reply, arena, &err);
    if (!c) fail_msg("%s", err.text);
    free(roles.cells);
    free(members.cells);
    return c;
}

static struct pg_want *want_of(size_t n, shape *wanted)
{
    struct pg_want *want = arena_alloc(arena, sizeof(*want));
    struct pg_want_role *roles = arena_array(arena, n, sizeof(*roles));
    for (size_t i = 0; i < n; i++) {
        const char **groups = arena_array(arena, 8, sizeof(*groups));
        roles[i] =
            (struct pg_want_role){.name = role_name(i), .member_of = groups, .members_exact = true};
        for (size_t k = 0; wanted(i, k, n) != SIZE_MAX; k++)
            groups[roles[i].member_of_count++] = role_name(wanted(i, k, n));
    }
    *want = (struct pg_want){.roles = roles, .role_count = n};
    return want;
}

/* --- growth ----------------------------------------------------------------------------------- */

static size_t steps_for(size_t n, shape *there, shape *wanted)
{
    const struct pg_cluster *c = cluster_of(n, there);
    const struct pg_diff *d = pg_diff_memberships_to_be(want_of(n, wanted), c, arena);
    return pg_diff_circle_steps(d) + pg_cluster_steps(c);
}

static void check_growth(shape *there, shape *wanted)
{
    size_t once = steps_for(1000, there, wanted);
    size_t twice = steps_for(2000, there, wanted);
    if (twice > 2 * once + 100) fail_msg("%zu steps for 1,000 roles, %zu for 2,000", once, twice);
}

static void test_missing_memberships(void **state)
{
    (void)state;
    check_growth(NULL, chain);
    check_growth(NULL, chain_backwards);
    check_growth(NULL, star);
    check_growth(NULL, thick);
}

static void test_present_memberships(void **state)
{
    (void)state;
    check_growth(chain, chain);
    check_growth(thick, thick);
    check_growth(star, chain);
    check_growth(chain, chain_backwards); /* all revoked, all the other way round */
}

/* The promise has this one exception: a circle in the document itself. */
static void test_circle_is_found(void **state)
{
    (void)state;
    enum { N = 500 };
    struct pg_changes changes = pg_diff_cluster(want_of(N, ring), cluster_of(N, NULL), arena);
    size_t circular = 0;
    for (size_t i = 0; i < changes.count; i++) circular += changes.items[i].unfixable != NULL;
    assert_int_equal(circular, 1);
    assert_int_equal(changes.count, N);
    assert_true(steps_for(N, NULL, ring) <= (size_t)N * N);
}

/* Owners of databases ask about the administrator one by one, whoever they are. */
static void test_many_questions(void **state)
{
    (void)state;
    enum { N = 2000 };
    const struct pg_cluster *c = cluster_of(N, chain);
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(pg_cluster_is_member(c, FIRST, FIRST + i), i > 0);
        assert_false(pg_cluster_is_member(c, FIRST + i, 11));
        assert_true(pg_cluster_inherits(c, FIRST + i, FIRST + N - 1));
    }
    assert_true(pg_cluster_steps(c) <= 4 * N);
}

/* As large as it may become: a tenth of the memberships is missing, a tenth is too many. */
static size_t wide(size_t i, size_t k, size_t n)
{
    return k < 5 ? (i + k + 1 < n ? i + k + 1 : SIZE_MAX) : SIZE_MAX;
}

static void test_twenty_thousand_roles(void **state)
{
    (void)state;
    enum { N = 20000 };
    struct pg_want *want = want_of(N, wide);
    struct pg_want_role *roles = arena_array(arena, N, sizeof(*roles));
    memcpy(roles, want->roles, N * sizeof(*roles));
    size_t surplus = 0;
    for (size_t i = 0; i < N; i += 2) {
        surplus += roles[i].member_of_count > 0;
        if (roles[i].member_of_count) roles[i].member_of_count--;
    }
    want->roles = roles;
    const struct pg_cluster *c = cluster_of(N, wide);
    struct pg_changes changes = pg_diff_cluster(want, c, arena);
    assert_int_equal(changes.count, surplus);
    for (size_t i = 0; i < changes.count; i++) {
        assert_int_equal(changes.items[i].kind, PG_CHANGE_MEMBERSHIP_REVOKE);
        assert_int_equal(changes.items[i].delta_count, 1);
    }
    assert_int_equal(pg_diff_cluster(want_of(N, wide), c, arena).count, 0);
    size_t missing = 0;
    for (size_t i = 0; i < N; i++) missing += roles[i].member_of_count > 0;
    assert_int_equal(pg_diff_cluster(want, cluster_of(N, NULL), arena).count, missing);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_missing_memberships),   CASE(test_present_memberships),
        CASE(test_circle_is_found),       CASE(test_many_questions),
        CASE(test_twenty_thousand_roles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
