/* Statements to a cluster: see sql.h. */
#include "postgres/sql.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "postgres/superuser.h"

/* libpq ends its messages with a line feed. */
static int sql_fail(const char *sqlstate, const char *message, struct err *err)
{
    int length = (int)strcspn(message, "\n");
    err_set(err, ERR_REFUSED, "%.*s", length, message);
    if (err && sqlstate) snprintf(err->code, sizeof(err->code), "%s", sqlstate);
    return -1;
}

static PGconn *sql_connect(const char *socket_dir, const char *database, struct err *err)
{
    static const char *const keys[] = {
        "host", "port", "user", "dbname", "connect_timeout", "application_name", "options", NULL};
    const char *const values[] = {socket_dir,
                                  "5432",
                                  SUPERUSER,
                                  database,
                                  "5",
                                  "azsim",
                                  "-c statement_timeout=60s -c client_min_messages=warning",
                                  NULL};
    PGconn *conn = PQconnectdbParams(keys, values, 0);
    if (PQstatus(conn) == CONNECTION_OK) return conn;
    sql_fail(NULL, PQerrorMessage(conn), err);
    PQfinish(conn);
    return NULL;
}

static json_t *sql_result(const PGresult *result)
{
    json_t *rows = json_array();
    for (int r = 0; r < PQntuples(result); r++) {
        json_t *row = json_array();
        for (int c = 0; c < PQnfields(result); c++)
            json_array_append_new(row, json_string(PQgetvalue(result, r, c)));
        json_array_append_new(rows, row);
    }
    return rows;
}

json_t *sql_rows(const char *socket_dir, const char *database, const char *sql, struct err *err)
{
    PGconn *conn = sql_connect(socket_dir, database, err);
    if (!conn) return NULL;
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    json_t *rows = NULL;
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        rows = sql_result(result);
    else
        sql_fail(PQresultErrorField(result, PG_DIAG_SQLSTATE), PQresultErrorMessage(result), err);
    PQclear(result);
    PQfinish(conn);
    return rows;
}

int sql_run(const char *socket_dir, const char *database, const char *sql, struct err *err)
{
    json_t *rows = sql_rows(socket_dir, database, sql, err);
    if (!rows) return -1;
    json_decref(rows);
    return 0;
}

void sql_quote(struct buf *b, char quote, const char *text)
{
    buf_char(b, quote);
    for (const char *p = text; *p; p++) {
        if (*p == quote) buf_char(b, quote);
        buf_char(b, *p);
    }
    buf_char(b, quote);
}
