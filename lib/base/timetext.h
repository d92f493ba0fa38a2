/* Times and spans as texts, the way ARM and HTTP write them. Pure text to number; the clock is
 * elsewhere. All functions return 0, or -1 with the output untouched where the text is something
 * else. */
#ifndef BASE_TIMETEXT_H
#define BASE_TIMETEXT_H

#include <stddef.h>
#include <stdint.h>

/* An ISO 8601 span in any case: "PT1M", "pt1m", "P1D", "P1DT12H", "PT0.5S", "P2W". Years and months
 * have no fixed length and are not accepted. 'ms': milliseconds. */
int timetext_duration(const char *text, uint64_t *ms);

/* An RFC 3339 moment with any number of fraction digits (cut after three) and "Z" or an offset; a
 * blank in the place of "T" is accepted. 'ms': milliseconds since 1970. */
int timetext_moment(const char *text, int64_t *ms);

/* The value of Retry-After: whole seconds (source: ARM RPC async operations; HTTP's date form is
 * not used there). Values above a day count as a day. 'ms': milliseconds. */
int timetext_retry_after(const char *text, uint64_t *ms);

/* Room for "2026-01-07T03:45:47.867Z" and its NUL. */
#define TIMETEXT_MOMENT 32

/* Writes 'ms' since 1970 as RFC 3339 in UTC with milliseconds. */
void timetext_print(int64_t ms, char out[TIMETEXT_MOMENT]);

#endif
