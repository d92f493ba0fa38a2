/* Reading JSON by path: see json.h. */
#include "base/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

json_t *json_at(const json_t *root, const char *path)
{
    json_t *at = unconst(root);
    for (const char *step = path; at && step && *step;) {
        size_t length = strcspn(step, ".");
        at = json_object_getn(at, step, length);
        step += length;
        if (*step == '.') step++;
    }
    return at;
}

const char *json_text_at(const json_t *root, const char *path)
{
    return json_string_value(json_at(root, path));
}

int64_t json_int_at(const json_t *root, const char *path, int64_t fallback)
{
    const json_t *at = json_at(root, path);
    if (json_is_integer(at)) return (int64_t)json_integer_value(at);
    const char *text = json_string_value(at);
    if (!text || !*text) return fallback;
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    return errno || *end ? fallback : (int64_t)number;
}

bool json_bool_at(const json_t *root, const char *path, bool fallback)
{
    const json_t *at = json_at(root, path);
    return json_is_boolean(at) ? json_is_true(at) : fallback;
}

json_t *json_member_nocase(const json_t *object, const char *name, const char **key)
{
    const char *own;
    json_t *value;
    json_each_member(object, own, value)
    {
        if (strcasecmp(own, name) != 0) continue;
        if (key) *key = own;
        return value;
    }
    return NULL;
}

void json_put_at(json_t *root, const char *path, json_t *value)
{
    json_t *at = root;
    const char *step = path;
    for (;;) {
        size_t length = strcspn(step, ".");
        if (!step[length]) break;
        json_t *next = json_object_getn(at, step, length);
        if (!json_is_object(next)) {
            next = json_object();
            json_object_setn_new(at, step, length, next);
        }
        at = next;
        step += length + 1;
    }
    json_object_set_new(at, step, value);
}

json_t *json_parse(const char *text, size_t length, struct err *err)
{
    json_error_t e;
    json_t *value = json_loadb(text, length, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &e);
    if (!value)
        err_set(err, ERR_PROTOCOL, "not JSON: line %d column %d: %s", e.line, e.column, e.text);
    return value;
}

char *json_line(const json_t *value)
{
    char *line = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    return line ? line : xstrdup("null");
}
