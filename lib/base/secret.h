/* A secret: bytes that are wiped when freed and that no formatting function of this program
 * accepts. Anything that would print one prints "(set)" instead. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct secret;

/* Copies 'length' bytes; the caller wipes its own copy. */
struct secret *secret_new(const char *bytes, size_t length);
/* One more owner of the same bytes; each owner calls secret_free(). */
struct secret *secret_share(struct secret *s);
/* Wipes and frees when the last owner lets go. Accepts NULL. */
void secret_free(struct secret *s);

/* The bytes, ending in NUL, for the one place that must send them. */
const char *secret_bytes(const struct secret *s);
size_t secret_length(const struct secret *s);
/* Same bytes? In constant time for equal lengths. NULL equals NULL only. */
bool secret_equal(const struct secret *a, const struct secret *b);

#endif
