/* See patience.h. */
#include "support/patience.h"

#include <stdlib.h>

enum { USUAL = 5, MOST = 1000 };

msec patient(msec ms)
{
    const char *text = getenv("TEST_PATIENCE");
    char *end = NULL;
    unsigned long factor = text ? strtoul(text, &end, 10) : 0;
    if (!text || end == text || *end || factor < 1 || factor > MOST) factor = USUAL;
    return ms * factor;
}
