/* Reading JSON by path. A path is dotted: "properties.storage.tier". All results are borrowed. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/mem.h"

/* for (each member of 'object', which is not changed): jansson's own loop wants it without const.
 */
#define json_each_member(object, key, value) json_object_foreach(unconst(object), key, value)

/* The value at 'path' (NULL or "" is 'root' itself); NULL where any step is missing. */
json_t *json_at(const json_t *root, const char *path);
/* The text at 'path'; NULL where it is missing or no string. */
const char *json_text_at(const json_t *root, const char *path);
/* The number at 'path', also where it is written as a string ("3599", as IMDS does); 'fallback'
 * where it is missing or no number. */
int64_t json_int_at(const json_t *root, const char *path, int64_t fallback);
bool json_bool_at(const json_t *root, const char *path, bool fallback);

/* The member of 'object' called 'name', letters without case; 'key' (NULL: of no interest) gets its
 * own spelling, borrowed. NULL where there is none. */
json_t *json_member_nocase(const json_t *object, const char *name, const char **key);

/* Puts 'value' (stolen) at 'path' below the object 'root', making the objects between. */
void json_put_at(json_t *root, const char *path, json_t *value);

/* Parses 'length' bytes as any JSON value. Failure: PROTOCOL with line and column. */
json_t *json_parse(const char *text, size_t length, struct err *err);

/* A one-line rendering with sorted keys: equal values have equal renderings. free() it. */
char *json_line(const json_t *value);

#endif
