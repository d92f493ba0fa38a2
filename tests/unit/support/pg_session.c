/* See pg_session.h. */
#include "support/pg_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/sql_text.h"

static void note(struct pg_session *s, const PGresult *r)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    snprintf(s->sqlstate, sizeof(s->sqlstate), "%s", state ? state : "");
    snprintf(s->message, sizeof(s->message), "%s", text ? text : PQerrorMessage(s->conn));
}

/* A GRANT that granted nothing is a success to the server and a failure to us. */
static void on_notice(void *arg, const PGresult *r)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    if (state && (strcmp(state, "01006") == 0 || strcmp(state, "01007") == 0)) note(arg, r);
}

int pg_session_open(struct pg_session *s, const char *conninfo)
{
    *s = (struct pg_session){.conn = PQconnectdb(conninfo)};
    PQsetNoticeReceiver(s->conn, on_notice, s);
    if (PQstatus(s->conn) == CONNECTION_OK) return 0;
    snprintf(s->message, sizeof(s->message), "%s", PQerrorMessage(s->conn));
    pg_session_close(s);
    return -1;
}

void pg_session_close(struct pg_session *s)
{
    if (s->conn) PQfinish(s->conn);
    s->conn = NULL;
}

PGresult *pg_session_query(struct pg_session *s, const char *sql)
{
    s->sqlstate[0] = s->message[0] = '\0';
    PGresult *r = PQexec(s->conn, sql);
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) note(s, r);
    if (s->message[0]) {
        PQclear(r);
        return NULL;
    }
    return r;
}

int pg_session_run(struct pg_session *s, const char *sql)
{
    PGresult *r = pg_session_query(s, sql);
    PQclear(r);
    return r ? 0 : -1;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void to_rows(const PGresult *r, struct arena *arena, struct sql_rows *rows)
{
    rows->rows = (size_t)PQntuples(r);
    rows->columns = (size_t)PQnfields(r);
    const char **values = arena_array(arena, rows->rows * rows->columns, sizeof(*values));
    for (size_t i = 0; i < rows->rows * rows->columns; i++) {
        int row = (int)(i / rows->columns);
        int column = (int)(i % rows->columns);
        if (PQgetisnull(r, row, column)) continue;
        values[i] = arena_strdup(arena, PQgetvalue(r, row, column));
    }
    rows->values = values;
}

/* As SQL_READ says: the first alone, the rest in one snapshot. */
static int read_all(struct pg_session *s, const struct sql_statement *queries, size_t count,
                    struct arena *arena, struct sql_reply *reply)
{
    struct sql_rows *results = arena_array(arena, count, sizeof(*results));
    *reply = (struct sql_reply){.count = count, .results = results, .message = ""};
    for (size_t i = 0; i < count; i++) {
        if (i == 1 && pg_session_run(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") < 0) {
            return -1;
        }
        PGresult *r = pg_session_query(s, queries[i].text);
        if (!r) return -1;
        to_rows(r, arena, &results[i]);
        PQclear(r);
    }
    return pg_session_run(s, "COMMIT");
}

static int fail(const struct pg_session *s, struct err *err)
{
    return err_set(err, ERR_INTERNAL, "%s: %s", s->sqlstate, s->message);
}

struct pg_cluster *pg_session_cluster(struct pg_session *s, struct arena *arena, struct err *err)
{
    struct sql_reply reply;
    if (read_all(s, pg_cluster_queries, pg_cluster_query_count, arena, &reply) < 0) {
        fail(s, err);
        return NULL;
    }
    return pg_cluster_decode(&reply, arena, err);
}

struct pg_database *pg_session_database(struct pg_session *s, struct arena *arena, struct err *err)
{
    struct sql_reply reply;
    if (read_all(s, pg_database_queries, pg_database_query_count, arena, &reply) < 0) {
        fail(s, err);
        return NULL;
    }
    return pg_database_decode(&reply, arena, err);
}

/* --- changing --------------------------------------------------------------------------------- */

static int run_statement(struct pg_session *s, const struct sql_statement *statement)
{
    char *text = sql_text_statement(s->conn, statement);
    int result = text ? pg_session_run(s, text) : -1;
    free(text);
    return result;
}

int pg_session_statements(struct pg_session *s, const struct pg_change *change)
{
    for (size_t i = 0; i < change->statement_count; i++) {
        if (run_statement(s, &change->statements[i]) < 0) return -1;
    }
    return 0;
}

int pg_session_apply(struct pg_session *s, const struct pg_change *change)
{
    bool transaction = change->mode == SQL_TRANSACTION;
    if (transaction && pg_session_run(s, "BEGIN") < 0) return -1;
    if (pg_session_statements(s, change) < 0) {
        struct pg_session failure = *s;
        if (transaction) pg_session_run(s, "ROLLBACK");
        memcpy(s->sqlstate, failure.sqlstate, sizeof(s->sqlstate));
        memcpy(s->message, failure.message, sizeof(s->message));
        return -1;
    }
    return transaction ? pg_session_run(s, "COMMIT") : 0;
}
