/* Where something stands in a JSON text: see position.h. The text has usually been parsed before,
 * so this reads it lightly: it never fails, and ends early where the text makes no sense. */
#include "base/position.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

struct cursor {
    const char *at;
    const char *end;
    struct position position;
};

/* A member of an object or an array: where its key and its value begin. */
struct member {
    const char *key; /* the raw key, without quotes; NULL in an array */
    size_t key_length;
    struct position key_position;
    struct cursor value;
};

static bool more(const struct cursor *c)
{
    return c->at < c->end;
}

static bool at_char(const struct cursor *c, char wanted)
{
    return more(c) && *c->at == wanted;
}

static void step(struct cursor *c)
{
    unsigned char byte = (unsigned char)*c->at++;
    if (byte == '\n') {
        c->position.line++;
        c->position.column = 1;
    } else if ((more(c) ? (unsigned char)*c->at & 0xC0 : 0) != 0x80) {
        c->position.column++; /* the next byte begins a character */
    }
}

static void skip_space(struct cursor *c)
{
    while (more(c) && strchr(" \t\r\n", *c->at) && *c->at) step(c);
}

static void skip_string(struct cursor *c)
{
    step(c);
    while (more(c) && *c->at != '"') {
        if (*c->at == '\\') step(c);
        if (more(c)) step(c);
    }
    if (more(c)) step(c);
}

static void skip_value(struct cursor *c)
{
    size_t depth = 0;
    while (more(c)) {
        char byte = *c->at;
        if (depth == 0 && (byte == ',' || byte == '}' || byte == ']')) return;
        if (byte == '"') {
            skip_string(c);
            continue;
        }
        if (byte == '{' || byte == '[') depth++;
        if (byte == '}' || byte == ']') depth--;
        step(c);
    }
}

/* Reads the next member after the opening bracket or a comma; false at the end. */
static bool next_member(struct cursor *c, bool in_object, struct member *out)
{
    skip_space(c);
    if (at_char(c, ',')) step(c);
    skip_space(c);
    if (!more(c) || *c->at == '}' || *c->at == ']') return false;
    *out = (struct member){.key_position = c->position};
    if (in_object) {
        if (!at_char(c, '"')) return false;
        out->key = c->at + 1;
        skip_string(c);
        out->key_length = (size_t)(c->at - out->key) - (c->at > out->key ? 1 : 0);
        skip_space(c);
        if (!at_char(c, ':')) return false;
        step(c);
        skip_space(c);
    }
    out->value = *c;
    skip_value(c);
    return true;
}

/* How many bytes of 'path' the key covers; SIZE_MAX where it is another key. */
static size_t key_covers(const struct member *m, const char *path)
{
    const char *key = m->key;
    size_t length = m->key_length;
    json_t *decoded = NULL;
    if (memchr(key, '\\', length)) {
        decoded = json_loadb(key - 1, length + 2, JSON_DECODE_ANY, NULL);
        if (decoded) {
            key = json_string_value(decoded);
            length = json_string_length(decoded);
        }
    }
    bool same = strncmp(path, key, length) == 0 && memchr(".[", path[length], 3);
    json_decref(decoded);
    return same ? length : SIZE_MAX;
}

/* Goes to the member of the object at 'c' whose key is the longest that begins 'path'. */
static bool enter_object(struct cursor *c, const char **path, struct position *key_position)
{
    struct cursor walk = *c;
    struct member m, best = {.key = NULL};
    size_t covered = 0;
    step(&walk);
    while (next_member(&walk, true, &m)) {
        size_t covers = key_covers(&m, *path);
        if (covers == SIZE_MAX || (best.key && covers <= covered)) continue;
        best = m;
        covered = covers;
    }
    if (!best.key) return false;
    *c = best.value;
    *key_position = best.key_position;
    *path += covered;
    if (**path == '.') ++*path;
    return true;
}

/* Goes to the item of the array at 'c' that the [index] beginning 'path' names. */
static bool enter_array(struct cursor *c, const char **path, struct position *key_position)
{
    if (**path != '[') return false;
    size_t index = 0;
    const char *p = *path + 1;
    for (; *p >= '0' && *p <= '9' && index < SIZE_MAX / 16; p++)
        index = index * 10 + (size_t)(*p - '0');
    if (*p != ']') return false;
    struct cursor walk = *c;
    struct member m;
    step(&walk);
    do {
        if (!next_member(&walk, false, &m)) return false;
    } while (index-- > 0);
    *c = m.value;
    *key_position = m.value.position;
    *path = p[1] == '.' ? p + 2 : p + 1;
    return true;
}

bool position_find(const char *text, size_t length, const char *path, enum position_of of,
                   struct position *out)
{
    struct cursor c = {.at = text, .end = text + length, .position = {.line = 1, .column = 1}};
    skip_space(&c);
    struct position key = c.position;
    while (*path) {
        bool entered = at_char(&c, '{')   ? enter_object(&c, &path, &key)
                       : at_char(&c, '[') ? enter_array(&c, &path, &key)
                                          : false;
        if (!entered) {
            *out = c.position;
            return false;
        }
    }
    *out = of == POSITION_KEY ? key : c.position;
    return true;
}
