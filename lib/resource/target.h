/* A target: one root resource with everything declared below it, in it and on it. Targets are what
 * a cycle works on: writes to one are serial, targets run side by side. */
#ifndef RESOURCE_TARGET_H
#define RESOURCE_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/secret.h"
#include "pg/want.h"
#include "plan/policy.h"

struct resource;

enum undeclared { UNDECLARED_IGNORE, UNDECLARED_REPORT, UNDECLARED_REMOVE };

struct schema_file {
    const char *name; /* as declared */
    const char *path; /* as read */
    const char *database;
    const char *relation; /* "schema.name": where it exists, the file has been run */
    const char *text;     /* the whole file */
    bool observe_only;    /* its database says mode: observe */
};

/* What one observation covers. The first scope of a target is its root. */
enum scope_kind {
    SCOPE_ROOT,     /* the root resource itself */
    SCOPE_LIST,     /* a collection below it */
    SCOPE_CLUSTER,  /* roles, memberships, databases, settings */
    SCOPE_DATABASE, /* what is inside one declared database */
};

struct scope {
    enum scope_kind kind;
    const struct resource *type; /* NULL of catalogs */
    const char *word;            /* for people and records: "server", "firewall rules" */
    const char *id;              /* of the resource or the collection; NULL of catalogs */
    const json_t *want;          /* declared, comments removed; NULL of catalogs */
    enum undeclared undeclared;  /* what happens to undeclared items of a collection */
    size_t database;             /* SCOPE_DATABASE: index into target->sql->databases */
};

/* An item whose declaration names another one, and so comes after it. */
struct edge {
    const char *id;          /* of the item; the root's where all of the target is meant */
    const struct target *on; /* the other's target */
    const char *on_id;       /* of the other */
    const char *on_title;    /* "subnet db of virtual network v" */
};

struct target {
    const struct resource *type; /* of the root */
    const char *document;        /* metadata.name */
    const char *name;            /* of the root */
    const char *arm_id;
    const char *parent_id; /* what the root stands in: the group, of a group the subscription */
    bool observe_only;     /* the root says mode: observe */
    struct policy policy;
    const struct scope *scopes;
    size_t scope_count;
    const struct edge *edges;
    size_t edge_count;
    size_t items; /* declared things */
    /* SQL. */
    const char *sql_user;        /* administratorLogin */
    struct secret *sql_password; /* administratorLoginPassword; borrowed from the document */
    const struct pg_want *sql;   /* NULL: no role, database or privilege declared */
    const struct schema_file *schema_files;
    size_t schema_file_count;
};

/* The scope of a kind; scope_count where there is none. */
size_t target_scope(const struct target *t, enum scope_kind kind);
/* The scope of a database of target->sql, by its index. */
size_t target_database_scope(const struct target *t, size_t database);

#endif
