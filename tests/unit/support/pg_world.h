/* Random PostgreSQL states and random desired states, for the property test of the SQL half. The
 * same seed gives the same world. Made to hurt: odd names, grants by holders of grant options, also
 * in circles, on columns by way of table options, revoked defaults, owners who changed. */
#ifndef TEST_PG_WORLD_H
#define TEST_PG_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "pg/want.h"
#include "support/pg_session.h"

#define WORLD_DATABASE "prop"
#define WORLD_ADMIN "adm in"

struct world_random {
    uint64_t state;
};

/* Uniform below 'n'. */
unsigned world_below(struct world_random *r, unsigned n);
bool world_chance(struct world_random *r, unsigned percent);

/* Makes the roles, once in a cluster, and the database. */
int world_prepare(struct pg_session *s);
/* Replaces what is in the database (and memberships) by something random. 's' is a superuser in
 * WORLD_DATABASE. Statements that the server refuses are left out. */
int world_make(struct pg_session *s, struct world_random *r);

/* Something to want, in 'arena'. */
struct pg_want *world_want(struct world_random *r, struct arena *arena);

#endif
