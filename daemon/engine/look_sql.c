/* Looking into a PostgreSQL: see look.h. First, where nothing is known to differ, the cheap
 * question whether anything was written to a catalog; else everything, the cluster before the
 * databases that it has. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "engine/look.h"
#include "engine/run.h"
#include "resource/sql/catalog_read.h"

struct look_sql {
    struct lane *lane;
    struct flow_group group;
    struct catalog_read *reads; /* [0] the cluster, then the declared databases */
    size_t count;
    bool unchanged; /* so say all probes */
    /* Between looks. */
    struct catalog_mark *marks; /* as reads */
    bool *exists;               /* as reads: the database was there */
    char *host;                 /* that all this is about */
    msec full_read;             /* when the catalogs were last read completely; 0: never */
};

static struct run *sql_run(const struct look_sql *look)
{
    return look->lane->run;
}

struct look_sql *look_sql_new(struct lane *l)
{
    const struct pg_want *want = l->run->target->sql;
    if (!want) return NULL;
    struct look_sql *look = xcalloc(1, sizeof(*look));
    look->lane = l;
    look->count = 1 + want->database_count;
    look->reads = xcalloc(look->count, sizeof(*look->reads));
    look->marks = xcalloc(look->count, sizeof(*look->marks));
    look->exists = xcalloc(look->count, sizeof(*look->exists));
    look->exists[0] = true;
    return look;
}

void look_sql_cancel(struct look_sql *look)
{
    for (size_t i = 0; look && i < look->count; i++) catalog_read_done(&look->reads[i]);
}

void look_sql_free(struct look_sql *look)
{
    if (!look) return;
    look_sql_cancel(look);
    free(look->reads);
    free(look->marks);
    free(look->exists);
    free(look->host);
    free(look);
}

/* The part of the target that read 'i' is about. */
static size_t sql_scope(const struct look_sql *look, size_t i)
{
    const struct target *t = sql_run(look)->target;
    return i ? target_database_scope(t, i - 1) : target_scope(t, SCOPE_CLUSTER);
}

static void sql_note(struct look_sql *look, size_t i, const struct err *err)
{
    if (err) look->full_read = 0; /* a probe alone would not make it known */
    lane_note(look->lane, sql_scope(look, i), err);
}

static void sql_read_start(struct look_sql *look, size_t i, bool probe,
                           void (*done)(struct flow *, const struct err *))
{
    struct run *r = sql_run(look);
    const char *database = i ? r->target->sql->databases[i - 1].name : "postgres";
    const struct sql_target target = run_sql_target(r, database);
    struct catalog_read *read = &look->reads[i];
    catalog_read_done(read);
    catalog_read_init(read, i ? CATALOG_DATABASE : CATALOG_CLUSTER, &target, &look->marks[i],
                      probe);
    read->owner = look;
    read->flow.done = done;
    flow_group_add(&look->group);
    flow_start(&read->flow, r->azure.io);
}

/* --- everything --------------------------------------------------------------------------------
 */

static void sql_databases_done(struct flow_group *g)
{
    struct look_sql *look = g->owner;
    if (!look->lane->failed) look->full_read = run_now(sql_run(look));
    look->lane->calls.looked(look->lane);
}

static void sql_database_done(struct flow *f, const struct err *err)
{
    struct catalog_read *read = f->op;
    struct look_sql *look = read->owner;
    size_t i = (size_t)(read - look->reads);
    struct observation *o = &look->lane->seen.scopes[sql_scope(look, i)];
    look->lane->counts.sql_queries += (unsigned)pg_database_query_count;
    if (!err) {
        o->state = SEEN_COMPLETE;
        o->database = read->database;
        o->arena = read->arena;
        read->arena = NULL;
        look->marks[i] = read->mark;
    }
    sql_note(look, i, err);
    flow_group_end(&look->group);
}

static void sql_databases_read(struct look_sql *look, const struct pg_cluster *cluster)
{
    const struct pg_want *want = sql_run(look)->target->sql;
    look->group = (struct flow_group){.done = sql_databases_done, .owner = look};
    flow_group_add(&look->group); /* held open until all have been started */
    for (size_t i = 1; i < look->count; i++) {
        look->exists[i] = pg_cluster_database(cluster, want->databases[i - 1].name) != NULL;
        if (look->exists[i]) {
            sql_read_start(look, i, false, sql_database_done);
            continue;
        }
        look->lane->seen.scopes[sql_scope(look, i)].state = SEEN_ABSENT; /* an answer, too */
        sql_note(look, i, NULL);
    }
    flow_group_end(&look->group);
}

static void sql_cluster_done(struct flow *f, const struct err *err)
{
    struct catalog_read *read = f->op;
    struct look_sql *look = read->owner;
    struct observation *o = &look->lane->seen.scopes[sql_scope(look, 0)];
    look->lane->counts.sql_queries += (unsigned)pg_cluster_query_count;
    if (!err) {
        o->state = SEEN_COMPLETE;
        o->cluster = read->cluster;
        o->arena = read->arena;
        read->arena = NULL;
        look->marks[0] = read->mark;
    }
    sql_note(look, 0, err);
    flow_group_end(&look->group);
}

static void sql_cluster_read(struct flow_group *g)
{
    struct look_sql *look = g->owner;
    const struct observation *o = &look->lane->seen.scopes[sql_scope(look, 0)];
    if (o->state == SEEN_COMPLETE)
        sql_databases_read(look, o->cluster);
    else
        look->lane->calls.looked(look->lane);
}

static void sql_read_all(struct look_sql *look)
{
    look->group = (struct flow_group){.done = sql_cluster_read, .owner = look};
    sql_read_start(look, 0, false, sql_cluster_done);
}

/* --- the probe ---------------------------------------------------------------------------------
 */

static bool sql_full_read_is_due(const struct look_sql *look)
{
    const struct run *r = sql_run(look);
    msec every = (msec)run_settings(r)->intervals.full_read_hours * 3600 * 1000;
    if (!look->full_read || run_now(r) - look->full_read >= every) return true;
    for (size_t i = 0; i < r->target->scope_count; i++)
        if (r->target->scopes[i].kind >= SCOPE_CLUSTER &&
            transitions_any(r->transitions, r->target->scopes[i].word))
            return true;
    return false;
}

static void sql_probe_done(struct flow *f, const struct err *err)
{
    struct catalog_read *read = f->op;
    struct look_sql *look = read->owner;
    look->lane->counts.sql_queries++;
    if (err || !read->unchanged) look->unchanged = false;
    flow_group_end(&look->group);
}

static void sql_probes_done(struct flow_group *g)
{
    struct look_sql *look = g->owner;
    if (!look->unchanged) {
        sql_read_all(look);
        return;
    }
    look_sql_cancel(look);
    look->lane->calls.looked(look->lane);
}

static void sql_probe(struct look_sql *look)
{
    look->unchanged = true;
    look->group = (struct flow_group){.done = sql_probes_done, .owner = look};
    for (size_t i = 0; i < look->count; i++)
        if (look->exists[i]) sql_read_start(look, i, true, sql_probe_done);
}

/* --- a look ------------------------------------------------------------------------------------
 */

/* Another server may come to stand in the place of the one that was read. */
static void sql_know_host(struct look_sql *look)
{
    const char *host = sql_run(look)->root.host;
    if (look->host && strcmp(look->host, host) == 0) return;
    free(look->host);
    look->host = xstrdup(host);
    look->full_read = 0;
}

static void sql_not_yet(struct look_sql *look)
{
    const struct run *r = sql_run(look);
    struct err err = {0};
    err_set(&err, ERR_BUSY, "the server is %s", r->root.word);
    for (size_t i = 0; i < look->count; i++) sql_note(look, i, &err);
    look->lane->calls.looked(look->lane);
}

/* That it is stopped is a difference of the server; what is inside is not unknown beside it. */
static void sql_stopped(struct look_sql *look)
{
    struct run *r = sql_run(look);
    look->full_read = 0;
    for (size_t i = 0; i < look->count; i++)
        transitions_unasked(r->transitions, r->target->scopes[sql_scope(look, i)].word);
    look->lane->calls.nothing(look->lane);
}

/* Whether there is a server, and where, is ARM's word; until it was given there is nothing to look
 * at, and nothing where somebody has stopped it. An operation that runs is no reason not to look.
 */
void look_sql_start(struct look_sql *look)
{
    if (!look) return;
    struct run *r = sql_run(look);
    struct observation *root = &look->lane->seen.scopes[0];
    if (r->root.presence == RUN_ABSENT) {
        root->state = SEEN_ABSENT;
        look->full_read = 0;
        look->lane->calls.looked(look->lane);
        return;
    }
    if (r->root.state == RESOURCE_STOPPED) {
        sql_stopped(look);
        return;
    }
    bool nothing = r->root.presence == RUN_UNKNOWN;
    if (nothing || (!r->root.host && r->root.state != RESOURCE_MAKING)) {
        look->lane->calls.nothing(look->lane);
        return;
    }
    root->state = SEEN_COMPLETE;
    if (r->root.state == RESOURCE_MAKING) {
        sql_not_yet(look);
        return;
    }
    sql_know_host(look);
    if (sql_full_read_is_due(look))
        sql_read_all(look);
    else
        sql_probe(look);
}
