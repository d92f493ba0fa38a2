/* ${NAME} in documents: see variables.h. */
#include "config/variables.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "field/field.h"

enum { TEXT_MAX = 1024 * 1024, NAME_MAX_BYTES = 128 };

struct expansion {
    const json_t *variables;
    struct problems *problems;
    struct arena *arena; /* paths */
    size_t failures;
};

/* The way to a value, made into a path only where one is needed. */
struct variables_place {
    const struct variables_place *up; /* NULL: the root */
    const char *key;                  /* NULL: an item of an array */
    size_t index;
};

static const char *variables_path(const struct expansion *x, const struct variables_place *place)
{
    if (!place->up) return "";
    const char *above = variables_path(x, place->up);
    if (!place->key) return arena_printf(x->arena, "%s[%zu]", above, place->index);
    return arena_printf(x->arena, "%s%s%s", above, *above ? "." : "", place->key);
}

static const char *variables_value_of(const struct expansion *x, const char *name)
{
    const char *text = json_string_value(json_object_get(x->variables, name));
    return text ? text : getenv(name);
}

static void variables_unknown_name(struct expansion *x, const char *name, const char *path)
{
    size_t count = 0;
    const char **names = arena_array(x->arena, json_object_size(x->variables) + 1, sizeof(*names));
    const char *known;
    json_t *ignored;
    json_each_member(x->variables, known, ignored)
    {
        if (!field_is_comment(known)) names[count++] = known;
    }
    const char *meant = problems_full(x->problems) ? NULL : suggest(name, names, count);
    x->failures++;
    if (meant)
        problems_add(x->problems, path, "${%s} is unknown; did you mean ${%s}?", name, meant);
    else
        problems_add(x->problems, path,
                     "${%s} is unknown: neither in the settings' variables nor in the environment",
                     name);
}

/* Adds what the ${NAME} at 'text' stands for; returns how many bytes it has. */
static size_t variables_expand_one(struct expansion *x, const char *text, const char *path,
                                   struct buf *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t length = strspn(text + 2, letters);
    if (text[2 + length] != '}' || length == 0 || length > NAME_MAX_BYTES ||
        strchr("0123456789", text[2])) {
        x->failures++;
        problems_add(x->problems, path,
                     "\"${\" must be followed by a name and \"}\"; \"$${\" stands for itself");
        buf_add(out, text, 2);
        return 2;
    }
    const char *name = arena_strndup(x->arena, text + 2, length);
    const char *value = variables_value_of(x, name);
    if (!value) variables_unknown_name(x, name, path);
    if (value)
        buf_str(out, value);
    else
        buf_add(out, text, length + 3);
    return length + 3;
}

static void variables_expand_string(struct expansion *x, json_t *string, const char *path)
{
    const char *text = json_string_value(string);
    struct buf out;
    buf_init(&out, TEXT_MAX);
    while (*text) {
        size_t plain = strcspn(text, "$");
        buf_add(&out, text, plain);
        text += plain;
        if (strncmp(text, "$${", 3) == 0) {
            buf_str(&out, "${");
            text += 3;
        } else if (strncmp(text, "${", 2) == 0) {
            text += variables_expand_one(x, text, path, &out);
        } else if (*text) {
            buf_char(&out, *text++);
        }
    }
    if (out.overflow || json_string_set(string, buf_text(&out)) < 0) {
        x->failures++;
        problems_add(x->problems, path, "what its variables stand for is too long, or not UTF-8");
    }
    buf_done(&out);
}

/* Most values have nothing in them, and need no path. */
static bool variables_may_expand(const json_t *value)
{
    if (json_is_string(value)) return strstr(json_string_value(value), "${") != NULL;
    return json_is_object(value) || json_is_array(value);
}

static void variables_expand_value(struct expansion *x, json_t *value,
                                   const struct variables_place *place)
{
    struct variables_place inner = {.up = place};
    json_t *member;
    if (json_is_string(value)) variables_expand_string(x, value, variables_path(x, place));
    json_object_foreach(value, inner.key, member)
    {
        if (!field_is_comment(inner.key) && variables_may_expand(member))
            variables_expand_value(x, member, &inner);
    }
    inner.key = NULL;
    json_array_foreach(value, inner.index, member)
    {
        if (variables_may_expand(member)) variables_expand_value(x, member, &inner);
    }
}

size_t variables_expand(json_t *root, const json_t *variables, struct problems *problems)
{
    struct expansion x = {.variables = variables, .problems = problems, .arena = arena_new()};
    const struct variables_place top = {.up = NULL};
    if (variables_may_expand(root)) variables_expand_value(&x, root, &top);
    arena_free(x.arena);
    return x.failures;
}
