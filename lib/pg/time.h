/* Points in time as documents and statements write them: whole seconds, in UTC. */
#ifndef PG_TIME_H
#define PG_TIME_H

#include <stddef.h>
#include <stdint.h>

/* Room for "2026-01-31T00:00:00Z" and its NUL. */
enum { PG_TIME_TEXT = 32 };

/* Seconds since 1970 of an RFC 3339 time; -1 where 'text' is none. */
int pg_time_parse(const char *text, int64_t *seconds);
/* "2026-01-31T00:00:00Z"; years that this form cannot write as "infinity" or "-infinity". */
void pg_time_text(char out[PG_TIME_TEXT], int64_t seconds);

#endif
