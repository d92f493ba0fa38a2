/* Paths in orders to the simulator: a pattern where it has wildcards, else a part; without case. */
#ifndef AZSIM_PATH_PATTERN_H
#define AZSIM_PATH_PATTERN_H

#include <stdbool.h>

bool path_matches(const char *wanted, const char *path);

#endif
