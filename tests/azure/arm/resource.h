/* The generic resources, as ARM serves them: one way of reading, writing, listing and deleting for
 * every type of resource_type.h. */
#ifndef AZSIM_RESOURCE_H
#define AZSIM_RESOURCE_H

#include <stdbool.h>

#include <jansson.h>

#include "arm/resource_path.h"
#include "control/sim.h"
#include "front/exchange.h"

/* Serves the request for the resource or list that 'path' names; subscription, group, version and
 * locks have been looked at. */
void resource_serve(struct exchange *x, const struct resource_path *path);

/* As GET answers 'doc', with what is below it out of 'all' (store_view() or sim->resources). */
json_t *resource_view(const struct sim *sim, const json_t *all, const json_t *doc);
/* Is there a subscription, group, server, server's child or generic resource with this id? */
bool resource_exists(const struct sim *sim, const char *id);

/* PUT, PATCH and DELETE of the item. */
void resource_put(struct exchange *x, const struct resource_path *path);
void resource_patch(struct exchange *x, const struct resource_path *path);
void resource_delete(struct exchange *x, const struct resource_path *path);

/* The resources of a group that have a location, of every provider: ARM's call. */
void resource_list_group(struct exchange *x);

#endif
