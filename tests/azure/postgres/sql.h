/* Statements to a cluster as its superuser, over its Unix socket. Blocking; for worker threads and
 * for short questions. */
#ifndef AZSIM_SQL_H
#define AZSIM_SQL_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

/* Runs 'sql' (may be several statements) in 'database'. Failure: REFUSED with the SQLSTATE. */
int sql_run(const char *socket_dir, const char *database, const char *sql, struct err *err);
/* The rows as an array of arrays of strings; NULL with 'err'. */
json_t *sql_rows(const char *socket_dir, const char *database, const char *sql, struct err *err);

/* Adds 'text' quoted with 'quote': ' for a literal, " for a name. */
void sql_quote(struct buf *b, char quote, const char *text);

#endif
