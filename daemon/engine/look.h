/* The two ways of looking at a target. Both end with calls.looked() or calls.nothing() of their
 * lane. */
#ifndef ENGINE_LOOK_H
#define ENGINE_LOOK_H

#include "engine/lane.h"
#include "flow/call.h"

/* ARM: a table of rows, one for each part. */
struct look_arm *look_arm_new(struct lane *l);
void look_arm_start(struct look_arm *look);
/* Forgets what is under way. */
void look_arm_cancel(struct look_arm *look);
void look_arm_free(struct look_arm *look);

/* PostgreSQL: a probe where nothing seems to have changed, else all catalogs in one snapshot each.
 */
struct look_sql *look_sql_new(struct lane *l);
void look_sql_start(struct look_sql *look);
void look_sql_cancel(struct look_sql *look);
void look_sql_free(struct look_sql *look);

#endif
