/* Reading cells of catalog rows. The first thing that cannot be read is remembered; all later reads
 * give zeros, so that a decoder checks once, at its end. Private to the catalog's files. */
#ifndef PG_DECODE_H
#define PG_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "flow/call.h"
#include "pg/acl.h"
#include "pg/catalog.h"
#include "pg/names.h"

struct pg_decode {
    struct arena *arena;
    const struct pg_names *names; /* for ACL text */
    const struct sql_rows *rows;  /* of the present statement */
    size_t row;
    struct err *err;
    bool failed;
};

/* Checks that 'reply' is a success with 'count' results of the given numbers of columns. */
int pg_decode_check(const struct sql_reply *reply, const size_t *columns, size_t count,
                    struct err *err);
void pg_decode_fail(struct pg_decode *d, const char *what);

/* A cell of the present row; NULL for SQL's NULL. Borrowed from the reply. */
const char *pg_decode_raw(const struct pg_decode *d, size_t column);
/* Copied; NULL for NULL. */
const char *pg_decode_text(struct pg_decode *d, size_t column);
/* Copied; NULL is a failure. */
const char *pg_decode_name(struct pg_decode *d, size_t column);
int64_t pg_decode_int(struct pg_decode *d, size_t column);
uint32_t pg_decode_oid(struct pg_decode *d, size_t column);
bool pg_decode_bool(struct pg_decode *d, size_t column);
struct pg_acl pg_decode_acl(struct pg_decode *d, size_t column);
/* The elements of an array of text, copied; no NULLs, one dimension. */
const char *const *pg_decode_array(struct pg_decode *d, size_t column, size_t *count);

#endif
