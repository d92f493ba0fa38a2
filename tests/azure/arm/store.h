/* Where the documents of the generic resources are kept: key (id in lower case) -> document, in
 * the order of their creation. A document is never changed in place, only replaced, so that what a
 * lagging read sees costs a list of references. */
#ifndef AZSIM_STORE_H
#define AZSIM_STORE_H

#include <stdbool.h>

#include <jansson.h>

#include "control/sim.h"
#include "front/exchange.h"

/* The document as it is; borrowed, NULL where there is none. */
const json_t *store_find(const struct sim *sim, const char *key);
/* All of them, as the read in hand sees them. Borrowed. */
json_t *store_view(const struct sim *sim);

/* 'doc' is stolen. */
void store_put(struct sim *sim, const char *key, json_t *doc);
void store_remove(struct sim *sim, const char *key);
/* A copy with 'text' at 'path' takes the place of the document, where there is one. */
void store_set_text(struct sim *sim, const char *key, const char *path, const char *text);

/* The documents of 'type' (any where NULL) directly below 'parent', in a new list of references
 * out of 'all' (store_view() or sim->resources). */
json_t *store_children(const json_t *all, const char *type, const char *parent);
/* Is there one below 'group', at any depth? */
bool store_group_used(const struct sim *sim, const char *group);

/* After a start: what was on its way has arrived. */
void store_settle(struct sim *sim);

#endif
