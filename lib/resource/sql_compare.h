/* The comparison of everything that lives in the catalogs: lib/pg finds the differences, here they
 * become changes of a plan. */
#ifndef RESOURCE_SQL_COMPARE_H
#define RESOURCE_SQL_COMPARE_H

#include "resource/resource.h"

/* Roles, memberships, databases. The cluster must have been seen completely. */
void sql_compare_cluster(const struct comparison *c);
/* What is inside the declared databases, as far as seen (absent ones included). Returns whether all
 * of them were. */
bool sql_compare_databases(const struct comparison *c);

#endif
