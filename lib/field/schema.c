/* The JSON Schema of field tables: see field_schema() in field.h. */
#include "field/field.h"

#include <string.h>

#include "base/secret_ref.h"
#include "field/row.h"

/* Documents are checked after ${NAME} has been filled in; the schema sees them before. */
#define VARIABLE_PATTERN "\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}"

static json_t *field_schema_object(const struct field_level *level, struct arena *arena);

static json_t *field_schema_string_with(const char *pattern)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", pattern);
}

/* 'schema' (stolen), or a text with a variable in it. */
static json_t *field_schema_or_variable(json_t *schema)
{
    return json_pack("{s:[o, o]}", "anyOf", schema, field_schema_string_with(VARIABLE_PATTERN));
}

static json_t *field_schema_choices_of(const struct field *field)
{
    json_t *list = json_array();
    for (const char *const *choice = field->choices; *choice; choice++)
        json_array_append_new(list, field->kind == FIELD_INT
                                        ? json_loads(*choice, JSON_DECODE_ANY, NULL)
                                        : json_string(*choice));
    if (field->fallback && !*field->fallback) json_array_append_new(list, json_string(""));
    return list;
}

static json_t *field_schema_integer(const struct field *field)
{
    json_t *schema = json_pack("{s:s}", "type", "integer");
    if (field->choices) {
        json_object_set_new(schema, "enum", field_schema_choices_of(field));
    } else if (field->min || field->max) {
        json_object_set_new(schema, "minimum", json_integer(field->min));
        json_object_set_new(schema, "maximum", json_integer(field->max));
    }
    return schema;
}

/* The expressions of the kinds of text that have a form of their own. */
static const char *const kind_patterns[FIELD_KIND_N] = {
    [FIELD_DURATION] =
        "^[Pp]([0-9]+[Ww])?([0-9]+[Dd])?([Tt]([0-9]+[Hh])?([0-9]+[Mm])?([0-9]+[Ss])?)?$",
    [FIELD_ARM_ID] = "^(/[^/]+/[^/]+)+/?$",
    [FIELD_LOCATION] = "^[A-Za-z0-9 ]+$",
    [FIELD_IPV4] = "^([0-9]{1,3}\\.){3}[0-9]{1,3}$",
    [FIELD_TIMEZONE] = "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$",
    [FIELD_TIME_OF_DAY] = "^([01][0-9]|2[0-3]):[0-5][0-9]$",
};

static json_t *field_schema_text(const struct field *field)
{
    if (field->choices)
        return field_schema_or_variable(json_pack("{s:o}", "enum", field_schema_choices_of(field)));
    bool secret = field->flags & FIELD_SECRET;
    const char *pattern = secret           ? secret_ref_pattern
                          : field->pattern ? field->pattern
                                           : kind_patterns[field->kind];
    json_t *schema =
        pattern ? field_schema_string_with(pattern) : json_pack("{s:s}", "type", "string");
    bool name = field->kind == FIELD_NAME && !field->min && !field->max;
    if (field->min || name)
        json_object_set_new(schema, "minLength", json_integer(name ? 1 : field->min));
    if (field->max || name)
        json_object_set_new(schema, "maxLength", json_integer(name ? 63 : field->max));
    bool free_form = json_object_size(schema) == 1;
    if (!free_form && field->fallback && !*field->fallback)
        return json_pack("{s:[o, o, {s:s}]}", "anyOf", schema,
                         field_schema_string_with(VARIABLE_PATTERN), "const", "");
    return free_form ? schema : field_schema_or_variable(schema);
}

static json_t *field_schema_map(const struct field *field)
{
    json_t *value = json_pack("{s:[s, s, s]}", "type", "string", "number", "boolean");
    if (field->fields) value = json_pack("{s:[o, o]}", "anyOf", value, field_schema(field->fields));
    json_t *schema =
        json_pack("{s:s, s:{s:b}}", "type", "object", "patternProperties", "^(//|\\$)", 1);
    if (!field->pattern) {
        json_object_set_new(schema, "additionalProperties", value);
        return schema;
    }
    json_object_set_new(json_object_get(schema, "patternProperties"), field->pattern, value);
    json_object_set_new(schema, "additionalProperties", json_false());
    return schema;
}

static json_t *field_schema_list(const struct field *field)
{
    return json_pack("{s:s, s:o}", "type", "array", "items", field_schema(field->fields));
}

static json_t *field_schema_set(const struct field *field)
{
    struct field item = *field;
    item.kind = FIELD_STRING;
    item.fallback = NULL;
    return json_pack("{s:s, s:o, s:b}", "type", "array", "items", field_schema_text(&item),
                     "uniqueItems", 1);
}

static json_t *field_schema_kind(const struct field *field)
{
    switch (field->kind) {
    case FIELD_INT: return field_schema_integer(field);
    case FIELD_BOOL: return json_pack("{s:s}", "type", "boolean");
    case FIELD_SET: return field_schema_set(field);
    case FIELD_MAP: return field_schema_map(field);
    case FIELD_LIST: return field_schema_list(field);
    case FIELD_OBJECT: return field_schema(field->fields);
    case FIELD_ANY: return json_object();
    default: return field_schema_text(field);
    }
}

/* --- words ----------------------------------------------------------------------------------- */

static void field_schema_add_sentence(struct buf *words, const char *text)
{
    if (!text) return;
    if (words->length) buf_char(words, ' ');
    buf_str(words, text);
    if (text[0] && !strchr(".!?", text[strlen(text) - 1])) buf_char(words, '.');
}

/* Help, form and unit as the description, and the default. */
static void field_schema_add_words(const struct field *field, json_t *schema)
{
    struct buf words;
    buf_init(&words, 4096);
    field_schema_add_sentence(&words, field->help);
    if (field->form) {
        buf_printf(&words, "%sForm: ", words.length ? " " : "");
        buf_printf(&words, "%s.", field->form);
    }
    if (field->unit) {
        buf_printf(&words, "%sUnit: ", words.length ? " " : "");
        buf_printf(&words, "%s.", field->unit);
    }
    if (words.length) json_object_set_new(schema, "description", json_string(buf_text(&words)));
    buf_done(&words);
    json_t *fallback = field_default(field);
    if (fallback) json_object_set_new(schema, "default", fallback);
    if (field->flags & FIELD_READ_ONLY) json_object_set_new(schema, "readOnly", json_true());
}

/* --- objects --------------------------------------------------------------------------------- */

static json_t *field_schema_step(const struct field_level *level, const struct field_step *step,
                                 struct arena *arena)
{
    json_t *schema;
    if (step->group || !step->row) { /* no row is always a group */
        struct field_level inner = field_step_enter(level, step, arena);
        schema = field_schema_object(&inner, arena);
    } else {
        schema = field_schema_kind(step->row);
    }
    if (step->row) field_schema_add_words(step->row, schema);
    return schema;
}

/* As in the check: an object without a row is required where something in it is. */
static bool field_schema_is_required(const struct field_level *level, const struct field_step *step,
                                     struct arena *arena)
{
    if (step->row) return step->row->flags & FIELD_REQUIRED;
    struct field_level inner = field_step_enter(level, step, arena);
    struct field_step below;
    for (size_t at = 0; field_step_next(&inner, &at, &below);)
        if (field_schema_is_required(&inner, &below, arena)) return true;
    return false;
}

static json_t *field_schema_object(const struct field_level *level, struct arena *arena)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    struct field_step step;
    for (size_t at = 0; field_step_next(level, &at, &step);) {
        if (step.row && step.row->flags & FIELD_READ_ONLY) continue;
        json_object_setn_new(properties, step.name, step.length,
                             field_schema_step(level, &step, arena));
        if (field_schema_is_required(level, &step, arena))
            json_array_append_new(required, json_stringn(step.name, step.length));
    }
    json_t *schema =
        json_pack("{s:s, s:o, s:{s:b}, s:b}", "type", "object", "properties", properties,
                  "patternProperties", "^(//|\\$)", 1, "additionalProperties", 0);
    if (json_array_size(required)) json_object_set(schema, "required", required);
    json_decref(required);
    return schema;
}

json_t *field_schema(const struct field *table)
{
    struct arena *arena = arena_new();
    struct field_level level = {.table = table, .base = ""};
    json_t *schema = field_schema_object(&level, arena);
    arena_free(arena);
    return schema;
}

json_t *field_schema_document(const struct field *table, const char *title, const char *description)
{
    json_t *document =
        json_pack("{s:s, s:s, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema",
                  "title", title, "description", description);
    json_t *schema = field_schema(table);
    json_object_update(document, schema);
    json_decref(schema);
    return document;
}
