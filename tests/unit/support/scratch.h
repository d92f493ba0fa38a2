/* Where a test puts its files: in the directory that the runner gave it and removes. */
#ifndef TEST_SCRATCH_H
#define TEST_SCRATCH_H

#include <stddef.h>

enum { SCRATCH_PATH = 64 };

/* Writes "$TMPDIR/NAME" to 'path', which has SCRATCH_PATH bytes; "/tmp/pgdrift-NAME" where there is
 * no TMPDIR or a long one. For mkstemp() and mkdtemp(), whose X NAME ends with. */
void scratch_path(char *path, const char *name);

#endif
