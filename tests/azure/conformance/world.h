/* The world that an example presumes, made in a local Azure: its group, parents, the item itself,
 * what its ids name. Every example has a group of its own, and servers with names of their own. */
#ifndef CONFORMANCE_WORLD_H
#define CONFORMANCE_WORLD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/mem.h"
#include "conformance/catalog.h"
#include "conformance/client.h"

struct world {
    struct client *client;
    struct spec *spec;
    const struct catalog *catalog;
    struct arena *arena;
    int number;    /* of the example */
    json_t *known; /* paths and types that were asked about: true or false */
};

/* What the local Azure offers of an operation. */
enum offer { OFFERED, NO_TYPE, NO_METHOD, NO_VERSION };

/* Found out by asking with an api-version that nobody has: it says which there are. */
enum offer world_offer(struct world *world, const struct operation *operation, const char *path,
                       const char *version);

/* A copy with this world's subscription, group and names in it. */
json_t *world_value(struct world *world, const json_t *value);
/* The path of the operation with these parameters; no query. NULL where one is missing. */
const char *world_path(struct world *world, const struct operation *operation,
                       const json_t *parameters);
const char *world_target(struct world *world, const char *path, const char *version);
/* The body of an example as it is sent; NULL where it has none. */
json_t *world_body(struct world *world, const struct example *example);

/* Waits for the operation that the last answer named. True where it succeeded or there was none;
 * each answer of its monitor must be 200 with a status, else that is said. */
bool world_wait(struct world *world, struct buf *said);

/* Makes what the example presumes; false, and why, where that fails. A list's item is then in
 * '*item' (NULL: no list). */
bool world_prepare(struct world *world, const struct example *example, const char *path,
                   const char **item, struct buf *said);

#endif
