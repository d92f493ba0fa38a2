/* A target: everything declared for one resource group, or for one server with all that is on it
 * and in it. Targets are what a cycle works on: writes within one are serial, targets run side by
 * side. */
#ifndef RESOURCE_TARGET_H
#define RESOURCE_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/secret.h"
#include "pg/want.h"
#include "plan/policy.h"

enum target_kind { TARGET_GROUP, TARGET_SERVER };

enum undeclared { UNDECLARED_IGNORE, UNDECLARED_REPORT, UNDECLARED_DELETE };

struct schema_file {
    const char *name; /* as declared */
    const char *path; /* as read */
    const char *database;
    const char *relation; /* "schema.name": where it exists, the file has been run */
    const char *text;     /* the whole file */
    bool observe_only;    /* its database says mode: observe */
};

struct target {
    enum target_kind kind;
    const char *document;       /* metadata.name */
    const char *name;           /* of the group or the server */
    const char *arm_id;         /* /subscriptions/.../flexibleServers/NAME */
    const struct target *after; /* the group of a server; NULL: nothing */
    struct policy policy;
    enum undeclared undeclared_firewall_rules;
    bool observe_only; /* the item says mode: observe */
    /* Borrowed from the document, comments removed; NULL where not declared. */
    const json_t *item; /* the group's or the server's own fields */
    const json_t *configurations;
    const json_t *firewall_rules;
    /* SQL. */
    const char *sql_user;        /* administratorLogin */
    struct secret *sql_password; /* administratorLoginPassword; borrowed from the document */
    const struct pg_want *sql;   /* NULL: no role, database or privilege declared */
    const struct schema_file *schema_files;
    size_t schema_file_count;
};

#endif
