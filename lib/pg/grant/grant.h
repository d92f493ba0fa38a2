/* Comparing privileges: README.md beside this file explains the way of it, with examples, what
 * always holds, what it costs, and the words used here. The work is cut into units: objects of one
 * kind, owner and list, that are treated alike. Most units give plain operations, which are
 * gathered by grantee and sent for hundreds of objects at a time; where somebody loses what another
 * than the owner had a hand in, the unit is regranted as a whole. Private to the comparison's
 * files. */
#ifndef PG_GRANT_H
#define PG_GRANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "pg/catalog.h"
#include "pg/catalog/graph.h"
#include "pg/diff/build.h"
#include "pg/diff/wanted.h"
#include "pg/want.h"

/* Objects named in one statement: PostgreSQL 18 locks each of them. */
enum { PG_BATCH_OBJECTS = 500, PG_BATCH_BYTES = 64 * 1024 };

/* pg_database_owner: whoever owns the database is its only member. Its oid is fixed
 * (pg_authid.dat). */
enum { PG_DATABASE_OWNER = 6171 };

/* A grantee whose privileges are compared: because they are declared or, in the pass that looks for
 * what is not, because nobody declares them. */
struct pg_managed {
    uint32_t oid;
    const char *name;                  /* NULL: PUBLIC */
    const char *label;                 /* "PUBLIC" or the name */
    const struct pg_want_grant *grant; /* NULL: only the database's PUBLIC is managed, or nothing */
    bool exact;
    bool exact_database;
    bool routines; /* exact for routines too */
    /* Why nothing is taken from him though he is exact: policy, or a name in his declaration that
     * resolves to nothing and may be meant for what he would lose. NULL: it is taken. */
    const char *withheld;
    bool reported; /* by policy: nothing else is wrong */
    bool undeclared;
    bool born; /* he keeps what PUBLIC holds by birth */
};

struct pg_unit_column {
    const char *name;
    struct pg_acl acl;
};

struct pg_unit {
    enum pg_kind kind;
    const char *schema; /* NULL: a database or a schema, which is the one name */
    size_t schema_index;
    const char *const *names;
    size_t count;
    uint32_t owner;
    struct pg_acl acl;
    const struct pg_unit_column *columns; /* of a single table; by name */
    size_t column_count;
};

enum pg_op_action { PG_OP_GRANT, PG_OP_REVOKE, PG_OP_REVOKE_OPTION };

struct pg_op {
    size_t managed;
    enum pg_op_action action;
    bool option; /* GRANT ... WITH GRANT OPTION */
    enum pg_kind kind;
    uint32_t mask;
    const char *schema;
    const char *const *names;
    size_t count;
    const char *columns; /* " (a, b)", quoted; NULL: the whole object */
    const char *blocked; /* why it cannot be done, or NULL */
    const char *as;      /* the owner, where it must be done in his name; see pg_grant_rivals() */
};

struct pg_regrant {
    struct pg_unit unit;
    uint32_t flat;  /* the privileges whose grants give way */
    uint32_t stuck; /* those that cannot be taken from anybody */
    const char *as; /* as above */
};

struct pg_join {
    uint32_t oid;
    bool elsewhere; /* pg_diff_cluster() says so already */
};

/* Where the grantee with this oid stands in 'managed'. */
struct pg_managed_place {
    uint32_t oid;
    size_t managed;
};

/* What one grantee is declared to hold in one schema. */
struct pg_grant_row {
    size_t managed;
    const struct pg_want_schema_grant *wanted;
    const struct pg_want_table *
        *tables; /* wanted->table_list by name; the first of equals counts */
};

/* The tables of one schema that are units by themselves, by name: those with grants on columns, and
 * those declared by name. */
struct pg_singles {
    const char **names;
    bool *there; /* does the table exist? */
    size_t count;
};

/* Privileges on what 'role' creates from now on. */
struct pg_default_op {
    size_t managed;
    enum pg_op_action action;
    bool option;
    enum pg_kind kind;
    uint32_t mask;
    const char *role;
    const char *schema; /* NULL: everywhere */
    const char *blocked;
};

/* A schema as it will be when the changes before have been applied. */
struct pg_grant_schema {
    uint32_t oid; /* 0: to be created */
    const char *name;
    const char *create_for; /* owner's name, where it is to be created */
    const char *new_owner;  /* where it changes hands */
    const char *old_owner;
    uint32_t owner;
    bool extension;
    struct pg_acl acl;
    const char *never;         /* why it cannot be created, or NULL */
    struct pg_grant_row *rows; /* by grantee */
    size_t row_count;
    struct pg_singles singles;
};

/* The managed grantees that one unit is about: who holds something on it, and for whom something is
 * declared. Nobody else can differ there, so that a pass over all units costs what the access lists
 * and the declarations are long, not units x grantees. */
struct pg_active {
    size_t *items; /* indexes into 'managed', ascending */
    size_t count;
    uint32_t *marks; /* of 'managed': the unit that it was last active for */
    uint32_t unit;
};

/* Whom the administrator can act for: at once, or after joining owners. grant_scope.c's. */
struct pg_actor {
    struct pg_cluster
        later;              /* the cluster with its memberships as they will be without what goes */
    struct pg_names owners; /* that pg_diff_cluster() has him join */
    struct pg_diff *members; /* the cluster's memberships as they will be; NULL until asked */
    bool *reached; /* of roles by number: he has its privileges by an owner that he joins */
    uint32_t *queue;
    struct pg_join *joins; /* owners that he has to join */
    size_t join_count;
    size_t join_room;
    struct pg_names joined; /* the same by oid */
};

/* What has to be done: added to by the walk, taken apart by the files that make changes. */
struct pg_found {
    struct pg_op *ops;
    size_t op_count;
    size_t op_room;
    struct pg_regrant *regrants;
    size_t regrant_count;
    size_t regrant_room;
    struct pg_default_op *defaults;
    size_t default_count;
    size_t default_room;
};

/* Which of the two comparisons this is: see pg_diff_database() and pg_undeclared_database(). */
enum pg_pass { PG_PASS_DECLARED, PG_PASS_UNDECLARED };

struct pg_grants {
    struct pg_build build;
    enum pg_pass pass;
    /* What is compared: grant_scope.c and its neighbours fill it in before anything is compared. */
    const struct pg_want *want;
    const struct pg_want_database *database; /* NULL: only its privileges are declared */
    const struct pg_cluster *cluster;
    const struct pg_database *observed;
    const char *name;       /* of the database */
    uint32_t owner;         /* of the database */
    struct pg_names names;  /* with those to be created, under oids of our own */
    struct pg_wanted roles; /* what is declared about roles */
    struct pg_actor act;
    /* Grantees and schemas. */
    struct pg_managed *managed; /* by name, PUBLIC first */
    size_t managed_count;
    struct pg_managed_place *by_oid;
    struct pg_active active;
    struct pg_held *have; /* [managed], of the unit at hand; only active ones */
    struct pg_grant_schema *schemas;
    size_t schema_count;
    struct pg_names schema_names; /* side by side with 'schemas' */
    const char *missing_grantee;  /* the first one declared here that does not exist, or NULL */
    struct pg_found found;
};

/* grant_scope.c: names, and whom the administrator can act for. */
void pg_grant_scope(struct pg_grants *g);
/* The oid of a role that exists or will; 0: neither. */
uint32_t pg_grant_oid(struct pg_grants *g, const char *name);
const char *pg_grant_name(const struct pg_grants *g, uint32_t oid);
/* NULL where the connected user may act for 'owner' (whom he joins before, if he must), or why not.
 */
const char *pg_grant_blocked(struct pg_grants *g, uint32_t owner);
/* The same, without making him join. */
const char *pg_grant_never(struct pg_grants *g, uint32_t owner);
/* Why the connected user can make no schemas, or give them to others, or NULL. */
const char *pg_grant_never_creates(struct pg_grants *g);
/* Could the database or a schema change hands, from and to roles that exist? */
bool pg_grant_changes_hands(struct pg_grants *g, uint32_t from, uint32_t to);
/* Does the connected user have the role's privileges, or will he when he has joined the owners? */
bool pg_grant_acts_as(const struct pg_grants *g, uint32_t role);
/* The privileges that the connected user could grant in the name of somebody else than the owner.
 * The server takes the first role that it finds with all the options needed, not the owner
 * (measured on PostgreSQL 15), so statements about these have to be made as the owner. */
uint32_t pg_grant_rivals(const struct pg_grants *g, const struct pg_unit *u);
/* May 'role' use the schema, as the catalog stands: can it name what is inside? */
bool pg_grant_schema_open(const struct pg_grants *g, size_t schema, uint32_t role);

/* grant_managed.c: whose privileges are compared. */
void pg_grant_scope_managed(struct pg_grants *g);
/* Names that resolve to nothing: what is withheld on their account. After the schemas. */
void pg_grant_scope_withheld(struct pg_grants *g);
/* Sorts and indexes g->managed, when all are there. */
void pg_grant_index_managed(struct pg_grants *g);
/* The index of the managed grantee, or SIZE_MAX. */
size_t pg_grant_managed(const struct pg_grants *g, uint32_t oid);
/* grant_undeclared.c: the grantees of the database that nobody declares; and owners. */
void pg_grant_scope_undeclared(struct pg_grants *g);
void pg_grant_undeclared_owners(struct pg_grants *g);

/* grant_schema.c: schemas as they will be, what is declared in each, and tables declared by name.
 */
void pg_grant_scope_schemas(struct pg_grants *g);
/* NULL where there is no such schema, and none is to be created. */
struct pg_grant_schema *pg_grant_schema(const struct pg_grants *g, const char *name);
/* The index of the schema that is there, or SIZE_MAX. */
size_t pg_grant_schema_index(const struct pg_grants *g, uint32_t oid);
/* What is declared for the grantee in the schema; NULL: nothing. */
const struct pg_grant_row *pg_grant_row(const struct pg_grants *g, size_t schema, size_t managed);
/* The first observed column at or behind (schema, table); 'table' "" is before all. */
size_t pg_grant_first_column(const struct pg_database *d, uint32_t schema, const char *table);
/* NULL: the table is not declared by name. */
const struct pg_want_table *pg_grant_table(const struct pg_grant_row *row, const char *name);
/* The table's place among the schema's singles, or SIZE_MAX. */
size_t pg_grant_single(const struct pg_singles *s, const char *table);

/* grant_declared.c. */
/* Fills g->active and, of those, g->have for the unit. */
void pg_grant_activate(struct pg_grants *g, const struct pg_unit *u);
uint32_t pg_grant_spell_out(const struct pg_grants *g, uint32_t mask, enum pg_kind kind);
/* What he may hold on the unit or a column of it: what is declared and, where he keeps that, what
 * PUBLIC holds by birth. */
uint32_t pg_grant_allowed(const struct pg_grants *g, size_t managed, const struct pg_unit *u,
                          const char *column);
/* Is more than that surplus? */
bool pg_grant_exact(const struct pg_managed *m, enum pg_kind kind);
/* What is declared for a unit or a column of it, ALL spelled out. */
uint32_t pg_grant_declared(const struct pg_grants *g, size_t managed, const struct pg_unit *u);
uint32_t pg_grant_declared_column(const struct pg_grants *g, size_t managed,
                                  const struct pg_unit *u, const char *column);
/* What he shall hold, given what he holds. */
struct pg_held pg_grant_target(const struct pg_grants *g, size_t managed, const struct pg_unit *u,
                               const char *column, struct pg_held have);

/* What a delta says that the privileges shall be: "granted", "revoked", "not declared". */
const char *pg_grant_becomes(const struct pg_grants *g, size_t managed, enum pg_op_action action);
/* " (a)", quoted, in the arena. */
const char *pg_grant_column_list(struct pg_grants *g, const char *column);
/* Why what is declared there cannot be granted. */
const char *pg_grant_no_table(struct pg_grants *g, const struct pg_grant_schema *s,
                              const char *table);
const char *pg_grant_no_schema(struct pg_grants *g, const char *schema);
/* Marks the change being built: by policy only reported, or impossible, or neither. */
void pg_grant_blocked_change(struct pg_grants *g, size_t managed, const char *blocked);
/* The kind of a change about somebody who is not declared, or about PUBLIC. */
enum pg_change_kind pg_grant_undeclared_change(const struct pg_managed *m);

/* grant_walk.c: the units of the database, each handed to pg_grant_unit(). */
void pg_grant_walk(struct pg_grants *g);

/* grant_unit.c: one unit to operations, or to a regrant. */
void pg_grant_unit(struct pg_grants *g, const struct pg_unit *u);
void pg_grant_op(struct pg_grants *g, const struct pg_op *op);

/* grant_stuck.c: how grant options hang together in one access list. */
struct pg_options {
    struct arena *arena;
    uint32_t owner;
    uint32_t *holders; /* grantees and grantors but the owner and PUBLIC, by oid */
    size_t count;
    struct pg_arc *members; /* between places of 'holders': 'to' is a member of 'from' */
    size_t member_count;
};
void pg_options_init(struct pg_options *o, struct pg_grants *g, const struct pg_acl *acl,
                     uint32_t owner);
/* The holder's place, or SIZE_MAX. */
size_t pg_options_place(const struct pg_options *o, uint32_t holder);
/* For each item the privileges, of 'mask', of which the option that it passes on comes back to its
 * grantor: by grants of others than the owner, or because one is a member of the other. O(items)
 * for each privilege, in bits of circular[]. */
void pg_options_circular(const struct pg_options *o, const struct pg_acl_item *items, size_t count,
                         uint32_t mask, uint32_t *circular);
/* The privileges among 'mask' whose grants by others than the owner cannot be made to give way;
 * '*why' says so. */
uint32_t pg_grant_stuck(struct pg_grants *g, const struct pg_unit *u, uint32_t mask,
                        const char **why);

/* grant_regrant.c, grant_batch.c, grant_default.c: changes. */
/* A schema is closed last: until then its objects can be named. */
enum pg_stage { PG_STAGE_GRANT, PG_STAGE_REVOKE, PG_STAGE_CLOSE };
void pg_grant_regrants(struct pg_grants *g, enum pg_stage stage);
void pg_grant_batches(struct pg_grants *g, enum pg_stage stage);
/* The first finds them (and the owners to be joined), the second makes the changes. */
void pg_grant_default_walk(struct pg_grants *g);
void pg_grant_defaults(struct pg_grants *g);

/* grant_sql.c: words. */
void pg_grant_sql_verb(struct buf *b, enum pg_op_action action, uint32_t mask, const char *columns);
void pg_grant_sql_objects(struct buf *b, enum pg_kind kind, const char *schema,
                          const char *const *names, size_t count);
void pg_grant_sql_grantee(struct buf *b, enum pg_op_action action, const char *grantee,
                          bool option);
/* "SELECT (a) on public.t", "SELECT on 37 tables in public", "grant option for ..." */
void pg_grant_text(struct buf *b, const struct pg_op *op, size_t count);

#endif
