/* Properties of the comparison of privileges, on random worlds in a real PostgreSQL:
 *
 *   P1  what is applied once leaves nothing to do
 *   P2  who is not managed holds what he held before, and owners what they held of their own
 *   P3  objects whose managed grantees were right already are not even rewritten
 *   P5  managed grantees hold what is declared, counted by SQL and not by our own reading: exactly,
 * or in additive mode together with what they had (which is P6)
 *   P7  where what nobody declared is to be removed, grantees without a declaration hold nothing
 * afterwards and PUBLIC no more than by birth, while everybody else holds what he held
 *
 * as a superuser and as an administrator who is none. PROP_SEED=n runs one world, PROP_WORLDS=n
 * that many; a failure names its seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pg/catalog.h"
#include "pg/diff.h"
#include "support/cluster.h"
#include "support/pg_oracle.h"
#include "support/pg_session.h"
#include "support/pg_world.h"

enum { DEFAULT_WORLDS = 280 };

static struct cluster *cluster;
static struct pg_session session;

/* --- applying --------------------------------------------------------------------------------- */

static void print_changes(const struct pg_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct pg_change *c = &changes->items[i];
        print_error("%s: %s%s%s\n", pg_change_word(c->kind), c->object,
                    c->unfixable ? "  UNFIXABLE " : "", c->unfixable ? c->unfixable : "");
        for (size_t k = 0; k < c->statement_count; k++) {
            print_error("    %s;\n", c->statements[k].text);
        }
    }
}

/* Those of the list up to the schemas, or those behind. */
static void apply(const struct pg_changes *changes, bool privileges, uint64_t seed)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct pg_change *c = &changes->items[i];
        if ((c->kind > PG_CHANGE_SCHEMA_ALTER) != privileges || c->unfixable) continue;
        if (pg_session_apply(&session, c) == 0) continue;
        print_changes(changes);
        fail_msg("seed %llu: %s: %s %s", (unsigned long long)seed, c->object, session.sqlstate,
                 session.message);
    }
}

static bool has_unfixable(const struct pg_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        if (changes->items[i].unfixable) return true;
    }
    return false;
}

/* --- properties ------------------------------------------------------------------------------- */

static void check_held(const struct pg_want *want, const PGresult *before, const PGresult *after,
                       bool stuck, const struct pg_changes *changes, uint64_t seed)
{
    assert_int_equal(PQntuples(before), PQntuples(after));
    for (int i = 0; i < PQntuples(after); i++) {
        struct pg_held was = oracle_held(oracle_cell(before, i, PRIVILEGES));
        struct pg_held is = oracle_held(oracle_cell(after, i, PRIVILEGES));
        struct pg_held shall = oracle_expected(want, after, i, was);
        if (is.mask == shall.mask && is.option == shall.option) continue;
        /* What is out of reach stays as it was, or is given without being taken. */
        bool as_before = is.mask == was.mask && is.option == was.option;
        bool only_given = !(shall.mask & ~is.mask) && !(is.mask & ~shall.mask & ~was.mask);
        if (stuck && (as_before || only_given)) continue;
        print_changes(changes);
        fail_msg("seed %llu: \"%s\" holds %s on %s %s.%s %s (before: %s; declared %x, option %x)",
                 (unsigned long long)seed, oracle_cell(after, i, GRANTEE),
                 oracle_cell(after, i, PRIVILEGES), oracle_cell(after, i, KIND),
                 oracle_cell(after, i, SCHEMA), oracle_cell(after, i, NAME),
                 oracle_cell(after, i, COLUMN), oracle_cell(before, i, PRIVILEGES), shall.mask,
                 shall.option);
    }
}

static bool same_object(const PGresult *r, int a, int b)
{
    return strcmp(oracle_cell(r, a, KIND), oracle_cell(r, b, KIND)) == 0 &&
           strcmp(oracle_cell(r, a, SCHEMA), oracle_cell(r, b, SCHEMA)) == 0 &&
           strcmp(oracle_cell(r, a, NAME), oracle_cell(r, b, NAME)) == 0;
}

/* Rows of one object, columns included, stand together. */
static void check_untouched(const PGresult *before, const PGresult *after,
                            const struct pg_changes *changes, uint64_t seed)
{
    int rows = PQntuples(after);
    for (int first = 0, end; first < rows; first = end) {
        bool held = true;
        bool version = true;
        for (end = first; end < rows && same_object(after, first, end); end++) {
            if (strcmp(oracle_cell(before, end, PRIVILEGES), oracle_cell(after, end, PRIVILEGES)) !=
                0) {
                held = false;
            }
            if (strcmp(oracle_cell(before, end, VERSION), oracle_cell(after, end, VERSION)) != 0) {
                version = false;
            }
        }
        if (!held || version) continue;
        print_changes(changes);
        fail_msg("seed %llu: %s %s.%s was right and has been rewritten", (unsigned long long)seed,
                 oracle_cell(after, first, KIND), oracle_cell(after, first, SCHEMA),
                 oracle_cell(after, first, NAME));
    }
}

static struct pg_changes compare(const struct pg_want *want, struct arena *arena,
                                 struct pg_changes *cluster_changes)
{
    struct err err;
    struct pg_cluster *c = pg_session_cluster(&session, arena, &err);
    if (!c) fail_msg("%s", err.text);
    struct pg_database *d = pg_session_database(&session, arena, &err);
    if (!d) fail_msg("%s", err.text);
    *cluster_changes = pg_diff_cluster(want, c, arena);
    return pg_diff_database(want, WORLD_DATABASE, c, d, arena);
}

static void check_nothing_left(const struct pg_want *want, struct arena *arena,
                               const struct pg_changes *first, uint64_t seed)
{
    struct pg_changes cluster_changes;
    struct pg_changes left = compare(want, arena, &cluster_changes);
    bool clean = cluster_changes.count == 0;
    for (size_t i = 0; i < left.count; i++) clean = clean && left.items[i].unfixable;
    if (clean) return;
    print_error("--- first\n");
    print_changes(first);
    print_error("--- second\n");
    print_changes(&cluster_changes);
    print_changes(&left);
    fail_msg("seed %llu: there is something left to do", (unsigned long long)seed);
}

static PGresult *state(void)
{
    PGresult *r = pg_session_query(&session, oracle_query);
    if (!r) fail_msg("%s", session.message);
    return r;
}

/* --- what nobody declared --------------------------------------------------------------------- */

/* What may be left to 'row's grantee, who held 'was': everything of his own or declared; nothing.
 */
static struct pg_held undeclared_leaves(const struct pg_want *want, const PGresult *r, int row,
                                        bool as_admin, struct pg_held was)
{
    const char *grantee = oracle_cell(r, row, GRANTEE);
    char kind = *oracle_cell(r, row, KIND);
    bool own = strcmp(grantee, oracle_cell(r, row, OWNER)) == 0 ||
               (as_admin && strcmp(grantee, WORLD_ADMIN) == 0);
    bool closed =
        !*grantee && kind == 'd' && want->database_count > 0 && want->databases[0].revoke_public;
    if (own || closed || oracle_declares(want, grantee)) return was;
    uint32_t born = 0;
    if (!*grantee && kind == 'd') born = PG_CONNECT | PG_TEMPORARY;
    if (!*grantee && kind == 'f') born = PG_EXECUTE;
    if (!*grantee && kind == 'n' && strcmp(oracle_cell(r, row, NAME), "public") == 0)
        born = PG_USAGE;
    return (struct pg_held){was.mask & born, was.option & born};
}

static void check_removed(const struct pg_want *want, const PGresult *before, const PGresult *after,
                          bool as_admin, const struct pg_changes *changes, uint64_t seed)
{
    bool stuck = has_unfixable(changes);
    assert_int_equal(PQntuples(before), PQntuples(after));
    for (int i = 0; i < PQntuples(after); i++) {
        struct pg_held was = oracle_held(oracle_cell(before, i, PRIVILEGES));
        struct pg_held is = oracle_held(oracle_cell(after, i, PRIVILEGES));
        struct pg_held shall = undeclared_leaves(want, after, i, as_admin, was);
        if (is.mask == shall.mask && is.option == shall.option) continue;
        bool between = !(shall.mask & ~is.mask) && !(is.mask & ~was.mask);
        if (stuck && between) continue;
        print_changes(changes);
        fail_msg("seed %llu: nobody declares \"%s\", who holds %s on %s %s.%s %s (before: %s)",
                 (unsigned long long)seed, oracle_cell(after, i, GRANTEE),
                 oracle_cell(after, i, PRIVILEGES), oracle_cell(after, i, KIND),
                 oracle_cell(after, i, SCHEMA), oracle_cell(after, i, NAME),
                 oracle_cell(after, i, COLUMN), oracle_cell(before, i, PRIVILEGES));
    }
}

static struct pg_changes find_undeclared(const struct pg_want *want, struct arena *arena)
{
    struct err err;
    struct pg_cluster *c = pg_session_cluster(&session, arena, &err);
    if (!c) fail_msg("%s", err.text);
    struct pg_database *d = pg_session_database(&session, arena, &err);
    if (!d) fail_msg("%s", err.text);
    return pg_undeclared_database(want, WORLD_DATABASE, c, d, arena);
}

/* Returns how many changes removed something. */
static size_t remove_undeclared(const struct pg_want *declared, struct arena *arena, bool as_admin,
                                uint64_t seed)
{
    struct pg_want want = *declared;
    size_t removed = 0;
    want.undeclared[PG_UNDECLARED_GRANTEE] = PG_UNDECLARED_REMOVE;
    want.undeclared[PG_UNDECLARED_PUBLIC] = PG_UNDECLARED_REMOVE;
    struct pg_changes changes = find_undeclared(&want, arena);
    PGresult *before = state();
    for (size_t i = 0; i < changes.count; i++) {
        const struct pg_change *c = &changes.items[i];
        if (!c->statement_count) continue;
        removed++;
        if (pg_session_apply(&session, c) == 0) continue;
        print_changes(&changes);
        fail_msg("seed %llu: %s: %s %s", (unsigned long long)seed, c->object, session.sqlstate,
                 session.message);
    }
    PGresult *after = state();
    check_removed(&want, before, after, as_admin, &changes, seed);
    struct pg_changes left = find_undeclared(&want, arena);
    for (size_t i = 0; i < left.count; i++) {
        if (!left.items[i].statement_count) continue;
        print_changes(&changes);
        print_error("--- second\n");
        print_changes(&left);
        fail_msg("seed %llu: something undeclared is left", (unsigned long long)seed);
    }
    PQclear(before);
    PQclear(after);
    return removed;
}

/* What the worlds have asked of the comparison. */
struct tally {
    size_t removed; /* changes that took away what nobody declared */
    size_t worlds;
    size_t changes;
    size_t regrants;
    size_t as_owner; /* changes made in an owner's or a grantor's name */
    size_t circles;  /* of these, grants that are broken out of a circle */
    size_t stuck;    /* worlds with something that cannot be corrected */
};

static void count(struct tally *t, const struct pg_changes *changes)
{
    t->worlds++;
    t->changes += changes->count;
    t->stuck += has_unfixable(changes);
    for (size_t i = 0; i < changes->count; i++) {
        const struct pg_change *c = &changes->items[i];
        bool local = false;
        for (size_t k = 0; k < c->statement_count; k++) {
            bool role = strncmp(c->statements[k].text, "SET LOCAL ROLE", 14) == 0;
            t->circles += role && (k > 0) && c->kind == PG_CHANGE_REGRANT;
            local = local || role;
        }
        t->as_owner += local;
        t->regrants += c->kind == PG_CHANGE_REGRANT;
    }
}

static void run_world(uint64_t seed, struct tally *tally)
{
    struct world_random random = {.state = seed};
    struct arena *arena = arena_new();
    struct err err;
    assert_int_equal(world_make(&session, &random), 0);
    const struct pg_want *want = world_want(&random, arena);
    if (pg_want_check(want, WORLD_ADMIN, &err) < 0) fail_msg("%s", err.text);
    bool as_admin = world_chance(&random, 50);
    if (as_admin) {
        assert_int_equal(pg_session_run(&session, "SET SESSION AUTHORIZATION \"" WORLD_ADMIN "\""),
                         0);
    }
    struct pg_changes cluster_changes;
    struct pg_changes changes = compare(want, arena, &cluster_changes);
    bool stuck = has_unfixable(&changes);
    apply(&cluster_changes, false, seed);
    apply(&changes, false, seed);
    PGresult *before = state();
    apply(&changes, true, seed);
    PGresult *after = state();
    check_nothing_left(want, arena, &changes, seed);
    check_held(want, before, after, stuck, &changes, seed);
    check_untouched(before, after, &changes, seed);
    count(tally, &changes);
    tally->removed += remove_undeclared(want, arena, as_admin, seed);
    check_nothing_left(want, arena, &changes, seed);
    PQclear(before);
    PQclear(after);
    arena_free(arena);
}

static uint64_t setting(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);
    uint64_t value = 0;
    if (!text || !*text) return fallback;
    for (; *text >= '0' && *text <= '9'; text++) value = value * 10 + (uint64_t)(*text - '0');
    return value;
}

static void test_converges(void **state_unused)
{
    (void)state_unused;
    uint64_t seed = setting("PROP_SEED", 0);
    size_t worlds = seed ? 1 : setting("PROP_WORLDS", DEFAULT_WORLDS);
    struct tally t = {0};
    if (!seed) seed = setting("PROP_FIRST", 1);
    for (size_t i = 0; i < worlds; i++) run_world(seed + i, &t);
    print_message("%zu worlds: %zu changes, %zu regrants, %zu in another name, %zu circles broken, "
                  "%zu worlds with "
                  "something out of reach, %zu removals of what nobody declared\n",
                  t.worlds, t.changes, t.regrants, t.as_owner, t.circles, t.stuck, t.removed);
    /* A generator that makes nothing to do, or only the easy or the impossible, proves nothing. */
    if (worlds < 50) return;
    assert_true(t.changes > 3 * worlds);
    assert_true(t.regrants * 10 > worlds);
    assert_true(t.as_owner * 20 > worlds);
    assert_true(t.circles > 0);
    assert_true(t.stuck * 4 < worlds);
    assert_true(t.removed > worlds);
}

/* --- the cluster ------------------------------------------------------------------------------ */

static int stop(void **state_unused)
{
    (void)state_unused;
    pg_session_close(&session);
    cluster_stop(cluster);
    return 0;
}

static int open_database(const char *database)
{
    char *conninfo = cluster_conninfo(cluster, database);
    int result = pg_session_open(&session, conninfo);
    if (result < 0) print_error("%s\n", session.message);
    free(conninfo);
    return result;
}

static int start(void **state_unused)
{
    cluster = cluster_start(NULL);
    int result = cluster ? open_database("postgres") : -1;
    if (result == 0) result = world_prepare(&session);
    pg_session_close(&session);
    if (result == 0) result = open_database(WORLD_DATABASE);
    if (result == 0) result = pg_session_run(&session, "SET search_path = pg_catalog");
    if (result < 0) stop(state_unused);
    return result;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_converges)};
    return cmocka_run_group_tests(tests, start, stop);
}
