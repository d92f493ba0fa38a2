/* How a connection to PostgreSQL comes about: see sql_connect.h. */
#include "net/sql_connect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/descriptors.h"
#include "net/sql_parameters.h"
#include "net/sql_result.h"
#include "net/sql_run.h"

enum { SPARE_DESCRIPTORS = 2 };

static void sql_connect_forget_addresses(struct sql_conn *c)
{
    for (size_t i = 0; i < c->address_count; i++) free(c->addresses[i]);
    free(c->addresses);
    c->addresses = NULL;
    c->address_count = c->address_at = 0;
}

/* The watch goes before the socket. */
static void sql_connect_drop_socket(struct sql_conn *c)
{
    loop_watch_free(c->watch);
    c->watch = NULL;
    PQfinish(c->pg);
    c->pg = NULL;
}

void sql_connect_close(struct sql_conn *c)
{
    resolve_cancel(c->query);
    c->query = NULL;
    sql_connect_drop_socket(c);
    sql_connect_forget_addresses(c);
}

/* --- connecting ------------------------------------------------------------------------------ */

/* Why a server did not want the session. Source: PostgreSQL, appendix A; which of them come while
 * connecting was measured on 15 to 18. */
static const struct {
    const char *sqlstate;
    enum err_kind kind;
    const char *words;
} refusals[] = {
    {"28P01", ERR_DENIED, "the password is not accepted"},
    {"28000", ERR_DENIED, "the login is not allowed"},
    {"42501", ERR_DENIED, "the role may not connect to the database"},
    {"3D000", ERR_NOT_FOUND, "the database does not exist"},
    {"53300", ERR_TRANSIENT, "too many connections"},
    {"57P03", ERR_TRANSIENT, "the server is starting or stopping"},
};

/* With the verbosity that is set, libpq's text for a server's refusal ends in its SQLSTATE:
 * "... failed: FATAL:  28P01". It says it nowhere else while connecting. */
static void sql_connect_find_sqlstate(const char *text, char sqlstate[6])
{
    size_t end = strlen(text);
    while (end > 0 && text[end - 1] == '\n') end--;
    sqlstate[0] = '\0';
    if (end < 8 || memcmp(text + end - 8, ":  ", 3) != 0) return;
    for (size_t i = end - 5; i < end; i++)
        if (!strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", text[i])) return;
    memcpy(sqlstate, text + end - 5, 5);
    sqlstate[5] = '\0';
}

static void sql_connect_describe_refusal(const struct sql_conn *c, const char *sqlstate,
                                         struct err *err)
{
    enum err_kind kind = ERR_TRANSIENT;
    const char *words = "the server refuses the session";
    if (!c->password && PQconnectionUsedPassword(c->pg)) {
        err_set(err, ERR_DENIED, "%s: the server wants a password, and none is given (role %s)",
                c->target.host, c->target.user);
        return;
    }
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        if (strcmp(refusals[i].sqlstate, sqlstate) != 0) continue;
        kind = refusals[i].kind;
        words = refusals[i].words;
    }
    err_set(err, kind, "%s: %s (%s, role %s, database %s)", c->target.host, words, sqlstate,
            c->target.user, c->target.database);
}

/* libpq gives no kind for trouble with TLS, only its (untranslated) text. */
static void sql_connect_describe_trouble(const struct sql_conn *c, const char *text,
                                         struct err *err)
{
    bool tls = strstr(text, "certificate") || strstr(text, "does not support SSL") ||
               strstr(text, "sslmode");
    err_set(err, tls ? ERR_CONFIG : ERR_TRANSIENT, "%s: %.*s", c->target.host,
            (int)strcspn(text, "\n"), text);
    descriptors_blame(c->target.host, err);
}

static void sql_connect_next(struct sql_conn *c);

/* This address was of no use: the next one, unless it was the server itself that refused. */
static void sql_connect_failed(struct sql_conn *c)
{
    struct err err;
    char sqlstate[6];
    const char *text = PQerrorMessage(c->pg);
    sql_connect_find_sqlstate(text, sqlstate);
    if (*sqlstate)
        sql_connect_describe_refusal(c, sqlstate, &err);
    else
        sql_connect_describe_trouble(c, text, &err);
    sql_connect_drop_socket(c);
    c->address_at++;
    if (!*sqlstate && c->address_at < c->address_count)
        sql_connect_next(c);
    else
        sql_conn_fail(c, &err, sqlstate);
}

static void sql_connect_done(struct sql_conn *c)
{
    loop_timer_stop(c->timer);
    sql_connect_forget_addresses(c);
    PQsetnonblocking(c->pg, 1);
    PQsetErrorVerbosity(c->pg, PQERRORS_DEFAULT);
    c->id = ++c->env->made;
    sql_conn_move(c, SQL_STATE_READY, 0);
    sql_run_begin(c);
}

/* False: the call has failed, and the connection may be gone. */
static bool sql_connect_watch_socket(struct sql_conn *c, unsigned events)
{
    struct err err;
    c->watch = loop_watch_new(c->env->loop, PQsocket(c->pg), sql_conn_event, c, &err);
    if (!c->watch) {
        sql_conn_fail(c, &err, "");
        return false;
    }
    loop_watch_set(c->watch, events);
    return true;
}

/* libpq is about to read the authorities, or to make another socket. It is not let run into the end
 * of descriptors: where it cannot open that file, it shows uninitialised memory for the reason
 * (seen with 15.18 under AddressSanitizer). */
static void sql_connect_starve(struct sql_conn *c)
{
    struct err err;
    err_set(&err, ERR_TRANSIENT, "%s: %s", c->target.host, strerror(errno));
    sql_connect_drop_socket(c);
    sql_conn_fail(c, &err, "");
}

void sql_connect_event(struct sql_conn *c)
{
    /* libpq may close the socket in here, and the new one may have the same number. */
    loop_watch_free(c->watch);
    c->watch = NULL;
    if (!descriptors_available(SPARE_DESCRIPTORS)) {
        sql_connect_starve(c);
        return;
    }
    switch (PQconnectPoll(c->pg)) {
    case PGRES_POLLING_READING: sql_connect_watch_socket(c, LOOP_READ); break;
    case PGRES_POLLING_OK:
        if (sql_connect_watch_socket(c, 0)) sql_connect_done(c);
        break;
    case PGRES_POLLING_FAILED: sql_connect_failed(c); break;
    default: sql_connect_watch_socket(c, LOOP_WRITE); break;
    }
}

static void sql_connect_next(struct sql_conn *c)
{
    const char *address = c->address_count > 0 ? c->addresses[c->address_at] : NULL;
    sql_conn_move(c, SQL_STATE_CONNECT, 0);
    struct err err;
    const char *root = c->target.ssl_root_cert;
    c->pg =
        sql_parameters_connect(&c->target, address, root ? root : c->env->settings->ca_file, &err);
    if (!c->pg) {
        err_prefix(&err, "%s", c->target.host);
        sql_conn_fail(c, &err, "");
        return;
    }
    loop_timer_start(c->timer, c->env->settings->connect_timeout);
    if (PQstatus(c->pg) == CONNECTION_BAD) {
        sql_connect_failed(c);
        return;
    }
    PQsetErrorVerbosity(c->pg, PQERRORS_SQLSTATE);
    PQsetNoticeReceiver(c->pg, sql_result_notice, c);
    sql_connect_watch_socket(c, LOOP_WRITE);
}

static void sql_connect_on_resolved(void *ctx, const struct addresses *addresses,
                                    const struct err *err)
{
    struct sql_conn *c = ctx;
    c->query = NULL;
    if (!addresses) {
        sql_conn_fail(c, err, "");
        return;
    }
    c->addresses = xcalloc(addresses->count, sizeof(*c->addresses));
    c->address_count = addresses->count;
    for (size_t i = 0; i < addresses->count; i++) c->addresses[i] = xstrdup(addresses->texts[i]);
    sql_connect_next(c);
}

void sql_connect_begin(struct sql_conn *c)
{
    sql_conn_move(c, SQL_STATE_RESOLVE, 0);
    if (c->target.host[0] == '/') {
        sql_connect_next(c); /* a Unix socket */
        return;
    }
    const struct addresses *known = resolve_known(c->env->resolve, c->target.host);
    if (known)
        sql_connect_on_resolved(c, known, NULL);
    else
        c->query = resolve_start(c->env->resolve, c->target.host, sql_connect_on_resolved, c);
}

void sql_connect_timeout(struct sql_conn *c)
{
    sql_connect_drop_socket(c);
    c->address_at++;
    if (c->address_at < c->address_count) {
        sql_connect_next(c);
        return;
    }
    struct err err;
    err_set(&err, ERR_TIMEOUT, "%s: no connection within %llu ms", c->target.host,
            (unsigned long long)c->env->settings->connect_timeout);
    sql_conn_fail(c, &err, "");
}
