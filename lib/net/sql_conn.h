/* One connection to PostgreSQL: how it comes about, what it is waiting for, how it ends. Which call
 * it serves is decided in sql.c, what a call sends and receives in sql_run.c. */
#ifndef NET_SQL_CONN_H
#define NET_SQL_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "flow/call.h"
#include "net/loop.h"
#include "net/net.h"
#include "net/resolve.h"

enum sql_state {
    /* Connected, in no transaction, without a call: kept. The socket is watched, so that a server's
     * goodbye is noticed when it comes. A call makes it READY; goodbye or age end it. */
    SQL_STATE_IDLE,
    /* Has a call and no connection. Waits for the addresses of the host; then CONNECT. */
    SQL_STATE_RESOLVE,
    /* libpq's handshake with one address. Waits for the socket, which libpq may replace at each
     * step: the watch is made anew each time. Refused or too slow: the next address. Then READY. */
    SQL_STATE_CONNECT,
    /* Has a call, and nothing is under way: waits for nothing. The next flight of the call is
     * queued (then SEND), or the call is answered (then IDLE, or BROKEN where the session is
     * spoilt). */
    SQL_STATE_READY,
    /* A flight is queued and libpq has not got rid of it. Waits for the socket in both directions:
     * a server that cannot send does not receive either. All sent: RECEIVE. */
    SQL_STATE_SEND,
    /* Waits for the results of the flight. All there: READY. */
    SQL_STATE_RECEIVE,
    /* Lost, spoilt or given up. Waits for nothing; it is freed by whoever brought it here. */
    SQL_STATE_BROKEN,
    SQL_STATE_N
};

/* What a flight expects to come back, in this order. */
enum sql_step_kind {
    SQL_STEP_SET,       /* a setting or BEGIN: must succeed, says nothing */
    SQL_STEP_STATEMENT, /* one of the call's */
    SQL_STEP_COMMIT,
    SQL_STEP_SYNC, /* of the pipeline: errors do not reach beyond */
};

struct sql_step {
    enum sql_step_kind kind;
    size_t statement;
};

enum sql_flight {
    SQL_FLIGHT_NONE,
    SQL_FLIGHT_SESSION, /* settings of a new session, or what this call needs different */
    SQL_FLIGHT_WORK,    /* statements of the call */
    SQL_FLIGHT_CLEAN,   /* ROLLBACK of what a failure has left open */
};

/* A call being executed. */
struct sql_run {
    enum sql_flight flight;
    bool pipelined;
    struct sql_step *steps;
    size_t step_count;
    size_t step_room;
    size_t at;       /* the step whose result comes next */
    size_t next;     /* the statement to be sent next */
    size_t answered; /* statements without failure, from the first on */
    PGresult **results;
    struct sql_rows *rows;
    size_t count;
    uint64_t received_before; /* bytes on this connection before the call */
    /* The first failure; sqlstate "" while there is none. */
    char sqlstate[6];
    size_t failed;
    char *message;
    char *function;
};

struct sql_conn;
struct sql_server;
struct sql_job;

/* What a connection needs to know of the world, and whom it tells. */
struct sql_env {
    struct loop *loop;
    struct resolve *resolve;
    const struct net_settings *settings;
    /* The call is answered ('usable': the connection is IDLE, otherwise BROKEN), or, where 'reply'
     * is NULL, a kept connection has been lost. The receiver may free it. */
    void (*ended)(struct sql_conn *c, const struct reply *reply, bool usable);
    struct sql *sql; /* the receiver's */
    uint64_t made;   /* connections so far */
};

struct sql_conn {
    struct sql_env *env;
    /* The owner's: */
    struct sql_server *server;
    struct sql_job *job;
    struct sql_conn *next;
    struct call *call;
    msec idle_since;
    /* The connection's own: */
    struct sql_target target; /* copies */
    struct secret *password;
    uint64_t id; /* 0 until connected */
    enum sql_state state;
    PGconn *pg;
    struct loop_watch *watch;
    struct loop_timer *timer; /* to connect, or to be used again */
    struct loop_task *task;
    struct resolve_query *query;
    char **addresses;
    size_t address_count;
    size_t address_at;
    bool set_up;            /* the session has its settings */
    msec statement_timeout; /* as the session has it */
    struct sql_run run;
};

/* A connection that is not connected to anything, for 'target' (copied). */
struct sql_conn *sql_conn_new(struct sql_env *env, const struct sql_target *target);
/* Closes it without a word to anybody. Accepts NULL. */
void sql_conn_free(struct sql_conn *c);
/* Would 'target' get the same session? */
bool sql_conn_serves(const struct sql_conn *c, const struct sql_target *target);
/* Begins 'call' on a connection that is new or IDLE. env->ended is told later, never from inside.
 */
void sql_conn_begin(struct sql_conn *c, struct call *call);

/* What a connection's watch calls. */
void sql_conn_event(void *conn, unsigned events);
/* For the other rooms: the one place where the state changes. 'events' are what is waited for. */
void sql_conn_move(struct sql_conn *c, enum sql_state state, unsigned events);
/* Ends the call with a failure of the transport; the connection is BROKEN. 'sqlstate' may be "". */
void sql_conn_fail(struct sql_conn *c, const struct err *err, const char *sqlstate);
/* Ends the call with 'reply'. */
void sql_conn_answer(struct sql_conn *c, const struct reply *reply, bool usable);

#endif
