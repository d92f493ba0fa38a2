/* Role names and oids both ways: ACL text speaks names, everything else speaks oids. One table
 * belongs to one snapshot; names are borrowed. Not a cache across reads. */
#ifndef PG_NAMES_H
#define PG_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

struct pg_name {
    uint32_t oid;
    bool
        usable; /* the connected user has this role's privileges (pg_has_role USAGE, asked there) */
    const char *name;
};

struct pg_names {
    struct arena *arena;
    struct pg_name *items;
    size_t count;
    size_t room;
    uint32_t *by_name; /* open addressing: index + 1 into items, 0 = free */
    uint32_t *by_oid;
    size_t slots; /* a power of two, at least twice the count */
};

/* An empty table with room for 'expected' names before it grows; lives in 'arena'. */
void pg_names_init(struct pg_names *n, struct arena *arena, size_t expected);
/* A table of its own with what is in 'from'. */
void pg_names_copy(struct pg_names *n, const struct pg_names *from, struct arena *arena);
/* Adds a name (borrowed) that is not in it yet. */
void pg_names_add(struct pg_names *n, uint32_t oid, const char *name, bool usable);
/* NULL where there is no such name; 'length' in bytes, so that text need not be cut out. */
const struct pg_name *pg_names_find(const struct pg_names *n, const char *name, size_t length);
const struct pg_name *pg_names_by_oid(const struct pg_names *n, uint32_t oid);

#endif
