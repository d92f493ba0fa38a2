/* Putting a list of changes together: a change is begun, gets deltas and statements, and is ended;
 * one without deltas leaves no trace. Private to the comparison's files. */
#ifndef PG_BUILD_H
#define PG_BUILD_H

#include <stddef.h>

#include "base/buf.h"
#include "base/mem.h"
#include "pg/diff.h"

struct pg_build {
    struct arena *arena;
    struct pg_changes changes;
    size_t room;
    struct pg_change now; /* being put together */
    struct pg_delta *deltas;
    size_t delta_room;
    struct sql_statement *statements;
    size_t statement_room;
    struct buf sql;    /* the statement being written */
    const char *never; /* why none of the changes can be made, or NULL */
};

/* Longest statement in bytes; lists of objects are cut well before. */
enum { PG_STATEMENT_MAX = 256 * 1024 };

void pg_build_init(struct pg_build *b, struct arena *arena);
/* Hands the list over (it lives in the arena) and frees the rest. */
struct pg_changes pg_build_done(struct pg_build *b);

/* 'object' as printf; 'database' borrowed, NULL: any. */
void pg_build_begin(struct pg_build *b, enum pg_change_kind kind, const char *database,
                    const char *object, ...) __attribute__((format(printf, 4, 5)));
/* Texts are copied; NULL: nothing there. */
void pg_build_delta(struct pg_build *b, const char *field, const char *from, const char *to);
/* Ends the statement in b->sql and empties that. */
void pg_build_statement(struct pg_build *b);
/* The same with a password appended to it. */
void pg_build_password(struct pg_build *b, const struct secret *password, const char *role);
void pg_build_end(struct pg_build *b);

/* A connection limit for people: a number, or "none". */
void pg_build_limit_text(char out[16], int limit);
/* The delta and the statement for a comment that differs; 'type' as in COMMENT ON. 'want' NULL: not
 * declared, "": none; 'have' NULL: none. */
void pg_build_comment(struct pg_build *b, const char *type, const char *name, const char *want,
                      const char *have);

/* Room for one more of 'size' bytes: doubles 'items' in the arena when 'count' has reached '*room'.
 */
void *pg_grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size);

#endif
