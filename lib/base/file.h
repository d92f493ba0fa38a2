/* Reading a whole file into memory, up to a cap. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>

#include "base/err.h"

/* The content of 'path', ending in a NUL that '*length' does not count; free() it. NULL with CONFIG
 * in 'err' where it cannot be read or is larger than 'max' bytes; the text is the reason without
 * the path, for the caller knows what the file is. Blocks; only for local files at start and
 * reload. */
char *file_read(const char *path, size_t max, size_t *length, struct err *err);

#endif
