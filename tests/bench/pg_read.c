/* Reads, compares and corrects a database with the daemon's own code and tells what that cost, as
 * JSON; or asks the same questions of libpq directly, which is the floor. Where the server is, is
 * said by the variables of libpq: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE.
 *
 *   pg_read read ROUNDS ROLES SCHEMAS    everything read and compared; fails where it differs
 *   pg_read bare ROUNDS                  the same queries, the answers thrown away
 *   pg_read probe ROUNDS                 the change probe
 *   pg_read grant ROLES SCHEMAS          what differs is granted, then compared again
 *   pg_read queries                      the texts, for psql
 *
 * With 0 rounds one is done, cold: the connection is a part of it. Otherwise one goes before. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <libpq-fe.h>

#include "base/mem.h"
#include "net/loop.h"
#include "net/net.h"
#include "pg/classify.h"
#include "pg/diff.h"
#include "resource/sql/catalog_read.h"

enum { ROUNDS_MAX = 10000 };

static struct loop *loop;
static struct net *net;
static struct sql_target target;
static struct pg_want want;

static void __attribute__((format(printf, 1, 2), noreturn)) die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("pg_read: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static long long clock_us(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int number(const char *text)
{
    char *end = NULL;
    long n = text ? strtol(text, &end, 10) : -1;
    if (!text || *end || n < 0 || n > ROUNDS_MAX) die("'%s' is no number", text ? text : "");
    return (int)n;
}

/* --- what is declared: see tables.sql --------------------------------------------------------- */

static void want_make(struct arena *arena, size_t roles, size_t schemas)
{
    struct pg_want_role *role = arena_array(arena, roles, sizeof(*role));
    struct pg_want_grant *grant = arena_array(arena, roles, sizeof(*grant));
    struct pg_want_schema_grant *in = arena_array(arena, schemas, sizeof(*in));
    struct pg_want_database *database = arena_alloc(arena, sizeof(*database));
    for (size_t i = 0; i < schemas; i++) {
        in[i].name = arena_printf(arena, "s%zu", i + 1);
        in[i].schema = PG_USAGE;
        in[i].tables = PG_SELECT | PG_INSERT | PG_UPDATE | PG_DELETE;
    }
    for (size_t i = 0; i < roles; i++) {
        role[i].name = arena_printf(arena, "managed_%zu", i + 1);
        role[i].attributes[PG_ATTR_LOGIN] = PG_OFF;
        role[i].attributes[PG_ATTR_CREATEDB] = PG_OFF;
        grant[i] = (struct pg_want_grant){.database = target.database,
                                          .grantee = role[i].name,
                                          .exact = true,
                                          .database_mask = PG_CONNECT,
                                          .schemas = in,
                                          .schema_count = schemas};
    }
    database->name = target.database;
    want = (struct pg_want){.roles = role,
                            .role_count = roles,
                            .databases = database,
                            .database_count = 1,
                            .grants = grant,
                            .grant_count = roles};
}

/* --- with the daemon's code ------------------------------------------------------------------- */

static void ended(struct flow *f, const struct err *err)
{
    if (err) die("%s: %s", f->name, err->text);
    loop_stop(loop);
}

static void run(struct flow *f)
{
    f->done = ended;
    flow_start(f, net_io(net));
    loop_run(loop);
}

struct round {
    struct catalog_read cluster;
    struct catalog_read database;
    struct arena *arena;
    struct pg_changes changes; /* of the database */
};

static void round_read(struct round *r)
{
    const struct catalog_mark none = {0};
    *r = (struct round){.arena = arena_new()};
    catalog_read_init(&r->cluster, CATALOG_CLUSTER, &target, &none, false);
    run(&r->cluster.flow);
    catalog_read_init(&r->database, CATALOG_DATABASE, &target, &none, false);
    run(&r->database.flow);
    struct pg_changes roles = pg_diff_cluster(&want, r->cluster.cluster, r->arena);
    if (roles.count) die("%s differs", roles.items[0].object);
    r->changes = pg_diff_database(&want, target.database, r->cluster.cluster, r->database.database,
                                  r->arena);
    /* What others hold is not declared, and is found each time as in the daemon. */
    (void)pg_undeclared_cluster(&want, r->cluster.cluster, r->arena);
    (void)pg_undeclared_database(&want, target.database, r->cluster.cluster, r->database.database,
                                 r->arena);
}

static void round_done(struct round *r)
{
    catalog_read_done(&r->cluster);
    catalog_read_done(&r->database);
    arena_free(r->arena);
}

static size_t objects, groups, acl_items;

static void count(const struct pg_database *d)
{
    objects = d->object_count;
    groups = d->group_count;
    acl_items = 0;
    for (size_t i = 0; i < d->group_count; i++)
        acl_items += d->groups[i].acl.count * d->groups[i].count;
    for (size_t i = 0; i < d->column_count; i++) acl_items += d->columns[i].acl.count;
}

static void read_once(void)
{
    struct round r;
    round_read(&r);
    if (r.changes.count) die("%s differs", r.changes.items[0].object);
    count(r.database.database);
    round_done(&r);
}

static void probe_once(void)
{
    const struct catalog_mark none = {0};
    struct catalog_read r;
    catalog_read_init(&r, CATALOG_DATABASE, &target, &none, true);
    run(&r.flow);
    catalog_read_done(&r);
}

/* --- with libpq alone ------------------------------------------------------------------------- */

static PGconn *bare;

static void bare_ask(const char *text)
{
    PGresult *result = PQexec(bare, text);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) die("%s", PQerrorMessage(bare));
    PQclear(result);
}

static void bare_ask_all(const struct sql_statement *queries, size_t n)
{
    bare_ask(queries[0].text);
    bare_ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    for (size_t i = 1; i < n; i++) bare_ask(queries[i].text);
    bare_ask("COMMIT");
}

static void bare_once(void)
{
    if (!bare) bare = PQconnectdb("sslmode=disable");
    if (PQstatus(bare) != CONNECTION_OK) die("%s", PQerrorMessage(bare));
    bare_ask_all(pg_cluster_queries, pg_cluster_query_count);
    bare_ask_all(pg_database_queries, pg_database_query_count);
}

static void print_queries(const struct sql_statement *queries, size_t n)
{
    printf("%s;\nBEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n", queries[0].text);
    for (size_t i = 1; i < n; i++) printf("%s;\n", queries[i].text);
    printf("COMMIT;\n");
}

/* --- rounds ----------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    const long long *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void measure(void (*once)(void), int rounds)
{
    size_t n = rounds ? (size_t)rounds : 1;
    long long *spans = xcalloc(n, sizeof(*spans));
    if (rounds) once();
    long long cpu = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t i = 0; i < n; i++) {
        long long begin = clock_us(CLOCK_MONOTONIC);
        once();
        spans[i] = clock_us(CLOCK_MONOTONIC) - begin;
    }
    cpu = (clock_us(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (long long)n;
    qsort(spans, n, sizeof(*spans), ascending);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("{\"median_us\": %lld, \"least_us\": %lld, \"cpu_us\": %lld, \"peak_kib\": %ld, "
           "\"queries\": %zu, \"objects\": %zu, \"groups\": %zu, \"acl_items\": %zu}\n",
           spans[n / 2], spans[0], cpu, used.ru_maxrss, pg_database_query_count, objects, groups,
           acl_items);
    free(spans);
}

/* --- granting --------------------------------------------------------------------------------- */

static struct sql_call writing;

static void ask_write(struct flow *f, struct call *call)
{
    (void)f;
    call->kind = CALL_SQL;
    call->sql = writing;
}

static int classify_write(struct flow *f, const struct reply *reply, struct err *err)
{
    if (flow_classify_transport(f, reply, err)) return -1;
    return pg_classify(&reply->sql, err);
}

static enum flow_verdict take_write(struct flow *f, const struct reply *reply)
{
    (void)f;
    (void)reply;
    return FLOW_DONE;
}

static const struct flow_row write_rows[] = {
    {.name = "write", .ask = ask_write, .take = take_write, .limit = MINUTES(5)},
    {0},
};

static void write_change(const struct pg_change *c)
{
    struct flow f = {.name = "write", .rows = write_rows, .classify = classify_write};
    if (c->unfixable) die("%s: %s", c->object, c->unfixable);
    writing = (struct sql_call){.target = target,
                                .mode = c->mode,
                                .statements = c->statements,
                                .count = c->statement_count};
    run(&f);
}

static size_t apply(const struct pg_changes *changes)
{
    size_t n = 0;
    for (size_t i = 0; i < changes->count; i++) {
        write_change(&changes->items[i]);
        n += changes->items[i].statement_count;
    }
    return n;
}

static void grant(void)
{
    struct round r;
    probe_once(); /* both sides of the comparison have their connection */
    long long begin = clock_us(CLOCK_MONOTONIC);
    round_read(&r);
    long long planned = clock_us(CLOCK_MONOTONIC);
    size_t statements = apply(&r.changes);
    long long written = clock_us(CLOCK_MONOTONIC);
    count(r.database.database);
    round_done(&r);
    read_once();
    printf("{\"plan_us\": %lld, \"apply_us\": %lld, \"verify_us\": %lld, \"statements\": %zu, "
           "\"objects\": %zu}\n",
           planned - begin, written - planned, clock_us(CLOCK_MONOTONIC) - written, statements,
           objects);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void reach(void)
{
    const char *password = getenv("PGPASSWORD");
    struct err err = {0};
    const struct net_settings settings = {0};
    target = (struct sql_target){.host = getenv("PGHOST"),
                                 .port = getenv("PGPORT"),
                                 .database = getenv("PGDATABASE"),
                                 .user = getenv("PGUSER"),
                                 .ssl_mode = "disable"};
    if (!target.host || !target.port || !target.database || !target.user || !password)
        die("PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE say where");
    target.password = secret_new(password, strlen(password));
    loop = loop_new(&err);
    if (!loop) die("%s", err.text);
    net = net_new(loop, &settings);
}

static int dispatch(int argc, char **argv, struct arena *arena)
{
    const char *mode = argc > 1 ? argv[1] : "";
    if (strcmp(mode, "queries") == 0 && argc == 2) {
        print_queries(pg_cluster_queries, pg_cluster_query_count);
        print_queries(pg_database_queries, pg_database_query_count);
        return 0;
    }
    reach();
    if (strcmp(mode, "bare") == 0 && argc == 3) {
        measure(bare_once, number(argv[2]));
    } else if (strcmp(mode, "probe") == 0 && argc == 3) {
        measure(probe_once, number(argv[2]));
    } else if (strcmp(mode, "read") == 0 && argc == 5) {
        want_make(arena, (size_t)number(argv[3]), (size_t)number(argv[4]));
        measure(read_once, number(argv[2]));
    } else if (strcmp(mode, "grant") == 0 && argc == 4) {
        want_make(arena, (size_t)number(argv[2]), (size_t)number(argv[3]));
        grant();
    } else {
        fprintf(stderr, "pg_read: see the top of its source for how it is called\n");
        return 2;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new();
    int status = dispatch(argc, argv, arena);
    PQfinish(bare);
    if (net) net_free(net);
    if (loop) loop_free(loop);
    secret_free(unconst(target.password));
    arena_free(arena);
    return status;
}
