/* Properties of the comparison of roles, memberships, settings and databases, on random worlds in
 * a real PostgreSQL:
 *
 *   P1  what is applied once leaves nothing to do but what is called out of reach
 *   P2  who and what is not declared is not even rewritten
 *   P3  additive settings and memberships take nothing away
 *   P4  the same input gives the same list
 *   P5  what is declared is there, read by SQL and not by our own reading, and a role that was made
 *       can log in with the password that was declared
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
#include "support/pg_fixture.h"
#include "support/pg_session.h"
#include "support/role_oracle.h"
#include "support/role_world.h"

enum { DEFAULT_WORLDS = 200, MOST_ROUNDS = 4 };

static const char password[] = "pass 'wörd'\\ of prop";

static struct cluster *cluster;
/* One makes the worlds and looks at them, the other one is the program's: what the server remembers
 * about names in the one must not help the other. */
static struct pg_session maker;
static struct pg_session session;

struct trial {
    uint64_t seed;
    bool superuser;
    struct arena *arena;
    const struct pg_want *want;
    struct pg_changes changes; /* of the cluster and of the schemas, in the order of application */
};

#define FAIL(t, ...)                                                                               \
    do {                                                                                           \
        fputs(pg_fixture_text(&(t)->changes, (t)->arena), stderr);                                 \
        print_error("seed %llu: ", (unsigned long long)(t)->seed);                                 \
        fail_msg(__VA_ARGS__);                                                                     \
    } while (0)

/* --- comparing and applying ------------------------------------------------------------------- */

/* As a plan sorts them: by kind, then by object. */
static int in_order(const void *left, const void *right)
{
    const struct pg_change *a = left, *b = right;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return strcmp(a->object, b->object);
}

static struct pg_changes compare(const struct trial *t)
{
    struct err err;
    struct pg_cluster *c = pg_session_cluster(&session, t->arena, &err);
    if (!c) fail_msg("%s", err.text);
    struct pg_database *d = pg_session_database(&session, t->arena, &err);
    if (!d) fail_msg("%s", err.text);
    struct pg_changes roles = pg_diff_cluster(t->want, c, t->arena);
    struct pg_changes schemas = pg_diff_database(t->want, ROLE_WORLD_HOME, c, d, t->arena);
    struct pg_changes all = {.count = roles.count + schemas.count};
    all.items = arena_array(t->arena, all.count, sizeof(*all.items));
    if (roles.count) memcpy(all.items, roles.items, roles.count * sizeof(*all.items));
    if (schemas.count)
        memcpy(all.items + roles.count, schemas.items, schemas.count * sizeof(*all.items));
    if (all.count) qsort(all.items, all.count, sizeof(*all.items), in_order);
    return all;
}

static bool together(const struct pg_change *a, const struct pg_change *b)
{
    return a->mode == SQL_TRANSACTION && b->mode == SQL_TRANSACTION &&
           !a->database == !b->database && (!a->database || !strcmp(a->database, b->database));
}

static void must(const struct trial *t, const char *sql)
{
    if (pg_session_run(&session, sql) < 0) FAIL(t, "%s: %s", sql, session.message);
}

/* Neighbours that can be are one transaction. */
static void apply(const struct trial *t)
{
    const struct pg_change *open = NULL;
    for (size_t i = 0; i < t->changes.count; i++) {
        const struct pg_change *c = &t->changes.items[i];
        if (c->unfixable) continue;
        bool joins = open && together(open, c);
        if (open && !joins) must(t, "COMMIT");
        if (!joins && c->mode == SQL_TRANSACTION) must(t, "BEGIN");
        open = c->mode == SQL_TRANSACTION ? c : NULL;
        if (pg_session_statements(&session, c) < 0)
            FAIL(t, "%s: %s %s", c->object, session.sqlstate, session.message);
    }
    if (open) must(t, "COMMIT");
}

/* --- properties ------------------------------------------------------------------------------- */

static void fail_with(const struct trial *t, const char *what, const struct pg_changes *left)
{
    fprintf(stderr, "--- first\n%s--- %s\n", pg_fixture_text(&t->changes, t->arena), what);
    fputs(pg_fixture_text(left, t->arena), stderr);
    fail_msg("seed %llu: %s", (unsigned long long)t->seed, what);
}

static void check_same_list(const struct trial *t)
{
    struct pg_changes again = compare(t);
    const char *one = pg_fixture_text(&t->changes, t->arena);
    const char *two = pg_fixture_text(&again, t->arena);
    if (strcmp(one, two) != 0) fail_with(t, "the same input gives another list", &again);
}

static size_t count_fixable(const struct pg_changes *changes)
{
    size_t n = 0;
    for (size_t i = 0; i < changes->count; i++) n += !changes->items[i].unfixable;
    return n;
}

/* A circle holds back what its members would lose, and may be another one when that is known. */
static bool has_circle(const struct pg_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        if (strncmp(changes->items[i].object, "circular ", 9) == 0) return true;
    return false;
}

/* What one correction has brought within reach, an owner whose own membership was in the way say,
 * is the next round's; only an administrator who is no superuser needs one, or a document with a
 * circle, and each of the rounds must have made something possible. Returns how many there were,
 * with what is left, all of it out of reach, in 'left'. */
static size_t finish(const struct trial *t, struct pg_changes *left)
{
    struct trial round = *t;
    size_t rounds = 0;
    while (*left = compare(t), count_fixable(left)) {
        if ((t->superuser && !has_circle(&round.changes)) ||
            count_fixable(&round.changes) == round.changes.count)
            fail_with(&round, "there is something left to do", left);
        if (++rounds == MOST_ROUNDS) fail_with(&round, "it does not come to an end", left);
        round.changes = *left;
        apply(&round);
    }
    return rounds;
}

/* Not out of reach, but held: something that is declared beside it cannot be given. */
static bool is_held(const struct pg_change *c)
{
    return strncmp(c->unfixable, "nothing is taken away before ", 29) == 0;
}

/* To a superuser little is out of reach. */
static void check_excuses(const struct trial *t)
{
    for (size_t i = 0; t->superuser && i < t->changes.count; i++) {
        const struct pg_change *c = &t->changes.items[i];
        if (!c->unfixable || is_held(c)) continue;
        if (c->kind == PG_CHANGE_ROLE_ALTER || c->kind == PG_CHANGE_MEMBERSHIP_REVOKE ||
            c->kind == PG_CHANGE_DATABASE_SETTING)
            FAIL(t, "%s: no excuse for a superuser", c->object);
    }
}

static PGresult *login(const char *role)
{
    const char *const keys[] = {"host", "port", "user", "password", "dbname", NULL};
    const char *const values[] = {
        cluster_host(cluster), cluster_port(cluster), role, password, "postgres", NULL};
    PGconn *conn = PQconnectdbParams(keys, values, 0);
    PGresult *r = PQexec(conn, "SELECT current_user");
    PQfinish(conn);
    return r;
}

/* Those that were made just now, may log in, and have been given a password. */
static size_t check_logins(const struct trial *t)
{
    size_t checked = 0;
    for (size_t i = 0; i < t->want->role_count; i++) {
        const struct pg_want_role *w = &t->want->roles[i];
        bool now = w->valid_until && strncmp(w->valid_until, "1969", 4) == 0;
        const char *object = arena_printf(t->arena, "role %s", w->name);
        bool made = false;
        for (size_t k = 0; k < t->changes.count && !made; k++) {
            const struct pg_change *c = &t->changes.items[k];
            made = c->kind == PG_CHANGE_ROLE_CREATE && !c->unfixable && !strcmp(c->object, object);
        }
        if (!made || !w->password || now || w->attributes[PG_ATTR_LOGIN] != PG_ON) continue;
        if (w->has_connection_limit && w->connection_limit == 0) continue;
        PGresult *r = login(w->name);
        bool in = PQntuples(r) == 1 && strcmp(PQgetvalue(r, 0, 0), w->name) == 0;
        PQclear(r);
        if (!in) FAIL(t, "%s cannot log in", w->name);
        checked++;
    }
    return checked;
}

static void check_states(const struct trial *t, const struct pg_changes *left,
                         const struct role_state *before, const struct role_state *after)
{
    struct buf why;
    buf_init(&why, 4096);
    const struct role_case c = {
        .want = t->want,
        .admin = t->superuser ? cluster_superuser(cluster) : WORLD_ADMIN,
        .superuser = t->superuser,
        .left = left,
        .before = before,
        .after = after,
    };
    const char *text = role_case_holds(&c, &why) ? NULL : arena_strdup(t->arena, buf_text(&why));
    buf_done(&why);
    if (text) FAIL(t, "%s", text);
}

/* --- worlds ----------------------------------------------------------------------------------- */

/* What the worlds have asked of the comparison. */
struct tally {
    size_t kinds[PG_CHANGE_KIND_N];
    size_t stuck;
    size_t again; /* rounds after the first */
    size_t logins;
};

static void count(struct tally *tally, const struct pg_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct pg_change *c = &changes->items[i];
        tally->kinds[c->kind] += !c->unfixable;
        tally->stuck += c->unfixable != NULL;
    }
}

static int open_session(struct pg_session *s, const char *database)
{
    char *conninfo = cluster_conninfo(cluster, "postgres");
    char *full = xasprintf("%s dbname='%s'", conninfo, database);
    int result = pg_session_open(s, full);
    if (result < 0) print_error("%s\n", s->message);
    free(full);
    free(conninfo);
    return result;
}

static void run_world(uint64_t seed, const struct secret *secret, struct tally *tally)
{
    struct world_random random = {.state = seed};
    struct trial t = {.seed = seed, .arena = arena_new()};
    struct role_state before, after;
    struct pg_changes left;
    struct err err;
    t.superuser = world_chance(&random, 50);
    assert_int_equal(open_session(&maker, ROLE_WORLD_HOME), 0);
    assert_int_equal(role_world_make(&maker, &random, t.superuser), 0);
    t.want = role_world_want(&random, t.superuser, secret, t.arena);
    if (pg_want_check(t.want, t.superuser ? NULL : WORLD_ADMIN, &err) < 0) fail_msg("%s", err.text);
    assert_int_equal(open_session(&session, ROLE_WORLD_HOME), 0);
    must(&t, "SET search_path = pg_catalog");
    if (!t.superuser) must(&t, "SET SESSION AUTHORIZATION \"" WORLD_ADMIN "\"");
    t.changes = compare(&t);
    check_same_list(&t);
    check_excuses(&t);
    assert_int_equal(role_state_read(&before, &maker), 0);
    apply(&t);
    tally->again += finish(&t, &left);
    assert_int_equal(role_state_read(&after, &maker), 0);
    check_states(&t, &left, &before, &after);
    tally->logins += check_logins(&t);
    count(tally, &t.changes);
    role_state_done(&before);
    role_state_done(&after);
    pg_session_close(&session);
    pg_session_close(&maker);
    arena_free(t.arena);
}

static uint64_t setting(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);
    uint64_t value = 0;
    if (!text || !*text) return fallback;
    for (; *text >= '0' && *text <= '9'; text++) value = value * 10 + (uint64_t)(*text - '0');
    return value;
}

static void test_converges(void **state)
{
    struct secret *secret = *state;
    uint64_t seed = setting("PROP_SEED", 0);
    size_t worlds = seed ? 1 : setting("PROP_WORLDS", DEFAULT_WORLDS);
    struct tally tally = {0};
    if (!seed) seed = setting("PROP_FIRST", 1);
    for (size_t i = 0; i < worlds; i++) run_world(seed + i, secret, &tally);
    for (size_t k = 0; k <= PG_CHANGE_SCHEMA_ALTER; k++)
        if (tally.kinds[k])
            print_message("%zu %s, ", tally.kinds[k], pg_change_word((enum pg_change_kind)k));
    print_message("%zu out of reach, %zu logins, %zu further rounds in %zu worlds\n", tally.stuck,
                  tally.logins, tally.again, worlds);
    /* A generator that makes nothing to do, or only the impossible, proves nothing. */
    if (worlds < 100) return;
    for (size_t k = 0; k <= PG_CHANGE_SCHEMA_ALTER; k++)
        if (k != PG_CHANGE_ROLE_PASSWORD && k != PG_CHANGE_DATABASE_IMMUTABLE)
            assert_true(tally.kinds[k] > 0);
    assert_true(tally.kinds[PG_CHANGE_ROLE_SETTING] > worlds);
    assert_true(tally.kinds[PG_CHANGE_MEMBERSHIP_GRANT] > worlds);
    assert_true(tally.stuck > 0);
    assert_true(tally.again * 10 < worlds);
    assert_true(tally.logins > 0);
}

/* --- the cluster ------------------------------------------------------------------------------ */

static int stop(void **state)
{
    pg_session_close(&session);
    pg_session_close(&maker);
    cluster_stop(cluster);
    secret_free(*state);
    return 0;
}

static int start(void **state)
{
    *state = secret_new(password, sizeof(password) - 1);
    cluster = cluster_start(NULL);
    int result = cluster ? open_session(&maker, "postgres") : -1;
    if (result == 0) result = role_world_prepare(&maker);
    pg_session_close(&maker);
    if (result < 0) stop(state);
    return result;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_converges)};
    return cmocka_run_group_tests(tests, start, stop);
}
