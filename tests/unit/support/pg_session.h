/* A libpq connection for tests of the SQL half: reads catalogs with the real queries, and carries
 * out changes, blocking and in the simplest way. Not the executor: that is lib/net. */
#ifndef TEST_PG_SESSION_H
#define TEST_PG_SESSION_H

#include <stdbool.h>

#include <libpq-fe.h>

#include "base/err.h"
#include "base/mem.h"
#include "pg/catalog.h"
#include "pg/diff.h"

struct pg_session {
    PGconn *conn;
    char sqlstate[6]; /* of the last failure, or of a warning that is one */
    char message[512];
};

/* Returns -1, with the message in 'message', where it cannot be had. */
int pg_session_open(struct pg_session *s, const char *conninfo);
void pg_session_close(struct pg_session *s);

/* One statement or several; -1 on failure and on warnings 01006 and 01007. */
int pg_session_run(struct pg_session *s, const char *sql);
/* The result of one query; the caller clears it. NULL on failure. */
PGresult *pg_session_query(struct pg_session *s, const char *sql);

struct pg_cluster *pg_session_cluster(struct pg_session *s, struct arena *arena, struct err *err);
struct pg_database *pg_session_database(struct pg_session *s, struct arena *arena, struct err *err);

/* The change's statements one after another; the transaction is the caller's. -1 at the first
 * failure. */
int pg_session_statements(struct pg_session *s, const struct pg_change *change);
/* The change's statements, in a transaction or each by itself as it says. -1 at the first failure.
 */
int pg_session_apply(struct pg_session *s, const struct pg_change *change);

#endif
