/* Walking a field table as the tree that its dotted paths make. Used by the field engines only. */
#ifndef FIELD_ROW_H
#define FIELD_ROW_H

#include "field/field.h"

/* One object of the tree: the rows of 'table' whose path begins with 'base', which is "" or ends in
 * a dot. */
struct field_level {
    const struct field *table;
    const char *base;
};

/* One key of a level. */
struct field_step {
    const char *name; /* not terminated: 'length' bytes */
    size_t length;
    const struct field *row; /* NULL: an object on the way that has no row of its own */
    bool group;              /* an object whose rows continue the path */
};

/* Steps through the keys of 'level', each once, in the order of the rows. '*at' is the place, first
 * 0. False at the end. */
bool field_step_next(const struct field_level *level, size_t *at, struct field_step *out);
/* The step of key 'name'; false where the level has no such key. */
bool field_step_find(const struct field_level *level, const char *name, struct field_step *out);
/* The level below a group; 'arena' holds its base. */
struct field_level field_step_enter(const struct field_level *level, const struct field_step *step,
                                    struct arena *arena);

/* "prefix.name", or the name alone where the prefix is "". */
const char *field_path_join(struct arena *arena, const char *prefix, const char *name);

/* A new list of the items of 'set' in the order of their texts, so that equal sets read the same.
 */
json_t *field_set_sorted(const json_t *set);

/* Absent, null, "", {} or []. */
bool field_value_empty(const json_t *value);

#endif
