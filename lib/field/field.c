/* Rows of field tables, and the tree their paths make: see field.h and row.h. */
#include "field/field.h"

#include <string.h>

#include "field/row.h"

static const char *const kind_words[FIELD_KIND_N] = {
#define X(name, word, meaning) [FIELD_##name] = word,
    FIELD_KINDS(X)
#undef X
};

const char *field_kind_word(enum field_kind kind)
{
    return kind_words[kind];
}

const struct field *field_find(const struct field *table, const char *path)
{
    for (const struct field *row = table; row && row->path; row++)
        if (strcmp(row->path, path) == 0) return row;
    return NULL;
}

bool field_is_comment(const char *key)
{
    return key[0] == '$' || (key[0] == '/' && key[1] == '/');
}

void field_strip_comments(json_t *value)
{
    const char *key;
    json_t *member;
    void *next;
    size_t index;
    json_object_foreach_safe(value, next, key, member)
    {
        if (field_is_comment(key))
            json_object_del(value, key);
        else
            field_strip_comments(member);
    }
    json_array_foreach(value, index, member) field_strip_comments(member);
}

bool field_value_empty(const json_t *value)
{
    if (!value || json_is_null(value)) return true;
    if (json_is_string(value)) return json_string_length(value) == 0;
    if (json_is_object(value)) return json_object_size(value) == 0;
    if (json_is_array(value)) return json_array_size(value) == 0;
    return false;
}

json_t *field_default(const struct field *field)
{
    const char *text = field->fallback;
    if (!text) return NULL;
    switch (field->kind) {
    case FIELD_INT:
    case FIELD_BOOL:
    case FIELD_SET:
    case FIELD_MAP:
    case FIELD_LIST:
    case FIELD_OBJECT:
    case FIELD_ANY: return json_loads(text, JSON_DECODE_ANY, NULL);
    default: return json_string(text);
    }
}

/* --- the tree -------------------------------------------------------------------------------- */

/* What follows the level's base in the row's path; NULL where the row is not below the level. */
static const char *field_below(const struct field_level *level, const struct field *row)
{
    size_t length = strlen(level->base);
    if (strncmp(row->path, level->base, length) != 0 || !row->path[length]) return NULL;
    return row->path + length;
}

static bool field_same_step(const char *rest, const struct field_step *step)
{
    return strncmp(rest, step->name, step->length) == 0 &&
           (rest[step->length] == '.' || rest[step->length] == '\0');
}

/* Fills in row and group of a step whose name is known. */
static bool field_complete(const struct field_level *level, struct field_step *step)
{
    bool found = false;
    step->row = NULL;
    step->group = false;
    for (const struct field *row = level->table; row->path; row++) {
        const char *rest = field_below(level, row);
        if (!rest || !field_same_step(rest, step)) continue;
        found = true;
        if (rest[step->length] == '.')
            step->group = true;
        else
            step->row = row;
    }
    if (step->row && step->row->kind == FIELD_OBJECT && !step->row->fields) step->group = true;
    return found;
}

bool field_step_find(const struct field_level *level, const char *name, struct field_step *out)
{
    struct field_step step = {.name = name, .length = strlen(name)};
    if (strchr(name, '.') || !field_complete(level, &step)) return false;
    *out = step;
    return true;
}

bool field_step_next(const struct field_level *level, size_t *at, struct field_step *out)
{
    for (; level->table[*at].path; ++*at) {
        const char *rest = field_below(level, &level->table[*at]);
        if (!rest) continue;
        struct field_step step = {.name = rest, .length = strcspn(rest, ".")};
        bool seen = false;
        for (size_t i = 0; i < *at && !seen; i++) {
            const char *earlier = field_below(level, &level->table[i]);
            seen = earlier && field_same_step(earlier, &step);
        }
        if (seen) continue;
        field_complete(level, &step);
        *out = step;
        ++*at;
        return true;
    }
    return false;
}

struct field_level field_step_enter(const struct field_level *level, const struct field_step *step,
                                    struct arena *arena)
{
    const char *base = arena_printf(arena, "%s%.*s.", level->base, (int)step->length, step->name);
    return (struct field_level){.table = level->table, .base = base};
}

const char *field_path_join(struct arena *arena, const char *prefix, const char *name)
{
    size_t before = strlen(prefix), length = strlen(name);
    char *path = arena_alloc(arena, before + 1 + length + 1);
    char *at = path;
    if (before) {
        memcpy(path, prefix, before);
        at = path + before;
        *at++ = '.';
    }
    memcpy(at, name, length + 1);
    return path;
}
