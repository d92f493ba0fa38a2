/* Values of server parameters: see parameter_value.h. */
#include "resource/postgres/parameter_value.h"

#include <ctype.h>
#include <string.h>

#include <strings.h>

#include "base/decimal.h"

/* One item of a comma-separated list, without the blanks around it. */
struct item {
    const char *text;
    size_t length;
};

/* The next item at '*at', which moves on; false at the end. */
static bool item_next(const char **at, struct item *out)
{
    const char *p = *at;
    while (*p == ',' || isspace((unsigned char)*p)) p++;
    if (!*p) return false;
    size_t length = strcspn(p, ",");
    *at = p + length;
    while (length && isspace((unsigned char)p[length - 1])) length--;
    *out = (struct item){p, length};
    return true;
}

static bool item_is(const struct item *i, const char *text, size_t length)
{
    return i->length == length && strncasecmp(i->text, text, length) == 0;
}

static bool set_has(const char *set, const char *text, size_t length)
{
    struct item i;
    while (item_next(&set, &i))
        if (item_is(&i, text, length)) return true;
    return false;
}

static bool set_within(const char *inner, const char *outer)
{
    struct item i;
    while (item_next(&inner, &i))
        if (!set_has(outer, i.text, i.length)) return false;
    return true;
}

bool parameter_has(const char *have, const char *item)
{
    return set_has(have, item, strlen(item));
}

const char *parameter_with(struct arena *arena, const char *have, const char *item)
{
    struct item first;
    const char *at = have;
    if (!item_next(&at, &first)) return arena_strdup(arena, item);
    return arena_printf(arena, "%s,%s", have, item);
}

/* 1 for on, 0 for off, -1 for neither: the words PostgreSQL takes for a boolean. */
static int boolean_of(const char *text)
{
    static const char *const on[] = {"on", "true", "yes", "1"};
    static const char *const off[] = {"off", "false", "no", "0"};
    for (size_t i = 0; i < sizeof(on) / sizeof(on[0]); i++) {
        if (strcasecmp(text, on[i]) == 0) return 1;
        if (strcasecmp(text, off[i]) == 0) return 0;
    }
    return -1;
}

const char *parameter_written(const char *data_type, const char *value)
{
    int on = strcasecmp(data_type, "Boolean") == 0 ? boolean_of(value) : -1;
    return on < 0 ? value : on ? "on" : "off";
}

bool parameter_equal(const char *data_type, const char *want, const char *have)
{
    if (strcmp(want, have) == 0) return true;
    if (strcasecmp(data_type, "Boolean") == 0) {
        int w = boolean_of(want);
        return w >= 0 && w == boolean_of(have);
    }
    if (strcasecmp(data_type, "Integer") == 0 || strcasecmp(data_type, "Numeric") == 0) {
        double w, h;
        return decimal_parse(want, &w) && decimal_parse(have, &h) && !(w < h) && !(w > h);
    }
    if (strcasecmp(data_type, "Set") == 0) return set_within(want, have) && set_within(have, want);
    if (strcasecmp(data_type, "Enumeration") == 0) return strcasecmp(want, have) == 0;
    return false;
}

/* "25-5000", "-1-2147483647", "0.0-1.0": the hyphen that separates follows a digit. */
static bool range_of(const char *allowed, double *low, double *high)
{
    size_t length = decimal_read(allowed, low);
    return length && allowed[length] == '-' && decimal_parse(allowed + length + 1, high);
}

bool parameter_allowed(const char *data_type, const char *allowed, const char *want)
{
    if (!allowed || !*allowed) return true;
    if (strcasecmp(data_type, "Integer") == 0 || strcasecmp(data_type, "Numeric") == 0) {
        double low, high, number;
        if (!range_of(allowed, &low, &high)) return true;
        return decimal_parse(want, &number) && number >= low && number <= high;
    }
    if (strcasecmp(data_type, "Boolean") == 0) return boolean_of(want) >= 0;
    if (strcasecmp(data_type, "Enumeration") == 0) return parameter_has(allowed, want);
    if (strcasecmp(data_type, "Set") == 0 && strpbrk(allowed, "*^[") == NULL)
        return set_within(want, allowed);
    return true;
}
