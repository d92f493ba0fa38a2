/* The desired state of one server's SQL half, as plain data. Whoever reads the document fills it
 * in; everything is borrowed from that reader's arena. What is not declared here is not managed. */
#ifndef PG_WANT_H
#define PG_WANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/secret.h"
#include "pg/acl.h"
#include "pg/undeclared.h"

/* UNSET is zero: not declared, not compared. */
enum pg_flag { PG_UNSET, PG_OFF, PG_ON };

/* attribute, word in SQL, word in pg_want and texts, value of a role that was created without it */
#define PG_ATTRIBUTES(X)                                                                           \
    X(LOGIN, "LOGIN", "login", false)                                                              \
    X(SUPERUSER, "SUPERUSER", "superuser", false)                                                  \
    X(CREATEDB, "CREATEDB", "createdb", false)                                                     \
    X(CREATEROLE, "CREATEROLE", "createrole", false)                                               \
    X(REPLICATION, "REPLICATION", "replication", false)                                            \
    X(BYPASSRLS, "BYPASSRLS", "bypassrls", false)                                                  \
    X(INHERIT, "INHERIT", "inherit", true)

enum pg_attribute {
#define X(name, sql, word, initial) PG_ATTR_##name,
    PG_ATTRIBUTES(X)
#undef X
        PG_ATTR_N
};

struct pg_want_setting {
    const char *name;     /* any letter case */
    const char *value;    /* as in postgresql.conf; lists comma-separated; NULL: reset it */
    const char *database; /* of a role's setting: only in that database; NULL: everywhere */
};

struct pg_want_role {
    const char *name;
    bool create_allowed; /* false: somebody else makes it; missing is reported only */
    enum pg_flag attributes[PG_ATTR_N];
    bool has_connection_limit;
    int connection_limit;    /* -1: none */
    const char *valid_until; /* NULL: not declared; "infinity": never ends; else RFC 3339 */
    const struct pg_want_setting *settings;
    size_t setting_count;
    bool settings_exact; /* settings not declared are reset */
    const char *const *member_of;
    size_t member_of_count;
    bool members_exact; /* memberships of this role in others, not declared, are revoked */
    const struct secret *password; /* used when it is created; NULL: none */
    const char *comment;           /* NULL: not declared; "": none */
    bool observe_only;             /* differences are reported, not corrected; see pg_want_part() */
};

struct pg_want_schema {
    const char *name;
    const char *owner; /* NULL: not declared; a new one belongs to the database's owner */
};

struct pg_want_database {
    const char *name;
    bool create_allowed;
    const char *owner; /* NULL: not declared; likewise below */
    const char *encoding;
    const char *collate;
    const char *ctype;
    const char *template_name; /* for creation only */
    bool has_connection_limit;
    int connection_limit;
    const struct pg_want_setting *settings; /* their 'database' is not used */
    size_t setting_count;
    bool settings_exact;
    const char *comment;
    bool revoke_public; /* PUBLIC holds nothing on the database unless a grant declares it */
    const struct pg_want_schema *schemas;
    size_t schema_count;
    bool observe_only;
};

struct pg_want_column {
    const char *name;
    uint32_t mask;
};

struct pg_want_table {
    const char *name;
    uint32_t mask; /* in addition to the schema's 'tables' */
    const struct pg_want_column *columns;
    size_t column_count;
};

struct pg_want_schema_grant {
    const char *name;
    uint32_t schema;    /* privileges on the schema itself */
    uint32_t tables;    /* on every table and view in it */
    uint32_t sequences; /* on every sequence in it */
    uint32_t routines;  /* on every function and procedure in it */
    const struct pg_want_table *table_list;
    size_t table_count;
};

struct pg_want_default {
    const char *for_role; /* the creator whose new objects are meant */
    const char *schema;   /* NULL: in every schema (a global entry) */
    enum pg_kind kind;    /* TABLE, SEQUENCE, ROUTINE, TYPE, SCHEMA */
    uint32_t mask;
};

struct pg_want_grant {
    const char *database;
    const char *grantee; /* NULL: PUBLIC */
    /* Exact: the grantee holds these privileges and no others on the database, its schemas, tables,
     * columns, sequences and routines, and in default privileges; additive: at least these. What an
     * owner holds on his own objects is never touched. PUBLIC's routines are managed only where a
     * schema declares 'routines', because every new routine is open to PUBLIC. */
    bool exact;
    bool with_grant_option;
    uint32_t database_mask;
    const struct pg_want_schema_grant *schemas;
    size_t schema_count;
    const struct pg_want_default *defaults;
    size_t default_count;
    bool observe_only;
};

struct pg_want {
    const struct pg_want_role *roles;
    size_t role_count;
    const struct pg_want_database *databases;
    size_t database_count;
    const struct pg_want_grant *grants;
    size_t grant_count;
    enum pg_undeclared undeclared[PG_UNDECLARED_N]; /* what is thought of what is not declared */
};

/* Those items of 'want' whose 'observe_only' is the given one; the comparison itself does not look
 * at it. Lives in 'arena' and borrows from 'want'. */
struct pg_want pg_want_part(const struct pg_want *want, bool observe_only, struct arena *arena);

/* A name that belongs to PostgreSQL or Azure ("pg_...", "azure...") and is never managed. */
bool pg_name_is_protected(const char *name);
/* The same of a role: also the names that Azure reserves, and keywords. */
bool pg_role_is_protected(const char *name);
/* The same of a database: also templates, "azure_sys" and "azure_maintenance". */
bool pg_database_is_protected(const char *name);

/* Is it something that may be asked for? 'admin' is the user that will connect. Failure: CONFIG
 * with the first thing that is wrong: protected or repeated names, a privilege that its kind of
 * object does not have, a grant option for PUBLIC, an unreadable time, the admin's own password. */
int pg_want_check(const struct pg_want *want, const char *admin, struct err *err);

#endif
