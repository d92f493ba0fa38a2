/* When two values of a field mean the same: see field_equal() in field.h. The rules are those by
 * which ARM answers in another spelling than it was asked in. */
#include "field/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/decimal.h"
#include "base/mem.h"
#include "base/timetext.h"
#include "field/form.h"
#include "field/row.h"

enum { NUMBER_TEXT = 40 };

/* A scalar as text: numbers and booleans as ARM writes them into strings. 'room' holds those. NULL
 * for objects and arrays. */
static const char *field_equal_scalar_text(const json_t *value, char room[NUMBER_TEXT])
{
    if (json_is_string(value)) return json_string_value(value);
    if (json_is_true(value)) return "true";
    if (json_is_false(value)) return "false";
    if (json_is_integer(value))
        snprintf(room, NUMBER_TEXT, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(room, NUMBER_TEXT, "%.15g", json_real_value(value));
    else
        return NULL;
    return room;
}

static bool field_equal_whole(const char *text)
{
    size_t sign = *text == '-';
    return text[sign] && !text[sign + strspn(text + sign, "0123456789")];
}

static bool field_equal_number_texts(const char *a, const char *b)
{
    double x, y;
    if (strcmp(a, b) == 0) return true;
    if (!decimal_parse(a, &x) || !decimal_parse(b, &y)) return false;
    /* Beyond 2^53 different whole numbers are the same double. */
    if (field_equal_whole(a) && field_equal_whole(b) && (x > 9e15 || x < -9e15)) return false;
    return x - y == 0;
}

static bool field_equal_durations(const char *a, const char *b)
{
    uint64_t x, y;
    if (timetext_duration(a, &x) == 0 && timetext_duration(b, &y) == 0) return x == y;
    return strcasecmp(a, b) == 0;
}

static bool field_equal_texts(const struct field *field, const char *a, const char *b)
{
    switch (field->kind) {
    case FIELD_INT: return field_equal_number_texts(a, b);
    case FIELD_BOOL:
    case FIELD_ENUM: return strcasecmp(a, b) == 0;
    case FIELD_DURATION: return field_equal_durations(a, b);
    case FIELD_ARM_ID: return form_arm_id_equal(a, b);
    case FIELD_LOCATION: return form_location_equal(a, b);
    default: return field->flags & FIELD_NOCASE ? strcasecmp(a, b) == 0 : strcmp(a, b) == 0;
    }
}

static int field_equal_by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int field_equal_by_folded_text(const void *left, const void *right)
{
    return strcasecmp(*(const char *const *)left, *(const char *const *)right);
}

/* The scalars of a set as texts, sorted; what is none is equal to nothing. */
struct field_equal_set {
    const char **texts;
    size_t count;
    char (*rooms)[NUMBER_TEXT]; /* for the texts of numbers */
    int (*order)(const void *, const void *);
};

static void field_equal_set_init(struct field_equal_set *s, const struct field *field,
                                 const json_t *array)
{
    size_t room = json_array_size(array), index;
    const json_t *item;
    s->texts = xcalloc(room, sizeof(*s->texts));
    s->rooms = xcalloc(room, sizeof(*s->rooms));
    s->count = 0;
    s->order = field->flags & FIELD_NOCASE ? field_equal_by_folded_text : field_equal_by_text;
    json_array_foreach(array, index, item)
    {
        const char *text = field_equal_scalar_text(item, s->rooms[index]);
        if (text) s->texts[s->count++] = text;
    }
    if (s->count > 1) qsort(s->texts, s->count, sizeof(*s->texts), s->order);
}

static void field_equal_set_done(struct field_equal_set *s)
{
    free(s->texts);
    free(s->rooms);
}

/* Is every item of 'part' in 'whole'? */
static bool field_equal_set_within(const struct field *field, const json_t *part,
                                   const json_t *whole)
{
    struct field_equal_set set;
    bool within = true;
    size_t index;
    const json_t *item;
    field_equal_set_init(&set, field, whole);
    json_array_foreach(part, index, item)
    {
        char room[NUMBER_TEXT];
        const char *text = field_equal_scalar_text(item, room);
        within =
            within && text && bsearch(&text, set.texts, set.count, sizeof(*set.texts), set.order);
    }
    field_equal_set_done(&set);
    return within;
}

static bool field_equal_at_least(const struct field *field, const char *want, const char *have)
{
    double x, y;
    return field->flags & FIELD_AT_LEAST && field->kind == FIELD_INT && decimal_parse(want, &x) &&
           decimal_parse(have, &y) && y >= x;
}

static bool field_equal_scalars(const struct field *field, const json_t *want, const json_t *have)
{
    char rooms[2][NUMBER_TEXT];
    const char *fallback = field->fallback ? field->fallback : "";
    const char *a = field_value_empty(want) ? fallback : field_equal_scalar_text(want, rooms[0]);
    const char *b = field_value_empty(have) ? fallback : field_equal_scalar_text(have, rooms[1]);
    if (!a || !b) return json_equal(want, have) == 1;
    return field_equal_texts(field, a, b) || field_equal_at_least(field, a, b);
}

/* 'value', or the field's default where it is empty; a new reference, possibly to NULL. */
static json_t *field_equal_or_default(const struct field *field, const json_t *value)
{
    if (field_value_empty(value)) return field_default(field);
    return json_incref(unconst(value));
}

static bool field_equal_containers(const struct field *field, const json_t *want,
                                   const json_t *have)
{
    if (field->kind != FIELD_SET) {
        if (field_value_empty(want) && field_value_empty(have)) return true;
        return json_equal(want, have) == 1;
    }
    return field_equal_set_within(field, want, have) &&
           (field->flags & FIELD_AT_LEAST || field_equal_set_within(field, have, want));
}

bool field_equal(const struct field *field, const json_t *want, const json_t *have)
{
    switch (field->kind) {
    case FIELD_SET:
    case FIELD_MAP:
    case FIELD_LIST:
    case FIELD_OBJECT:
    case FIELD_ANY: break;
    default: return field_equal_scalars(field, want, have);
    }
    json_t *a = field_equal_or_default(field, want);
    json_t *b = field_equal_or_default(field, have);
    bool equal = field_equal_containers(field, a, b);
    json_decref(a);
    json_decref(b);
    return equal;
}

const char *field_value_text(const struct field *field, const json_t *value, struct arena *arena)
{
    char room[NUMBER_TEXT];
    if (field_value_empty(value)) return NULL;
    if (field->flags & FIELD_SECRET) return "(set)";
    const char *text = field_equal_scalar_text(value, room);
    if (text) return arena_strdup(arena, text);
    json_t *sorted = field->kind == FIELD_SET ? field_set_sorted(value) : NULL;
    char *line = json_dumps(sorted ? sorted : value, JSON_COMPACT | JSON_SORT_KEYS);
    const char *copy = arena_strdup(arena, line ? line : "?");
    json_decref(sorted);
    free(line);
    return copy;
}
