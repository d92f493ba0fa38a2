/* Where something stands in a JSON text: see position.h. The text has usually been parsed before,
 * so this reads it lightly: it never fails, and ends early where the text makes no sense. */
#include "base/position.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"

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

static bool position_more(const struct cursor *c)
{
    return c->at < c->end;
}

static bool position_at(const struct cursor *c, char wanted)
{
    return position_more(c) && *c->at == wanted;
}

static void position_step(struct cursor *c)
{
    unsigned char byte = (unsigned char)*c->at++;
    if (byte == '\n') {
        c->position.line++;
        c->position.column = 1;
    } else if ((position_more(c) ? (unsigned char)*c->at & 0xC0 : 0) != 0x80) {
        c->position.column++; /* the next byte begins a character */
    }
}

static void position_skip_space(struct cursor *c)
{
    while (position_more(c) && strchr(" \t\r\n", *c->at) && *c->at) position_step(c);
}

static void position_skip_string(struct cursor *c)
{
    position_step(c);
    while (position_more(c) && *c->at != '"') {
        if (*c->at == '\\') position_step(c);
        if (position_more(c)) position_step(c);
    }
    if (position_more(c)) position_step(c);
}

static void position_skip_value(struct cursor *c)
{
    size_t depth = 0;
    while (position_more(c)) {
        char byte = *c->at;
        if (depth == 0 && (byte == ',' || byte == '}' || byte == ']')) return;
        if (byte == '"') {
            position_skip_string(c);
            continue;
        }
        if (byte == '{' || byte == '[') depth++;
        if (byte == '}' || byte == ']') depth--;
        position_step(c);
    }
}

/* Reads the next member after the opening bracket or a comma; false at the end. */
static bool position_next_member(struct cursor *c, bool in_object, struct member *out)
{
    position_skip_space(c);
    if (position_at(c, ',')) position_step(c);
    position_skip_space(c);
    if (!position_more(c) || *c->at == '}' || *c->at == ']') return false;
    *out = (struct member){.key_position = c->position};
    if (in_object) {
        if (!position_at(c, '"')) return false;
        out->key = c->at + 1;
        position_skip_string(c);
        out->key_length = (size_t)(c->at - out->key) - (c->at > out->key ? 1 : 0);
        position_skip_space(c);
        if (!position_at(c, ':')) return false;
        position_step(c);
        position_skip_space(c);
    }
    out->value = *c;
    position_skip_value(c);
    return true;
}

/* How many bytes of 'path' the key covers; SIZE_MAX where it is another key. */
static size_t position_key_covers(const struct member *m, const char *path)
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

/* Reads the index in the "[index]" that begins 'path'; NULL where none does, else what follows. */
static const char *position_array_index(const char *path, size_t *index)
{
    if (*path != '[') return NULL;
    const char *p = path + 1;
    for (*index = 0; *p >= '0' && *p <= '9' && *index < SIZE_MAX / 16; p++)
        *index = *index * 10 + (size_t)(*p - '0');
    if (*p != ']') return NULL;
    return p + 1;
}

/* A path on its way down: what is left of it, and where in the current value it goes on. */
struct way {
    struct position_query *query;
    const char *rest;
    struct position key; /* of the current value */
    bool goes_on;        /* in 'member', whose name covers 'covered' bytes of 'rest' */
    struct member member;
    size_t covered;
};

/* To each way the member of the object at 'c' whose key is the longest that begins it. */
static void position_in_object(const struct cursor *c, struct way *ways, size_t count)
{
    struct cursor walk = *c;
    struct member m;
    position_step(&walk);
    while (position_next_member(&walk, true, &m))
        for (size_t i = 0; i < count; i++) {
            size_t covers = position_key_covers(&m, ways[i].rest);
            if (covers == SIZE_MAX || !*ways[i].rest) continue;
            if (ways[i].goes_on && covers <= ways[i].covered) continue;
            ways[i].goes_on = true;
            ways[i].member = m;
            ways[i].covered = covers;
        }
}

/* The same for the items of an array, which end where the last one that is wanted is found. */
static void position_in_array(const struct cursor *c, struct way *ways, size_t count)
{
    struct cursor walk = *c;
    struct member m;
    size_t wanted = 0, found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t index;
        wanted += position_array_index(ways[i].rest, &index) != NULL;
    }
    position_step(&walk);
    for (size_t at = 0; found < wanted && position_next_member(&walk, false, &m); at++)
        for (size_t i = 0; i < count; i++) {
            size_t index;
            const char *after = position_array_index(ways[i].rest, &index);
            if (!after || index != at) continue;
            m.key_position = m.value.position;
            ways[i].goes_on = true;
            ways[i].member = m;
            ways[i].covered = (size_t)(after - ways[i].rest);
            found++;
        }
}

static void position_settle(const struct cursor *c, struct way *w)
{
    w->query->found = !*w->rest;
    w->query->at = w->query->found && w->query->of == POSITION_KEY ? w->key : c->position;
}

/* Moves the ways that go on in the same member as the first one to the front; returns how many. */
static size_t position_gather(struct way *ways, size_t count)
{
    size_t same = 1;
    for (size_t i = 1; i < count; i++) {
        if (!ways[i].goes_on || ways[i].member.value.at != ways[0].member.value.at) continue;
        struct way moving = ways[i];
        ways[i] = ways[same];
        ways[same++] = moving;
    }
    return same;
}

/* Follows all 'ways' from the value at 'c'. The text of a value is read once for each level of the
 * paths that lead into it, however many they are. */
static void position_follow(const struct cursor *c, struct way *ways, size_t count)
{
    for (size_t i = 0; i < count; i++) ways[i].goes_on = false;
    if (position_at(c, '{')) position_in_object(c, ways, count);
    if (position_at(c, '[')) position_in_array(c, ways, count);
    while (count > 0) {
        if (!ways->goes_on) {
            position_settle(c, ways);
            ways++;
            count--;
            continue;
        }
        struct cursor value = ways->member.value;
        size_t same = position_gather(ways, count);
        for (size_t i = 0; i < same; i++) {
            ways[i].rest += ways[i].covered;
            if (*ways[i].rest == '.') ways[i].rest++;
            ways[i].key = ways[i].member.key_position;
        }
        position_follow(&value, ways, same);
        ways += same;
        count -= same;
    }
}

void position_find_all(const char *text, size_t length, struct position_query *queries,
                       size_t count)
{
    struct cursor c = {.at = text, .end = text + length, .position = {.line = 1, .column = 1}};
    position_skip_space(&c);
    struct way *ways = xcalloc(count, sizeof(*ways));
    for (size_t i = 0; i < count; i++)
        ways[i] = (struct way){.query = &queries[i], .rest = queries[i].path, .key = c.position};
    position_follow(&c, ways, count);
    free(ways);
}

bool position_find(const char *text, size_t length, const char *path, enum position_of of,
                   struct position *out)
{
    struct position_query query = {.path = path, .of = of};
    position_find_all(text, length, &query, 1);
    *out = query.at;
    return query.found;
}
