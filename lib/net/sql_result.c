/* The results of a call: see sql_result.h. */
#include "net/sql_result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void sql_result_free(struct sql_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        free((void *)run->rows[i].values);
        PQclear(run->results[i]);
    }
    free(run->rows);
    free(run->results);
    free(run->steps);
    free(run->message);
    free(run->function);
    *run = (struct sql_run){0};
}

void sql_result_record(struct sql_run *run, size_t statement, const char *sqlstate,
                       const char *message, const char *function)
{
    if (*run->sqlstate) return;
    snprintf(run->sqlstate, sizeof(run->sqlstate), "%s", sqlstate);
    run->failed = statement;
    run->message = xstrdup(message ? message : "");
    run->function = xstrdup(function ? function : "");
}

static void sql_result_note(struct sql_run *run, size_t statement, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    sql_result_record(run, statement, sqlstate ? sqlstate : "XX000",
                      PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
                      PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION));
}

void sql_result_notice(void *conn, const PGresult *notice)
{
    struct sql_conn *c = conn;
    struct sql_run *run = &c->run;
    const char *sqlstate = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    if (!sqlstate || !c->call || run->flight != SQL_FLIGHT_WORK) return;
    if (run->at >= run->step_count || run->steps[run->at].kind != SQL_STEP_STATEMENT) return;
    enum sql_mode mode = c->call->sql.mode;
    bool nothing_granted = strcmp(sqlstate, "01006") == 0 || strcmp(sqlstate, "01007") == 0;
    bool own_commit = mode == SQL_SIMPLE && strcmp(sqlstate, "25P01") == 0;
    if ((mode != SQL_READ && nothing_granted) || own_commit)
        sql_result_note(run, run->steps[run->at].statement, notice);
}

static bool sql_result_is_fatal(const PGresult *result)
{
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    return severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

static void sql_result_keep(struct sql_run *run, size_t statement, PGresult *result)
{
    /* Of several results of one text the last rows count. */
    if (run->results[statement] && PQresultStatus(result) != PGRES_TUPLES_OK) {
        PQclear(result);
        return;
    }
    PQclear(run->results[statement]);
    run->results[statement] = result;
    if (run->answered == statement) run->answered = statement + 1;
}

static void sql_result_take_rows(struct sql_run *run, PGresult *result)
{
    const struct sql_step *step = &run->steps[run->at];
    if (run->flight == SQL_FLIGHT_WORK && step->kind == SQL_STEP_STATEMENT)
        sql_result_keep(run, step->statement, result);
    else
        PQclear(result);
}

static enum sql_taken sql_result_take_failure(struct sql_conn *c, PGresult *result,
                                              char sqlstate[6])
{
    struct sql_run *run = &c->run;
    const char *given = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    bool over = sql_result_is_fatal(result) || PQstatus(c->pg) != CONNECTION_OK;
    if (over)
        snprintf(sqlstate, 6, "%s", given ? given : "");
    else
        sql_result_note(run, run->steps[run->at].statement, result);
    PQclear(result);
    return over ? SQL_TAKEN_LOST : SQL_TAKEN;
}

enum sql_taken sql_result_take(struct sql_conn *c, PGresult *result, char sqlstate[6])
{
    switch (PQresultStatus(result)) {
    case PGRES_EMPTY_QUERY:
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK: sql_result_take_rows(&c->run, result); return SQL_TAKEN;
    case PGRES_PIPELINE_ABORTED: PQclear(result); return SQL_TAKEN;
    case PGRES_PIPELINE_SYNC:
        PQclear(result);
        c->run.at++;
        return SQL_TAKEN;
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH: PQclear(result); return SQL_TAKEN_COPY;
    default: return sql_result_take_failure(c, result, sqlstate);
    }
}

static void sql_result_fill_rows(struct sql_rows *rows, const PGresult *result)
{
    int count = PQntuples(result), columns = PQnfields(result);
    size_t cells = (size_t)count * (size_t)columns, at = 0;
    *rows = (struct sql_rows){.rows = (size_t)count, .columns = (size_t)columns};
    if (cells == 0) return;
    const char **values = xreallocarray(NULL, cells, sizeof(*values));
    for (int row = 0; row < count; row++)
        for (int column = 0; column < columns; column++)
            values[at++] =
                PQgetisnull(result, row, column) ? NULL : PQgetvalue(result, row, column);
    rows->values = values;
}

void sql_result_reply(struct sql_conn *c, struct reply *reply)
{
    struct sql_run *run = &c->run;
    /* What was only warned about has been answered, and yet it failed. */
    size_t answered = *run->sqlstate && run->failed < run->answered ? run->failed : run->answered;
    for (size_t i = 0; i < answered; i++)
        if (run->results[i]) sql_result_fill_rows(&run->rows[i], run->results[i]);
    *reply = (struct reply){.kind = CALL_SQL};
    reply->sql = (struct sql_reply){
        .count = answered,
        .results = run->rows,
        .connection = c->id,
        .failed = run->failed,
        .message = run->message ? run->message : "",
        .source_function = run->function ? run->function : "",
    };
    memcpy(reply->sql.sqlstate, run->sqlstate, sizeof(reply->sql.sqlstate));
}
