/* Field tables: what a document or a resource may say, as rows that carry their own words (P5). The
 * engines below read the same rows to check a document, compare it with what was observed, make a
 * request's body, fill a struct, and print the JSON Schema and the reference. They do no I/O and
 * know no Azure. */
#ifndef FIELD_FIELD_H
#define FIELD_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/problem.h"

/* name, word, what it means for people */
#define FIELD_KINDS(X)                                                                             \
    X(STRING, "string", "text; 'min' and 'max' count characters")                                  \
    X(NAME, "name", "text of 1 to 63 bytes, or as 'min' and 'max' say")                            \
    X(INT, "integer", "a whole number from 'min' to 'max', or one of 'choices'")                   \
    X(BOOL, "boolean", "true or false")                                                            \
    X(ENUM, "enum", "one of 'choices'")                                                            \
    X(DURATION, "duration", "ISO 8601: PT5M, PT1H, P1D")                                           \
    X(ARM_ID, "resource id", "/subscriptions/..., compared without case")                          \
    X(LOCATION, "location", "koreacentral and Korea Central are the same")                         \
    X(IPV4, "IPv4 address", "four numbers")                                                        \
    X(TIMEZONE, "time zone", "an IANA name: Asia/Seoul")                                           \
    X(TIME_OF_DAY, "time of day", "HH:MM")                                                         \
    X(SET, "set of strings", "an array whose order means nothing")                                 \
    X(MAP, "map", "names to strings, numbers or booleans; with 'fields' also to such objects")     \
    X(LIST, "list", "an array of objects with 'fields'")                                           \
    X(OBJECT, "object", "an object with 'fields', or one whose rows continue its path")            \
    X(ANY, "any", "not looked at")

enum field_kind {
#define X(name, word, meaning) FIELD_##name,
    FIELD_KINDS(X)
#undef X
        FIELD_KIND_N
};

enum field_flag {
    FIELD_KEY = 1 << 0,           /* tells the items of a list apart; not compared */
    FIELD_REQUIRED = 1 << 1,      /* must be there where the object around it is, or where that has
                                     no row of its own */
    FIELD_CREATE_ONLY = 1 << 2,   /* compared, but never in a patch: a difference stays */
    FIELD_READ_ONLY = 1 << 3,     /* the platform's own: refused in a document, never compared */
    FIELD_SECRET = 1 << 4,        /* a reference to a secret; never compared, printed or sent */
    FIELD_NOCASE = 1 << 5,        /* STRING, NAME, SET: compared without case */
    FIELD_RESTART = 1 << 6,       /* a change takes effect after a restart */
    FIELD_DISRUPTIVE = 1 << 7,    /* a change interrupts connections */
    FIELD_NOT_AT_CREATE = 1 << 8, /* refused at creation: patched afterwards */
    FIELD_AT_LEAST = 1 << 9,      /* more than declared is no difference (INT, SET) */
    FIELD_WHOLE_OBJECT = 1 << 10, /* OBJECT, MAP: a patch of one member must carry them all */
    FIELD_WRITE_ONLY = 1 << 11,   /* sent at creation, never answered, so never compared */
    FIELD_LOCAL = 1 << 12,        /* for us only: never compared or sent */
    FIELD_STORED = 1 << 13,       /* field_store() puts it at 'offset' */
    FIELD_ALONE = 1 << 14,        /* patched by itself, before anything else */
    FIELD_NAMES = 1 << 15,        /* MAP: its names alone count, without case */
};

/* One row. Tables end with a row that is all zero. */
struct field {
    /* Dotted, in ARM's own shape: "properties.backup.backupRetentionDays". The objects on the way
     * need no rows of their own; they may have one (kind OBJECT, no 'fields') for words and flags.
     */
    const char *path;
    enum field_kind kind;
    unsigned flags;
    int64_t min, max;           /* both 0: no limits */
    const char *const *choices; /* ends with NULL; ENUM, INT, and SET for its items */
    const char *fallback; /* the documented default, as text; absent, null, "" and {} equal it */
    const char *pattern;  /* POSIX extended and ECMA at once, anchored; NULL: anything */
    const char *form;     /* the pattern in words: "3 to 63 letters, digits and hyphens" */
    const char *unit;     /* "days"; NULL: none */
    const char *help;     /* a sentence for people */
    const char *source;   /* where a fact of the platform comes from; NULL: our own rule */
    const struct field *fields; /* OBJECT, LIST, MAP; paths relative to the item */
    size_t offset;              /* FIELD_STORED: offsetof() the member */
};

/* The row whose path is 'path' in 'table'; NULL where there is none. */
const struct field *field_find(const struct field *table, const char *path);
/* "duration", "set of strings". */
const char *field_kind_word(enum field_kind kind);

/* --- documents ------------------------------------------------------------------------------- */

/* Keys that begin with // or $ are comments, everywhere. */
bool field_is_comment(const char *key);
/* Removes comments from 'value' and everything in it. */
void field_strip_comments(json_t *value);

/* Adds to 'out' everything that is wrong with 'item' by 'table': unknown keys, types, ranges,
 * choices, patterns, missing values, literal secrets, equal keys in a list. 'prefix' is the item's
 * own path in its document: "servers[0]"; "" for the document itself. */
void field_check(const struct field *table, const json_t *item, const char *prefix,
                 struct problems *out);

/* --- comparison ------------------------------------------------------------------------------ */

struct field_delta {
    const struct field *field; /* whose flags say what a change of it means */
    const char *path;          /* "properties.backup.backupRetentionDays", "tags.owner" */
    const char *from;          /* for people; NULL where there was nothing */
    const char *to;            /* for people */
};

struct field_deltas {
    struct field_delta *items;
    size_t count;
    size_t room;
    unsigned flags; /* of all their fields together */
};

/* Do 'want' and 'have' mean the same for a field of this kind? Absent, null, "", {}, [] and the
 * documented default are equal; numbers equal their texts; spelling of locations, ids, enums and
 * durations does not count. Either may be NULL. */
bool field_equal(const struct field *field, const json_t *want, const json_t *have);

/* Puts into '*out' (overwritten; lives in 'arena') what differs between 'want', a checked document
 * item, and 'have', the observed resource, in the order of the rows. Only what 'want' names is
 * looked at. KEY, READ_ONLY, WRITE_ONLY, SECRET and LOCAL rows never differ. */
void field_compare(const struct field *table, const json_t *want, const json_t *have,
                   struct arena *arena, struct field_deltas *out);

/* A value as people read it: text without quotes, else one line of JSON; NULL for what is absent,
 * "(set)" for secrets. Lives in 'arena'. */
const char *field_value_text(const struct field *field, const json_t *value, struct arena *arena);

/* --- request bodies -------------------------------------------------------------------------- */

/* The body that creates 'want': everything it names but READ_ONLY, NOT_AT_CREATE, SECRET, KEY and
 * LOCAL rows. A new reference. */
json_t *field_create_body(const struct field *table, const json_t *want);

/* The body that changes what 'deltas' list, from 'have' to 'want': the changed leaves alone, with
 * their siblings where a row on the way says WHOLE_OBJECT; CREATE_ONLY ones never. A new reference;
 * NULL where nothing of 'deltas' can be patched. */
json_t *field_patch_body(const struct field *table, const json_t *want, const json_t *have,
                         const struct field_deltas *deltas);

/* --- structs --------------------------------------------------------------------------------- */

/* Fills the STORED rows of a checked 'item' (NULL: all defaults) into '*object': INT int64_t, BOOL
 * bool, ENUM int (the index of the choice), MAP and LIST json_t *, SET struct field_strings, all
 * others char * (NULL where neither the item nor the fallback says anything). What is absent gets
 * its fallback. field_release() frees it all. */
void field_store(const struct field *table, const json_t *item, void *object);
void field_release(const struct field *table, void *object);

struct field_strings {
    char **items;
    size_t count;
};

/* --- words ----------------------------------------------------------------------------------- */

/* The schema of an object with 'table' (JSON Schema, draft 2020-12), without the outer "$schema":
 * a part. A new reference. */
json_t *field_schema(const struct field *table);
/* The whole schema document. */
json_t *field_schema_document(const struct field *table, const char *title,
                              const char *description);

/* Reference of 'table', a row each, for a manual: Markdown table, or text for a terminal. Paths
 * begin with 'prefix' ("" or "servers[].firewallRules[]."). */
void field_reference_markdown(const struct field *table, const char *prefix, struct buf *out);
void field_reference_text(const struct field *table, const char *prefix, struct buf *out);

/* The default of 'field' as the JSON value that it stands for; NULL where it has none. A new
 * reference. */
json_t *field_default(const struct field *field);

#endif
