/* The few texts that the executor itself sends. For sql_run.c. */
#ifndef NET_SQL_TEXT_H
#define NET_SQL_TEXT_H

#include <stdbool.h>

#include <libpq-fe.h>

#include "base/buf.h"
#include "flow/call.h"

/* The settings of a new session on a server of 'version' (150020 is 15.20). */
void sql_text_session(struct buf *b, int version);
void sql_text_timeout(struct buf *b, msec timeout);

/* The text of 's' with the verifier of its password where it has one. free() it after wiping; NULL
 * where libpq refuses (PQerrorMessage). Source: PQencryptPasswordConn of libpq; it asks the server
 * nothing when the algorithm is given. */
char *sql_text_statement(PGconn *pg, const struct sql_statement *s);

#endif
