/* What was seen of one target, scope by scope (target.h). Only a complete answer is compared;
 * unknown is not absent (P6). */
#ifndef RESOURCE_SEEN_H
#define RESOURCE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/mem.h"
#include "pg/catalog.h"

struct target;

enum seen_state {
    SEEN_NOTHING,  /* not looked at, or nothing follows from it yet */
    SEEN_COMPLETE, /* the whole answer */
    SEEN_ABSENT,   /* the other side said that it does not exist */
    SEEN_FAILED,   /* no answer, or not all of it: nothing follows from it */
};

struct observation {
    enum seen_state state;
    struct err err;      /* why it failed */
    bool compared;       /* everything about it is in the plan */
    json_t *body;        /* ARM: the resource, or the items of the collection; owned */
    struct arena *arena; /* SQL: holds what 'cluster' or 'database' point to; owned */
    const struct pg_cluster *cluster;
    const struct pg_database *database;
};

struct seen {
    struct observation *scopes; /* one for each scope of the target, same order */
    size_t count;
};

/* Nothing seen yet, with room for the scopes of 'target'. */
void seen_init(struct seen *s, const struct target *target);
/* Forgets an observation and frees what it owns. */
void observation_done(struct observation *o);
void seen_done(struct seen *s);

/* The root's observation. */
const struct observation *seen_root(const struct seen *s);

#endif
