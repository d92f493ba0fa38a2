/* The list of what is wrong: see problem.h. */
#include "base/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/must.h"
#include "base/utf8.h"

/* A place that is still to be looked for. */
struct problem_place {
    size_t item;
    char *path; /* as it was given; the item's is for people */
    enum position_of of;
};

void problems_init(struct problems *p)
{
    *p = (struct problems){.items = NULL};
}

static void problems_forget_places(struct problems *p)
{
    for (size_t i = 0; i < p->place_count; i++) free(p->places[i].path);
    free(p->places);
    p->places = NULL;
    p->place_count = 0;
}

void problems_done(struct problems *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->items[i].file);
        free(p->items[i].path);
        free(p->items[i].text);
    }
    free(p->items);
    problems_forget_places(p);
    problems_init(p);
}

/* Looks for all places at once: a file may have many problems and be long. */
static void problems_locate(struct problems *p)
{
    if (!p->place_count) return;
    struct position_query *queries = xcalloc(p->place_count, sizeof(*queries));
    for (size_t i = 0; i < p->place_count; i++) {
        queries[i].path = p->places[i].path;
        queries[i].of = p->places[i].of;
    }
    position_find_all(p->source, p->source_length, queries, p->place_count);
    for (size_t i = 0; i < p->place_count; i++) {
        must(p->places[i].item < p->count);
        p->items[p->places[i].item].line = queries[i].at.line;
        p->items[p->places[i].item].column = queries[i].at.column;
    }
    free(queries);
    problems_forget_places(p);
}

void problems_source(struct problems *p, const char *file, const char *source, size_t length)
{
    problems_locate(p);
    p->file = file;
    p->source = source;
    p->source_length = length;
}

bool problems_full(const struct problems *p)
{
    return p->count == PROBLEMS_MAX;
}

/* Problems are single lines of UTF-8, whatever was in the file that they speak of. */
static char *problems_line(const char *text)
{
    char *line = xstrdup(text);
    size_t length = strlen(line);
    uint32_t point;
    for (size_t i = 0, size; i < length; i += size ? size : 1) {
        size = utf8_next(line + i, length - i, &point);
        if (size == 0 || point < 0x20 || point == 0x7F) line[i] = '?';
    }
    return line;
}

static void problems_keep(struct problems *p, struct position at, const char *path,
                          const char *format, va_list args)
{
    p->total++;
    if (problems_full(p)) return;
    char text[1024];
    vsnprintf(text, sizeof(text), format, args);
    p->items = xreallocarray(p->items, p->count + 1, sizeof(*p->items));
    p->items[p->count++] = (struct problem){
        .file = problems_line(p->file ? p->file : ""),
        .line = at.line,
        .column = at.column,
        .path = problems_line(path),
        .text = problems_line(text),
    };
}

/* The next problem is at 'path' of the source. */
static void problems_seek(struct problems *p, const char *path, enum position_of of)
{
    if (!p->source || problems_full(p)) return;
    p->places = xreallocarray(p->places, p->place_count + 1, sizeof(*p->places));
    p->places[p->place_count++] =
        (struct problem_place){.item = p->count, .path = xstrdup(path), .of = of};
}

void problems_add(struct problems *p, const char *path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    problems_seek(p, path, POSITION_VALUE);
    problems_keep(p, (struct position){.line = 0}, path, format, args);
    va_end(args);
}

void problems_add_key(struct problems *p, const char *path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    problems_seek(p, path, POSITION_KEY);
    problems_keep(p, (struct position){.line = 0}, path, format, args);
    va_end(args);
}

void problems_add_at(struct problems *p, struct position at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    problems_keep(p, at, "", format, args);
    va_end(args);
}

static bool problem_before(const struct problem *a, const struct problem *b)
{
    return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Insertion within each run of one file: stable, and the lists are short (PROBLEMS_MAX). */
void problems_sort(struct problems *p)
{
    problems_locate(p);
    for (size_t i = 1; i < p->count; i++) {
        struct problem moving = p->items[i];
        size_t to = i;
        while (to > 0 && strcmp(p->items[to - 1].file, moving.file) == 0 &&
               problem_before(&moving, &p->items[to - 1])) {
            p->items[to] = p->items[to - 1];
            to--;
        }
        p->items[to] = moving;
    }
}

static void problem_text(const struct problem *problem, struct buf *out)
{
    buf_str(out, problem->file);
    if (problem->line) buf_printf(out, ":%u:%u", problem->line, problem->column);
    buf_str(out, ": ");
    if (*problem->path) buf_printf(out, "%s: ", problem->path);
    buf_str(out, problem->text);
}

void problems_text(const struct problems *p, struct buf *out)
{
    must(!p->place_count);
    for (size_t i = 0; i < p->count; i++) {
        problem_text(&p->items[i], out);
        buf_char(out, '\n');
    }
    if (p->total > p->count) buf_printf(out, "and %zu more problems\n", p->total - p->count);
}

json_t *problems_json(const struct problems *p)
{
    must(!p->place_count);
    json_t *list = json_array();
    for (size_t i = 0; i < p->count; i++) {
        const struct problem *problem = &p->items[i];
        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:s, s:s}", "file", problem->file,
                                              "line", (json_int_t)problem->line, "column",
                                              (json_int_t)problem->column, "path", problem->path,
                                              "reason", problem->text));
    }
    return list;
}

int problems_err(const struct problems *p, struct err *err)
{
    must(!p->place_count);
    if (p->total == 0) return 0;
    struct buf text;
    buf_init(&text, 1 << 12);
    problem_text(&p->items[0], &text);
    if (p->total > 1) buf_printf(&text, " (and %zu more)", p->total - 1);
    err_set(err, ERR_CONFIG, "%s", buf_text(&text));
    buf_done(&text);
    return -1;
}
