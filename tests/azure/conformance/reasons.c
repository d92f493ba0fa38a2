/* The tables of reasons: see reasons.h. */
#include "conformance/reasons.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

enum { FILE_MAX = 1 << 20, ROWS_MAX = 1024 };

struct reasons {
    char *text;
    struct reason {
        const char *name, *why;
        bool used;
    } rows[ROWS_MAX];
    size_t n;
};

static int reasons_line(struct reasons *reasons, char *line, struct err *err)
{
    char *gap = strstr(line, "  ");
    if (!*line || *line == '#') return 0;
    if (!gap || !*(gap + strspn(gap, " "))) return err_set(err, ERR_CONFIG, "no reason: %s", line);
    if (reasons->n == ROWS_MAX) return err_set(err, ERR_CONFIG, "more than %d rows", ROWS_MAX);
    *gap = '\0';
    reasons->rows[reasons->n++] = (struct reason){line, gap + 1 + strspn(gap + 1, " "), false};
    return 0;
}

struct reasons *reasons_read(const char *path, struct err *err)
{
    size_t length;
    char *text = file_read(path, FILE_MAX, &length, err);
    if (!text) return NULL;
    struct reasons *reasons = xcalloc(1, sizeof(*reasons));
    reasons->text = text;
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = '\0';
        if (reasons_line(reasons, line, err) == 0) continue;
        reasons_free(reasons);
        return NULL;
    }
    return reasons;
}

void reasons_free(struct reasons *reasons)
{
    if (!reasons) return;
    free(reasons->text);
    free(reasons);
}

const char *reasons_find(struct reasons *reasons, const char *name)
{
    for (size_t i = 0; i < reasons->n; i++) {
        if (strcmp(reasons->rows[i].name, name) != 0) continue;
        reasons->rows[i].used = true;
        return reasons->rows[i].why;
    }
    return NULL;
}

const char *reasons_above(struct reasons *reasons, const char *name, const char **row)
{
    struct reason *best = NULL;
    for (size_t i = 0; i < reasons->n; i++) {
        struct reason *r = &reasons->rows[i];
        size_t length = strlen(r->name);
        if (strncasecmp(r->name, name, length) != 0 || (name[length] && name[length] != '/'))
            continue;
        if (!best || length > strlen(best->name)) best = r;
    }
    if (!best) return NULL;
    best->used = true;
    *row = best->name;
    return best->why;
}

const char *reasons_unused(const struct reasons *reasons, size_t *at)
{
    while (*at < reasons->n) {
        const struct reason *r = &reasons->rows[(*at)++];
        if (!r->used) return r->name;
    }
    return NULL;
}
