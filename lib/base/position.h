/* Where something stands in a JSON text: its line and column. Only for messages; whoever needs the
 * value itself parses the text with jansson, which does not keep positions. */
#ifndef BASE_POSITION_H
#define BASE_POSITION_H

#include <stdbool.h>
#include <stddef.h>

struct position {
    unsigned line;   /* from 1 */
    unsigned column; /* from 1, in characters, as editors count */
};

enum position_of { POSITION_KEY, POSITION_VALUE };

/* Finds 'path' in 'text' of 'length' bytes, which need not be well-formed JSON up to its end. A
 * path is dotted with [index]: "servers[0].sku.name"; a key that itself contains dots is found too,
 * the longest match wins. Puts the position of the key (array items have none: of the value) or of
 * the value into '*out'. Where the path ends in something that is not there, '*out' is the position
 * of the innermost value that is, and the answer is false. */
bool position_find(const char *text, size_t length, const char *path, enum position_of of,
                   struct position *out);

/* One of many places to find in one reading of a text. */
struct position_query {
    const char *path;
    enum position_of of;
    struct position at; /* the answers, as position_find() gives them */
    bool found;
};

/* The same for 'count' paths at once: the text is read once for each level of the deepest path,
 * not once for each path. */
void position_find_all(const char *text, size_t length, struct position_query *queries,
                       size_t count);

#endif
