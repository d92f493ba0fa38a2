/* Ids of resources, taken apart and made. Keys are ids in lower case: ids have no case. */
#ifndef AZSIM_RESOURCE_PATH_H
#define AZSIM_RESOURCE_PATH_H

#include <stdbool.h>

#include "arm/resource_type.h"
#include "front/exchange.h"

/* All texts are the exchange's. */
struct resource_path {
    const struct resource_type *type;
    const char *scope;  /* what stands before the last /providers/ */
    const char *parent; /* the id it is below: the scope, or the parent type's item */
    const char *group;  /* NULL: directly below the subscription */
    const char *name;   /* NULL: the list */
};

/* Takes the path of 'x' apart; false where it names no generic type, or one in a place where that
 * type cannot be. 'x->args' get the subscription and the group. */
bool resource_path_parse(struct exchange *x, struct resource_path *path);
/* The key of the item that 'path' names. */
const char *resource_path_key(struct exchange *x, const struct resource_path *path);

const char *lower_text(struct arena *arena, const char *text);
/* The part of an id behind its last slash; "" where there is none. Borrowed. */
const char *id_name(const char *id);
/* The id without its last two segments: the parent's, where the item is a child. */
const char *id_parent(struct arena *arena, const char *id);
/* Is the id 'below' the id 'above' or the same? Both in lower case. */
bool id_within(const char *below, const char *above);

#endif
