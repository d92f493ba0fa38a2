/* Time and chance for the local Azure. The product has one clock, in its loop; azsim is a program
 * of its own and has this one. Not for anything under lib/ or daemon/. */
#ifndef AZSIM_CLOCK_H
#define AZSIM_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Monotonic milliseconds. */
int64_t clock_ms(void);
/* Seconds since 1970. */
int64_t clock_unix(void);

enum { CLOCK_TEXT = 40, GUID_TEXT = 37 };

/* The wall time as ARM writes it: ISO 8601, 'digits' (0 to 7) after the point, "Z". */
void clock_text(char out[CLOCK_TEXT], int digits);
/* The same for 'unix_seconds', without fraction. */
void clock_text_at(char out[CLOCK_TEXT], int64_t unix_seconds);

/* 'unix_seconds' as HTTP writes it: "Wed, 25 Nov 2026 16:00:00 GMT". */
void clock_http_text(char out[CLOCK_TEXT], int64_t unix_seconds);

void random_bytes(void *out, size_t size);
/* Uniform in [0, below). */
uint32_t random_below(uint32_t below);
/* A random (version 4) GUID in lower case. */
void random_guid(char out[GUID_TEXT]);

/* Unpadded base64url of 'size' bytes; free() it. */
char *base64url(const void *data, size_t size);

#endif
