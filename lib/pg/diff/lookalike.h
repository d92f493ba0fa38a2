/* Names that resolve to nothing: the sentence that says so, with the name that may have been meant.
 * Looking for one is bounded, because a document may have thousands of unknown names on a server
 * with thousands of roles. Private to lib/pg. */
#ifndef PG_DIFF_LOOKALIKE_H
#define PG_DIFF_LOOKALIKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

/* Comparisons of names that one comparison of catalogs may spend on suggestions. */
enum { PG_LOOKALIKE_BUDGET = 20000 };

struct pg_lookalike {
    size_t spent;
};

/* May 'count' more be spent? Asked before words are gathered; where it says no, give none. */
bool pg_lookalike_affords(const struct pg_lookalike *l, size_t count);
/* "there is no WHAT "NAME"", and " (did you mean "Y"?)" where one of 'words' is near; in 'arena'.
 */
const char *pg_lookalike_missing(struct pg_lookalike *l, const char *what, const char *name,
                                 const char *const *words, size_t count, struct arena *arena);

#endif
