/* Replays one example against a local Azure and says what differs from the specification. */
#ifndef CONFORMANCE_REPLAY_H
#define CONFORMANCE_REPLAY_H

#include <stdbool.h>

#include "base/buf.h"
#include "conformance/world.h"

/* Prepares the world, sends the example's request to 'path' and judges the answer: status, body,
 * headers, operation, effect. Each difference is added to 'said'; true where there is none. */
bool replay_example(struct world *world, const struct example *example, const char *path,
                    struct buf *said);

/* Asks for the item as nobody should: without a token, one that is not there. */
bool replay_refusals(struct world *world, const struct example *example, const char *path,
                     struct buf *said);

#endif
