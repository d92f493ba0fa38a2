/* What two documents may not both declare: they would fight each other. Everything that must be
 * one is an item with an id; two items of one id clash. O(n log n). */
#ifndef CONFIG_CLASH_H
#define CONFIG_CLASH_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/problem.h"

/* All borrowed. */
struct clash_item {
    const char *file;   /* of the document; its text is read again for the place of a clash */
    const json_t *root; /* the document */
    const json_t *item; /* where it stands in 'root': one of its members, or one of their items */
    const char *id;     /* compared without case: an ARM id, a name with a word before it */
    const char *said;   /* "server x is declared by": the other file follows */
    /* May be declared by several that want the same of it ("tags", "location"); 'said' is then a
     * name, "resource group rg". */
    bool shared;
};

/* Adds a problem for each of 'items' whose id another document has; the first one has it. The
 * items of a document follow each other. */
void clash_check(const struct clash_item *items, size_t count, struct problems *problems);

#endif
