/* Who replicates from whom: what a server's document and its answer say about its role. A role is
 * changed by people alone; what they did is reported and never undone. */
#ifndef RESOURCE_POSTGRES_REPLICATION_H
#define RESOURCE_POSTGRES_REPLICATION_H

#include <stdbool.h>

#include <jansson.h>

#include "resource/resource.h"

/* Does the answer 'have' (NULL: there is none) say that the server is a read replica? */
bool replication_is_replica(const json_t *have);
/* Does the item 'want' declare one? */
bool replication_declares_replica(const json_t *want);

/* Reports a server whose role is not the declared one, and takes out of 'want' what a server in the
 * role that it has cannot be asked for. */
void replication_adopt_role(const struct comparison *c, json_t *want, const json_t *have);

/* Takes out of 'want' what the creation of a replica may not say: it has it from its source. */
void replication_prepare(json_t *want);

#endif
