/* Reading the catalogs of one database as a flow: first the cheap question whether anything was
 * written since the last time, then, where that may be, everything in one snapshot. */
#ifndef RESOURCE_CATALOG_READ_H
#define RESOURCE_CATALOG_READ_H

#include <stdbool.h>

#include "flow/flow.h"
#include "pg/catalog.h"

/* What is remembered between reads, for the probe. */
struct catalog_mark {
    struct pg_counters counters;
    uint64_t connection; /* counters of another connection may be another server's */
};

enum catalog_kind { CATALOG_CLUSTER, CATALOG_DATABASE };

struct catalog_read {
    struct flow flow;
    void *owner; /* the caller's */
    enum catalog_kind kind;
    bool probe_only; /* ask only whether anything changed */
    struct sql_target target;
    struct catalog_mark mark; /* in: of the last read; out: of this one */
    /* Results. */
    bool unchanged;
    struct arena *arena; /* owned; holds the other two */
    struct pg_cluster *cluster;
    struct pg_database *database;
};

/* 'target' and what it points to stay with the caller. Set flow.done before flow_start(). */
void catalog_read_init(struct catalog_read *r, enum catalog_kind kind,
                       const struct sql_target *target, const struct catalog_mark *mark,
                       bool probe_only);
void catalog_read_done(struct catalog_read *r);

#endif
