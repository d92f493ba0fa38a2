/* Everything of a document that is a resource of ARM, as one index: what references and edges are
 * resolved by. */
#ifndef CONFIG_DECLARED_H
#define CONFIG_DECLARED_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/problem.h"
#include "resource/resource.h"

struct declared_item {
    const struct resource *type;
    const char *name;  /* "vnet", "vnet/subnet" */
    const char *title; /* "subnet vnet/subnet" */
    const char *id;
    const char *place; /* "virtualNetworks[0].subnets[1]" */
    json_t *item;      /* in the document; NULL of a map's member that is only a value */
    size_t root;       /* index of the root that it stands below; its own where it is one */
    size_t first, end; /* of a root: the indexes of what stands below it */
};

struct declared {
    struct arena *arena;         /* borrowed */
    struct declared_item *items; /* roots before what stands below them, in the types' order */
    size_t count;
    size_t room;
    size_t *by_name; /* indexes, by type and name */
    size_t *by_id;
};

/* Reads the checked or unchecked document 'root': what has no name is left out. Lives in 'arena'.
 */
void declared_init(struct declared *d, json_t *root, struct arena *arena);

/* The item with that id, without regard to case; NULL where there is none. */
const struct declared_item *declared_by_id(const struct declared *d, const char *id);

/* The same by type and name. */
const struct declared_item *declared_by_name(const struct declared *d, const char *type,
                                             const char *name);

/* Replaces every reference {"type": ..., "name": ...} that stands for a resource id by the id it
 * means; a reference that means nothing is a problem and stays. */
void declared_resolve(struct declared *d, struct problems *problems);

/* For each id of another item in 'item' (index 'at'): told once. */
void declared_each_id(const struct declared *d, size_t at,
                      void (*told)(void *ctx, const struct declared_item *on), void *ctx);

/* Adds a problem for every circle of items that come after each other. */
void declared_check_circles(const struct declared *d, struct problems *problems);

#endif
