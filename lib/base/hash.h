/* SHA-256 over text fed in pieces: the name of a plan, the checksum of a schema file. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>

struct hash;

struct hash *hash_new(void);
void hash_free(struct hash *h);
void hash_add(struct hash *h, const void *data, size_t length);
/* Adds 'text' and a separator that no text contains, so that ("ab","c") differs from ("a","bc"). */
void hash_text(struct hash *h, const char *text);
/* The digest so far as 64 lower-case hexadecimal digits and a NUL; ends the hashing. */
void hash_end(struct hash *h, char out[65]);
/* The digest of one piece. */
void hash_once(const void *data, size_t length, char out[65]);

/* Tells whether a text is the one it was before: 32 hexadecimal digits and a NUL, some three times
 * as fast as SHA-256 (GMAC, NIST SP 800-38D, with a key that is no secret). Chance does not fool
 * it; somebody who wants to does, so it is for nothing but saving work. */
void hash_fingerprint(const void *data, size_t length, char out[33]);
/* The same as its 16 bytes. */
void hash_fingerprint_raw(const void *data, size_t length, unsigned char out[16]);

#endif
