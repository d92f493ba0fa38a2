/* Finding the items of one list in another by their keys: O(n log n) for all of them. Used by the
 * field engines only. */
#ifndef FIELD_MATCH_H
#define FIELD_MATCH_H

#include "field/field.h"

struct field_match_entry {
    const char *fold; /* of the first key: equal for equal keys, and mostly only for those */
    size_t index;
    const json_t *item;
};

struct field_match {
    const struct field *fields;
    struct arena *arena;
    struct field_match_entry *entries; /* by fold, then by index */
    size_t count;
};

/* Makes the items of 'list', whose table is 'fields', ready to be found. Lives in 'arena'. */
void field_match_init(struct field_match *m, const struct field *fields, const json_t *list,
                      struct arena *arena);
/* The first item whose keys equal those of 'item' as field_equal() has it; NULL where none does. */
const json_t *field_match_find(const struct field_match *m, const json_t *item);

#endif
