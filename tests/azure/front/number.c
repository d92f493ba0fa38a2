/* Numbers in texts: see number.h. */
#include "front/number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

int64_t number_lead(const char *text, const char **rest)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (rest) *rest = end;
    return errno ? 0 : number;
}

int64_t number_or(const char *text, int64_t fallback)
{
    const char *rest = NULL;
    if (!text || !*text) return fallback;
    int64_t number = number_lead(text, &rest);
    if (rest == text) return fallback;
    while (isspace((unsigned char)*rest)) rest++;
    return *rest ? fallback : number;
}
