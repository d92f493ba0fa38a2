/* What a server says about itself: the catalog queries as data, and their rows as compact structs.
 * Reads pg_roles, never pg_authid: an administrator in Azure is no superuser. The queries go out as
 * one SQL_READ call (counters first, in a statement of their own, then one snapshot): a change
 * between the two is read twice, never lost. Their texts are the same for PostgreSQL 15 to 18. */
#ifndef PG_CATALOG_H
#define PG_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "flow/call.h"
#include "pg/acl.h"
#include "pg/names.h"
#include "pg/want.h"

/* Statements 0..count-1 of an SQL_READ call; number 0 alone is the change probe (SQL_EACH). */
extern const struct sql_statement pg_cluster_queries[];
extern const size_t pg_cluster_query_count;
extern const struct sql_statement pg_database_queries[];
extern const size_t pg_database_query_count;

/* --- the change probe ------------------------------------------------------------------------- */

#define PG_COUNTERS_MAX 16

/* How often rows of the catalogs were written since the server started counting. */
struct pg_counters {
    size_t count;
    int64_t started; /* the server's start, seconds since 1970: counters restart with it */
    struct pg_counter {
        uint32_t catalog;
        int64_t writes;
    } items[PG_COUNTERS_MAX];
};

/* Decodes the rows of statement 0. Failure: PROTOCOL. */
int pg_counters_decode(struct pg_counters *counters, const struct sql_rows *rows, struct err *err);
/* Equal: nothing has changed, if both came over the same connection. An all-zero one equals none.
 */
bool pg_counters_equal(const struct pg_counters *a, const struct pg_counters *b);

/* --- the cluster ------------------------------------------------------------------------------ */

struct pg_role {
    uint32_t oid;
    const char *name;
    bool attributes[PG_ATTR_N];
    bool usable;       /* the connected user has its privileges */
    bool administered; /* the connected user may grant it (ADMIN OPTION) */
    bool expires;      /* 'valid_until' is set and not infinity */
    int connection_limit;
    int64_t valid_until; /* seconds since 1970 */
    const char *comment; /* NULL: none */
};

struct pg_member {
    uint32_t role;
    uint32_t member;
    uint32_t grantor;
    bool admin;
    bool inherit; /* before PostgreSQL 16: what the member's INHERIT attribute says */
    bool set;
};

struct pg_setting {
    uint32_t database; /* 0: every */
    uint32_t role;     /* 0: every */
    const char *name;
    const char *value;
};

struct pg_database_row {
    uint32_t oid;
    const char *name;
    uint32_t owner;
    const char *encoding;
    const char *collate;
    const char *ctype;
    bool is_template;
    bool allow_connections;
    int connection_limit;
    struct pg_acl acl; /* the default where the catalog has none */
    const char *comment;
};

/* Memberships by one of their two ends: those of role number n (an index into 'roles') are
 * 'membership[first[n]]' to 'membership[first[n + 1] - 1]', indexes into 'members', in their order
 * there. Those that name a role which the snapshot does not have are left out. */
struct pg_edges {
    const uint32_t *first;
    const uint32_t *membership;
};

struct pg_reach; /* who is reached by memberships from whom: catalog_reach.c */

struct pg_cluster {
    struct pg_counters counters;
    int server_version; /* 150004 */
    uint32_t user;      /* the connected one */
    bool superuser;     /* is that one */
    bool in_recovery;
    bool read_only;
    bool track_counts; /* off: the change probe is blind */
    const char
        *allowed_extensions; /* azure.extensions; NULL where the server has no such setting */
    uint64_t system_identifier;
    struct pg_names names;
    const struct pg_role *roles; /* by oid, likewise below: deterministic order */
    size_t role_count;
    const struct pg_member *members;
    size_t member_count;
    const struct pg_database_row *databases;
    size_t database_count;
    const struct pg_setting *settings;
    size_t setting_count;
    /* Filled by pg_cluster_decode() and pg_cluster_index(): nothing is looked for by walking. */
    struct pg_names database_names; /* side by side with 'databases' */
    const uint32_t *by_scope;       /* settings by role, then database, then as they came */
    struct pg_edges up;             /* of a member: the roles that it is in */
    struct pg_edges down;           /* of a role: its members */
    struct pg_reach *reach;
};

/* A part of an index: from 'first' to before 'end'. */
struct pg_range {
    size_t first;
    size_t end;
};

/* Everything in 'arena'; nothing points into 'reply'. Failure: the classified SQLSTATE, or
 * PROTOCOL. */
struct pg_cluster *pg_cluster_decode(const struct sql_reply *reply, struct arena *arena,
                                     struct err *err);

/* NULL where there is none. */
const struct pg_role *pg_cluster_role(const struct pg_cluster *c, const char *name);
const struct pg_role *pg_cluster_role_by_oid(const struct pg_cluster *c, uint32_t oid);
const struct pg_database_row *pg_cluster_database(const struct pg_cluster *c, const char *name);
/* The number of the role, an index into c->roles; SIZE_MAX: there is none. */
size_t pg_cluster_number(const struct pg_cluster *c, uint32_t oid);
/* In c->by_scope: what is stored for the role (0: every) in the database (0: every). */
struct pg_range pg_cluster_settings(const struct pg_cluster *c, uint32_t role, uint32_t database);
/* The same in all databases. */
struct pg_range pg_cluster_role_settings(const struct pg_cluster *c, uint32_t role);
/* Indexes the memberships anew, after they were replaced; in 'arena'. */
void pg_cluster_index(struct pg_cluster *c, struct arena *arena);
/* Memberships followed so far to answer questions: how much work that was. */
size_t pg_cluster_steps(const struct pg_cluster *c);
/* Is 'member' directly or indirectly a member of 'role'? Whom one end reaches is remembered until
 * another one is asked about, so that asking about many others costs no more than about one. */
bool pg_cluster_is_member(const struct pg_cluster *c, uint32_t member, uint32_t role);
/* Does it have the role's privileges without SET ROLE: the same, by inheriting memberships only, or
 * as a superuser, or because it is that role? */
bool pg_cluster_inherits(const struct pg_cluster *c, uint32_t member, uint32_t role);

/* --- one database ----------------------------------------------------------------------------- */

struct pg_schema {
    uint32_t oid;
    const char *name;
    uint32_t owner;
    bool extension; /* made by an extension, which owns its privileges too */
    struct pg_acl acl;
};

/* Objects of one schema with the same kind, owner and ACL: a converged database has few of these,
 * however many tables. */
struct pg_group {
    enum pg_kind kind; /* TABLE, SEQUENCE, ROUTINE */
    uint32_t schema;
    uint32_t owner;
    bool extension;
    struct pg_acl acl;
    const char *const *names; /* routines: the quoted signature, "f(integer, text)" */
    size_t count;
};

struct pg_column {
    uint32_t schema;
    const char *table;
    const char *name;
    struct pg_acl acl;
};

struct pg_default {
    uint32_t role;
    uint32_t schema; /* 0: global */
    enum pg_kind kind;
    struct pg_acl acl;
};

/* By role, schema and kind. */
int pg_default_compare(const struct pg_default *a, const struct pg_default *b);

struct pg_extension {
    const char *name;
    const char *version;
    const char *schema;
};

struct pg_database {
    struct pg_counters counters;
    uint32_t oid;
    const char *name;
    struct pg_names names;
    const struct pg_schema *schemas; /* system, temporary and toast schemas left out */
    size_t schema_count;
    const struct pg_group *groups;
    size_t group_count;
    const struct pg_column *columns; /* those with an ACL of their own, by schema and table */
    size_t column_count;
    const struct pg_default *defaults; /* in the order of pg_default_compare() */
    size_t default_count;
    const struct pg_extension *extensions; /* by name */
    size_t extension_count;
    size_t object_count;          /* tables, sequences and routines seen */
    struct pg_names schema_names; /* side by side with 'schemas' */
};

/* As pg_cluster_decode(). */
struct pg_database *pg_database_decode(const struct sql_reply *reply, struct arena *arena,
                                       struct err *err);

const struct pg_schema *pg_database_schema(const struct pg_database *d, const char *name);
const struct pg_schema *pg_database_schema_by_oid(const struct pg_database *d, uint32_t oid);

#endif
