#include "pg/catalog/array.h"

#include <string.h>

size_t pg_array_room(const char *text)
{
    size_t room = 1;
    for (const char *c = text; (c = strchr(c, ',')) != NULL; c++) room++;
    return room;
}

bool pg_array_next(char **p, char **element)
{
    char *in = *p;
    char *out;
    if (*in == '"') {
        *element = out = ++in;
        while (*in && *in != '"') {
            if (*in == '\\' && in[1]) in++;
            *out++ = *in++;
        }
        if (*in != '"') return false;
        in++;
    } else {
        *element = in;
        in += strcspn(in, ",}");
        out = in;
    }
    if (*in != ',' && *in != '}') return false;
    *p = in + 1;
    *out = '\0';
    return true;
}
