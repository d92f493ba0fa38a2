/* Who replicates from whom: what a server's document and its answer say about its role. A role is
 * changed by people alone; what they did is reported and never undone. */
#ifndef RESOURCE_POSTGRES_REPLICATION_H
#define RESOURCE_POSTGRES_REPLICATION_H

#include <stdbool.h>

#include <jansson.h>

#include "resource/resource.h"

/* Does the answer 'have' (NULL: there is none) say that the server is a read replica? */
bool replication_is_replica(const json_t *have);

#endif
