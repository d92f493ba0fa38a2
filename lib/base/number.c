/* Numbers as texts: see number.h. */
#include "base/number.h"

int number_parse(const char *text, uint64_t *number)
{
    uint64_t value = 0;
    if (!*text) return -1;
    for (const char *p = text; *p; p++) {
        if (*p < '0' || *p > '9') return -1;
        uint64_t digit = (uint64_t)(*p - '0');
        if (value > (UINT64_MAX - digit) / 10) return -1;
        value = value * 10 + digit;
    }
    *number = value;
    return 0;
}
