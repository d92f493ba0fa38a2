/* What shall exist: the documents of the desired directory. A document is read, its variables are
 * filled in, it is checked completely, and only then turned into targets; a bad one gives problems
 * with their places and nothing else (P19). */
#ifndef CONFIG_DESIRED_H
#define CONFIG_DESIRED_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/problem.h"
#include "config/settings.h"
#include "field/field.h"
#include "resource/target.h"

/* One document. Everything its targets point to lives in it. */
struct document {
    char *file;
    const char *name; /* metadata.name */
    json_t *root;     /* comments removed, variables filled in */
    struct arena *arena;
    struct target *targets; /* in the order of the resource types: the group first */
    size_t target_count;
    size_t item_count;            /* declared things, for the summary */
    struct document_parts *parts; /* the SQL lists by server: document_sql.c's */
    struct secret **secrets;      /* owned; what the targets borrow */
    size_t secret_count;
};

struct desired {
    struct document **documents; /* by file name */
    size_t count;
};

/* The rows of a document; also what its JSON Schema and the reference are made of. Made once, of
 * the list of resource types, and kept for ever. Safe from any thread. */
const struct field *desired_fields(void);

/* All *.json files of the settings' desired directory, in order of their names. Two documents may
 * not declare the same server. NULL where 'problems' grew. */
struct desired *desired_load(const struct settings *settings, enum settings_secrets secrets,
                             struct problems *problems);
/* The same for the given files only. */
struct desired *desired_load_files(const struct settings *settings, const char *const *files,
                                   size_t count, enum settings_secrets secrets,
                                   struct problems *problems);
/* Is there something to look after? */
bool desired_is_empty(const struct desired *d);
/* For whoever was asked about something: an empty one is a problem. -1 where 'problems' grew. */
int desired_require(const struct desired *d, const struct settings *settings,
                    struct problems *problems);
/* Accepts NULL. Wipes the secrets. */
void desired_free(struct desired *d);

/* One document from text; 'file' is its name in messages and where relative paths start. NULL where
 * 'problems' grew. */
struct document *document_parse(const char *file, const char *text, size_t length,
                                const struct settings *settings, enum settings_secrets secrets,
                                struct problems *problems);
/* The same from a file. */
struct document *document_load(const char *file, const struct settings *settings,
                               enum settings_secrets secrets, struct problems *problems);
void document_free(struct document *d);

#endif
