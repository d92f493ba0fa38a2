/* The comparison of everything that lives in the catalogs: lib/pg finds the differences, here they
 * become changes of a plan. */
#ifndef RESOURCE_SQL_COMPARE_H
#define RESOURCE_SQL_COMPARE_H

#include "resource/resource.h"

/* Roles, memberships, databases, and what is inside the declared databases, as far as seen: a
 * server that does not exist is compared as it will be when it has been made. */
void sql_compare(const struct target *target, struct seen *seen, struct plan *plan);

#endif
