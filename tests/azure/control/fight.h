/* Other people who put things back: after each write of a client to a path, theirs follows. */
#ifndef AZSIM_FIGHT_H
#define AZSIM_FIGHT_H

#include <jansson.h>

#include "base/err.h"
#include "control/sim.h"

/* One order, as POST /sim/fight takes it: {path, body, times, method}. */
int fight_add(struct sim *sim, const json_t *order, struct err *err);
/* A client's write to 'path' has been done: whoever fights about it writes. */
void fight_after(struct sim *sim, const char *path);

#endif
