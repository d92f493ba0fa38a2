/* One setting of the local Azure. Private to settings.c and settings_row.c. */
#ifndef AZSIM_SETTINGS_ROW_H
#define AZSIM_SETTINGS_ROW_H

#include <stdint.h>

#include "control/settings.h"

enum { WORDS_MAX = 3 };

struct setting_row {
    const char *name;
    const char *unit; /* "" for words */
    const char *words[WORDS_MAX + 1];
    int64_t fallback, min, max;
    const char *help;
    const char *source;
};

extern const struct setting_row setting_rows[SET_N];

#endif
