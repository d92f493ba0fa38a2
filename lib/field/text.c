/* The reference of field tables for manuals and terminals: see field_reference_markdown() and
 * field_reference_text() in field.h. */
#include "field/field.h"

#include <inttypes.h>
#include <string.h>

#include "field/row.h"

/* What a flag means to the writer of a document. */
static const struct {
    unsigned flag;
    const char *words;
} flag_words[] = {
    {FIELD_REQUIRED, "required"},
    {FIELD_KEY, "names the item"},
    {FIELD_CREATE_ONLY, "only at creation"},
    {FIELD_READ_ONLY, "read-only"},
    {FIELD_SECRET, "a reference to a secret"},
    {FIELD_RESTART, "takes effect at a restart"},
    {FIELD_DISRUPTIVE, "a change interrupts connections"},
    {FIELD_AT_LEAST, "more is no drift"},
};

typedef void row_writer(const struct field *field, const char *path, struct buf *out);

/* "INT from 7 to 35 days", "one of a, b". */
static void field_text_add_values(const struct field *field, struct buf *out)
{
    if (field->choices) {
        buf_str(out, field->kind == FIELD_SET ? "set of " : "one of ");
        for (size_t i = 0; field->choices[i]; i++)
            buf_printf(out, "%s%s", i ? ", " : "", field->choices[i]);
    } else {
        buf_str(out, field_kind_word(field->kind));
    }
    if (field->form) buf_printf(out, ", %s", field->form);
    if (field->min || field->max)
        buf_printf(out, " %s%" PRId64 " to %" PRId64, field->kind == FIELD_INT ? "" : "of ",
                   field->min, field->max);
    if (field->unit)
        buf_printf(out, " %s", field->unit);
    else if ((field->min || field->max) && field->kind != FIELD_INT)
        buf_str(out, " characters");
}

static void field_text_add_flags(const struct field *field, struct buf *out)
{
    for (size_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++)
        if (field->flags & flag_words[i].flag) buf_printf(out, "; %s", flag_words[i].words);
}

/* A cell: a bar would end it. */
static void field_text_add_cell(struct buf *out, const char *text)
{
    for (; *text; text++) buf_printf(out, "%s%c", *text == '|' ? "\\" : "", *text);
}

static void field_text_markdown_row(const struct field *field, const char *path, struct buf *out)
{
    struct buf values;
    buf_init(&values, 4096);
    field_text_add_values(field, &values);
    field_text_add_flags(field, &values);
    buf_printf(out, "| `%s` | ", path);
    field_text_add_cell(out, buf_text(&values));
    if (field->fallback && *field->fallback)
        buf_printf(out, " | `%s` | ", field->fallback);
    else
        buf_str(out, " | | ");
    field_text_add_cell(out, field->help ? field->help : "");
    if (field->source) {
        buf_str(out, " *Source: ");
        field_text_add_cell(out, field->source);
        buf_str(out, ".*");
    }
    buf_str(out, " |\n");
    buf_done(&values);
}

static void field_text_plain_row(const struct field *field, const char *path, struct buf *out)
{
    buf_printf(out, "%s\n    ", path);
    field_text_add_values(field, out);
    if (field->fallback && *field->fallback) buf_printf(out, ", default %s", field->fallback);
    field_text_add_flags(field, out);
    if (field->help) buf_printf(out, "\n    %s", field->help);
    buf_str(out, "\n");
}

/* A row of its own for each row that takes a value, then those of the tables it contains. */
static void field_text_write_rows(const struct field *table, const char *prefix, row_writer *write,
                                  struct arena *arena, struct buf *out)
{
    for (const struct field *row = table; row->path; row++) {
        const char *path = arena_printf(arena, "%s%s", prefix, row->path);
        write(row, path, out);
        if (!row->fields) continue;
        const char *ending = row->kind == FIELD_LIST  ? "[]."
                             : row->kind == FIELD_MAP ? ".NAME."
                                                      : ".";
        field_text_write_rows(row->fields, arena_printf(arena, "%s%s", path, ending), write, arena,
                              out);
    }
}

static void field_text_write_table(const struct field *table, const char *prefix, row_writer *write,
                                   struct buf *out)
{
    struct arena *arena = arena_new();
    field_text_write_rows(table, prefix, write, arena, out);
    arena_free(arena);
}

void field_reference_markdown(const struct field *table, const char *prefix, struct buf *out)
{
    buf_str(out, "| key | value | default | meaning |\n|---|---|---|---|\n");
    field_text_write_table(table, prefix, field_text_markdown_row, out);
}

void field_reference_text(const struct field *table, const char *prefix, struct buf *out)
{
    field_text_write_table(table, prefix, field_text_plain_row, out);
}
