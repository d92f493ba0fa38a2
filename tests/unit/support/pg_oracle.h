/* What grantees hold and shall hold, worked out a second time: held by SQL's own aclexplode(),
 * declared by plain loops over the desired state. For the property test; shares nothing with the
 * comparison but the names of privileges. */
#ifndef TEST_PG_ORACLE_H
#define TEST_PG_ORACLE_H

#include <stdbool.h>

#include <libpq-fe.h>

#include "pg/acl.h"
#include "pg/want.h"

/* One row for every object, or column, and role; 'VERSION' changes when the catalog row is written.
 */
enum { KIND, SCHEMA, NAME, COLUMN, OWNER, GRANTEE, PRIVILEGES, VERSION, SERVER };
extern const char oracle_query[];

const char *oracle_cell(const PGresult *r, int row, int column);
/* "INSERT,SELECT*" */
struct pg_held oracle_held(const char *text);
/* Has 'grantee' ("": PUBLIC) a declaration? */
bool oracle_declares(const struct pg_want *want, const char *grantee);
/* What the grantee of 'row' shall hold, where he held 'before'. */
struct pg_held oracle_expected(const struct pg_want *want, const PGresult *r, int row,
                               struct pg_held before);

#endif
