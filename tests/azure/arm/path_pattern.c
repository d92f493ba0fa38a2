/* Paths in orders to the simulator: see path_pattern.h. */
#include "arm/path_pattern.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static char *path_lowered(const char *text)
{
    char *copy = xstrdup(text);
    for (char *p = copy; *p; p++) *p = (char)tolower((unsigned char)*p);
    return copy;
}

bool path_matches(const char *wanted, const char *path)
{
    char *pattern = path_lowered(wanted), *text = path_lowered(path);
    bool matches =
        strpbrk(pattern, "*?[") ? fnmatch(pattern, text, 0) == 0 : strstr(text, pattern) != NULL;
    free(pattern);
    free(text);
    return matches;
}
