/* Comparing what is declared with what was observed: see field_compare() in field.h. */
#include "field/field.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "field/match.h"
#include "field/row.h"

enum { NOT_COMPARED = FIELD_KEY | FIELD_READ_ONLY | FIELD_WRITE_ONLY | FIELD_SECRET | FIELD_LOCAL };

struct comparer {
    struct arena *arena;
    struct field_deltas *out;
};

static void field_compare_table(struct comparer *c, const struct field *table, const json_t *want,
                                const json_t *have, const char *prefix);

static void field_compare_add(struct comparer *c, const struct field *field, const char *path,
                              const char *from, const char *to)
{
    struct field_deltas *out = c->out;
    if (out->count == out->room) {
        size_t room = out->room ? out->room * 2 : 8;
        struct field_delta *items = arena_array(c->arena, room, sizeof(*items));
        if (out->count) memcpy(items, out->items, out->count * sizeof(*items));
        out->items = items;
        out->room = room;
    }
    out->items[out->count++] =
        (struct field_delta){.field = field, .path = path, .from = from, .to = to};
    out->flags |= field->flags;
}

static void field_compare_value(struct comparer *c, const struct field *field, const json_t *want,
                                const json_t *have, const char *path)
{
    if (field_equal(field, want, have)) return;
    const char *from = field_value_text(field, have, c->arena);
    const char *to = field_value_text(field, want, c->arena);
    field_compare_add(c, field, path, from ? from : field->fallback, to ? to : field->fallback);
}

static int field_compare_by_path(const void *left, const void *right)
{
    const struct field_delta *a = left, *b = right;
    return strcmp(a->path, b->path);
}

/* Of names alone: which of the declared ones are not there. */
static bool field_compare_is_there(const struct field *field, const struct field *value,
                                   const char *name, const json_t *want, const json_t *have)
{
    if (field->flags & FIELD_NAMES) return json_member_nocase(have, name, NULL) != NULL;
    return field_equal(value, want, json_object_get(have, name));
}

/* Each declared name by itself, in alphabetical order, because a map has none; what else the map
 * holds is not ours. */
static void field_compare_map(struct comparer *c, const struct field *field, const json_t *want,
                              const json_t *have, const char *path)
{
    struct field value = {.path = field->path, .kind = FIELD_STRING, .flags = field->flags};
    size_t before = c->out->count;
    const char *name;
    json_t *member;
    json_each_member(want, name, member)
    {
        if (field_is_comment(name) || field_compare_is_there(field, &value, name, member, have))
            continue;
        const char *text = field_value_text(field, member, c->arena);
        field_compare_add(c, field, field_path_join(c->arena, path, name),
                          field_value_text(field, json_object_get(have, name), c->arena),
                          text ? text : "{}");
    }
    size_t added = c->out->count - before;
    if (added) qsort(c->out->items + before, added, sizeof(*c->out->items), field_compare_by_path);
}

/* --- lists ----------------------------------------------------------------------------------- */

static bool field_compare_has_key(const struct field *fields)
{
    for (const struct field *row = fields; row->path; row++)
        if (row->flags & FIELD_KEY) return true;
    return false;
}

/* "path[name]", by the first key of the item. */
static const char *field_compare_item_path(struct comparer *c, const struct field *fields,
                                           const json_t *item, const char *path)
{
    for (const struct field *row = fields; row->path; row++) {
        if (!(row->flags & FIELD_KEY)) continue;
        const char *key = field_value_text(row, json_at(item, row->path), c->arena);
        return arena_printf(c->arena, "%s[%s]", path, key ? key : "");
    }
    return path;
}

static void field_compare_keyed(struct comparer *c, const struct field *field, const json_t *want,
                                const json_t *have, const char *path)
{
    struct field_match wanted, there;
    size_t index;
    const json_t *item;
    field_match_init(&there, field->fields, have, c->arena);
    json_array_foreach(want, index, item)
    {
        const char *at = field_compare_item_path(c, field->fields, item, path);
        const json_t *other = field_match_find(&there, item);
        if (other)
            field_compare_table(c, field->fields, item, other, at);
        else
            field_compare_add(c, field, at, NULL, field_value_text(field, item, c->arena));
    }
    if (field->flags & FIELD_AT_LEAST) return;
    field_match_init(&wanted, field->fields, want, c->arena);
    json_array_foreach(have, index, item)
    {
        if (!field_match_find(&wanted, item))
            field_compare_add(c, field, field_compare_item_path(c, field->fields, item, path),
                              field_value_text(field, item, c->arena), NULL);
    }
}

/* Without keys the order tells items apart. */
static void field_compare_ordered(struct comparer *c, const struct field *field, const json_t *want,
                                  const json_t *have, const char *path)
{
    size_t count = json_array_size(want);
    if (count != json_array_size(have)) {
        field_compare_value(c, field, want, have, path);
        return;
    }
    for (size_t i = 0; i < count; i++)
        field_compare_table(c, field->fields, json_array_get(want, i), json_array_get(have, i),
                            arena_printf(c->arena, "%s[%zu]", path, i));
}

/* --- objects --------------------------------------------------------------------------------- */

static void field_compare_row(struct comparer *c, const struct field *row, const json_t *want,
                              const json_t *have, const char *prefix)
{
    const char *path = field_path_join(c->arena, prefix, row->path);
    switch (row->kind) {
    case FIELD_OBJECT:
        if (row->fields) field_compare_table(c, row->fields, want, have, path);
        break; /* without fields its rows speak for it */
    case FIELD_MAP: field_compare_map(c, row, want, have, path); break;
    case FIELD_LIST:
        if (field_compare_has_key(row->fields))
            field_compare_keyed(c, row, want, have, path);
        else
            field_compare_ordered(c, row, want, have, path);
        break;
    default: field_compare_value(c, row, want, have, path); break;
    }
}

static void field_compare_table(struct comparer *c, const struct field *table, const json_t *want,
                                const json_t *have, const char *prefix)
{
    for (const struct field *row = table; row->path; row++) {
        if (row->flags & NOT_COMPARED) continue;
        const json_t *wanted = json_at(want, row->path);
        if (!wanted || json_is_null(wanted)) continue;
        field_compare_row(c, row, wanted, json_at(have, row->path), prefix);
    }
}

void field_compare(const struct field *table, const json_t *want, const json_t *have,
                   struct arena *arena, struct field_deltas *out)
{
    *out = (struct field_deltas){.items = NULL};
    struct comparer c = {.arena = arena, .out = out};
    field_compare_table(&c, table, want, have, "");
}
