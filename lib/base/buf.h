/* A string that grows up to a cap given at birth. Going over the cap is remembered and makes every
 * later addition a no-op, so callers check once, at the end (P16). */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* NULL while empty; otherwise always ends in NUL */
    size_t length;
    size_t room;
    size_t max;
    bool overflow;
};

/* 'max' is the largest length in bytes, the final NUL not counted. */
void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);
/* Empties it and keeps its memory. */
void buf_reset(struct buf *b);
/* As buf_done(), but overwrites the content first. */
void buf_wipe(struct buf *b);

/* Makes room for 'extra' more bytes, so that adding them does not move what is there: a secret must
 * not be left behind in freed memory. False, and overflow, where the cap forbids it. */
bool buf_reserve(struct buf *b, size_t extra);
void buf_add(struct buf *b, const void *data, size_t length);
void buf_str(struct buf *b, const char *text);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Percent-encodes for a URL's query or form body (RFC 3986 unreserved stay). */
void buf_url(struct buf *b, const char *text);

/* The content, "" while empty; valid until the next change. */
const char *buf_text(const struct buf *b);
/* Hands the content over to the caller (free() it) and empties the buffer. Never NULL. */
char *buf_steal(struct buf *b);

#endif
