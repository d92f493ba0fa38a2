/* What is desired, indexed, and judged for half measures: before anything is taken away from a role
 * it is asked whether all that it shall be a member of can be given. Private to lib/pg. */
#ifndef PG_DIFF_WANTED_H
#define PG_DIFF_WANTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "pg/catalog.h"
#include "pg/diff/lookalike.h"
#include "pg/names.h"
#include "pg/want.h"

/* Why a membership cannot be granted. */
enum pg_obstacle {
    PG_OBSTACLE_NONE,
    PG_OBSTACLE_MISSING,  /* no such role, and none to be created */
    PG_OBSTACLE_RESERVED, /* a superuser, and the connected user is none */
    PG_OBSTACLE_CIRCLE,   /* that role is itself a member of it: found by diff_circle.c */
    PG_OBSTACLE_N
};

struct pg_wanted_role {
    const char **member_of; /* sorted, each once */
    size_t member_of_count;
    /* Why none of its memberships is taken away though they are declared exactly: one of those to
     * be given cannot be. NULL: nothing is held. */
    const char *held;
};

struct pg_wanted {
    const struct pg_want *want;
    const struct pg_cluster *cluster;
    struct arena *arena;
    struct pg_names role_names;     /* side by side with want->roles */
    struct pg_names database_names; /* with want->databases */
    struct pg_wanted_role *roles;   /* likewise */
    struct pg_lookalike lookalike;
};

/* O(n log n) in roles and memberships. Borrows 'want' and 'cluster', allocates in 'arena'. */
void pg_wanted_init(struct pg_wanted *w, const struct pg_want *want,
                    const struct pg_cluster *cluster, struct arena *arena);
/* The index of the declared role or database; SIZE_MAX: not declared. */
size_t pg_wanted_role(const struct pg_wanted *w, const char *name);
size_t pg_wanted_database(const struct pg_wanted *w, const char *name);
/* Does the role exist, or will it? */
bool pg_wanted_role_exists(const struct pg_wanted *w, const char *name);
/* Is it declared that role number 'index' is a member of 'role'? */
bool pg_wanted_member(const struct pg_wanted *w, size_t index, const char *role);
/* What stands in the way of being a member of 'role'; circles are not seen here. */
enum pg_obstacle pg_wanted_obstacle(const struct pg_wanted *w, const char *role);
/* Is 'm' a membership of role number 'index' that nobody declares, while its are declared exactly?
 * The administrator's own are what the program acts by: never. */
bool pg_wanted_surplus(const struct pg_wanted *w, size_t index, const struct pg_member *m);
/* Is it taken away: surplus, within reach, and nothing holds it? */
bool pg_wanted_revokes(const struct pg_wanted *w, size_t index, const struct pg_member *m);
/* May the connected user take 'm' back? */
bool pg_wanted_can_revoke(const struct pg_cluster *c, const struct pg_member *m);
/* Is it one that only a superuser may touch, and the connected user is none? */
bool pg_wanted_out_of_reach(const struct pg_cluster *cluster, const struct pg_role *role);
/* Why nothing is taken from what nobody declares: a role that is declared does not exist and is not
 * to be created, so that one of the undeclared may be meant. NULL: all exist or will. */
const char *pg_wanted_missing_role(struct pg_wanted *w);
/* "there is no WHAT "NAME" (did you mean "y"?)", y being one of 'names'. */
const char *pg_wanted_missing(struct pg_wanted *w, const char *what, const char *name,
                              const struct pg_names *names);
/* "there is no role "x" (did you mean "y"?)" */
const char *pg_wanted_no_role(struct pg_wanted *w, const char *name);
const char *pg_wanted_no_database(struct pg_wanted *w, const char *name);

#endif
