/* Per-role and per-database settings: when two values say the same, and how one is written into a
 * statement. Values are stored as they were typed, so equal values in another spelling are
 * corrected once; only what the server itself rewrites is folded here. */
#ifndef PG_SETTINGS_H
#define PG_SETTINGS_H

#include <stdbool.h>

#include "base/buf.h"

/* Letters, digits, _ and $ in parts joined by dots. */
bool pg_setting_name_is_valid(const char *name);
/* Compares 'declared' with 'stored' for setting 'name': lists by element, everything else as text.
 */
bool pg_setting_equal(const char *name, const char *declared, const char *stored);
/* Adds "SET timezone TO 'Asia/Seoul'", a list as one literal an element; NULL: "RESET timezone". */
void pg_setting_clause(struct buf *b, const char *name, const char *value);

#endif
