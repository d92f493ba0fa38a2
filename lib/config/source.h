/* A JSON file as it is checked: its text, kept for the places of problems, and its value. */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

#include <stddef.h>

#include <jansson.h>

#include "base/problem.h"

enum { SOURCE_MAX = 16 * 1024 * 1024 }; /* bytes of one file */

struct source {
    char *file;
    char *text;
    size_t length;
    json_t *root; /* an object */
};

/* Reads and parses 'file', and makes it the place of the problems that follow (problems_source();
 * so 's' has to outlive their collection). -1 where 'problems' grew: it cannot be read, is too
 * large, is no JSON, names a key twice, or is no object. source_done() in any case. */
int source_load(struct source *s, const char *file, struct problems *problems);
/* The same from text (copied); 'file' is its name in messages. */
int source_parse(struct source *s, const char *file, const char *text, size_t length,
                 struct problems *problems);
void source_done(struct source *s);

#endif
