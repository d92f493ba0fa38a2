/* Executes SQL calls on kept connections: one set of connections per server, equal targets share
 * them. It knows no catalog, writes no statement but those that open and close transactions and set
 * up the session, and asks nothing twice. */
#ifndef NET_SQL_H
#define NET_SQL_H

#include "flow/call.h"
#include "net/loop.h"
#include "net/net.h"
#include "net/resolve.h"

struct sql;

/* 'settings' have no zeroes left; everything given outlives it. */
struct sql *sql_new(struct loop *loop, struct resolve *resolve,
                    const struct net_settings *settings);
/* Forgets all calls and closes all connections. */
void sql_free(struct sql *sql);

/* As struct io's: see flow/call.h, where the modes are. Beyond what stands there:
 *
 * - A new session gets search_path = pg_catalog, lock_timeout = 2 s,
 *   idle_in_transaction_session_timeout = 30 s, application_name = pgdriftd and, from PostgreSQL 16
 *   on, createrole_self_grant = 'set, inherit'. SQL_SIMPLE runs with the search_path that the
 * server would give to anybody, and its connection is closed afterwards: the text may have changed
 *   anything in the session.
 * - No statement at all (count 0) is a trial of the login on a connection of its own.
 * - reply.sql.failed: where COMMIT itself failed, the last statement.
 * - The warnings 01006 and 01007 of a write are failures of their statement. In SQL_TRANSACTION and
 *   SQL_SIMPLE the others are committed nevertheless. So is 25P01 in SQL_SIMPLE: the text had a
 *   COMMIT of its own. A transaction that it leaves open is 25001 and is rolled back.
 *
 * Failures of the transport, with reply.sql.sqlstate and err.code where the server gave one while
 * connecting:
 *   DENIED     28P01, 28000, 42501: the login or the database is refused
 *   NOT_FOUND  3D000: no such database
 *   CONFIG     the server's certificate was not accepted, or it offers no TLS
 *   TIMEOUT    the deadline, or no connection within the connect timeout
 *   REFUSED    a statement that copies from or to the client
 *   PROTOCOL   results longer than the limit; a session setting that is refused
 *   TRANSIENT  everything else: refused, lost, starting, too many clients */
void sql_start(struct sql *sql, struct call *call);
/* A call under way takes its connection with it: the server ends the statement when it notices. */
void sql_cancel(struct sql *sql, struct call *call);

/* Fills the sql_ fields. */
void sql_counters(const struct sql *sql, struct net_counters *out);

#endif
