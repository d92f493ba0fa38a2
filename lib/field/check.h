/* One check of a document by its field tables: what its parts share. Used by the field engines
 * only; the way in is field_check() of field/field.h. */
#ifndef FIELD_CHECK_H
#define FIELD_CHECK_H

#include <regex.h>

#include "field/field.h"

struct field_pattern {
    const struct field *field;
    regex_t compiled;
};

struct field_checker {
    struct problems *out;
    struct arena *arena;            /* paths */
    struct field_pattern *patterns; /* each compiled once a check */
    size_t pattern_count;
};

/* Checks 'value', which is neither an object with fields nor a list, at 'path'. */
void field_check_value(struct field_checker *c, const struct field *field, const json_t *value,
                       const char *path);
/* Checks the form of one text by pattern, choices and kind. */
void field_check_text(struct field_checker *c, const struct field *field, const char *text,
                      const char *path);
/* Checks a secret reference; never puts the value into a message. */
void field_check_secret(struct field_checker *c, const json_t *value, const char *path);
/* Does 'text' match the row's pattern? True where it has none. */
bool field_pattern_matches(struct field_checker *c, const struct field *field, const char *text);

/* A text that must be there once, and where it stands. */
struct field_key {
    const char *text;
    size_t index;
};

struct field_keys {
    struct field_key *items;
    size_t count;
};

/* Sorts by text, then by index. */
void field_keys_sort(struct field_keys *keys);
/* Of sorted 'keys', the next at or after '*at' that was there before: '*at' is its place and
 * '*first', which begins as NULL, the first of its equals. False at the end. */
bool field_keys_repeated(const struct field_keys *keys, size_t *at, const struct field_key **first);

#endif
