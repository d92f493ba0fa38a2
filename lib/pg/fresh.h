/* What a server that does not exist yet will be when it has been made, so that a plan for it can be
 * shown before anything is there. */
#ifndef PG_FRESH_H
#define PG_FRESH_H

#include "base/mem.h"
#include "pg/catalog.h"

/* The catalogs of a new flexible server of major version 'version' with the administrator 'admin'
 * (borrowed): its own roles and databases and nothing else. In 'arena'. */
struct pg_cluster *pg_fresh_cluster(int version, const char *admin, struct arena *arena);

#endif
