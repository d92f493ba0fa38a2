/* Random roles, memberships, settings and databases, and random desired states over them, for the
 * property test of the cluster level. The same seed gives the same world. Made to hurt: odd names,
 * settings that are lists, memberships given by others or by roles that are gone. */
#ifndef TEST_ROLE_WORLD_H
#define TEST_ROLE_WORLD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "base/secret.h"
#include "pg/want.h"
#include "support/pg_session.h"
#include "support/pg_world.h"

#define ROLE_WORLD_HOME "Home \"1\"" /* the database that the session is in */

enum {
    ROLE_WORLD_ROLES = 10,
    ROLE_WORLD_MANAGED = 8, /* of these; the others are never declared */
    ROLE_WORLD_DATABASES = 3,
    ROLE_WORLD_DECLARED = 2, /* of these databases, likewise */
    ROLE_WORLD_SCHEMAS = 2,
    ROLE_WORLD_VALUES = 22,
    ROLE_WORLD_MOMENTS = 4,
};

extern const char *const role_world_roles[ROLE_WORLD_ROLES];
extern const char role_world_root[]; /* a superuser that may be declared */
extern const char *const role_world_databases[ROLE_WORLD_DATABASES];
extern const char role_world_new_database[]; /* there only where a desired state has made it */
extern const char *const role_world_schemas[ROLE_WORLD_SCHEMAS];

/* What may be declared, and how the server stores it. */
struct role_world_value {
    const char *name;
    const char *declared;
    const char *stored;
    bool list;     /* of names: 'stored' is how one is written */
    bool reserved; /* for superusers */
};
extern const struct role_world_value role_world_values[ROLE_WORLD_VALUES];

struct role_world_moment {
    const char *declared;
    const char *epoch; /* seconds since 1970, or "Infinity" */
};
extern const struct role_world_moment role_world_moments[ROLE_WORLD_MOMENTS];

/* Makes the databases, once in a cluster. 's' is a superuser. */
int role_world_prepare(struct pg_session *s);
/* Replaces all roles, memberships, settings, and what is said about databases, by something random.
 * 's' is a superuser in ROLE_WORLD_HOME. 'reserved': also with what only superusers may change. */
int role_world_make(struct pg_session *s, struct world_random *r, bool reserved);

/* Something to want, in 'arena'; its roles may be created with 'password'. */
struct pg_want *role_world_want(struct world_random *r, bool reserved,
                                const struct secret *password, struct arena *arena);

#endif
