/* How reads lag behind writes: what the state was, and for which paths a read still sees it. */
#ifndef AZSIM_HISTORY_H
#define AZSIM_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/* Lags are a list of {path, ms}; an empty path is every read. The last that matches counts. */
void lag_set(json_t *lags, const char *path, int64_t ms);
/* How far a read of 'path' lags behind. */
int64_t lag_of(const json_t *lags, const char *path);
int64_t lag_longest(const json_t *lags);

/* Adds 'state' (stolen), which was true until now, to the 'past' (a list, or NULL for none yet) and
 * drops what is older than 'longest_ms'. Returns the past; keeps nothing where 'longest_ms' is 0.
 */
json_t *history_keep(json_t *past, json_t *state, int64_t longest_ms);
/* What was true 'lag_ms' ago: one out of the past, or 'present'. Borrowed. */
json_t *history_at(const json_t *past, json_t *present, int64_t lag_ms);

#endif
