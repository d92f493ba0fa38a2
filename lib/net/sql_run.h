/* What a call sends and receives on a connection that is up: flights of statements and their
 * results. For sql_conn.c. */
#ifndef NET_SQL_RUN_H
#define NET_SQL_RUN_H

#include "net/sql_conn.h"

/* Begins c->call; the connection is READY. Ends in sql_conn_answer() or sql_conn_fail(). */
void sql_run_begin(struct sql_conn *c);
/* Something has happened on the socket in SEND or RECEIVE. */
void sql_run_event(struct sql_conn *c, unsigned events);

#endif
