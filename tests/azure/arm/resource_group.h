/* Resource groups: synchronous, and the parents of everything else. */
#ifndef AZSIM_RESOURCE_GROUP_H
#define AZSIM_RESOURCE_GROUP_H

#include "control/sim.h"
#include "front/exchange.h"

/* The document of a group, borrowed; NULL where there is none. Names have no case. */
json_t *resource_group_find(const struct sim *sim, const char *name);

void resource_group_list(struct exchange *x);
void resource_group_get(struct exchange *x);
void resource_group_head(struct exchange *x);
void resource_group_put(struct exchange *x);
void resource_group_patch(struct exchange *x);
void resource_group_delete(struct exchange *x);

#endif
