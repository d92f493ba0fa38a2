/* A page of a list cut into its items without reading them, so that only those that changed need to
 * be read. Inside of lib/azure.
 *
 * Why what comes of it is what the whole page says: the page is taken apart only where it begins
 * with
 * {"value":[, so the array is the list and no other; between the items there is exactly a comma;
 * each item is an object, read by the JSON parser (now, or once before from the same bytes); and
 * what is left, with an empty array in the list's place, is read by the JSON parser too. A page of
 * parts that are all sound is sound, and no other page gets through. */
#ifndef AZURE_LIST_SPLIT_H
#define AZURE_LIST_SPLIT_H

#include <stddef.h>

#include <jansson.h>

/* One item within the text of the page. */
struct list_piece {
    const char *text;
    size_t length;
};

struct list_split {
    struct list_piece *pieces;
    size_t count;
    json_t *frame; /* the page with an empty list */
};

/* Cuts 'text' (ends in NUL beyond 'length'). -1 where it is not of the form above, which says
 * nothing about it. Otherwise 'out' is to be given to list_split_done(). The pieces are not read
 * yet. */
int list_split(const char *text, size_t length, struct list_split *out);
void list_split_done(struct list_split *s);

#endif
