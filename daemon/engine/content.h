/* What a change says, as hashes: so that growth, repetition and quarrel are seen without keeping
 * texts. */
#ifndef ENGINE_CONTENT_H
#define ENGINE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/change.h"

/* The deltas of one change as a set. */
struct content {
    uint64_t *hashes; /* sorted; owned */
    size_t count;
};

void content_init(struct content *c, const struct change *change);
void content_done(struct content *c);
/* Has 'now' anything that 'before' has not? */
bool content_has_grown(const struct content *before, const struct change *now);

/* Of everything that a change says: object, deltas with both sides. */
uint64_t content_hash(const struct change *change);
/* Of what it is about: object and paths, whatever the values. */
uint64_t content_subject(const struct change *change);
/* "path: from -> to; ..." of at most the first eight deltas. free() it. */
char *content_text(const struct change *change);

#endif
