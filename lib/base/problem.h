/* Everything that is wrong with the files of one check, each with its place. A check goes on after
 * the first problem: a person corrects all of them at once (P19). */
#ifndef BASE_PROBLEM_H
#define BASE_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/position.h"

enum { PROBLEMS_MAX = 200 }; /* more are counted, not kept */

struct problem {
    char *file;
    unsigned line; /* 0: the file as a whole */
    unsigned column;
    char *path; /* "servers[0].sku.name"; "" for the file as a whole */
    char *text; /* a sentence without its final full stop */
};

struct problem_place;

struct problems {
    struct problem *items;
    size_t count; /* kept */
    size_t total; /* found */
    /* Where the next ones belong; borrowed. */
    const char *file;
    const char *source;
    size_t source_length;
    /* Places in 'source' that nobody has looked for yet; owned. */
    struct problem_place *places;
    size_t place_count;
};

void problems_init(struct problems *p);
void problems_done(struct problems *p);

/* The following problems are about 'file', whose content is 'source' (NULL: unknown, then they have
 * no line). Both are borrowed until the next call or problems_done(). The lines of those before are
 * looked for now, all of them in one reading of their source. */
void problems_source(struct problems *p, const char *file, const char *source, size_t length);

/* Adds a problem of the value at 'path', or of the innermost one around it that is there. */
void problems_add(struct problems *p, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, of the key that 'path' ends in. */
void problems_add_key(struct problems *p, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same at a known place; 'line' 0: the file as a whole. */
void problems_add_at(struct problems *p, struct position at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Are as many kept as there can be? Then the next one is only counted, and whoever adds it need not
 * find out more, such as what else was meant. */
bool problems_full(const struct problems *p);

/* Orders them by file (in order of appearance), line and column. */
void problems_sort(struct problems *p);

/* What follows wants all places looked for: problems_source() or problems_sort() comes before. */

/* One line each: "FILE:LINE:COLUMN: PATH: reason"; what is not known is left out. */
void problems_text(const struct problems *p, struct buf *out);
/* An array of {"file","line","column","path","reason"}; a new reference. */
json_t *problems_json(const struct problems *p);
/* Puts the first problem, and how many more there are, into 'err' as CONFIG. Returns -1 where there
 * is a problem, else 0 with 'err' untouched. */
int problems_err(const struct problems *p, struct err *err);

#endif
