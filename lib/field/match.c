/* Finding items by their keys: see match.h. Keys are equal by the rules of their kind; the fold
 * forgets what any of these rules forgets, so that equal keys have equal folds, and the rules then
 * decide among the few that are left. */
#include "field/match.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static const struct field *field_match_first_key(const struct field *fields)
{
    const struct field *row = fields;
    while (row->path && !(row->flags & FIELD_KEY)) row++;
    return row->path ? row : NULL;
}

/* Without case, blanks and slashes; of kinds whose texts may look quite different, nothing. */
static const char *field_match_fold(const struct field_match *m, const json_t *item)
{
    const struct field *key = field_match_first_key(m->fields);
    if (!key || key->kind == FIELD_INT || key->kind == FIELD_DURATION || key->kind >= FIELD_SET)
        return "";
    const char *text = field_value_text(key, json_at(item, key->path), m->arena);
    if (!text) text = key->fallback ? key->fallback : "";
    char *fold = arena_alloc(m->arena, strlen(text) + 1), *to = fold;
    for (; *text; text++)
        if (*text != ' ' && *text != '/')
            *to++ = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
    return fold;
}

static int field_match_order(const void *left, const void *right)
{
    const struct field_match_entry *a = left, *b = right;
    int order = strcmp(a->fold, b->fold);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

void field_match_init(struct field_match *m, const struct field *fields, const json_t *list,
                      struct arena *arena)
{
    size_t i;
    const json_t *item;
    *m = (struct field_match){.fields = fields, .arena = arena, .count = json_array_size(list)};
    m->entries = arena_array(arena, m->count, sizeof(*m->entries));
    json_array_foreach(list, i, item) m->entries[i] =
        (struct field_match_entry){.fold = field_match_fold(m, item), .index = i, .item = item};
    if (m->count > 1) qsort(m->entries, m->count, sizeof(*m->entries), field_match_order);
}

static bool field_match_same(const struct field *fields, const json_t *a, const json_t *b)
{
    for (const struct field *row = fields; row->path; row++)
        if (row->flags & FIELD_KEY &&
            !field_equal(row, json_at(a, row->path), json_at(b, row->path)))
            return false;
    return true;
}

const json_t *field_match_find(const struct field_match *m, const json_t *item)
{
    const char *fold = field_match_fold(m, item);
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(m->entries[middle].fold, fold) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < m->count && strcmp(m->entries[low].fold, fold) == 0; low++)
        if (field_match_same(m->fields, m->entries[low].item, item)) return m->entries[low].item;
    return NULL;
}
