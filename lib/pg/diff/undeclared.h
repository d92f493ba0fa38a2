/* What is nobody's business but PostgreSQL's and Azure's. Private to lib/pg. */
#ifndef PG_DIFF_UNDECLARED_H
#define PG_DIFF_UNDECLARED_H

#include <stdbool.h>
#include <stdint.h>

#include "pg/acl.h"
#include "pg/catalog.h"

/* A role that came with the server: reserved names, the one that initdb makes, whom the program
 * connects as. A name that the catalog does not have (a dropped role's) is nobody's either. */
bool pg_undeclared_is_builtin(const struct pg_cluster *c, uint32_t oid, const char *name);

/* What PUBLIC holds on an object of the kind by birth; schema public is born with more than others.
 * Source: PostgreSQL 15's release notes and documentation 5.8 (USAGE since 15, CREATE too before),
 * table 5.2 for the other kinds. */
uint32_t pg_undeclared_born(const struct pg_cluster *c, enum pg_kind kind, const char *name);

#endif
