/* What roles, memberships, settings and databases are and shall be, worked out a second time: read
 * by plain SQL from the superuser's catalogs, declared by plain loops over the desired state. For
 * the property test; shares nothing with the comparison but the list of what it calls out of
 * reach. */
#ifndef TEST_ROLE_ORACLE_H
#define TEST_ROLE_ORACLE_H

#include <libpq-fe.h>

#include "base/buf.h"
#include "pg/diff.h"
#include "pg/want.h"
#include "support/pg_session.h"

enum role_table { ROLES, MEMBERS, SETTINGS, DATABASES, SCHEMAS, ROLE_TABLE_N };

/* Every row of each, with the transaction that wrote it. */
struct role_state {
    PGresult *tables[ROLE_TABLE_N];
};

/* 's' is a superuser in ROLE_WORLD_HOME. Returns -1 where it cannot be read. */
int role_state_read(struct role_state *state, struct pg_session *s);
void role_state_done(struct role_state *state);

/* What was done, and to what. */
struct role_case {
    const struct pg_want *want;
    const char *admin;             /* the connected user */
    bool superuser;                /* is that one */
    const struct pg_changes *left; /* what is still called out of reach */
    const struct role_state *before;
    const struct role_state *after;
};

/* Is everything that is declared as declared, unless it was called out of reach, and everything
 * else as it was? The first thing that is not goes to 'why'. */
bool role_case_holds(const struct role_case *c, struct buf *why);

#endif
