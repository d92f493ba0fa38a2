/* Why something is not asked for or not expected to pass: lines "NAME<two blanks>REASON" of a file;
 * an empty line or one that begins with # says nothing. */
#ifndef CONFORMANCE_REASONS_H
#define CONFORMANCE_REASONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct reasons;

/* NULL with 'err' where the file cannot be read or a line has no reason. */
struct reasons *reasons_read(const char *path, struct err *err);
void reasons_free(struct reasons *reasons);
/* The reason for this very name; NULL. */
const char *reasons_find(struct reasons *reasons, const char *name);
/* The reason of the longest row that 'name' is, or is below of ("A/B" below "A"); the row is then
 * in '*row'. */
const char *reasons_above(struct reasons *reasons, const char *name, const char **row);
/* The next row that neither of the two has found; NULL after the last. 'at' starts with 0. */
const char *reasons_unused(const struct reasons *reasons, size_t *at);

#endif
