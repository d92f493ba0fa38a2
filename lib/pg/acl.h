/* Access control lists as sets: aclitem[] text to items of bit masks, and the words for the bits.
 * What NULL means is the caller's (it has acldefault() beside it): here is only text with items.
 * Source: PostgreSQL documentation 5.7 "Privileges", acl.h; traps measured on PostgreSQL 15 to 18.
 */
#ifndef PG_ACL_H
#define PG_ACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "pg/names.h"

/* bit, letter in ACL text, SQL word; in the order in which texts name them */
#define PG_PRIVILEGES(X)                                                                           \
    X(SELECT, 'r', "SELECT")                                                                       \
    X(INSERT, 'a', "INSERT")                                                                       \
    X(UPDATE, 'w', "UPDATE")                                                                       \
    X(DELETE, 'd', "DELETE")                                                                       \
    X(TRUNCATE, 'D', "TRUNCATE")                                                                   \
    X(REFERENCES, 'x', "REFERENCES")                                                               \
    X(TRIGGER, 't', "TRIGGER")                                                                     \
    X(MAINTAIN, 'm', "MAINTAIN")                                                                   \
    X(EXECUTE, 'X', "EXECUTE")                                                                     \
    X(USAGE, 'U', "USAGE")                                                                         \
    X(CREATE, 'C', "CREATE")                                                                       \
    X(CONNECT, 'c', "CONNECT")                                                                     \
    X(TEMPORARY, 'T', "TEMPORARY")                                                                 \
    X(SET, 's', "SET")                                                                             \
    X(ALTER_SYSTEM, 'A', "ALTER SYSTEM")

enum pg_privilege_bit {
#define X(name, letter, word) PG_BIT_##name,
    PG_PRIVILEGES(X)
#undef X
        PG_BIT_N
};

/* A set of privileges is a uint32_t of these. */
enum pg_privilege {
#define X(name, letter, word) PG_##name = 1 << PG_BIT_##name,
    PG_PRIVILEGES(X)
#undef X
        PG_ALL =
            1 << 30, /* in a desired set only: whatever this server has for the kind of object */
};

enum pg_kind {
    PG_KIND_DATABASE,
    PG_KIND_SCHEMA,
    PG_KIND_TABLE, /* also views, materialized views, foreign and partitioned tables */
    PG_KIND_SEQUENCE,
    PG_KIND_ROUTINE,
    PG_KIND_TYPE,         /* default privileges only */
    PG_KIND_LARGE_OBJECT, /* default privileges only, PostgreSQL 18 */
    PG_KIND_N
};

/* The grantee PUBLIC. */
#define PG_PUBLIC UINT32_C(0)

struct pg_acl_item {
    uint32_t grantee; /* oid; PG_PUBLIC */
    uint32_t grantor;
    uint32_t mask;
    uint32_t option; /* a part of 'mask' */
};

struct pg_acl {
    const struct pg_acl_item *items;
    size_t count;
};

/* What somebody holds, over all grantors. */
struct pg_held {
    uint32_t mask;
    uint32_t option;
};

/* Parses the text of an aclitem[] ("{}" is: nobody, not even the owner). 'names' is the snapshot's.
 * Failure: PROTOCOL; for a name that the snapshot does not have the text says "read again", because
 * names in ACL text are not taken from the snapshot. */
int pg_acl_parse(struct pg_acl *acl, const char *text, const struct pg_names *names,
                 struct arena *arena, struct err *err);

struct pg_held pg_acl_held(const struct pg_acl *acl, uint32_t grantee);
/* The privileges in it that somebody else than 'owner' granted. */
uint32_t pg_acl_foreign(const struct pg_acl *acl, uint32_t owner);
/* What ALTER ... OWNER TO makes of it: old replaced by new as grantee and grantor, then merged. */
struct pg_acl pg_acl_new_owner(const struct pg_acl *acl, uint32_t old_owner, uint32_t new_owner,
                               struct arena *arena);

/* Every privilege that the kind has on a server of that version (170000: 17.0). */
uint32_t pg_kind_all(enum pg_kind kind, int server_version);
/* What PUBLIC holds by default on a new object of the kind. */
uint32_t pg_kind_public(enum pg_kind kind);
/* "table" / "tables" for people; "TABLE" / "TABLES" for SQL. */
const char *pg_kind_word(enum pg_kind kind, bool plural);
const char *pg_kind_sql(enum pg_kind kind, bool plural);

/* The bit of a privilege word in any letter case ("select", "TEMP", "ALL", "ALL PRIVILEGES"); 0
 * where there is none. */
uint32_t pg_privilege_parse(const char *word);
/* Adds "SELECT, INSERT"; each word followed by 'columns' (" (a, b)") where not NULL. */
void pg_privilege_words(struct buf *b, uint32_t mask, const char *columns);

#endif
