/* The world as lib/flow sees it: see net.h. */
#include "net/net.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/must.h"
#include "net/http.h"
#include "net/resolve.h"
#include "net/sql.h"
#include "net/sql_parameters.h"

/* A call that only waits, or that nobody here can execute. */
struct net_wait {
    struct net *net;
    struct net_wait *next;
    struct net_wait *prev;
    struct call *call;
    struct loop_timer *timer;
};

struct net {
    struct loop *loop;
    struct net_settings settings;
    struct resolve *resolve;
    struct http *http;
    struct sql *sql;
    struct net_wait *waits;
    struct io io;
};

/* --- waiting --------------------------------------------------------------------------------- */

static void net_free_wait(struct net_wait *w)
{
    must(w->call->slot == w);
    if (w->prev)
        w->prev->next = w->next;
    else
        w->net->waits = w->next;
    if (w->next) w->next->prev = w->prev;
    w->call->slot = NULL;
    loop_timer_free(w->timer);
    free(w);
}

static void net_on_wait_over(void *ctx)
{
    struct net_wait *w = ctx;
    struct call *call = w->call;
    struct reply reply = {.kind = call->kind};
    if (call->kind != CALL_WAIT)
        err_set(&reply.err, ERR_INTERNAL, "a call of kind %d cannot be executed", (int)call->kind);
    net_free_wait(w);
    call->done(call, &reply);
}

static void net_start_wait(struct net *net, struct call *call)
{
    struct net_wait *w = xcalloc(1, sizeof(*w));
    w->net = net;
    w->call = call;
    w->next = net->waits;
    if (w->next) w->next->prev = w;
    net->waits = w;
    call->slot = w;
    w->timer = loop_timer_new(net->loop, net_on_wait_over, w);
    loop_timer_start(w->timer, call->kind == CALL_WAIT ? call->wait : 0);
}

/* --- struct io ------------------------------------------------------------------------------- */

static void net_start(void *ctx, struct call *call)
{
    struct net *net = ctx;
    switch (call->kind) {
    case CALL_HTTP: http_start(net->http, call); break;
    case CALL_SQL: sql_start(net->sql, call); break;
    default: net_start_wait(net, call); break;
    }
}

static void net_cancel(void *ctx, struct call *call)
{
    struct net *net = ctx;
    if (!call->slot) return;
    switch (call->kind) {
    case CALL_HTTP: http_cancel(net->http, call); break;
    case CALL_SQL: sql_cancel(net->sql, call); break;
    default: net_free_wait(call->slot); break;
    }
}

static msec net_now(void *ctx)
{
    const struct net *net = ctx;
    return loop_now(net->loop);
}

static int64_t net_wall_clock(void *ctx)
{
    const struct net *net = ctx;
    return loop_wall_clock(net->loop);
}

static uint32_t net_random(void *ctx)
{
    struct net *net = ctx;
    return loop_random(net->loop);
}

/* --- life ------------------------------------------------------------------------------------ */

static char *net_copy(const char *text)
{
    return text && *text ? xstrdup(text) : NULL;
}

static void net_copy_settings(struct net_settings *mine, const struct net_settings *given)
{
    *mine = *given;
    mine->hosts_file = net_copy(given->hosts_file);
    mine->ca_file = net_copy(given->ca_file);
    mine->proxy = net_copy(given->proxy);
    mine->no_proxy = net_copy(given->no_proxy);
    if (!mine->resolve_ttl) mine->resolve_ttl = SECONDS(30);
    if (!mine->connect_timeout) mine->connect_timeout = SECONDS(10);
    if (!mine->http_max_connections) mine->http_max_connections = 8;
    if (!mine->sql_idle) mine->sql_idle = MINUTES(10);
    if (!mine->sql_max_busy) mine->sql_max_busy = 2;
    if (!mine->sql_max_kept) mine->sql_max_kept = 8;
    if (!mine->sql_max_result) mine->sql_max_result = (size_t)256 << 20;
}

struct net *net_new(struct loop *loop, const struct net_settings *settings)
{
    struct net *net = xcalloc(1, sizeof(*net));
    net->loop = loop;
    net_copy_settings(&net->settings, settings);
    sql_parameters_clean_environment();
    net->resolve = resolve_new(loop, net->settings.hosts_file, net->settings.resolve_ttl);
    net->http = http_new(loop, net->resolve, &net->settings);
    net->sql = sql_new(loop, net->resolve, &net->settings);
    net->io = (struct io){
        .ctx = net,
        .start = net_start,
        .cancel = net_cancel,
        .now = net_now,
        .wall_clock = net_wall_clock,
        .random = net_random,
    };
    return net;
}

void net_free(struct net *net)
{
    if (!net) return;
    for (struct net_wait *w = net->waits, *next; w; w = next) {
        next = w->next;
        net_free_wait(w);
    }
    http_free(net->http);
    sql_free(net->sql);
    resolve_free(net->resolve);
    free(unconst(net->settings.hosts_file));
    free(unconst(net->settings.ca_file));
    free(unconst(net->settings.proxy));
    free(unconst(net->settings.no_proxy));
    free(net);
}

const struct io *net_io(struct net *net)
{
    return &net->io;
}

void net_counters(const struct net *net, struct net_counters *out)
{
    *out = (struct net_counters){0};
    http_counters(net->http, out);
    sql_counters(net->sql, out);
}
