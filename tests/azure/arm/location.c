/* The regions' two spellings: see location.h. */
#include "arm/location.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { NAMES_MAX = 4096 };

static const char *const displays[] = {
    "Korea Central",  "Korea South",    "Japan East",   "Japan West", "East Asia",
    "Southeast Asia", "Canada Central", "Canada East",  "East US",    "East US 2",
    "West US 2",      "West Europe",    "North Europe", "UAE North",  "Australia East",
};

char *location_name(const char *location)
{
    char *name = xstrdup(location), *out = name;
    for (const char *p = location; *p; p++) {
        if (!isspace((unsigned char)*p)) *out++ = (char)tolower((unsigned char)*p);
    }
    *out = '\0';
    return name;
}

bool location_same(const char *a, const char *b)
{
    char *left = location_name(a), *right = location_name(b);
    bool same = strcmp(left, right) == 0;
    free(left);
    free(right);
    return same;
}

const char *location_display(const char *location)
{
    for (size_t i = 0; i < sizeof(displays) / sizeof(displays[0]); i++) {
        if (location_same(displays[i], location)) return displays[i];
    }
    return location;
}

const char *location_at(size_t i)
{
    return i < sizeof(displays) / sizeof(displays[0]) ? displays[i] : NULL;
}

char *location_names(void)
{
    struct buf b;
    buf_init(&b, NAMES_MAX);
    for (size_t i = 0; location_at(i); i++) {
        char *name = location_name(displays[i]);
        buf_printf(&b, "%s%s", i ? ", " : "", name);
        free(name);
    }
    char *names = xstrdup(buf_text(&b));
    buf_done(&b);
    return names;
}
