/* Quoting. Everything that enters a statement from outside goes through here, and only here; the
 * results equal PostgreSQL's quote_ident() and quote_literal(). */
#ifndef PG_IDENT_H
#define PG_IDENT_H

#include <stdbool.h>

#include "base/buf.h"

/* An identifier, in double quotes where it needs them. */
void pg_ident(struct buf *b, const char *name);
/* "schema.name", each part quoted by itself. */
void pg_ident2(struct buf *b, const char *schema, const char *name);
/* A string literal; with backslashes the E'' form, which means the same under every setting. */
void pg_literal(struct buf *b, const char *text);
/* Would it need quotes? */
bool pg_ident_is_plain(const char *name);

#endif
