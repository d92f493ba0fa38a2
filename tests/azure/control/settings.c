/* The settings table of the local Azure: see settings.h. */
#include "control/settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "control/settings_row.h"

void settings_init(struct settings *s)
{
    for (int i = 0; i < SET_N; i++) s->value[i] = setting_rows[i].fallback;
}

static int word_index(const struct setting_row *row, const char *text)
{
    for (int i = 0; row->words[i]; i++) {
        if (strcmp(row->words[i], text) == 0) return i;
    }
    return -1;
}

static int setting_parse(const struct setting_row *row, const char *text, int64_t *out,
                         struct err *err)
{
    if (row->words[0]) {
        int index = word_index(row, text);
        if (index < 0) return err_set(err, ERR_CONFIG, "%s cannot be '%s'", row->name, text);
        *out = index;
        return 0;
    }
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || end == text || *end || number < row->min || number > row->max)
        return err_set(err, ERR_CONFIG, "%s must be %" PRId64 " to %" PRId64 " %s, not '%s'",
                       row->name, row->min, row->max, row->unit, text);
    *out = number;
    return 0;
}

int settings_set(struct settings *s, const char *name, const char *text, struct err *err)
{
    for (int i = 0; i < SET_N; i++) {
        if (strcmp(setting_rows[i].name, name) == 0)
            return setting_parse(&setting_rows[i], text, &s->value[i], err);
    }
    return err_set(err, ERR_CONFIG, "there is no setting '%s'", name);
}

int settings_set_pair(struct settings *s, const char *pair, struct err *err)
{
    const char *equals = strchr(pair, '=');
    if (!equals) return err_set(err, ERR_CONFIG, "'%s' is not key=value", pair);
    char *name = xstrndup(pair, (size_t)(equals - pair));
    int r = settings_set(s, name, equals + 1, err);
    free(name);
    return r;
}

int settings_set_json(struct settings *s, const json_t *object, struct err *err)
{
    struct settings next = *s;
    const char *name;
    json_t *value;
    if (!json_is_object(object)) return err_set(err, ERR_CONFIG, "settings must be an object");
    json_each_member(object, name, value)
    {
        char number[32];
        snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        const char *text = json_is_string(value) ? json_string_value(value) : number;
        if (!json_is_string(value) && !json_is_integer(value))
            return err_set(err, ERR_CONFIG, "%s must be a number or a word", name);
        if (settings_set(&next, name, text, err) < 0) return -1;
    }
    *s = next;
    return 0;
}

int settings_read(struct settings *s, const char *file, struct err *err)
{
    json_error_t why;
    json_t *object = json_load_file(file, JSON_REJECT_DUPLICATES, &why);
    if (!object) return err_set(err, ERR_CONFIG, "%s: line %d: %s", file, why.line, why.text);
    int r = settings_set_json(s, object, err);
    json_decref(object);
    return r < 0 ? err_prefix(err, "%s", file) : 0;
}

int64_t setting(const struct settings *s, enum setting which)
{
    return s->value[which];
}

bool setting_is(const struct settings *s, enum setting which, const char *word)
{
    return strcmp(setting_rows[which].words[s->value[which]], word) == 0;
}

static json_t *setting_json(const struct settings *s, int i)
{
    const struct setting_row *row = &setting_rows[i];
    return row->words[0] ? json_string(row->words[s->value[i]]) : json_integer(s->value[i]);
}

json_t *settings_json(const struct settings *s)
{
    json_t *all = json_object();
    for (int i = 0; i < SET_N; i++) {
        json_t *item = json_pack("{s:o, s:s, s:s, s:s}", "value", setting_json(s, i), "unit",
                                 setting_rows[i].unit, "help", setting_rows[i].help, "source",
                                 setting_rows[i].source);
        json_object_set_new(all, setting_rows[i].name, item);
    }
    return all;
}

void settings_help(FILE *out)
{
    for (int i = 0; i < SET_N; i++) {
        const struct setting_row *row = &setting_rows[i];
        char fallback[64];
        if (row->words[0])
            snprintf(fallback, sizeof(fallback), "%s", row->words[row->fallback]);
        else
            snprintf(fallback, sizeof(fallback), "%" PRId64 " %s", row->fallback, row->unit);
        fprintf(out, "  %-20s %-16s %s\n", row->name, fallback, row->help);
    }
}
