#include "pg/time.h"

#include <stdio.h>

#include "base/timetext.h"

/* 0001-01-01 and 10000-01-01. */
#define FIRST INT64_C(-62135596800)
#define END INT64_C(253402300800)

int pg_time_parse(const char *text, int64_t *seconds)
{
    int64_t ms;
    if (timetext_moment(text, &ms) < 0) return -1;
    *seconds = ms / 1000 - (ms % 1000 < 0);
    return 0;
}

void pg_time_text(char out[PG_TIME_TEXT], int64_t seconds)
{
    char precise[TIMETEXT_MOMENT];
    if (seconds < FIRST || seconds >= END) {
        snprintf(out, PG_TIME_TEXT, "%s", seconds < FIRST ? "-infinity" : "infinity");
        return;
    }
    timetext_print(seconds * 1000, precise);
    snprintf(out, PG_TIME_TEXT, "%.19sZ", precise);
}
