/* What was ever seen in Azure, by this daemon or one before it: so that something that is not found
 * is known to have been there. A file "seen.json" in the state directory, written beside the loop;
 * it is never needed to be correct (P8): without it everything has to be proved all the same. */
#ifndef RUN_SIGHTINGS_H
#define RUN_SIGHTINGS_H

#include <stdbool.h>

#include "engine/event.h"
#include "net/loop.h"

struct sightings;

/* Reads 'directory'; a missing file is an empty one. What cannot be read or understood is said in a
 * record and replaced by what is seen from now on. 'loop' NULL: nothing is written. */
struct sightings *sightings_new(struct loop *loop, const char *directory);
/* Nothing is written beside the loop any more. Before loop_free(), which waits for a write under
 * way; accepts NULL. */
void sightings_stop(struct sightings *s);
/* Writes what has not been written yet, at once, and frees: after loop_free(). Accepts NULL. */
void sightings_free(struct sightings *s);

/* From now on it is kept in 'directory'. */
void sightings_move(struct sightings *s, const char *directory);

/* For engine_hooks.was_seen; 'ctx' is the sightings. */
bool sightings_has(void *ctx, const char *id);
/* For engine_subscribe(); likewise. */
event_sink sightings_sink;

#endif
