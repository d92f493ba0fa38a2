/* What the comparison of the SQL half costs as one thing after the other grows, without a server:
 * catalogs are made up, decoded and compared with the daemon's own code. Prints JSON.
 *
 *   pg_scale roles N          N roles that are as declared, with attributes, a limit and a setting
 *   pg_scale memberships N    N / 5 roles, each a member of five others as declared
 *   pg_scale chain N          N memberships that are missing, each role in the next
 *   pg_scale grants N         N grantees who hold what is declared on ten tables, in one list each
 *   pg_scale differences N    the same without any of it granted
 *   pg_scale undeclared N     the same, granted and not declared
 *   pg_scale options N        N grantees to whom one passed the privilege and its option on, who is
 *                             to lose it: everything is regranted */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/buf.h"
#include "base/mem.h"
#include "pg/diff.h"

enum { FIRST_OID = 20000, MEMBERS_EACH = 5, TABLES = 10, N_MAX = 1000000 };

static struct arena *arena;

static void __attribute__((noreturn)) die(const char *text)
{
    fprintf(stderr, "pg_scale: %s\n", text);
    exit(1);
}

static long long clock_us(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- made-up rows ----------------------------------------------------------------------------- */

struct table {
    const char **cells;
    size_t count;
    size_t room;
    size_t columns;
};

static void add_row(struct table *t, const char *const *cells, size_t columns)
{
    t->columns = columns;
    if (t->count + columns > t->room) {
        t->room = 2 * (t->count + columns);
        t->cells = xreallocarray(t->cells, t->room, sizeof(*t->cells));
    }
    for (size_t i = 0; i < columns; i++) t->cells[t->count++] = cells[i];
}

#define ROW(table, ...)                                                                            \
    add_row(table, (const char *const[]){__VA_ARGS__},                                             \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static struct sql_rows rows_of(const struct table *t)
{
    return (struct sql_rows){
        .rows = t->columns ? t->count / t->columns : 0, .columns = t->columns, .values = t->cells};
}

static const char *number(size_t n)
{
    return arena_printf(arena, "%zu", n);
}

static const char *name_of(size_t i)
{
    return arena_printf(arena, "role_%07zu", i);
}

static void counters(struct table *t)
{
    ROW(t, "1260", "1", "2", "3");
    ROW(t, "0", "1700000000", "0", "0");
}

static void role_row(struct table *t, const char *oid, const char *name)
{
    ROW(t, oid, name, "f", "f", "f", "f", "f", "f", "t", "10", NULL, NULL, "f", "f");
}

struct made {
    struct table roles, members, settings, databases, names, schemas, relations;
};

static void make_cluster(struct made *m, size_t roles, size_t each, bool settings)
{
    ROW(&m->roles, "11", "admin", "t", "f", "t", "t", "f", "f", "t", "-1", NULL, NULL, "t", "f");
    for (size_t i = 0; i < roles; i++) {
        const char *oid = number(FIRST_OID + i);
        role_row(&m->roles, oid, name_of(i));
        for (size_t k = 1; k <= each && i + k < roles; k++)
            ROW(&m->members, number(FIRST_OID + i + k), oid, "11", "f", NULL, NULL);
        if (settings) ROW(&m->settings, "0", oid, "{work_mem=8MB}");
    }
    ROW(&m->databases, "100", "db", "11", "UTF8", "C", "C", "f", "t", "-1",
        "{=Tc/admin,admin=CTc/admin}", NULL);
}

static void make_database(struct made *m, size_t roles, bool granted, bool passed_on)
{
    struct buf list;
    buf_init(&list, 256 * 1024 * 1024);
    buf_str(&list, "{admin=arwdDxt/admin");
    ROW(&m->names, "11", "admin", "t");
    for (size_t i = 0; i < roles; i++) {
        ROW(&m->names, number(FIRST_OID + i), name_of(i), "f");
        if (granted && passed_on && i) buf_printf(&list, ",%s=r*/%s", name_of(i), name_of(0));
        if (granted && passed_on && !i) buf_printf(&list, ",%s=r*/admin", name_of(0));
        if (granted && !passed_on) buf_printf(&list, ",%s=rw/admin", name_of(i));
    }
    buf_char(&list, '}');
    ROW(&m->schemas, "2200", "public", "11", "{admin=UC/admin,=U/admin}", "f");
    const char *acl = arena_strdup(arena, buf_text(&list));
    for (size_t i = 0; i < TABLES; i++)
        ROW(&m->relations, "2200", "r", "11", acl, "{admin=arwdDxt/admin}", "f",
            arena_printf(arena, "{table_%zu}", i));
    buf_done(&list);
}

static struct pg_cluster *decode_cluster(const struct made *m)
{
    struct table first = {0};
    struct table session = {0};
    counters(&first);
    ROW(&session, "150004", "11", "f", "f", "off", "on", NULL, "7", "pg_catalog");
    const struct sql_rows results[] = {rows_of(&first),        rows_of(&session),
                                       rows_of(&m->roles),     rows_of(&m->members),
                                       rows_of(&m->databases), rows_of(&m->settings)};
    struct err err;
    struct sql_reply reply = {.results = results,
                              .count = sizeof(results) / sizeof(*results),
                              .message = "",
                              .source_function = ""};
    struct pg_cluster *c = pg_cluster_decode(&reply, arena, &err);
    if (!c) die(err.text);
    free(first.cells);
    free(session.cells);
    return c;
}

static struct pg_database *decode_database(const struct made *m)
{
    struct table first = {0};
    struct table session = {0};
    const struct table none = {0};
    counters(&first);
    ROW(&session, "100", "db", "pg_catalog");
    const struct sql_rows results[] = {
        rows_of(&first),      rows_of(&session),      rows_of(&m->names),
        rows_of(&m->schemas), rows_of(&m->relations), rows_of(&none),
        rows_of(&none),       rows_of(&none),         rows_of(&none)};
    struct err err;
    struct sql_reply reply = {.results = results,
                              .count = sizeof(results) / sizeof(*results),
                              .message = "",
                              .source_function = ""};
    struct pg_database *d = pg_database_decode(&reply, arena, &err);
    if (!d) die(err.text);
    free(first.cells);
    free(session.cells);
    return d;
}

/* --- what is declared ------------------------------------------------------------------------- */

static void want_roles(struct pg_want *want, size_t roles, size_t each, bool settings)
{
    static const struct pg_want_setting setting = {"work_mem", "8MB", NULL};
    struct pg_want_role *list = arena_array(arena, roles, sizeof(*list));
    for (size_t i = 0; i < roles; i++) {
        const char **groups = arena_array(arena, each, sizeof(*groups));
        list[i] = (struct pg_want_role){.name = name_of(i),
                                        .attributes = {[PG_ATTR_SUPERUSER] = PG_OFF},
                                        .has_connection_limit = true,
                                        .connection_limit = 10,
                                        .member_of = groups,
                                        .members_exact = true,
                                        .settings = &setting,
                                        .setting_count = settings,
                                        .settings_exact = true};
        for (size_t k = 1; k <= each && i + k < roles; k++)
            groups[list[i].member_of_count++] = name_of(i + k);
    }
    want->roles = list;
    want->role_count = roles;
}

static void want_grants(struct pg_want *want, size_t grantees)
{
    static const struct pg_want_schema_grant schema = {.name = "public",
                                                       .tables = PG_SELECT | PG_UPDATE};
    struct pg_want_grant *list = arena_array(arena, grantees, sizeof(*list));
    for (size_t i = 0; i < grantees; i++)
        list[i] = (struct pg_want_grant){.database = "db",
                                         .grantee = name_of(i),
                                         .exact = true,
                                         .schemas = &schema,
                                         .schema_count = 1};
    want->grants = list;
    want->grant_count = grantees;
}

/* --- modes ------------------------------------------------------------------------------------ */

struct figures {
    long long decode_us;
    long long compare_us;
    size_t changes;
};

static struct figures scale_roles(size_t roles, size_t each_there, size_t each_wanted,
                                  bool settings)
{
    struct made m = {0};
    struct pg_want want = {0};
    make_cluster(&m, roles, each_there, settings);
    want_roles(&want, roles, each_wanted, settings);
    long long begin = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    const struct pg_cluster *c = decode_cluster(&m);
    long long decoded = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    struct pg_changes changes = pg_diff_cluster(&want, c, arena);
    struct pg_changes more = pg_undeclared_cluster(&want, c, arena);
    return (struct figures){decoded - begin, clock_us(CLOCK_PROCESS_CPUTIME_ID) - decoded,
                            changes.count + more.count};
}

static struct figures scale_grants(size_t grantees, bool granted, bool declared, bool passed_on)
{
    static const struct pg_want_database database = {.name = "db"};
    struct made m = {0};
    struct pg_want want = {.databases = &database, .database_count = 1};
    make_cluster(&m, grantees, 0, false);
    make_database(&m, grantees, granted, passed_on);
    want_roles(&want, grantees, 0, false);
    static const struct pg_want_grant nothing = {
        .database = "db", .grantee = "role_0000000", .exact = true};
    if (declared) want_grants(&want, grantees);
    if (passed_on) want.grants = &nothing;
    if (passed_on) want.grant_count = 1;
    const struct pg_cluster *c = decode_cluster(&m);
    long long begin = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    const struct pg_database *d = decode_database(&m);
    long long decoded = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    struct pg_changes changes = pg_diff_database(&want, "db", c, d, arena);
    struct pg_changes more = pg_undeclared_database(&want, "db", c, d, arena);
    return (struct figures){decoded - begin, clock_us(CLOCK_PROCESS_CPUTIME_ID) - decoded,
                            changes.count + more.count};
}

static struct figures scale(const char *mode, size_t n)
{
    if (strcmp(mode, "roles") == 0) return scale_roles(n, 0, 0, true);
    if (strcmp(mode, "memberships") == 0)
        return scale_roles(n / MEMBERS_EACH, MEMBERS_EACH, MEMBERS_EACH, false);
    if (strcmp(mode, "chain") == 0) return scale_roles(n + 1, 0, 1, false);
    if (strcmp(mode, "grants") == 0) return scale_grants(n, true, true, false);
    if (strcmp(mode, "differences") == 0) return scale_grants(n, false, true, false);
    if (strcmp(mode, "undeclared") == 0) return scale_grants(n, true, false, false);
    if (strcmp(mode, "options") == 0) return scale_grants(n, true, false, true);
    die("see the top of its source for how it is called");
}

int main(int argc, char **argv)
{
    char *end = NULL;
    unsigned long n = argc == 3 ? strtoul(argv[2], &end, 10) : 0;
    if (!n || *end || n > N_MAX) die("see the top of its source for how it is called");
    arena = arena_new();
    struct figures f = scale(argv[1], n);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("{\"decode_us\": %lld, \"compare_us\": %lld, \"changes\": %zu, \"peak_kib\": %ld}\n",
           f.decode_us, f.compare_us, f.changes, used.ru_maxrss);
    arena_free(arena);
    return 0;
}
