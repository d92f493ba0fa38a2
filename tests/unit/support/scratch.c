/* See scratch.h. */
#include "support/scratch.h"

#include <stdio.h>
#include <stdlib.h>

void scratch_path(char *path, const char *name)
{
    const char *place = getenv("TMPDIR");
    int length = place ? snprintf(path, SCRATCH_PATH, "%s/%s", place, name) : -1;
    if (length < 0 || length >= SCRATCH_PATH) snprintf(path, SCRATCH_PATH, "/tmp/pgdrift-%s", name);
}
