/* Points in time as documents and statements write them. */
#ifndef PG_TIME_H
#define PG_TIME_H

#include <stddef.h>
#include <stdint.h>

/* Seconds since 1970 of an RFC 3339 time ("2026-01-31T00:00:00Z", "2026-01-31 00:00:00+09"; a date
 * alone is midnight UTC). Returns -1 where it is none. */
int pg_time_parse(const char *text, int64_t *seconds);
/* "2026-01-31T00:00:00Z"; years outside 1 to 9999 as "-infinity" or "infinity". */
void pg_time_text(char *out, size_t size, int64_t seconds);

#endif
