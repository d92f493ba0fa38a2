/* Executes SQL calls: see sql.h. Here is who waits for which server and which connection serves
 * whom; what happens on a connection is in sql_conn.c. */
#include "net/sql.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/must.h"
#include "net/sql_conn.h"

/* A call, from start to done. */
struct sql_job {
    struct sql *sql;
    struct sql_server *server;
    struct call *call;
    struct sql_job *next;  /* while it waits */
    struct sql_conn *conn; /* NULL: it waits */
    struct loop_timer *deadline;
};

/* Everything that goes to one host and port. */
struct sql_server {
    struct sql_server *next;
    char *host;
    char *port;
    struct sql_conn *conns; /* connecting, busy and kept */
    struct sql_job *waiting;
    unsigned busy;
    unsigned kept;
};

struct sql {
    struct sql_env env;
    struct sql_server *servers;
    struct loop_task *pump;
    uint64_t calls;
};

/* --- servers --------------------------------------------------------------------------------- */

static struct sql_server *sql_get_server(struct sql *sql, const struct sql_target *target)
{
    const char *port = target->port ? target->port : "5432";
    const char *host = target->host ? target->host : "";
    for (struct sql_server *s = sql->servers; s; s = s->next)
        if (strcmp(s->host, host) == 0 && strcmp(s->port, port) == 0) return s;
    struct sql_server *s = xcalloc(1, sizeof(*s));
    s->host = xstrdup(host);
    s->port = xstrdup(port);
    s->next = sql->servers;
    sql->servers = s;
    return s;
}

static void sql_free_server(struct sql_server *s)
{
    free(s->host);
    free(s->port);
    free(s);
}

static void sql_forget_empty_servers(struct sql *sql)
{
    for (struct sql_server **at = &sql->servers; *at;) {
        struct sql_server *s = *at;
        if (s->conns || s->waiting) {
            at = &s->next;
            continue;
        }
        *at = s->next;
        sql_free_server(s);
    }
}

static void sql_drop_conn(struct sql_server *server, struct sql_conn *c)
{
    struct sql_conn **at = &server->conns;
    for (; *at != c; at = &(*at)->next) must(*at);
    *at = c->next;
    sql_conn_free(c);
}

/* --- who serves whom ------------------------------------------------------------------------- */

static struct sql_conn *sql_find_kept(const struct sql_server *server, const struct call *call)
{
    if (call->sql.count == 0) return NULL; /* a login is tried, not reused */
    for (struct sql_conn *c = server->conns; c; c = c->next)
        if (!c->call && sql_conn_serves(c, &call->sql.target)) return c;
    return NULL;
}

static void sql_assign(struct sql *sql, struct sql_server *server, struct sql_job *job)
{
    struct sql_conn *c = sql_find_kept(server, job->call);
    if (c) {
        server->kept--;
    } else {
        c = sql_conn_new(&sql->env, &job->call->sql.target);
        c->server = server;
        c->next = server->conns;
        server->conns = c;
    }
    server->busy++;
    job->conn = c;
    c->job = job;
    sql_conn_begin(c, job->call);
}

static void sql_on_pump(void *ctx)
{
    struct sql *sql = ctx;
    sql->pump = NULL;
    for (struct sql_server *s = sql->servers; s; s = s->next) {
        while (s->waiting && s->busy < sql->env.settings->sql_max_busy) {
            struct sql_job *job = s->waiting;
            s->waiting = job->next;
            job->next = NULL;
            sql_assign(sql, s, job);
        }
    }
    sql_forget_empty_servers(sql);
}

static void sql_want_pump(struct sql *sql)
{
    if (!sql->pump) sql->pump = loop_defer(sql->env.loop, sql_on_pump, sql);
}

/* The one that has been idle for longest makes room. */
static void sql_trim_kept(struct sql *sql, struct sql_server *server)
{
    while (server->kept > sql->env.settings->sql_max_kept) {
        struct sql_conn *oldest = NULL;
        for (struct sql_conn *c = server->conns; c; c = c->next)
            if (!c->call && (!oldest || c->idle_since < oldest->idle_since)) oldest = c;
        server->kept--;
        sql_drop_conn(server, oldest);
    }
}

/* --- calls ----------------------------------------------------------------------------------- */

static void sql_free_job(struct sql_job *job)
{
    job->call->slot = NULL;
    loop_timer_free(job->deadline);
    free(job);
}

/* Takes the job from where it is. A connection that was serving it is closed. */
static void sql_withdraw(struct sql_job *job)
{
    struct sql_server *server = job->server;
    if (job->conn) {
        must(server->busy > 0);
        server->busy--;
        sql_drop_conn(server, job->conn);
    } else {
        struct sql_job **at = &server->waiting;
        for (; *at != job; at = &(*at)->next) must(*at);
        *at = job->next;
    }
    sql_want_pump(job->sql);
}

static void sql_on_deadline(void *ctx)
{
    struct sql_job *job = ctx;
    struct call *call = job->call;
    struct reply reply = {.kind = CALL_SQL};
    err_set(&reply.err, ERR_TIMEOUT, "%s: no answer in time", job->server->host);
    reply.sql.message = reply.err.text;
    reply.sql.source_function = "";
    sql_withdraw(job);
    sql_free_job(job);
    call->done(call, &reply);
}

static void sql_on_ended(struct sql_conn *c, const struct reply *reply, bool usable)
{
    struct sql_server *server = c->server;
    struct sql_job *job = c->job;
    struct sql *sql = c->env->sql;
    if (!job) {
        server->kept--;
        sql_drop_conn(server, c);
        sql_want_pump(sql);
        return;
    }
    struct call *call = job->call;
    must(call->slot == job && server->busy > 0);
    sql_free_job(job);
    c->job = NULL;
    c->call = NULL;
    server->busy--;
    if (usable) {
        c->idle_since = loop_now(sql->env.loop);
        server->kept++;
        sql_trim_kept(sql, server);
    } else {
        sql_drop_conn(server, c);
    }
    sql_want_pump(sql);
    call->done(call, reply);
}

void sql_start(struct sql *sql, struct call *call)
{
    struct sql_job *job = xcalloc(1, sizeof(*job));
    job->sql = sql;
    job->call = call;
    job->server = sql_get_server(sql, &call->sql.target);
    call->slot = job;
    sql->calls++;
    struct sql_job **last = &job->server->waiting;
    while (*last) last = &(*last)->next;
    *last = job;
    if (call->deadline) {
        job->deadline = loop_timer_new(sql->env.loop, sql_on_deadline, job);
        loop_timer_start_at(job->deadline, call->deadline);
    }
    sql_want_pump(sql);
}

void sql_cancel(struct sql *sql, struct call *call)
{
    (void)sql;
    struct sql_job *job = call->slot;
    if (!job) return;
    sql_withdraw(job);
    sql_free_job(job);
}

/* --- life ------------------------------------------------------------------------------------ */

struct sql *sql_new(struct loop *loop, struct resolve *resolve, const struct net_settings *settings)
{
    struct sql *sql = xcalloc(1, sizeof(*sql));
    sql->env = (struct sql_env){
        .loop = loop, .resolve = resolve, .settings = settings, .ended = sql_on_ended, .sql = sql};
    return sql;
}

void sql_free(struct sql *sql)
{
    if (!sql) return;
    for (struct sql_server *s = sql->servers, *next; s; s = next) {
        next = s->next;
        while (s->waiting) {
            struct sql_job *job = s->waiting;
            s->waiting = job->next;
            sql_free_job(job);
        }
        while (s->conns) {
            struct sql_conn *c = s->conns;
            if (c->job) sql_free_job(c->job);
            sql_drop_conn(s, c);
        }
        sql_free_server(s);
    }
    loop_task_cancel(sql->pump);
    free(sql);
}

void sql_counters(const struct sql *sql, struct net_counters *out)
{
    out->sql_calls = sql->calls;
    out->sql_connections = sql->env.made;
    out->sql_open = 0;
    for (const struct sql_server *s = sql->servers; s; s = s->next)
        for (const struct sql_conn *c = s->conns; c; c = c->next)
            if (c->id) out->sql_open++;
}
