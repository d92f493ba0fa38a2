/* Structs from field tables: see field_store() in field.h. */
#include "field/field.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/secret_ref.h"

/* What the STORED member of a row is, by kind. */
enum store { STORE_TEXT, STORE_INT, STORE_BOOL, STORE_CHOICE, STORE_STRINGS, STORE_JSON };

static enum store field_store_of(const struct field *field)
{
    switch (field->kind) {
    case FIELD_INT: return STORE_INT;
    case FIELD_BOOL: return STORE_BOOL;
    case FIELD_ENUM: return STORE_CHOICE;
    case FIELD_SET: return STORE_STRINGS;
    case FIELD_MAP:
    case FIELD_LIST:
    case FIELD_OBJECT:
    case FIELD_ANY: return STORE_JSON;
    default: return STORE_TEXT;
    }
}

static int field_store_choice_index(const struct field *field, const char *text)
{
    for (int i = 0; text && field->choices[i]; i++)
        if (strcasecmp(field->choices[i], text) == 0) return i;
    return 0;
}

static struct field_strings field_store_strings_of(const json_t *array)
{
    struct field_strings strings = {.count = json_array_size(array)};
    strings.items = xcalloc(strings.count, sizeof(*strings.items));
    for (size_t i = 0; i < strings.count; i++)
        strings.items[i] = xstrdup(json_string_value(json_array_get(array, i)));
    return strings;
}

static char *field_store_text_of(const struct field *field, const json_t *value)
{
    bool secret = field->flags & FIELD_SECRET; /* the reference, in either of its forms */
    const char *text = secret ? secret_ref_text(value) : json_string_value(value);
    return text && *text ? xstrdup(text) : NULL;
}

/* The members of 'object' are of the type that the kind says: the tables promise it. */
static void field_store_row(const struct field *row, json_t *value, void *object)
{
    void *member = (char *)object + row->offset;
    switch (field_store_of(row)) {
    case STORE_INT: *(int64_t *)member = json_integer_value(value); break;
    case STORE_BOOL: *(bool *)member = json_is_true(value); break;
    case STORE_CHOICE:
        *(int *)member = field_store_choice_index(row, json_string_value(value));
        break;
    case STORE_STRINGS: *(struct field_strings *)member = field_store_strings_of(value); break;
    case STORE_JSON:
        *(json_t **)member = value ? json_deep_copy(value) : NULL;
        field_strip_comments(*(json_t **)member);
        break;
    case STORE_TEXT: *(char **)member = field_store_text_of(row, value); break;
    }
}

void field_store(const struct field *table, const json_t *item, void *object)
{
    for (const struct field *row = table; row->path; row++) {
        if (!(row->flags & FIELD_STORED)) continue;
        json_t *value = json_at(item, row->path);
        bool silent = !value || json_is_null(value) ||
                      (json_is_string(value) && json_string_length(value) == 0);
        value = silent ? field_default(row) : json_incref(value);
        field_store_row(row, value, object);
        json_decref(value);
    }
}

void field_release(const struct field *table, void *object)
{
    for (const struct field *row = table; row->path; row++) {
        if (!(row->flags & FIELD_STORED)) continue;
        void *member = (char *)object + row->offset;
        struct field_strings *strings = member;
        switch (field_store_of(row)) {
        case STORE_TEXT:
            free(*(char **)member);
            *(char **)member = NULL;
            break;
        case STORE_JSON:
            json_decref(*(json_t **)member);
            *(json_t **)member = NULL;
            break;
        case STORE_STRINGS:
            for (size_t i = 0; i < strings->count; i++) free(strings->items[i]);
            free(strings->items);
            *strings = (struct field_strings){.items = NULL};
            break;
        default: break;
        }
    }
}
