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

/* HTTP's own three ways to write a moment (source: RFC 9110, 5.6.7): "Sun, 06 Nov 1994 08:49:37
 * GMT" and the two old ones. 'ms': milliseconds since 1970. */
int timetext_http_date(const char *text, int64_t *ms);

/* The value of Retry-After as whole seconds, the only form of ARM's operations (source: ARM RPC
 * async operations). Values above a day count as a day. 'ms': milliseconds. */
int timetext_retry_after(const char *text, uint64_t *ms);
/* The same in both of HTTP's forms (source: RFC 9110, 10.2.3): a date counts from 'wall_clock_ms'
 * on, and one that is past is 0. Whoever asks again after 0 without a pause of his own hammers. */
int timetext_retry_after_at(const char *text, int64_t wall_clock_ms, uint64_t *ms);

/* Room for "2026-01-07T03:45:47.867Z" and its NUL. */
#define TIMETEXT_MOMENT 32

/* Writes 'ms' since 1970 as RFC 3339 in UTC with milliseconds. */
void timetext_print(int64_t ms, char out[TIMETEXT_MOMENT]);

#endif
