/* The regions' two spellings: see location.h. */
#include "arm/location.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

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
