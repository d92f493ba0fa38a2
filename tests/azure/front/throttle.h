/* ARM's token buckets: reads, writes and deletes of the one subscription and principal. */
#ifndef AZSIM_THROTTLE_H
#define AZSIM_THROTTLE_H

#include <stdbool.h>

#include "front/exchange.h"

struct throttle;

struct throttle *throttle_new(void);
void throttle_free(struct throttle *t);

/* Spends one request of the kind of 'x' and adds the remaining-count header. Where nothing is left
 * it answers 429 and returns false. */
bool throttle_spend(struct throttle *t, struct exchange *x);

#endif
