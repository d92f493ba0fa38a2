/* One connection to PostgreSQL: see sql_conn.h. */
#include "net/sql_conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/sql_connect.h"
#include "net/sql_result.h"
#include "net/sql_run.h"

static const char *const state_words[SQL_STATE_N] = {
    [SQL_STATE_IDLE] = "idle",     [SQL_STATE_RESOLVE] = "resolve", [SQL_STATE_CONNECT] = "connect",
    [SQL_STATE_READY] = "ready",   [SQL_STATE_SEND] = "send",       [SQL_STATE_RECEIVE] = "receive",
    [SQL_STATE_BROKEN] = "broken",
};

/* --- life ------------------------------------------------------------------------------------ */

static void sql_conn_on_timer(void *ctx);

static char *sql_conn_copy(const char *text, const char *fallback)
{
    return text || fallback ? xstrdup(text ? text : fallback) : NULL;
}

struct sql_conn *sql_conn_new(struct sql_env *env, const struct sql_target *target)
{
    struct sql_conn *c = xcalloc(1, sizeof(*c));
    c->env = env;
    if (target->password)
        c->password = secret_new(secret_bytes(target->password), secret_length(target->password));
    c->target = (struct sql_target){
        .host = sql_conn_copy(target->host, ""),
        .port = sql_conn_copy(target->port, "5432"),
        .database = sql_conn_copy(target->database, "postgres"),
        .user = sql_conn_copy(target->user, ""),
        .password = c->password,
        .ssl_mode = sql_conn_copy(target->ssl_mode, "verify-full"),
        .ssl_root_cert = sql_conn_copy(target->ssl_root_cert, NULL),
    };
    c->timer = loop_timer_new(env->loop, sql_conn_on_timer, c);
    c->state = SQL_STATE_READY;
    return c;
}

void sql_conn_free(struct sql_conn *c)
{
    if (!c) return;
    sql_connect_close(c);
    loop_timer_free(c->timer);
    loop_task_cancel(c->task);
    sql_result_free(&c->run);
    free((char *)c->target.host);
    free((char *)c->target.port);
    free((char *)c->target.database);
    free((char *)c->target.user);
    free((char *)c->target.ssl_mode);
    free((char *)c->target.ssl_root_cert);
    secret_free(c->password);
    free(c);
}

static bool sql_conn_same(const char *mine, const char *other, const char *fallback)
{
    if (!other) other = fallback;
    return mine && other ? strcmp(mine, other) == 0 : mine == other;
}

bool sql_conn_serves(const struct sql_conn *c, const struct sql_target *target)
{
    return sql_conn_same(c->target.database, target->database, "postgres") &&
           sql_conn_same(c->target.user, target->user, "") &&
           sql_conn_same(c->target.host, target->host, "") &&
           sql_conn_same(c->target.port, target->port, "5432") &&
           sql_conn_same(c->target.ssl_mode, target->ssl_mode, "verify-full") &&
           sql_conn_same(c->target.ssl_root_cert, target->ssl_root_cert, NULL) &&
           secret_equal(c->target.password, target->password);
}

/* --- ending a call --------------------------------------------------------------------------- */

void sql_conn_move(struct sql_conn *c, enum sql_state state, unsigned events)
{
    if (state != c->state)
        log_debug("sql %llu %s/%s: %s -> %s", (unsigned long long)c->id, c->target.host,
                  c->target.database, state_words[c->state], state_words[state]);
    c->state = state;
    if (c->watch) loop_watch_set(c->watch, events);
}

void sql_conn_answer(struct sql_conn *c, const struct reply *reply, bool usable)
{
    loop_timer_stop(c->timer);
    if (usable) {
        sql_conn_move(c, SQL_STATE_IDLE, LOOP_READ);
        loop_timer_start(c->timer, c->env->settings->sql_idle);
    } else {
        sql_conn_move(c, SQL_STATE_BROKEN, 0);
    }
    /* The answer lives in the run, which outlives the connection here. */
    struct sql_run run = c->run;
    c->run = (struct sql_run){0};
    c->env->ended(c, reply, usable);
    sql_result_free(&run);
}

void sql_conn_fail(struct sql_conn *c, const struct err *err, const char *sqlstate)
{
    struct reply reply = {.kind = CALL_SQL, .err = *err};
    reply.sql.connection = c->id;
    reply.sql.message = err->text;
    reply.sql.source_function = "";
    snprintf(reply.sql.sqlstate, sizeof(reply.sql.sqlstate), "%s", sqlstate);
    snprintf(reply.err.code, sizeof(reply.err.code), "%s", sqlstate);
    sql_conn_answer(c, &reply, false);
}

/* --- beginning a call ------------------------------------------------------------------------ */

static void sql_conn_on_turn(void *ctx)
{
    struct sql_conn *c = ctx;
    c->task = NULL;
    if (c->pg) {
        sql_conn_move(c, SQL_STATE_READY, 0);
        sql_run_begin(c);
        return;
    }
    sql_connect_begin(c);
}

void sql_conn_begin(struct sql_conn *c, struct call *call)
{
    c->call = call;
    loop_timer_stop(c->timer);
    c->task = loop_defer(c->env->loop, sql_conn_on_turn, c);
}

/* --- events ---------------------------------------------------------------------------------- */

/* Somebody speaks on a kept connection: parameters and notices are taken in, anything that ends it
 * ends it. */
static void sql_conn_idle_event(struct sql_conn *c)
{
    if (c->call) return; /* about to be used: the run will see the same */
    bool alive = PQconsumeInput(c->pg) && !PQisBusy(c->pg) && PQstatus(c->pg) == CONNECTION_OK;
    for (PGnotify *n; alive && (n = PQnotifies(c->pg));) PQfreemem(n);
    if (alive) return;
    sql_conn_move(c, SQL_STATE_BROKEN, 0);
    c->env->ended(c, NULL, false);
}

void sql_conn_event(void *ctx, unsigned events)
{
    struct sql_conn *c = ctx;
    switch (c->state) {
    case SQL_STATE_CONNECT: sql_connect_event(c); break;
    case SQL_STATE_SEND:
    case SQL_STATE_RECEIVE: sql_run_event(c, events); break;
    case SQL_STATE_IDLE: sql_conn_idle_event(c); break;
    default: break;
    }
}

static void sql_conn_on_timer(void *ctx)
{
    struct sql_conn *c = ctx;
    if (c->state == SQL_STATE_IDLE) {
        sql_conn_move(c, SQL_STATE_BROKEN, 0);
        c->env->ended(c, NULL, false);
        return;
    }
    sql_connect_timeout(c);
}
