/* Reading the catalogs as a flow: see catalog_read.h. */
#include "resource/sql/catalog_read.h"

#include "pg/classify.h"

static flow_classify catalog_classify;
static void ask_probe(struct flow *f, struct call *call);
static enum flow_verdict take_probe(struct flow *f, const struct reply *reply);
static void ask_catalog(struct flow *f, struct call *call);
static enum flow_verdict take_catalog(struct flow *f, const struct reply *reply);

static const struct flow_row probe_rows[] = {
    {.name = "probe",
     .text = "ask whether the catalogs were written to",
     .ask = ask_probe,
     .take = take_probe,
     .limit = SECONDS(20)},
    {0},
};

static const struct flow_row read_rows[] = {
    {.name = "read",
     .text = "read the catalogs in one snapshot",
     .ask = ask_catalog,
     .take = take_catalog,
     .limit = SECONDS(60)},
    {0},
};

void catalog_read_init(struct catalog_read *r, enum catalog_kind kind,
                       const struct sql_target *target, const struct catalog_mark *mark,
                       bool probe_only)
{
    *r = (struct catalog_read){
        .kind = kind, .probe_only = probe_only, .target = *target, .mark = *mark};
    r->flow = (struct flow){
        .name = probe_only ? "catalog.probe" : "catalog.read",
        .rows = probe_only ? probe_rows : read_rows,
        .classify = catalog_classify,
        .op = r,
        .resource = target->database,
    };
}

void catalog_read_done(struct catalog_read *r)
{
    flow_cancel(&r->flow);
    arena_free(r->arena);
    r->arena = NULL;
}

static int catalog_classify(struct flow *f, const struct reply *reply, struct err *err)
{
    if (flow_classify_transport(f, reply, err)) return -1;
    return pg_classify(&reply->sql, err);
}

static const struct sql_statement *catalog_queries(const struct catalog_read *r)
{
    return r->kind == CATALOG_CLUSTER ? pg_cluster_queries : pg_database_queries;
}

static void ask_probe(struct flow *f, struct call *call)
{
    struct catalog_read *r = f->op;
    call->kind = CALL_SQL;
    call->sql = (struct sql_call){
        .target = r->target, .mode = SQL_EACH, .statements = catalog_queries(r), .count = 1};
}

static enum flow_verdict take_probe(struct flow *f, const struct reply *reply)
{
    struct catalog_read *r = f->op;
    struct pg_counters now;
    if (reply->sql.count < 1) {
        err_set(&f->err, ERR_PROTOCOL, "the change probe had no answer");
        return FLOW_FAIL;
    }
    if (pg_counters_decode(&now, &reply->sql.results[0], &f->err)) return FLOW_FAIL;
    r->unchanged =
        reply->sql.connection == r->mark.connection && pg_counters_equal(&now, &r->mark.counters);
    return FLOW_DONE;
}

static void ask_catalog(struct flow *f, struct call *call)
{
    struct catalog_read *r = f->op;
    call->kind = CALL_SQL;
    call->sql = (struct sql_call){
        .target = r->target,
        .mode = SQL_READ,
        .statements = catalog_queries(r),
        .count = r->kind == CATALOG_CLUSTER ? pg_cluster_query_count : pg_database_query_count,
    };
}

static enum flow_verdict take_catalog(struct flow *f, const struct reply *reply)
{
    struct catalog_read *r = f->op;
    if (!r->arena) r->arena = arena_new();
    if (r->kind == CATALOG_CLUSTER)
        r->cluster = pg_cluster_decode(&reply->sql, r->arena, &f->err);
    else
        r->database = pg_database_decode(&reply->sql, r->arena, &f->err);
    if (!r->cluster && !r->database) return FLOW_FAIL;
    r->mark.counters = r->cluster ? r->cluster->counters : r->database->counters;
    r->mark.connection = reply->sql.connection;
    return FLOW_DONE;
}
