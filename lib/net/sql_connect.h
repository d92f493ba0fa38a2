/* How a connection to PostgreSQL comes about: addresses, one after the other, each with libpq's
 * handshake. For sql_conn.c. */
#ifndef NET_SQL_CONNECT_H
#define NET_SQL_CONNECT_H

#include "net/sql_conn.h"

/* Ends in sql_run_begin() or sql_conn_fail(). */
void sql_connect_begin(struct sql_conn *c);
/* Something has happened on the socket in CONNECT. */
void sql_connect_event(struct sql_conn *c);
/* The present address has had its time. */
void sql_connect_timeout(struct sql_conn *c);
/* Closes the connection in any state. */
void sql_connect_close(struct sql_conn *c);

#endif
