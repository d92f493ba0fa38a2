/* What the parts of a document say about each other, and no field can say alone: names that must
 * resolve, values that exclude each other. Every relation is a row of a table with an id, which
 * begins its messages, and a sentence for people. All together are O(n log n). */
#ifndef CONFIG_RELATION_H
#define CONFIG_RELATION_H

#include <stddef.h>

#include <jansson.h>

#include "base/problem.h"

struct relations;

struct relation {
    const char *id;       /* "HA-002" */
    const char *sentence; /* what must hold, for people */
    const char *source;   /* where a fact of the platform comes from; NULL: our own rule */
    /* One of the two: of the whole document, or of each of its servers. */
    void (*check)(struct relations *r);
    void (*check_server)(struct relations *r, size_t index, const json_t *server);
};

/* All of them; 'relation_count' rows. */
extern const struct relation relation_table[];
extern const size_t relation_count;

/* Adds to 'problems' where a relation does not hold. 'root' is a document that has been checked by
 * its field tables; comments may be in it or not. */
void relations_check(const json_t *root, struct problems *problems);

#endif
