/* Desired and observed to an ordered list of corrections: the comparison of the SQL half. Pure: the
 * same input gives the same list, byte for byte, and nothing equal is ever named. */
#ifndef PG_DIFF_H
#define PG_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "flow/call.h"
#include "pg/catalog.h"
#include "pg/want.h"

/* kind, word for logs and JSON; roughly in the order of their application: the list's order counts
 */
#define PG_CHANGE_KINDS(X)                                                                         \
    X(ROLE_CREATE, "role-create")                                                                  \
    X(OWN_MEMBERSHIP, "own-membership") /* the administrator joins an owner, to act for it */      \
    X(ROLE_ALTER, "role-alter")                                                                    \
    X(ROLE_PASSWORD, "role-password")                                                              \
    X(ROLE_SETTING, "role-setting")                                                                \
    X(MEMBERSHIP_REVOKE, "membership-revoke") /* first: it may be in the way of the others */      \
    X(MEMBERSHIP_GRANT, "membership-grant")                                                        \
    X(DATABASE_CREATE, "database-create")                                                          \
    X(DATABASE_ALTER, "database-alter")                                                            \
    X(DATABASE_IMMUTABLE, "database-immutable") /* reported only */                                \
    X(DATABASE_SETTING, "database-setting")                                                        \
    X(ROLE_DATABASE_SETTING, "role-database-setting") /* a role's own in one database */           \
    X(SCHEMA_CREATE, "schema-create")                                                              \
    X(SCHEMA_ALTER, "schema-alter")                                                                \
    X(DEFAULT_PRIVILEGES, "default-privileges")                                                    \
    X(GRANT, "grant")                                                                              \
    X(REGRANT, "regrant") /* grants by others than the owner give way: one object, all at once */  \
    X(REVOKE, "revoke")                                                                            \
    X(UNDECLARED_LOGIN, "undeclared-login") /* these: see undeclared.h */                          \
    X(UNDECLARED_MEMBERSHIP, "undeclared-membership")                                              \
    X(UNDECLARED_GRANTEE, "undeclared-grantee")                                                    \
    X(UNDECLARED_OWNER, "undeclared-owner")                                                        \
    X(UNDECLARED_DATABASE, "undeclared-database")                                                  \
    X(UNDECLARED_PUBLIC, "undeclared-public")

enum pg_change_kind {
#define X(name, word) PG_CHANGE_##name,
    PG_CHANGE_KINDS(X)
#undef X
        PG_CHANGE_KIND_N
};

struct pg_delta {
    const char *field; /* "connection limit", "SELECT on 37 tables in public" */
    const char *from;
    const char *to;
};

struct pg_change {
    enum pg_change_kind kind;
    const char *object;   /* "role phonebill_monitor", "privileges of app in phonebill_auth" */
    const char *database; /* where the statements run; NULL: any database of the server */
    const struct pg_delta *deltas;
    size_t delta_count;
    const struct sql_statement *statements;
    size_t statement_count;
    enum sql_mode mode;   /* TRANSACTION, or EACH where one fails inside a transaction or is long */
    bool widening;        /* the drift is that somebody could do more than declared */
    bool destructive;     /* takes something away that may be missed */
    const char *reported; /* why policy wants it reported only (no statements then), or NULL */
    const char *unfixable; /* why it cannot be corrected from here (no statements then), or NULL */
};

struct pg_changes {
    struct pg_change *items;
    size_t count;
};

const char *pg_change_word(enum pg_change_kind kind);

/* Roles, memberships, settings, databases. */
struct pg_changes pg_diff_cluster(const struct pg_want *want, const struct pg_cluster *cluster,
                                  struct arena *arena);

/* Schemas, default privileges and privileges of the database 'name', its own included. 'database'
 * NULL: it does not exist yet, and what a new one will have is compared. Owners that
 * pg_diff_cluster() is about to change count as changed already. */
struct pg_changes pg_diff_database(const struct pg_want *want, const char *name,
                                   const struct pg_cluster *cluster,
                                   const struct pg_database *database, struct arena *arena);

/* What is there and nobody declared, as far as the policies want to know: see undeclared.h. 'want'
 * must be everything that is declared, not a part of it. Roles, memberships, databases. */
struct pg_changes pg_undeclared_cluster(const struct pg_want *want,
                                        const struct pg_cluster *cluster, struct arena *arena);
/* Inside one database: grantees, owners, PUBLIC. 'database' is not NULL. */
struct pg_changes pg_undeclared_database(const struct pg_want *want, const char *name,
                                         const struct pg_cluster *cluster,
                                         const struct pg_database *database, struct arena *arena);

/* Why the database can never be what is declared: its encoding or locale is another one. Then
 * nothing is to be written inside it, by pg_diff_database() or otherwise. NULL: it can, or it does
 * not exist, or it is not declared. In 'arena'. */
const char *pg_database_unachievable(const struct pg_want *want, const char *name,
                                     const struct pg_cluster *cluster, struct arena *arena);

/* The correction of a password that a login has shown to be wrong. */
struct pg_change pg_diff_password(const char *role, const struct secret *password,
                                  struct arena *arena);

#endif
