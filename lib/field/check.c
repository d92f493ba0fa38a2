/* Checking a document by its field tables: see field_check() in field.h. This file walks objects
 * and lists; single values are field_check_value.c's. */
#include "field/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/secret_ref.h"
#include "base/suggest.h"
#include "field/row.h"

static void field_check_object(struct field_checker *c, const struct field_level *level,
                               const json_t *item, const char *path);

/* --- unknown keys ---------------------------------------------------------------------------- */

/* The row anywhere in the table whose last step is 'key': people forget where ARM nests things. */
static const struct field *field_check_elsewhere(const struct field *table, const char *key)
{
    for (const struct field *row = table; row->path; row++) {
        const char *dot = strrchr(row->path, '.');
        if (dot && strcmp(dot + 1, key) == 0) return row;
    }
    return NULL;
}

static const char *field_check_nearest(struct field_checker *c, const struct field_level *level,
                                       const char *key)
{
    size_t count = 0;
    for (const struct field *row = level->table; row->path; row++) count++;
    const char **names = arena_array(c->arena, count + 1, sizeof(*names));
    struct field_step step;
    count = 0;
    for (size_t at = 0; field_step_next(level, &at, &step);)
        names[count++] = arena_strndup(c->arena, step.name, step.length);
    return suggest(key, names, count);
}

static void field_check_unknown_key(struct field_checker *c, const struct field_level *level,
                                    const char *key, const char *path)
{
    const struct field *other = field_check_elsewhere(level->table, key);
    const char *meant = other || problems_full(c->out) ? NULL : field_check_nearest(c, level, key);
    if (other)
        problems_add_key(c->out, path, "unknown key here; it belongs at \"%s\"", other->path);
    else if (meant)
        problems_add_key(c->out, path, "unknown key; did you mean \"%s\"?", meant);
    else
        problems_add_key(c->out, path, "unknown key");
}

/* --- containers ------------------------------------------------------------------------------ */

static bool field_check_is_object(struct field_checker *c, const json_t *value, const char *path)
{
    if (json_is_object(value)) return true;
    problems_add(c->out, path, "must be an object");
    return false;
}

static void field_check_fields(struct field_checker *c, const struct field *fields,
                               const json_t *value, const char *path)
{
    struct field_level level = {.table = fields, .base = ""};
    if (field_check_is_object(c, value, path)) field_check_object(c, &level, value, path);
}

/* The keys of a list's item as one text; NULL where one is missing that must be there. */
static const char *field_check_item_key(struct field_checker *c, const struct field *fields,
                                        const json_t *item)
{
    const char *key = NULL;
    for (const struct field *row = fields; row->path; row++) {
        if (!(row->flags & FIELD_KEY)) continue;
        const char *text = json_string_value(json_object_get(item, row->path));
        if (!text && !(row->flags & FIELD_REQUIRED)) continue;
        if (!text) return NULL;
        if (row->flags & FIELD_NOCASE) {
            char *lower = arena_strdup(c->arena, text);
            for (char *p = lower; *p; p++)
                if (*p >= 'A' && *p <= 'Z') *p = (char)(*p - 'A' + 'a');
            text = lower;
        }
        key = key ? arena_printf(c->arena, "%s, %s", key, text) : text;
    }
    return key;
}

static void field_check_keys(struct field_checker *c, const struct field *field, const json_t *list,
                             const char *path)
{
    struct field_keys keys = {
        .items = arena_array(c->arena, json_array_size(list), sizeof(struct field_key))};
    size_t index;
    const json_t *item;
    json_array_foreach(list, index, item)
    {
        const char *key = field_check_item_key(c, field->fields, item);
        if (key) keys.items[keys.count++] = (struct field_key){key, index};
    }
    field_keys_sort(&keys);
    const struct field_key *first = NULL;
    for (size_t at = 0; field_keys_repeated(&keys, &at, &first); at++)
        problems_add(c->out, arena_printf(c->arena, "%s[%zu]", path, keys.items[at].index),
                     "\"%s\" is declared twice; first as %s[%zu]", first->text, path, first->index);
}

static void field_check_list(struct field_checker *c, const struct field *field, const json_t *list,
                             const char *path)
{
    if (!json_is_array(list)) {
        problems_add(c->out, path, "must be an array of objects");
        return;
    }
    size_t index;
    const json_t *item;
    json_array_foreach(list, index, item)
        field_check_fields(c, field->fields, item, arena_printf(c->arena, "%s[%zu]", path, index));
    field_check_keys(c, field, list, path);
}

static void field_check_map(struct field_checker *c, const struct field *field, const json_t *map,
                            const char *path)
{
    if (!field_check_is_object(c, map, path)) return;
    const char *name;
    json_t *value;
    json_each_member(map, name, value)
    {
        if (field_is_comment(name)) continue;
        const char *at = field_path_join(c->arena, path, name);
        if (!field_pattern_matches(c, field, name))
            problems_add_key(c->out, at, "the name must be %s", field->form);
        if (json_is_object(value) && field->fields)
            field_check_fields(c, field->fields, value, at);
        else if (secret_ref_key(name))
            field_check_secret(c, value, at);
        else if (!json_is_string(value) && !json_is_number(value) && !json_is_boolean(value))
            problems_add(c->out, at, "must be a string, a number or a boolean%s",
                         field->fields ? ", or an object" : "");
    }
}

/* Literal secrets hide in free-form values too. */
static void field_check_any(struct field_checker *c, const json_t *value, const char *path)
{
    const char *name;
    json_t *member;
    size_t index;
    json_each_member(value, name, member)
    {
        const char *at = field_path_join(c->arena, path, name);
        if (field_is_comment(name)) continue;
        if (secret_ref_key(name) && !json_is_boolean(member) && !json_is_null(member))
            field_check_secret(c, member, at);
        else
            field_check_any(c, member, at);
    }
    json_array_foreach(value, index, member)
        field_check_any(c, member, arena_printf(c->arena, "%s[%zu]", path, index));
}

/* --- objects --------------------------------------------------------------------------------- */

static void field_check_row(struct field_checker *c, const struct field *row, const json_t *value,
                            const char *path)
{
    if (row->flags & FIELD_READ_ONLY) {
        problems_add_key(c->out, path, "is read-only: the platform decides it; remove it");
        return;
    }
    switch (row->kind) {
    case FIELD_LIST: field_check_list(c, row, value, path); break;
    case FIELD_MAP: field_check_map(c, row, value, path); break;
    case FIELD_OBJECT: field_check_fields(c, row->fields, value, path); break;
    case FIELD_ANY: field_check_any(c, value, path); break;
    default: field_check_value(c, row, value, path); break;
    }
}

/* Does an object between the level and 'row' have a row of its own? It may then be left out. */
static bool field_check_is_in_own_row(const struct field_level *level, const struct field *row)
{
    size_t length = strlen(level->base);
    for (const struct field *other = level->table; other->path; other++) {
        size_t way = strlen(other->path);
        if (way > length && strncmp(row->path, other->path, way) == 0 && row->path[way] == '.')
            return true;
    }
    return false;
}

/* What is required below objects that are there is their own check's. */
static void field_check_missing(struct field_checker *c, const struct field_level *level,
                                const json_t *item, const char *path)
{
    size_t length = strlen(level->base);
    for (const struct field *row = level->table; row->path; row++) {
        if (!(row->flags & FIELD_REQUIRED) || strncmp(row->path, level->base, length) != 0)
            continue;
        const char *rest = row->path + length;
        const json_t *value = json_object_getn(item, rest, strcspn(rest, "."));
        if ((value && !json_is_null(value)) || field_check_is_in_own_row(level, row)) continue;
        problems_add(c->out, path, "\"%s\" is missing%s%s", rest, row->help ? ": " : "",
                     row->help ? row->help : "");
    }
}

static void field_check_object(struct field_checker *c, const struct field_level *level,
                               const json_t *item, const char *path)
{
    const char *key;
    json_t *value;
    json_each_member(item, key, value)
    {
        if (field_is_comment(key)) continue;
        const char *at = field_path_join(c->arena, path, key);
        struct field_step step;
        if (!field_step_find(level, key, &step)) {
            field_check_unknown_key(c, level, key, at);
        } else if (json_is_null(value)) {
            continue; /* null says nothing, as ARM has it */
        } else if (step.group) {
            struct field_level inner = field_step_enter(level, &step, c->arena);
            if (field_check_is_object(c, value, at)) field_check_object(c, &inner, value, at);
        } else {
            field_check_row(c, step.row, value, at);
        }
    }
    field_check_missing(c, level, item, path);
}

void field_check(const struct field *table, const json_t *item, const char *prefix,
                 struct problems *out)
{
    struct field_checker c = {.out = out, .arena = arena_new()};
    field_check_fields(&c, table, item, prefix);
    for (size_t i = 0; i < c.pattern_count; i++) regfree(&c.patterns[i].compiled);
    free(c.patterns);
    arena_free(c.arena);
}
