/* JSON files and their places: see source.h. */
#include "spec/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { PIECE = 16 * 1024 };

static void add_whole(struct problems *problems, const char *reason)
{
    problems_add_at(problems, (struct position){.line = 0}, "%s", reason);
}

/* Reads until the end or one byte beyond SOURCE_MAX. */
static int read_all(FILE *in, struct buf *out)
{
    char piece[PIECE];
    size_t got;
    while (!out->overflow && (got = fread(piece, 1, sizeof(piece), in)) > 0)
        buf_add(out, piece, got);
    return ferror(in) ? -1 : 0;
}

static int parse(struct source *s, struct problems *problems)
{
    json_error_t e;
    problems_source(problems, s->file, s->text, s->length);
    s->root = json_loadb(s->text, s->length, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &e);
    if (!s->root) {
        struct position at = {.line = e.line > 0 ? (unsigned)e.line : 0,
                              .column = e.column > 0 ? (unsigned)e.column : 1};
        problems_add_at(problems, at, "not JSON: %s", e.text);
        return -1;
    }
    if (json_is_object(s->root)) return 0;
    problems_add(problems, "", "must be an object");
    return -1;
}

int source_parse(struct source *s, const char *file, const char *text, size_t length,
                 struct problems *problems)
{
    *s = (struct source){.file = xstrdup(file), .text = xstrndup(text, length), .length = length};
    return parse(s, problems);
}

int source_load(struct source *s, const char *file, struct problems *problems)
{
    *s = (struct source){.file = xstrdup(file)};
    problems_source(problems, s->file, NULL, 0);
    FILE *in = fopen(file, "re");
    if (!in) {
        add_whole(problems, strerror(errno));
        return -1;
    }
    struct buf text;
    buf_init(&text, SOURCE_MAX);
    int result = read_all(in, &text);
    int error = errno; /* a directory can be opened, but not read */
    fclose(in);
    if (result < 0)
        add_whole(problems, strerror(error));
    else if (text.overflow)
        add_whole(problems, "is larger than 16 MiB");
    if (result < 0 || text.overflow) {
        buf_done(&text);
        return -1;
    }
    s->length = text.length;
    s->text = buf_steal(&text);
    return parse(s, problems);
}

void source_done(struct source *s)
{
    json_decref(s->root);
    free(s->text);
    free(s->file);
    *s = (struct source){.root = NULL};
}
