/* How an accepted write to a generic resource comes true: at once, or by an operation. */
#ifndef AZSIM_RESOURCE_SETTLE_H
#define AZSIM_RESOURCE_SETTLE_H

#include "arm/resource.h"

/* Stores what 'change' holds as its type does it, and answers. */
void resource_settle(struct resource_change *change, const struct resource_path *path);
/* The same for the deletion of 'doc' with all that is below it. */
void resource_settle_deletion(struct exchange *x, const struct resource_path *path,
                              const json_t *doc);

/* A new etag of the type's form. */
const char *resource_etag(struct arena *arena, const struct resource_type *type);
/* The document whose etag counts for 'doc': its own, or the parent's that lists it. */
const json_t *resource_etag_holder(const struct sim *sim, const json_t *doc);

#endif
