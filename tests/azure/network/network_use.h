/* Who uses whom between servers, subnets, networks and private DNS zones. All texts are borrowed.
 */
#ifndef AZSIM_NETWORK_USE_H
#define AZSIM_NETWORK_USE_H

#include <stdbool.h>

#include <jansson.h>

#include "arm/refusal.h"
#include "control/sim.h"

/* The id of a server in the subnet with this id; NULL where it is free. */
const char *subnet_user(const struct sim *sim, const char *id);
/* Is the subnet delegated to flexible servers? */
bool subnet_delegated(const json_t *subnet);
/* The id of a private DNS zone's link to the network with this id; NULL where there is none. */
const char *network_link(const struct sim *sim, const char *id);

/* Do subnet and zone of the server 'doc' exist and fit it? 0, or -1 with 'refusal'. */
int server_network_check(const struct sim *sim, const json_t *doc, struct refusal *refusal);

#endif
