/* Request bodies from field tables: see field_create_body() and field_patch_body() in field.h. */
#include "field/field.h"

#include <string.h>

#include "base/json.h"
#include "field/row.h"

enum {
    NEVER_SENT = FIELD_READ_ONLY | FIELD_SECRET | FIELD_LOCAL,
    NOT_CREATED = NEVER_SENT | FIELD_NOT_AT_CREATE,
    NOT_PATCHED = NEVER_SENT | FIELD_CREATE_ONLY | FIELD_WRITE_ONLY,
};

/* A copy of 'value' as it may be sent: comments and rows with one of 'flags' left out. */
static json_t *field_body_sendable(const struct field *field, const json_t *value, unsigned flags);

/* Copies what the rows of 'table' name from 'from' to 'to', rows with one of 'flags' left out. */
static void field_body_copy_rows(const struct field *table, const json_t *from, json_t *to,
                                 unsigned flags)
{
    for (const struct field *row = table; row->path; row++) {
        const json_t *value = json_at(from, row->path);
        if (!value || json_is_null(value) || row->flags & flags) continue;
        if (row->kind == FIELD_OBJECT && !row->fields) continue; /* its rows are copied */
        json_put_at(to, row->path, field_body_sendable(row, value, flags));
    }
}

static json_t *field_body_sendable(const struct field *field, const json_t *value, unsigned flags)
{
    if (field->kind == FIELD_LIST) {
        json_t *list = json_array();
        size_t index;
        const json_t *item;
        json_array_foreach(value, index, item)
        {
            json_t *copy = json_object();
            field_body_copy_rows(field->fields, item, copy, flags);
            json_array_append_new(list, copy);
        }
        return list;
    }
    if (field->kind == FIELD_OBJECT) {
        json_t *copy = json_object();
        field_body_copy_rows(field->fields, value, copy, flags);
        return copy;
    }
    if (field->kind == FIELD_SET && json_is_array(value)) return field_set_sorted(value);
    json_t *copy = json_deep_copy(value);
    field_strip_comments(copy);
    return copy;
}

json_t *field_create_body(const struct field *table, const json_t *want)
{
    json_t *body = json_object();
    for (const struct field *row = table; row->path; row++) {
        const json_t *value = json_at(want, row->path);
        if (!value || json_is_null(value) || row->flags & (NOT_CREATED | FIELD_KEY)) continue;
        if (row->kind == FIELD_OBJECT && !row->fields) continue;
        json_put_at(body, row->path, field_body_sendable(row, value, NOT_CREATED));
    }
    return body;
}

/* --- patches --------------------------------------------------------------------------------- */

static bool field_body_is_below(const char *path, const char *above)
{
    size_t length = strlen(above);
    return strncmp(path, above, length) == 0 && (path[length] == '.' || path[length] == '\0');
}

/* The outermost WHOLE_OBJECT row that 'row' is in, without 'row' itself; NULL: none. */
static const struct field *field_body_whole_around(const struct field *table,
                                                   const struct field *row)
{
    for (const struct field *whole = table; whole->path; whole++)
        if (whole->kind == FIELD_OBJECT && whole->flags & FIELD_WHOLE_OBJECT &&
            field_body_is_below(row->path, whole->path))
            return whole;
    return NULL;
}

/* The row of 'table' that a delta is in: its own, or the object or list around its own. */
static const struct field *field_body_row_of(const struct field *table,
                                             const struct field_delta *delta)
{
    for (const struct field *row = table; row->path; row++)
        if (row == delta->field) return row;
    for (const struct field *row = table; row->path; row++) {
        size_t length = strlen(row->path);
        if ((row->fields || row->kind == FIELD_MAP) &&
            strncmp(delta->path, row->path, length) == 0 && strchr(".[", delta->path[length]))
            return row;
    }
    return NULL;
}

/* What is there, with what is declared over it. */
static json_t *field_body_overlaid(const struct field *row, const json_t *want, const json_t *have)
{
    json_t *body =
        json_is_object(have) ? field_body_sendable(row, have, NOT_PATCHED) : json_object();
    json_t *over = field_body_sendable(row, want, NOT_PATCHED);
    json_object_update_recursive(body, over);
    json_decref(over);
    return body;
}

/* All rows below 'whole' that may be patched: observed ones first, declared ones over them. */
static void field_body_put_whole(const struct field *table, const struct field *whole,
                                 const json_t *want, const json_t *have, json_t *body)
{
    for (const struct field *row = table; row->path; row++) {
        if (!field_body_is_below(row->path, whole->path) || row->flags & NOT_PATCHED) continue;
        if (row->kind == FIELD_OBJECT && !row->fields) continue;
        const json_t *value = json_at(want, row->path);
        if (!value || json_is_null(value)) value = json_at(have, row->path);
        if (value && !json_is_null(value))
            json_put_at(body, row->path, field_body_sendable(row, value, NOT_PATCHED));
    }
}

/* The declared members of a map or object that 'deltas' name, without the others. */
static void field_body_put_members(const struct field *row, const json_t *want,
                                   const struct field_delta *delta, json_t *body)
{
    const json_t *declared = json_at(want, row->path);
    const char *name = delta->path + strlen(row->path) + 1;
    json_t *object = json_at(body, row->path);
    if (!object) {
        object = json_object();
        json_put_at(body, row->path, object);
    }
    if (row->kind == FIELD_MAP) { /* names of maps may contain dots */
        json_object_set_new(object, name, json_deep_copy(json_object_get(declared, name)));
        return;
    }
    const struct field *inner = field_find(row->fields, delta->field->path);
    const json_t *value = inner ? json_at(declared, inner->path) : NULL;
    if (value) json_put_at(object, inner->path, field_body_sendable(inner, value, NOT_PATCHED));
}

static bool field_body_put_delta(const struct field *table, const json_t *want, const json_t *have,
                                 const struct field_delta *delta, json_t *body)
{
    const struct field *row = field_body_row_of(table, delta);
    if (!row || (row->flags | delta->field->flags) & NOT_PATCHED) return false;
    const struct field *whole = field_body_whole_around(table, row);
    const json_t *value = json_at(want, row->path);
    if (whole && !whole->fields)
        field_body_put_whole(table, whole, want, have, body);
    else if (row->flags & FIELD_WHOLE_OBJECT)
        json_put_at(body, row->path, field_body_overlaid(row, value, json_at(have, row->path)));
    else if (row->kind == FIELD_MAP || row->kind == FIELD_OBJECT)
        field_body_put_members(row, want, delta, body);
    else
        json_put_at(body, row->path, field_body_sendable(row, value, NOT_PATCHED));
    return true;
}

json_t *field_patch_body(const struct field *table, const json_t *want, const json_t *have,
                         const struct field_deltas *deltas)
{
    json_t *body = json_object();
    bool any = false;
    for (size_t i = 0; i < deltas->count; i++)
        any = field_body_put_delta(table, want, have, &deltas->items[i], body) || any;
    if (any) return body;
    json_decref(body);
    return NULL;
}
