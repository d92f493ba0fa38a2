/* Many servers at once, ready, without operations: for benches. */
#ifndef AZSIM_SEED_H
#define AZSIM_SEED_H

#include "base/err.h"
#include "control/sim.h"

/* Adds 'count' servers "PREFIX1"... to the group (made where it is missing). Only without clusters.
 */
int seed_servers(struct sim *sim, const char *group, const char *prefix, int count,
                 struct err *err);

#endif
