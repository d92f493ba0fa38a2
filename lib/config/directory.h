/* The desired directory: which of its files are documents, and which look as if somebody took them
 * for one. */
#ifndef CONFIG_DIRECTORY_H
#define CONFIG_DIRECTORY_H

#include <stddef.h>

#include "base/problem.h"

/* What becomes of a file in the desired directory, by its name alone. */
enum directory_use {
    DIRECTORY_READ,    /* NAME.json */
    DIRECTORY_PASSED,  /* nobody means it to be read: hidden files, what editors and packages leave
                          behind (x.json.bak, x.json~, x.json.dpkg-old), x.json.disabled, and what
                          lies  beside documents: x.sql, notes, directories of them */
    DIRECTORY_REFUSED, /* somebody may believe that it is in force: x.yaml, x.JSON, x.jsonc */
};
enum directory_use directory_use_of(const char *name);

struct directory_names {
    char **items; /* with the directory before them, in order */
    size_t count;
};

/* The documents of 'directory'; directory_names_done() in any case. -1 where 'problems' grew: it
 * cannot be read, or has a file that is DIRECTORY_REFUSED. None at all is no problem here. */
int directory_names_read(const char *directory, struct directory_names *out,
                         struct problems *problems);
void directory_names_done(struct directory_names *n);

#endif
