/* Reading a whole file: see file.h. */
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

char *file_read(const char *path, size_t max, size_t *length, struct err *err)
{
    FILE *in = fopen(path, "re");
    if (!in) {
        err_set(err, ERR_CONFIG, "%s", strerror(errno));
        return NULL;
    }
    char piece[16 * 1024];
    struct buf text;
    buf_init(&text, max);
    size_t got;
    while (!text.overflow && (got = fread(piece, 1, sizeof(piece), in)) > 0)
        buf_add(&text, piece, got);
    int failed = ferror(in) ? errno : 0; /* a directory can be opened, but not read */
    fclose(in);
    if (failed)
        err_set(err, ERR_CONFIG, "%s", strerror(failed));
    else if (text.overflow)
        err_set(err, ERR_CONFIG, "is larger than %zu KiB", max / 1024);
    if (failed || text.overflow) {
        buf_done(&text);
        return NULL;
    }
    *length = text.length;
    return buf_steal(&text);
}
