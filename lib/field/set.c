/* The one order of a set, whose order means nothing: see field_set_sorted() in row.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "field/row.h"

static int field_set_order(const void *left, const void *right)
{
    const char *a = json_string_value(*(json_t *const *)left);
    const char *b = json_string_value(*(json_t *const *)right);
    return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

json_t *field_set_sorted(const json_t *set)
{
    size_t count = json_array_size(set);
    json_t **items = xcalloc(count, sizeof(*items));
    json_t *out = json_array();
    for (size_t i = 0; i < count; i++) items[i] = json_array_get(set, i);
    if (count) qsort(items, count, sizeof(json_t *), field_set_order);
    for (size_t i = 0; i < count; i++) json_array_append(out, items[i]);
    free(items);
    return out;
}
