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
    const struct pg_want_role **roles; /* by name */
    const struct pg_want_database **databases;
};

/* diff_role.c */
void pg_diff_role_create(struct pg_diff *d);
void pg_diff_role_alter(struct pg_diff *d);
void pg_diff_role_settings(struct pg_diff *d, bool in_databases);
/* diff_member.c */
void pg_diff_own_memberships(struct pg_diff *d);
void pg_diff_memberships(struct pg_diff *d);
/* diff_dbrow.c */
void pg_diff_database_create(struct pg_diff *d);
void pg_diff_database_alter(struct pg_diff *d);
void pg_diff_database_settings(struct pg_diff *d);

const struct pg_want_role *pg_diff_want_role(const struct pg_diff *d, const char *name);
/* Does the role exist, or will it? */
bool pg_diff_role_exists(const struct pg_diff *d, const char *name);
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
