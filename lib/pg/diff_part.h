/* The parts of the comparison, each a file; diff.c calls them in the order of the change kinds.
 * Private to the comparison's files. */
#ifndef PG_DIFF_PART_H
#define PG_DIFF_PART_H

#include "pg/build.h"
#include "pg/catalog.h"
#include "pg/want.h"

struct pg_diff {
    struct pg_build build;
    const struct pg_want *want;
    const struct pg_cluster *cluster;
    struct pg_names names;             /* the cluster's, usable ones as they will be */
    const struct pg_want_role **roles; /* by name */
    const struct pg_want_database **databases;
    const char **joins; /* owners that the administrator is about to become a member of */
    size_t join_count;
    struct pg_circle *circle; /* diff_circle.c's, NULL until it is asked */
};

/* diff_role.c */
void pg_diff_role_create(struct pg_diff *d);
void pg_diff_role_alter(struct pg_diff *d);
void pg_diff_role_settings(struct pg_diff *d, bool in_databases);
/* diff_member.c */
void pg_diff_own_memberships(struct pg_diff *d);
void pg_diff_memberships(struct pg_diff *d);
/* Is 'm', a membership of the role 'want', taken away? */
bool pg_diff_is_revoked(const struct pg_cluster *cluster, const struct pg_want_role *want,
                        const struct pg_member *m);
/* The memberships as they will be, for questions to diff_circle.c. Lives in 'arena'. */
struct pg_diff *pg_diff_memberships_to_be(const struct pg_want *want,
                                          const struct pg_cluster *cluster, struct arena *arena);
/* diff_kept.c */
/* 'cluster' with the memberships as they will be without those that are taken away or inherit no
 * longer; those to come are not in it. Are they fewer? Borrows from 'cluster'. */
bool pg_diff_later(const struct pg_want *want, const struct pg_cluster *cluster,
                   struct pg_cluster *later, struct arena *arena);
/* Those of 'names' are no longer usable that the connected user reaches by a membership which is
 * taken away. */
void pg_diff_keep_usable(const struct pg_want *want, const struct pg_cluster *cluster,
                         struct pg_names *names, struct arena *arena);
/* diff_circle.c */
/* Is 'role' already, or about to become, a member of 'member'? */
bool pg_diff_closes_circle(struct pg_diff *d, const char *member, const char *role);
/* 'member' is about to become a member of 'role'. */
void pg_diff_circle_add(struct pg_diff *d, const char *member, const char *role);
/* diff_dbrow.c */
void pg_diff_database_create(struct pg_diff *d);
void pg_diff_database_alter(struct pg_diff *d);
void pg_diff_database_settings(struct pg_diff *d);

const struct pg_want_role *pg_diff_want_role(const struct pg_diff *d, const char *name);
/* Does the role exist, or will it? */
bool pg_diff_role_exists(const struct pg_diff *d, const char *name);
/* The same of the database. */
bool pg_diff_database_exists(const struct pg_diff *d, const char *name);
/* Why the role cannot become the owner of something, or NULL. */
const char *pg_diff_never_owner(const struct pg_diff *d, const char *name);
/* Is it one that only a superuser may touch, and the connected user is none? */
bool pg_diff_is_out_of_reach(const struct pg_cluster *cluster, const struct pg_role *role);
/* What 'scope' (database, role; 0: any) has stored, against what is declared for it. 'exact': what
 * is stored and not declared is reset. 'alter' is the statement's beginning, with a blank at its
 * end. */
struct pg_diff_settings {
    uint32_t database;
    uint32_t role;
    bool exists; /* 'database' and 'role' are oids that are there */
    const struct pg_want_setting *wanted;
    size_t count;
    const char *only_database; /* of 'wanted': those with this database, or NULL */
    bool exact;
    const char *alter;
};
void pg_diff_setting_list(struct pg_diff *d, const struct pg_diff_settings *s);

#endif
