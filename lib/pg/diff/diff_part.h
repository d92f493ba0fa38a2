/* The parts of the comparison, each a file; diff.c calls them in the order of the change kinds.
 * Private to the comparison's files. */
#ifndef PG_DIFF_PART_H
#define PG_DIFF_PART_H

#include "pg/catalog.h"
#include "pg/diff/build.h"
#include "pg/diff/wanted.h"
#include "pg/want.h"

struct pg_diff {
    struct pg_build build;
    const struct pg_want *want;
    const struct pg_cluster *cluster;
    struct pg_wanted wanted;
    struct pg_names names;             /* the cluster's, usable ones as they will be */
    const struct pg_want_role **roles; /* by name */
    const struct pg_want_database **databases;
    const char **joins; /* owners that the administrator is about to become a member of */
    size_t join_count;
    struct pg_circle *circle; /* diff_circle.c's, NULL until it is asked */
};

/* diff.c */
void pg_diff_begin(struct pg_diff *d, const struct pg_want *want, const struct pg_cluster *cluster,
                   struct arena *arena);
/* diff_role.c */
void pg_diff_role_create(struct pg_diff *d);
void pg_diff_role_alter(struct pg_diff *d);
void pg_diff_role_settings(struct pg_diff *d, bool in_databases);
/* diff_member.c */
void pg_diff_own_memberships(struct pg_diff *d);
void pg_diff_memberships(struct pg_diff *d);
/* The statement that takes 'm' back. */
void pg_diff_revoke_membership(struct pg_build *b, const struct pg_cluster *c,
                               const struct pg_member *m);
/* The memberships as they will be, for questions to diff_circle.c. Lives in 'arena'. */
struct pg_diff *pg_diff_memberships_to_be(const struct pg_want *want,
                                          const struct pg_cluster *cluster, struct arena *arena);
/* diff_kept.c */
/* The cluster with its memberships as they will be without those that are taken away or inherit no
 * longer; those to come are not in it. Are they fewer? Borrows from the cluster. */
bool pg_diff_later(const struct pg_wanted *wanted, struct pg_cluster *later, struct arena *arena);
/* Those of 'names' are no longer usable that the connected user reaches by a membership which is
 * taken away. */
void pg_diff_keep_usable(const struct pg_wanted *wanted, struct pg_names *names,
                         struct arena *arena);
/* diff_circle.c */
/* A membership that is to be granted; nodes are as pg_diff_node() numbers roles. */
struct pg_planned {
    uint32_t member;
    uint32_t role;
    bool circular; /* it would close a circle with what is there, or was planned before it */
};
uint32_t pg_diff_node(const struct pg_diff *d, const char *role);
/* Says of each, in their order, whether it closes a circle; O(roles + memberships), except within
 * what is a circle already. */
void pg_diff_circle_judge(struct pg_diff *d, struct pg_planned *planned, size_t count);
/* Is 'role', as memberships will be, a member of the connected user? */
bool pg_diff_is_above_user(struct pg_diff *d, const char *role);
/* Memberships followed for that. */
size_t pg_diff_circle_steps(const struct pg_diff *d);
/* diff_dbrow.c */
void pg_diff_database_create(struct pg_diff *d);
void pg_diff_database_alter(struct pg_diff *d);
void pg_diff_database_settings(struct pg_diff *d);

/* Does the database exist, or will it? */
bool pg_diff_database_exists(struct pg_diff *d, const char *name);
/* Why the role cannot become the owner of something, or NULL. */
const char *pg_diff_never_owner(struct pg_diff *d, const char *name);
/* What 'scope' (database, role; 0: any) has stored, against what is declared for it. 'exact': what
 * is stored and not declared is reset. 'alter' is the statement's beginning, with a blank at its
 * end. */
struct pg_diff_settings {
    uint32_t database;
    uint32_t role;
    bool exists;                          /* 'database' and 'role' are oids that are there */
    const struct pg_want_setting *wanted; /* those of this scope */
    size_t count;
    bool exact;
    bool only_surplus; /* nothing but what is to be reset */
    const char *alter;
};
void pg_diff_setting_list(struct pg_diff *d, const struct pg_diff_settings *s);

#endif
