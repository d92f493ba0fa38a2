/* What a call sends and receives: see sql_run.h. A call is one or more flights; a flight is a list
 * of steps, written when it is sent and checked off as results come. */
#include "net/sql_run.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "net/sql_result.h"
#include "net/sql_text.h"

enum { STATEMENT_TIMEOUT_MS = 60000 };

static msec sql_run_wanted_timeout(const struct sql_conn *c)
{
    msec wanted = c->call->sql.statement_timeout;
    return wanted ? wanted : STATEMENT_TIMEOUT_MS;
}

/* --- failures -------------------------------------------------------------------------------- */

static void sql_run_lost(struct sql_conn *c, const char *sqlstate)
{
    struct err err;
    const char *text = PQerrorMessage(c->pg);
    err_set(&err, ERR_TRANSIENT, "%s: %.*s", c->target.host, (int)(*text ? strcspn(text, "\n") : 0),
            text);
    if (!*text) err_set(&err, ERR_TRANSIENT, "%s: the connection is lost", c->target.host);
    sql_conn_fail(c, &err, sqlstate);
}

/* --- sending --------------------------------------------------------------------------------- */

static void sql_run_add_step(struct sql_run *run, enum sql_step_kind kind, size_t statement)
{
    if (run->step_count == run->step_room) {
        run->step_room = run->step_room ? 2 * run->step_room : 16;
        run->steps = xreallocarray(run->steps, run->step_room, sizeof(*run->steps));
    }
    run->steps[run->step_count++] = (struct sql_step){.kind = kind, .statement = statement};
}

static bool sql_run_put(struct sql_conn *c, enum sql_step_kind kind, size_t statement,
                        const char *text)
{
    sql_run_add_step(&c->run, kind, statement);
    if (!c->run.pipelined) return PQsendQuery(c->pg, text) == 1;
    return PQsendQueryParams(c->pg, text, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

static bool sql_run_put_sync(struct sql_conn *c)
{
    sql_run_add_step(&c->run, SQL_STEP_SYNC, 0);
    return PQpipelineSync(c->pg) == 1;
}

static bool sql_run_put_statement(struct sql_conn *c, size_t index)
{
    const struct sql_statement *s = &c->call->sql.statements[index];
    if (!s->password) return sql_run_put(c, SQL_STEP_STATEMENT, index, s->text);
    char *text = sql_text_statement(c->pg, s);
    if (!text) return false;
    bool sent = sql_run_put(c, SQL_STEP_STATEMENT, index, text);
    mem_wipe(text, strlen(text));
    free(text);
    return sent;
}

static bool sql_run_put_statements(struct sql_conn *c, size_t from)
{
    for (size_t i = from; i < c->call->sql.count; i++)
        if (!sql_run_put_statement(c, i)) return false;
    return true;
}

/* [timeout Sync] [statement 0 Sync] BEGIN statements COMMIT Sync: one round trip. */
static bool sql_run_put_pipeline(struct sql_conn *c)
{
    struct sql_run *run = &c->run;
    const struct sql_call *call = &c->call->sql;
    bool reads = call->mode == SQL_READ;
    run->pipelined = true;
    if (PQenterPipelineMode(c->pg) != 1) return false;
    if (c->statement_timeout != sql_run_wanted_timeout(c)) {
        char text[64];
        snprintf(text, sizeof(text), "SET statement_timeout = %llu",
                 (unsigned long long)sql_run_wanted_timeout(c));
        if (!sql_run_put(c, SQL_STEP_SET, 0, text) || !sql_run_put_sync(c)) return false;
        c->statement_timeout = sql_run_wanted_timeout(c);
    }
    if (reads && (!sql_run_put_statement(c, 0) || !sql_run_put_sync(c))) return false;
    size_t from = reads ? 1 : 0;
    run->next = call->count;
    if (from == call->count) return true;
    return sql_run_put(c, SQL_STEP_SET, from,
                       reads ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN") &&
           sql_run_put_statements(c, from) &&
           sql_run_put(c, SQL_STEP_COMMIT, call->count - 1, "COMMIT") && sql_run_put_sync(c);
}

static bool sql_run_put_session(struct sql_conn *c)
{
    struct buf text;
    buf_init(&text, 4096);
    if (!c->set_up) sql_text_session(&text, PQserverVersion(c->pg));
    if (c->call->sql.mode == SQL_SIMPLE) buf_str(&text, "SET search_path TO DEFAULT;");
    sql_text_timeout(&text, sql_run_wanted_timeout(c));
    c->statement_timeout = sql_run_wanted_timeout(c);
    bool sent = sql_run_put(c, SQL_STEP_SET, 0, buf_text(&text));
    buf_done(&text);
    return sent;
}

static bool sql_run_needs_session(const struct sql_conn *c)
{
    enum sql_mode mode = c->call->sql.mode;
    if (!c->set_up) return true;
    if (c->run.flight != SQL_FLIGHT_NONE) return false;
    return mode == SQL_SIMPLE ||
           (mode == SQL_EACH && c->statement_timeout != sql_run_wanted_timeout(c));
}

/* Which flight comes now; NONE: the call is answered. */
static enum sql_flight sql_run_choose_flight(const struct sql_conn *c)
{
    if (c->call->sql.count == 0) return SQL_FLIGHT_NONE;
    if (sql_run_needs_session(c)) return SQL_FLIGHT_SESSION;
    if (c->run.next < c->call->sql.count && !*c->run.sqlstate) return SQL_FLIGHT_WORK;
    if (PQtransactionStatus(c->pg) != PQTRANS_IDLE) return SQL_FLIGHT_CLEAN;
    return SQL_FLIGHT_NONE;
}

static bool sql_run_put_work(struct sql_conn *c)
{
    enum sql_mode mode = c->call->sql.mode;
    if (mode == SQL_READ || mode == SQL_TRANSACTION) return sql_run_put_pipeline(c);
    return sql_run_put_statement(c, c->run.next++);
}

static bool sql_run_put_flight(struct sql_conn *c, enum sql_flight flight)
{
    c->run.flight = flight;
    c->run.step_count = c->run.at = 0;
    c->run.pipelined = false;
    if (flight == SQL_FLIGHT_SESSION) return sql_run_put_session(c);
    if (flight == SQL_FLIGHT_WORK) return sql_run_put_work(c);
    return sql_run_put(c, SQL_STEP_SET, 0, "ROLLBACK");
}

/* Gives the socket what it takes. False: the connection is lost, and the call ended. */
static bool sql_run_flush(struct sql_conn *c)
{
    int left = PQflush(c->pg);
    if (left < 0) {
        sql_run_lost(c, "");
        return false;
    }
    if (left > 0)
        sql_conn_move(c, SQL_STATE_SEND, LOOP_READ | LOOP_WRITE);
    else
        sql_conn_move(c, SQL_STATE_RECEIVE, LOOP_READ);
    return true;
}

static void sql_run_answer(struct sql_conn *c)
{
    struct reply reply;
    sql_result_reply(c, &reply);
    bool usable = c->set_up && c->call->sql.mode != SQL_SIMPLE && c->call->sql.count > 0 &&
                  PQtransactionStatus(c->pg) == PQTRANS_IDLE;
    sql_conn_answer(c, &reply, usable);
}

/* The next flight, or the end. */
static void sql_run_advance(struct sql_conn *c)
{
    enum sql_flight flight = sql_run_choose_flight(c);
    if (flight == SQL_FLIGHT_NONE) {
        sql_run_answer(c);
        return;
    }
    if (!sql_run_put_flight(c, flight)) {
        sql_run_lost(c, "");
        return;
    }
    sql_run_flush(c);
}

/* --- receiving ------------------------------------------------------------------------------- */

/* Bytes that have arrived on the socket since it was opened; 0 where the kernel does not say (a
 * Unix socket). libpq tells the size of a result only when it is complete, which may be too late.
 */
static uint64_t sql_run_received(const struct sql_conn *c)
{
    struct tcp_info info = {0};
    socklen_t length = sizeof(info);
    if (getsockopt(PQsocket(c->pg), IPPROTO_TCP, TCP_INFO, &info, &length) < 0) return 0;
    return info.tcpi_bytes_received;
}

static bool sql_run_too_long(const struct sql_conn *c)
{
    uint64_t max = c->env->settings->sql_max_result;
    return sql_run_received(c) - c->run.received_before > max;
}

static void sql_run_fail_too_long(struct sql_conn *c)
{
    struct err err;
    err_set(&err, ERR_PROTOCOL, "%s: results of more than %zu bytes", c->target.host,
            c->env->settings->sql_max_result);
    sql_conn_fail(c, &err, "");
}

static void sql_run_refuse_copy(struct sql_conn *c)
{
    struct err err;
    err_set(&err, ERR_REFUSED, "%s: COPY from or to the client", c->target.host);
    sql_conn_fail(c, &err, "");
}

static void sql_run_flight_done(struct sql_conn *c)
{
    struct sql_run *run = &c->run;
    bool ok = !run->pipelined || PQexitPipelineMode(c->pg) == 1;
    sql_conn_move(c, SQL_STATE_READY, 0);
    if (!ok) {
        sql_run_lost(c, "");
        return;
    }
    if (run->flight == SQL_FLIGHT_SESSION) {
        if (*run->sqlstate) {
            struct err err;
            err_set(&err, ERR_PROTOCOL, "%s: a session setting is refused: %s", c->target.host,
                    run->message);
            sql_conn_fail(c, &err, "");
            return;
        }
        c->set_up = true;
    }
    if (run->flight == SQL_FLIGHT_WORK && c->call->sql.mode == SQL_SIMPLE &&
        PQtransactionStatus(c->pg) != PQTRANS_IDLE)
        sql_result_record(run, 0, "25001", "the text leaves its transaction open", NULL);
    sql_run_advance(c);
}

static void sql_run_collect(struct sql_conn *c)
{
    struct sql_run *run = &c->run;
    char sqlstate[6] = "";
    while (run->at < run->step_count) {
        if (PQisBusy(c->pg)) return;
        PGresult *result = PQgetResult(c->pg);
        if (!result) {
            /* libpq ends each statement's results with nothing, but not a Sync. */
            if (PQstatus(c->pg) != CONNECTION_OK) {
                sql_run_lost(c, "");
                return;
            }
            run->at++;
            continue;
        }
        switch (sql_result_take(c, result, sqlstate)) {
        case SQL_TAKEN: break;
        case SQL_TAKEN_LOST: sql_run_lost(c, sqlstate); return;
        case SQL_TAKEN_COPY: sql_run_refuse_copy(c); return;
        }
    }
    sql_run_flight_done(c);
}

void sql_run_event(struct sql_conn *c, unsigned events)
{
    if ((events & (LOOP_READ | LOOP_ERROR)) && !PQconsumeInput(c->pg)) {
        sql_run_lost(c, "");
        return;
    }
    if (sql_run_too_long(c)) {
        sql_run_fail_too_long(c);
        return;
    }
    if (c->state == SQL_STATE_SEND && !sql_run_flush(c)) return;
    sql_run_collect(c);
}

void sql_run_begin(struct sql_conn *c)
{
    struct sql_run *run = &c->run;
    *run = (struct sql_run){.count = c->call->sql.count, .received_before = sql_run_received(c)};
    run->results = xcalloc(run->count, sizeof(PGresult *));
    run->rows = xcalloc(run->count, sizeof(*run->rows));
    sql_run_advance(c);
}
