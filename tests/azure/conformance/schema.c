/* The part of Swagger's schemas that the specification uses: see schema.h. */
#include "conformance/schema.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

enum { DEPTH_MAX = 48 };

struct check {
    struct spec *spec;
    enum direction direction;
    struct buf *said;
    size_t breaches;
    char path[512];
};

static void check_value(struct check *check, struct node schema, const json_t *value, int depth);

static void breach(struct check *check, const char *what, const char *detail)
{
    check->breaches++;
    buf_printf(check->said, "%s: %s%s; ", check->path, what, detail);
}

static bool flag_of(struct node node, const char *name)
{
    return json_is_true(json_object_get(node.value, name));
}

static struct node property_within(struct spec *spec, struct node schema, const char *name,
                                   int depth)
{
    struct node none = {NULL, NULL};
    schema = spec_resolve(spec, schema);
    if (!schema.value || depth > DEPTH_MAX) return none;
    const json_t *own = json_object_get(json_object_get(schema.value, "properties"), name);
    if (own) return (struct node){own, schema.file};
    size_t i;
    json_t *part;
    json_array_foreach(json_object_get(schema.value, "allOf"), i, part)
    {
        struct node found =
            property_within(spec, (struct node){part, schema.file}, name, depth + 1);
        if (found.value) return found;
    }
    return none;
}

struct node schema_property(struct spec *spec, struct node schema, const char *name)
{
    return property_within(spec, schema, name, 0);
}

bool schema_shows(struct node property, const char *name)
{
    const json_t *how = json_object_get(property.value, "x-ms-mutability");
    bool read = !how;
    size_t i;
    json_t *word;
    json_array_foreach(how, i, word)
    {
        if (strcmp(json_string_value(word), "read") == 0) read = true;
    }
    /* createMode says how a server comes into being and is never answered (recorded). */
    return read && !flag_of(property, "readOnly") && !flag_of(property, "x-ms-secret") &&
           !strstr(name, "assword") && strcmp(name, "createMode") != 0;
}

/* Has the schema members of its own, or is it an object of anything? */
static bool schema_names_members(struct spec *spec, struct node schema, int depth)
{
    schema = spec_resolve(spec, schema);
    if (json_object_size(json_object_get(schema.value, "properties"))) return true;
    size_t i;
    json_t *part;
    json_array_foreach(json_object_get(schema.value, "allOf"), i, part)
    {
        if (depth < DEPTH_MAX &&
            schema_names_members(spec, (struct node){part, schema.file}, depth + 1))
            return true;
    }
    return false;
}

static void check_required(struct check *check, struct node schema, const json_t *value, int depth)
{
    schema = spec_resolve(check->spec, schema);
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(schema.value, "required"), i, item)
    {
        const char *name = json_string_value(item);
        struct node property = schema_property(check->spec, schema, name);
        bool theirs = flag_of(property, "readOnly");
        if (!json_object_get(value, name) && !(check->direction == SENT && theirs))
            breach(check, "lacks ", name);
    }
    json_array_foreach(json_object_get(schema.value, "allOf"), i, item)
    {
        if (depth < DEPTH_MAX)
            check_required(check, (struct node){item, schema.file}, value, depth + 1);
    }
}

/* The path grows by both; one that is too long for its room is cut. */
static void check_descend(struct check *check, const char *mark, const char *name)
{
    size_t length = strlen(check->path);
    snprintf(check->path + length, sizeof(check->path) - length, "%s%s", mark, name);
}

static void check_member(struct check *check, struct node schema, const char *name,
                         const json_t *value, int depth)
{
    size_t length = strlen(check->path);
    struct node property = schema_property(check->spec, schema, name);
    struct node more = {json_object_get(schema.value, "additionalProperties"), schema.file};
    check_descend(check, ".", name);
    if (check->direction == SENT && flag_of(property, "readOnly"))
        breach(check, "is read-only", "");
    else if (check->direction == ANSWERED && flag_of(property, "x-ms-secret"))
        breach(check, "is a secret", "");
    else if (property.value)
        check_value(check, property, value, depth + 1);
    else if (json_is_object(more.value))
        check_value(check, more, value, depth + 1);
    else if (!json_is_true(more.value) && schema_names_members(check->spec, schema, 0))
        breach(check, "is not in the specification", "");
    check->path[length] = '\0';
}

static void check_object(struct check *check, struct node schema, const json_t *value, int depth)
{
    const char *name;
    json_t *member;
    if (!json_is_object(value)) {
        breach(check, "is no object", "");
        return;
    }
    check_required(check, schema, value, 0);
    json_each_member(value, name, member) check_member(check, schema, name, member, depth);
}

static void check_array(struct check *check, struct node schema, const json_t *value, int depth)
{
    struct node items = spec_member(check->spec, schema, "items");
    size_t length = strlen(check->path), i;
    json_t *item;
    if (!json_is_array(value)) {
        breach(check, "is no list", "");
        return;
    }
    check_descend(check, "[", "]");
    json_array_foreach(value, i, item) check_value(check, items, item, depth + 1);
    check->path[length] = '\0';
}

/* A word that is none of the enum's. Azure's own empty text stands for a value left out
 * (recorded); the sets are open (modelAsString), so only what we answer is held to them. */
static void check_words(struct check *check, struct node schema, const json_t *value)
{
    const json_t *words = json_object_get(schema.value, "enum");
    size_t i;
    json_t *word;
    if (!words || !json_is_string(value) || !*json_string_value(value)) return;
    json_array_foreach(words, i, word)
    {
        if (strcasecmp(json_string_value(word), json_string_value(value)) == 0) return;
    }
    breach(check, "is none of its words: ", json_string_value(value));
}

static void check_value(struct check *check, struct node schema, const json_t *value, int depth)
{
    schema = spec_resolve(check->spec, schema);
    if (!schema.value || depth > DEPTH_MAX || json_is_null(value)) return;
    const char *type = json_text_at(schema.value, "type");
    bool object = schema_names_members(check->spec, schema, 0);
    if (!type && !object) return;
    if (object || strcmp(type, "object") == 0)
        check_object(check, schema, value, depth);
    else if (strcmp(type, "array") == 0)
        check_array(check, schema, value, depth);
    else if (strcmp(type, "string") == 0 && !json_is_string(value))
        breach(check, "is no text", "");
    else if (strcmp(type, "boolean") == 0 && !json_is_boolean(value))
        breach(check, "is no Boolean", "");
    else if (strcmp(type, "integer") == 0 && !json_is_integer(value))
        breach(check, "is no whole number", "");
    else if (strcmp(type, "number") == 0 && !json_is_number(value))
        breach(check, "is no number", "");
    else
        check_words(check, schema, value);
}

bool schema_check(struct spec *spec, struct node schema, const json_t *value,
                  enum direction direction, struct buf *said)
{
    struct check check = {spec, direction, said, 0, ""};
    check_value(&check, schema, value, 0);
    return check.breaches == 0;
}
