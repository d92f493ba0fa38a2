/* May the connected user act for the owner of a thing? Only a superuser or a member of the owner
 * can change it; Azure's administrator is no superuser, so membership is made part of the plan,
 * openly and for good. Private to the comparison's files. */
#ifndef PG_ACT_H
#define PG_ACT_H

#include <stdbool.h>
#include <stdint.h>

#include "pg/catalog.h"
#include "pg/diff/build.h"

/* NULL: the connected user may, at once or after joining the owner. Otherwise why not. 'names' says
 * whose privileges he has in the database in question. */
const char *pg_act_never(const struct pg_cluster *cluster, const struct pg_names *names,
                         uint32_t owner);
/* Does he have to join the owner first? Asked only where pg_act_never() gave NULL. */
bool pg_act_joins(const struct pg_cluster *cluster, const struct pg_names *names, uint32_t owner);
/* The change that makes him a member of the role 'owner'. */
void pg_act_join(struct pg_build *b, const struct pg_cluster *cluster, const char *owner);

/* Can the connected user give or take this attribute? */
bool pg_act_attribute(const struct pg_cluster *cluster, enum pg_attribute attribute);

#endif
