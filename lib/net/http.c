/* Executes HTTP calls: see http.h. libcurl's multi interface says which sockets and which moment it
 * waits for; the loop waits. */
#include "net/http.h"

#include <stdlib.h>

#include <curl/curl.h>

#include "base/mem.h"
#include "base/must.h"
#include "net/http_exchange.h"

enum {
    POOL_MAX = 16, /* exchanges kept for the next call */
    CONNECTIONS_KEPT = 64,
};

struct http {
    struct loop *loop;
    struct resolve *resolve;
    const struct net_settings *settings;
    CURLM *multi;
    struct loop_timer *timer;
    struct http_exchange *busy;
    struct http_exchange *pool;
    size_t pooled;
    struct http_shared shared;
    struct net_counters counters;
};

/* One socket of libcurl's. */
struct http_socket {
    struct http *http;
    curl_socket_t fd;
    struct loop_watch *watch;
};

/* --- exchanges ------------------------------------------------------------------------------- */

static void http_on_deadline(void *ctx);

static struct http_exchange *http_take_exchange(struct http *http, struct call *call)
{
    struct http_exchange *x = http->pool;
    if (x) {
        http->pool = x->next;
        http->pooled--;
    } else {
        x = http_exchange_new(http, &http->shared);
        x->deadline = loop_timer_new(http->loop, http_on_deadline, x);
    }
    x->call = call;
    x->prev = NULL;
    x->next = http->busy;
    if (x->next) x->next->prev = x;
    http->busy = x;
    call->slot = x;
    return x;
}

/* Stops whatever it is doing and unties it from its call; its answer stays readable. */
static void http_detach(struct http_exchange *x)
{
    struct http *http = x->http;
    loop_task_cancel(x->task);
    x->task = NULL;
    resolve_cancel(x->query);
    x->query = NULL;
    if (x->running) curl_multi_remove_handle(http->multi, x->easy);
    x->running = false;
    loop_timer_stop(x->deadline);
    if (x->prev)
        x->prev->next = x->next;
    else
        http->busy = x->next;
    if (x->next) x->next->prev = x->prev;
    x->call->slot = NULL;
}

static void http_put_back(struct http_exchange *x)
{
    struct http *http = x->http;
    http_exchange_reset(x);
    if (http->pooled >= POOL_MAX) {
        http_exchange_free(x);
        return;
    }
    x->next = http->pool;
    http->pool = x;
    http->pooled++;
}

static void http_finish(struct http_exchange *x, const struct reply *reply)
{
    struct call *call = x->call;
    must(call->slot == x);
    http_detach(x);
    call->done(call, reply);
    http_put_back(x);
}

static void http_fail(struct http_exchange *x, const struct err *err)
{
    struct reply reply = {.kind = CALL_HTTP, .err = *err, .unsent = !x->running};
    http_finish(x, &reply);
}

static void http_on_deadline(void *ctx)
{
    struct http_exchange *x = ctx;
    struct err err;
    err_set(&err, ERR_TIMEOUT, "%s: no answer in time", *x->host ? x->host : "HTTP");
    http_fail(x, &err);
}

/* --- from start to transfer ------------------------------------------------------------------ */

static void http_on_failure(void *ctx)
{
    struct http_exchange *x = ctx;
    x->task = NULL;
    http_fail(x, &x->err);
}

/* Not from inside http_start(), nor from inside libcurl. */
static void http_fail_later(struct http_exchange *x)
{
    if (!x->task) x->task = loop_defer(x->http->loop, http_on_failure, x);
}

static void http_transfer(struct http_exchange *x, const struct addresses *addresses)
{
    if (http_exchange_prepare(x, addresses, &x->err) < 0) {
        http_fail_later(x);
        return;
    }
    CURLMcode code = curl_multi_add_handle(x->http->multi, x->easy);
    x->running = code == CURLM_OK;
    if (x->running) return;
    err_set(&x->err, ERR_INTERNAL, "%s: %s", x->host, curl_multi_strerror(code));
    http_fail_later(x);
}

static void http_on_resolved(void *ctx, const struct addresses *addresses, const struct err *err)
{
    struct http_exchange *x = ctx;
    x->query = NULL;
    if (addresses)
        http_transfer(x, addresses);
    else
        http_fail(x, err);
}

void http_start(struct http *http, struct call *call)
{
    struct http_exchange *x = http_take_exchange(http, call);
    http->counters.http_calls++;
    x->host[0] = '\0';
    if (call->deadline) loop_timer_start_at(x->deadline, call->deadline);
    if (http_exchange_parse(x, &x->err) < 0) {
        http_fail_later(x);
        return;
    }
    const struct addresses *known = resolve_known(http->resolve, x->peer);
    if (known)
        http_transfer(x, known);
    else
        x->query = resolve_start(http->resolve, x->peer, http_on_resolved, x);
}

void http_cancel(struct http *http, struct call *call)
{
    (void)http;
    struct http_exchange *x = call->slot;
    if (!x) return;
    http_detach(x);
    http_put_back(x);
}

/* --- libcurl and the loop -------------------------------------------------------------------- */

static struct http_exchange *http_exchange_of(CURL *easy)
{
    char *private = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    return (struct http_exchange *)(void *)private;
}

static void http_count(struct http *http, CURL *easy)
{
    long connections = 0;
    curl_off_t bytes = 0;
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
    curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    http->counters.http_connections += (uint64_t)connections;
    http->counters.http_bytes += (uint64_t)bytes;
}

/* Hands over what has ended. */
static void http_reap(struct http *http)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left));) {
        if (message->msg != CURLMSG_DONE) continue;
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;
        struct http_exchange *x = http_exchange_of(easy);
        http_count(http, easy);
        struct reply reply;
        http_exchange_reply(x, code, &reply);
        http_finish(x, &reply);
    }
}

static void http_on_timer(void *ctx)
{
    struct http *http = ctx;
    int running;
    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    http_reap(http);
}

static int http_set_timer(CURLM *multi, long ms, void *ctx)
{
    struct http *http = ctx;
    (void)multi;
    if (ms < 0)
        loop_timer_stop(http->timer);
    else
        loop_timer_start(http->timer, (msec)ms);
    return 0;
}

static void http_on_socket(void *ctx, unsigned events)
{
    const struct http_socket *s = ctx;
    struct http *http = s->http;
    int what = 0, running;
    if (events & LOOP_READ) what |= CURL_CSELECT_IN;
    if (events & LOOP_WRITE) what |= CURL_CSELECT_OUT;
    if (events & LOOP_ERROR) what |= CURL_CSELECT_ERR;
    curl_multi_socket_action(http->multi, s->fd, what, &running);
    /* 's' may be gone from here on. */
    http_reap(http);
}

static void http_unwatched(CURL *easy)
{
    struct http_exchange *x = http_exchange_of(easy);
    err_set(&x->err, ERR_TRANSIENT, "%s: its socket cannot be watched", x->host);
    http_fail_later(x);
}

static struct http_socket *http_socket_new(struct http *http, curl_socket_t fd)
{
    struct http_socket *s = xcalloc(1, sizeof(*s));
    s->http = http;
    s->fd = fd;
    s->watch = loop_watch_new(http->loop, fd, http_on_socket, s, NULL);
    if (!s->watch) {
        free(s);
        return NULL;
    }
    curl_multi_assign(http->multi, fd, s);
    return s;
}

static int http_set_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *assigned)
{
    struct http *http = ctx;
    struct http_socket *s = assigned;
    if (what == CURL_POLL_REMOVE) {
        if (!s) return 0;
        loop_watch_free(s->watch);
        free(s);
        curl_multi_assign(http->multi, fd, NULL);
        return 0;
    }
    if (!s) s = http_socket_new(http, fd);
    if (!s) {
        /* A -1 would end libcurl's every http_transfer, now and for ever; only this one ends. */
        http_unwatched(easy);
        return 0;
    }
    unsigned events = 0;
    if (what & CURL_POLL_IN) events |= LOOP_READ;
    if (what & CURL_POLL_OUT) events |= LOOP_WRITE;
    loop_watch_set(s->watch, events);
    return 0;
}

/* --- life ------------------------------------------------------------------------------------ */

struct http *http_new(struct loop *loop, struct resolve *resolve,
                      const struct net_settings *settings)
{
    /* libcurl would write the keys of all connections there; nobody may ask that of a daemon. */
    if (getenv("SSLKEYLOGFILE")) unsetenv("SSLKEYLOGFILE");
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) abort();
    struct http *http = xcalloc(1, sizeof(*http));
    http->loop = loop;
    http->resolve = resolve;
    http->settings = settings;
    http->shared = (struct http_shared){
        .settings = settings, .origins = http_origins_new(), .names = http_names_new()};
    http->timer = loop_timer_new(loop, http_on_timer, http);
    http->multi = curl_multi_init();
    if (!http->multi) abort();
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, http_set_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, http_set_timer);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      (long)settings->http_max_connections);
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    return http;
}

void http_free(struct http *http)
{
    if (!http) return;
    while (http->busy) {
        struct http_exchange *x = http->busy;
        http_detach(x);
        http_put_back(x);
    }
    /* Closing kept connections still asks for sockets and the timer: these go last. */
    curl_multi_cleanup(http->multi);
    for (struct http_exchange *x = http->pool, *next; x; x = next) {
        next = x->next;
        http_exchange_free(x);
    }
    loop_timer_free(http->timer);
    http_origins_free(http->shared.origins);
    http_names_free(http->shared.names);
    free(http);
    curl_global_cleanup();
}

void http_counters(const struct http *http, struct net_counters *out)
{
    out->http_calls = http->counters.http_calls;
    out->http_connections = http->counters.http_connections;
    out->http_bytes = http->counters.http_bytes;
}
