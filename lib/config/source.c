/* JSON files and their places: see source.h. */
#include "config/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

static int source_check(struct source *s, struct problems *problems)
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
    return source_check(s, problems);
}

int source_load(struct source *s, const char *file, struct problems *problems)
{
    *s = (struct source){.file = xstrdup(file)};
    problems_source(problems, s->file, NULL, 0);
    struct err err = {0};
    s->text = file_read(file, SOURCE_MAX, &s->length, &err);
    if (!s->text) {
        problems_add_at(problems, (struct position){.line = 0}, "%s", err.text);
        return -1;
    }
    return source_check(s, problems);
}

void source_done(struct source *s)
{
    json_decref(s->root);
    free(s->text);
    free(s->file);
    *s = (struct source){.root = NULL};
}
