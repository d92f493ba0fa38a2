/* The list of what is wrong: see problem.h. */
#include "base/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

void problems_init(struct problems *p)
{
    *p = (struct problems){.items = NULL};
}

void problems_done(struct problems *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->items[i].file);
        free(p->items[i].path);
        free(p->items[i].text);
    }
    free(p->items);
    problems_init(p);
}

void problems_source(struct problems *p, const char *file, const char *source, size_t length)
{
    p->file = file;
    p->source = source;
    p->source_length = length;
}

/* Problems are single lines of UTF-8, whatever was in the file that they speak of. */
static char *one_line(const char *text)
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

static void add(struct problems *p, struct position at, const char *path, const char *format,
                va_list args)
{
    p->total++;
    if (p->count == PROBLEMS_MAX) return;
    char text[1024];
    vsnprintf(text, sizeof(text), format, args);
    p->items = xreallocarray(p->items, p->count + 1, sizeof(*p->items));
    p->items[p->count++] = (struct problem){
        .file = one_line(p->file ? p->file : ""),
        .line = at.line,
        .column = at.column,
        .path = one_line(path),
        .text = one_line(text),
    };
}

static struct position locate(const struct problems *p, const char *path, enum position_of of)
{
    struct position at = {.line = 0, .column = 0};
    if (p->source && p->count < PROBLEMS_MAX)
        position_find(p->source, p->source_length, path, of, &at);
    return at;
}

void problems_add(struct problems *p, const char *path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(p, locate(p, path, POSITION_VALUE), path, format, args);
    va_end(args);
}

void problems_add_key(struct problems *p, const char *path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(p, locate(p, path, POSITION_KEY), path, format, args);
    va_end(args);
}

void problems_add_at(struct problems *p, struct position at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(p, at, "", format, args);
    va_end(args);
}

static bool earlier(const struct problem *a, const struct problem *b)
{
    return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Insertion within each run of one file: stable, and the lists are short (PROBLEMS_MAX). */
void problems_sort(struct problems *p)
{
    for (size_t i = 1; i < p->count; i++) {
        struct problem moving = p->items[i];
        size_t to = i;
        while (to > 0 && strcmp(p->items[to - 1].file, moving.file) == 0 &&
               earlier(&moving, &p->items[to - 1])) {
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
    for (size_t i = 0; i < p->count; i++) {
        problem_text(&p->items[i], out);
        buf_char(out, '\n');
    }
    if (p->total > p->count) buf_printf(out, "and %zu more problems\n", p->total - p->count);
}

json_t *problems_json(const struct problems *p)
{
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
    if (p->total == 0) return 0;
    struct buf text;
    buf_init(&text, 1 << 12);
    problem_text(&p->items[0], &text);
    if (p->total > 1) buf_printf(&text, " (and %zu more)", p->total - 1);
    err_set(err, ERR_CONFIG, "%s", buf_text(&text));
    buf_done(&text);
    return -1;
}
