/* Values of server parameters, compared by their dataType (Microsoft.DBforPostgreSQL: Boolean,
 * Integer, Numeric, Enumeration, Set, String), and checked against their allowedValues. */
#ifndef RESOURCE_PARAMETER_VALUE_H
#define RESOURCE_PARAMETER_VALUE_H

#include <stdbool.h>

#include "base/mem.h"

/* Do the two texts mean the same? on/true/1; 8 and 8.0; sets without order and blanks; choices
 * without case. Unknown data types are compared letter by letter. */
bool parameter_equal(const char *data_type, const char *want, const char *have);

/* 'value' as ARM takes it: a boolean of any spelling as "on" or "off", all else as it is. */
const char *parameter_written(const char *data_type, const char *value);

/* Is 'want' one of 'allowed' ("25-5000", "on, off", "ddl,role", "" or NULL: anything)? A pattern
 * that is not understood allows everything: ARM itself has the last word. */
bool parameter_allowed(const char *data_type, const char *allowed, const char *want);

/* Does the comma-separated set 'have' contain 'item', without case? */
bool parameter_has(const char *have, const char *item);

/* 'have' with 'item' added; lives in 'arena'. */
const char *parameter_with(struct arena *arena, const char *have, const char *item);

#endif
