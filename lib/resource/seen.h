/* What was seen of one target, scope by scope. A scope is what one observation covers: an ARM
 * resource, an ARM collection, a cluster's shared catalogs, one database. Only a complete answer is
 * compared; unknown is not absent (P6). */
#ifndef RESOURCE_SEEN_H
#define RESOURCE_SEEN_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/mem.h"
#include "pg/catalog.h"

enum scope {
    SCOPE_GROUP,          /* the resource group */
    SCOPE_SERVER,         /* the flexible server itself */
    SCOPE_CONFIGURATIONS, /* its parameters */
    SCOPE_FIREWALL_RULES, /* its firewall rules */
    SCOPE_CLUSTER,        /* roles, memberships, databases, settings */
    SCOPE_DATABASE,       /* what is inside the declared databases */
    SCOPE_N
};

enum seen_state {
    SEEN_NOTHING,  /* not looked at yet, or not asked for */
    SEEN_COMPLETE, /* the whole answer */
    SEEN_ABSENT,   /* the other side said that it does not exist */
    SEEN_FAILED,   /* no answer, or not all of it: nothing follows from it */
};

struct observation {
    enum seen_state state;
    struct err err;      /* why it failed */
    json_t *body;        /* ARM scopes; owned */
    struct arena *arena; /* SQL scopes: holds what 'cluster' or 'database' point to; owned */
    const struct pg_cluster *cluster;
    const struct pg_database *database;
};

struct seen {
    struct observation arm[SCOPE_CLUSTER]; /* by enum scope */
    struct observation cluster;
    struct observation *databases; /* one for each of the target's declared databases, same order */
    size_t database_count;
};

/* Forgets an observation and frees what it owns. */
void observation_done(struct observation *o);
void seen_done(struct seen *s);

/* The word of a scope for logs and JSON: "server", "configurations". */
const char *scope_word(enum scope scope);

#endif
