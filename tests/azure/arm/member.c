/* Validation of bodies: see member.h. The code InvalidRequestFormat for everything is unverified.
 */
#include "arm/member.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

enum { PATH_MAX_LENGTH = 256 };

/* Where the walk is. */
struct walk {
    const struct walk *above;
    const char *name; /* of a member, or of a list's item */
    bool patch;
    struct refusal *refusal;
};

static void walk_path(const struct walk *walk, char *out, size_t size)
{
    if (!walk->above) return;
    walk_path(walk->above, out, size);
    size_t length = strlen(out);
    snprintf(out + length, size - length, "%s%s", length ? "." : "", walk->name);
}

static int member_refuse(const struct walk *walk, const char *what)
{
    char path[PATH_MAX_LENGTH] = "";
    walk_path(walk, path, sizeof(path));
    return refuse_now(walk->refusal, 400, "InvalidRequestFormat",
                      "Cannot parse the request: the member '%s' %s.", path, what);
}

static int members_walk(const struct walk *walk, const struct member *rows, json_t *body,
                        const json_t *old);

/* The word as the table spells it; NULL where it is none of them. */
static json_t *member_word(const char *words, const char *text)
{
    size_t length = strlen(text);
    for (const char *p = words; *p; p += strcspn(p, "|"), p += (*p == '|')) {
        size_t size = strcspn(p, "|");
        if (size == length && strncasecmp(p, text, size) == 0) return json_stringn(p, size);
    }
    return NULL;
}

static bool all_texts(const json_t *value)
{
    size_t i;
    const json_t *item;
    json_array_foreach(value, i, item)
    {
        if (!json_is_string(item)) return false;
    }
    return true;
}

static bool all_text_members(const json_t *value)
{
    const char *key;
    json_t *item;
    json_each_member(value, key, item)
    {
        if (!json_is_string(item)) return false;
    }
    return true;
}

static bool member_type_right(const struct member *row, const json_t *value)
{
    switch (row->kind) {
    case MEMBER_TEXT:
    case MEMBER_ENUM: return json_is_string(value);
    case MEMBER_INTEGER: return json_is_integer(value);
    case MEMBER_BOOLEAN: return json_is_boolean(value);
    case MEMBER_TEXTS: return json_is_array(value) && all_texts(value);
    case MEMBER_TAGS: return json_is_object(value) && all_text_members(value);
    case MEMBER_OBJECT: return json_is_object(value);
    case MEMBER_OBJECTS: return json_is_array(value);
    case MEMBER_ANY: return true;
    }
    return false;
}

static const json_t *item_named(const json_t *items, const char *name)
{
    size_t i;
    const json_t *item;
    json_array_foreach(items, i, item)
    {
        const char *other = json_text_at(item, "name");
        if (name && other && strcasecmp(name, other) == 0) return item;
    }
    return NULL;
}

static int items_walk(const struct walk *walk, const struct member *row, json_t *items,
                      const json_t *old)
{
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item)
    {
        const char *name = json_text_at(item, "name");
        struct walk inner = {walk, name ? name : "[]", walk->patch, walk->refusal};
        if (!json_is_object(item)) return member_refuse(&inner, "is no object");
        if (members_walk(&inner, row->inner, item, item_named(old, name)) < 0) return -1;
    }
    return 0;
}

static bool texts_same(const json_t *a, const json_t *b)
{
    const char *left = json_string_value(a), *right = json_string_value(b);
    return left && right ? strcasecmp(left, right) == 0 : json_equal(a, b);
}

/* One member that is there and not null. */
static int member_walk(const struct walk *walk, const struct member *row, json_t *body,
                       json_t *value, const json_t *old)
{
    const struct walk here = {walk, row->name, walk->patch, walk->refusal};
    if (row->flags & (MEMBER_READ_ONLY | MEMBER_IGNORED)) {
        if ((row->flags & MEMBER_READ_ONLY) && !texts_same(value, old))
            return member_refuse(&here, "is read-only");
        json_object_del(body, row->name);
        return 0;
    }
    if (!member_type_right(row, value)) return member_refuse(&here, "has the wrong type");
    if ((row->flags & MEMBER_FIXED) && old && !texts_same(value, old))
        return refuse_now(walk->refusal, 400, "PropertyChangeNotAllowed",
                          "The member '%s' cannot be changed once it is set.", row->name);
    if (row->kind == MEMBER_OBJECT) return members_walk(&here, row->inner, value, old);
    if (row->kind == MEMBER_OBJECTS) return items_walk(&here, row, value, old);
    if (row->kind == MEMBER_ENUM) {
        json_t *word = member_word(row->words, json_string_value(value));
        if (!word) return member_refuse(&here, "is none of the words it may be");
        json_object_set_new(body, row->name, word);
    }
    return 0;
}

static int members_known(const struct walk *walk, const struct member *rows, const json_t *body)
{
    const char *key;
    json_t *value;
    json_each_member(body, key, value)
    {
        const struct member *row = rows;
        while (row->name && strcmp(row->name, key) != 0) row++;
        const struct walk here = {walk, key, walk->patch, walk->refusal};
        if (!row->name) return member_refuse(&here, "is not known");
    }
    return 0;
}

static int members_walk(const struct walk *walk, const struct member *rows, json_t *body,
                        const json_t *old)
{
    if (members_known(walk, rows, body) < 0) return -1;
    for (const struct member *row = rows; row->name; row++) {
        json_t *value = json_object_get(body, row->name);
        const struct walk here = {walk, row->name, walk->patch, walk->refusal};
        if (json_is_null(value) && !walk->patch) {
            json_object_del(body, row->name);
            value = NULL;
        }
        if (!value && (row->flags & MEMBER_REQUIRED) && !walk->patch)
            return member_refuse(&here, "is required");
        if (!value || json_is_null(value)) continue;
        const json_t *before = json_object_get(old, row->name);
        if (member_walk(walk, row, body, value, before) < 0) return -1;
    }
    return 0;
}

int members_check(const struct member *rows, json_t *body, const json_t *old, bool patch,
                  struct refusal *refusal)
{
    const struct walk top = {NULL, "", patch, refusal};
    if (!json_is_object(body))
        return refuse_now(refusal, 400, "InvalidRequestContent",
                          "The request content is missing or is no object.");
    return members_walk(&top, rows, body, old);
}
