/* The text form of one-dimensional PostgreSQL arrays, taken apart in place. */
#ifndef PG_ARRAY_H
#define PG_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/* At least as many elements as 'text' has. */
size_t pg_array_room(const char *text);
/* Reads the element at '*p' (first: behind the opening brace), unescapes it in place, ends it with
 * NUL and moves '*p' behind the comma or the closing brace. False: malformed. */
bool pg_array_next(char **p, char **element);

#endif
