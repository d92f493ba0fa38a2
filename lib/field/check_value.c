/* Checking one value by its row: see check.h. */
#include "field/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/must.h"
#include "base/secret_ref.h"
#include "base/suggest.h"
#include "base/timetext.h"
#include "base/utf8.h"
#include "field/form.h"

enum { SHOWN_MAX = 60 }; /* bytes of a value that a message repeats */

/* 'text' as a message repeats it: cut, and without passwords that addresses may hold. */
static const char *field_value_shown_text(struct field_checker *c, const char *text)
{
    if (strstr(text, "://") && strchr(text, '@')) return "an address with a user name";
    size_t length = strlen(text);
    size_t cut = utf8_cut(text, length, SHOWN_MAX);
    return arena_printf(c->arena, "\"%.*s%s\"", (int)cut, text, cut < length ? "..." : "");
}

/* 'value' as a message names it. */
static const char *field_value_shown(struct field_checker *c, const json_t *value)
{
    if (json_is_object(value)) return "an object";
    if (json_is_array(value)) return "an array";
    if (json_is_string(value)) return field_value_shown_text(c, json_string_value(value));
    char *line = json_dumps(value, JSON_ENCODE_ANY);
    const char *copy = arena_strdup(c->arena, line ? line : "?");
    free(line);
    return copy;
}

static void field_value_wrong_type(struct field_checker *c, const char *wanted, const json_t *value,
                                   const char *path)
{
    problems_add(c->out, path, "must be %s, not %s", wanted, field_value_shown(c, value));
}

void field_check_secret(struct field_checker *c, const json_t *value, const char *path)
{
    const char *text = secret_ref_text(value);
    struct secret_ref ref;
    if (text && secret_ref_parse(text, &ref)) return;
    problems_add(c->out, path, "a literal secret is refused; write a reference: %s",
                 secret_ref_forms);
}

/* --- choices and patterns -------------------------------------------------------------------- */

static bool field_value_is_choice(const struct field *field, const char *text)
{
    for (const char *const *choice = field->choices; *choice; choice++) {
        bool same = field->flags & FIELD_NOCASE ? strcasecmp(*choice, text) == 0
                                                : strcmp(*choice, text) == 0;
        if (same) return true;
    }
    return false;
}

static void field_value_choice(struct field_checker *c, const struct field *field, const char *text,
                               const char *path)
{
    if (field_value_is_choice(field, text)) return;
    if (problems_full(c->out)) {
        problems_add(c->out, path, "is no choice"); /* counted only: no list of what is */
        return;
    }
    const char *quote = field->kind == FIELD_INT ? "" : "\"";
    struct buf list;
    buf_init(&list, 2048);
    size_t count = 0;
    for (; field->choices[count]; count++)
        buf_printf(&list, "%s%s%s%s", count ? ", " : "", quote, field->choices[count], quote);
    const char *meant = *quote ? suggest(text, field->choices, count) : NULL;
    struct buf hint;
    buf_init(&hint, 256);
    if (meant) buf_printf(&hint, "; did you mean \"%s\"?", meant);
    problems_add(c->out, path, "must be %s%s%s%s, not %s%s", count > 1 ? "one of " : "",
                 buf_text(&list), field->unit ? " " : "", field->unit ? field->unit : "",
                 *quote ? field_value_shown_text(c, text) : text, buf_text(&hint));
    buf_done(&hint);
    buf_done(&list);
}

static regex_t *field_value_pattern_of(struct field_checker *c, const struct field *field)
{
    for (size_t i = 0; i < c->pattern_count; i++)
        if (c->patterns[i].field == field) return &c->patterns[i].compiled;
    c->patterns = xreallocarray(c->patterns, c->pattern_count + 1, sizeof(*c->patterns));
    struct field_pattern *added = &c->patterns[c->pattern_count];
    added->field = field;
    int wrong = regcomp(&added->compiled, field->pattern, REG_EXTENDED | REG_NOSUB);
    must(wrong == 0); /* a row of ours: a unit test compiles every pattern */
    c->pattern_count++;
    return &added->compiled;
}

bool field_pattern_matches(struct field_checker *c, const struct field *field, const char *text)
{
    return !field->pattern || regexec(field_value_pattern_of(c, field), text, 0, NULL, 0) == 0;
}

/* --- texts ----------------------------------------------------------------------------------- */

static size_t field_value_characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++) count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static void field_value_length(struct field_checker *c, const struct field *field, const char *text,
                               const char *path)
{
    bool name = field->kind == FIELD_NAME;
    bool limits = field->min || field->max;
    int64_t min = limits ? field->min : 1;
    int64_t max = limits ? field->max : 63;
    if (!name && !limits) return;
    int64_t length = (int64_t)(name ? strlen(text) : field_value_characters(text));
    if (length >= min && length <= max) return;
    problems_add(c->out, path, "must have from %" PRId64 " to %" PRId64 " %s, not %" PRId64, min,
                 max, name ? "bytes" : "characters", length);
}

static bool form_any_duration(const char *text)
{
    uint64_t ms;
    return timetext_duration(text, &ms) == 0;
}

/* Kinds of text that have a form of their own. */
static const struct {
    bool (*fits)(const char *text);
    const char *form;
} forms[FIELD_KIND_N] = {
    [FIELD_DURATION] = {form_any_duration, "a duration such as \"PT5M\" or \"P1D\""},
    [FIELD_ARM_ID] = {form_arm_id, "a resource id such as \"/subscriptions/...\""},
    [FIELD_LOCATION] = {form_location, "a location such as \"koreacentral\""},
    [FIELD_IPV4] = {form_ipv4, "an IPv4 address such as \"10.0.0.1\""},
    [FIELD_TIMEZONE] = {form_timezone, "a time zone such as \"Asia/Seoul\""},
    [FIELD_TIME_OF_DAY] = {form_time_of_day, "a time of day such as \"04:00\""},
};

void field_check_text(struct field_checker *c, const struct field *field, const char *text,
                      const char *path)
{
    if (forms[field->kind].fits && !forms[field->kind].fits(text))
        problems_add(c->out, path, "must be %s, not %s", forms[field->kind].form,
                     field_value_shown_text(c, text));
    else if (field->choices)
        field_value_choice(c, field, text, path);
    else if (!field_pattern_matches(c, field, text))
        problems_add(c->out, path, "must be %s, not %s", field->form,
                     field_value_shown_text(c, text));
    else
        field_value_length(c, field, text, path);
}

/* --- kinds ----------------------------------------------------------------------------------- */

static void field_value_integer(struct field_checker *c, const struct field *field,
                                const json_t *value, const char *path)
{
    if (!json_is_integer(value)) {
        field_value_wrong_type(c, "a whole number", value, path);
        return;
    }
    int64_t number = json_integer_value(value);
    if (field->choices) {
        char text[24];
        snprintf(text, sizeof(text), "%" PRId64, number);
        field_value_choice(c, field, text, path);
    } else if ((field->min || field->max) && (number < field->min || number > field->max)) {
        problems_add(c->out, path, "must be from %" PRId64 " to %" PRId64 "%s%s, not %" PRId64,
                     field->min, field->max, field->unit ? " " : "", field->unit ? field->unit : "",
                     number);
    }
}

static int field_key_order(const void *left, const void *right)
{
    const struct field_key *a = left, *b = right;
    int order = strcmp(a->text, b->text);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

void field_keys_sort(struct field_keys *keys)
{
    if (keys->count > 1) qsort(keys->items, keys->count, sizeof(*keys->items), field_key_order);
}

bool field_keys_repeated(const struct field_keys *keys, size_t *at, const struct field_key **first)
{
    for (; *at < keys->count; ++*at) {
        const char *text = keys->items[*at].text;
        if (*at == 0 || strcmp(keys->items[*at - 1].text, text) != 0) continue;
        if (!*first || strcmp((*first)->text, text) != 0) *first = &keys->items[*at - 1];
        return true;
    }
    return false;
}

static void field_value_set(struct field_checker *c, const struct field *field, const json_t *value,
                            const char *path)
{
    if (!json_is_array(value)) {
        field_value_wrong_type(c, "an array of strings", value, path);
        return;
    }
    struct field_keys keys = {
        .items = arena_array(c->arena, json_array_size(value), sizeof(struct field_key))};
    size_t index;
    const json_t *item;
    json_array_foreach(value, index, item)
    {
        const char *at = arena_printf(c->arena, "%s[%zu]", path, index);
        const char *text = json_string_value(item);
        if (!text)
            field_value_wrong_type(c, "a string", item, at);
        else
            field_check_text(c, field, text, at);
        if (text) keys.items[keys.count++] = (struct field_key){text, index};
    }
    field_keys_sort(&keys);
    const struct field_key *first = NULL;
    for (size_t at = 0; field_keys_repeated(&keys, &at, &first); at++)
        problems_add(c->out, arena_printf(c->arena, "%s[%zu]", path, keys.items[at].index),
                     "%s is listed twice", field_value_shown_text(c, first->text));
}

/* Rows of text that have a default, also an empty one. */
static bool field_value_may_be_empty(const struct field *field)
{
    return field->fallback && !(field->flags & FIELD_REQUIRED) && field->kind != FIELD_INT &&
           field->kind != FIELD_BOOL && field->kind != FIELD_SET;
}

void field_check_value(struct field_checker *c, const struct field *field, const json_t *value,
                       const char *path)
{
    bool text = json_is_string(value);
    if (text && json_string_length(value) == 0 && field_value_may_be_empty(field))
        return; /* says nothing, as absence does */
    if (field->flags & FIELD_SECRET)
        field_check_secret(c, value, path);
    else if (field->kind == FIELD_INT)
        field_value_integer(c, field, value, path);
    else if (field->kind == FIELD_SET)
        field_value_set(c, field, value, path);
    else if (field->kind == FIELD_BOOL && !json_is_boolean(value))
        field_value_wrong_type(c, "true or false", value, path);
    else if (field->kind == FIELD_BOOL)
        return;
    else if (!text)
        field_value_wrong_type(c, "a string", value, path);
    else
        field_check_text(c, field, json_string_value(value), path);
}
