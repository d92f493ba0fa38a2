/* Executes HTTP calls: see http.h. libcurl's multi interface says which sockets and which moment it
 * waits for; the loop waits. */
#include "net/http.h"

#include <stdlib.h>

#include <curl/curl.h>

#include "base/mem.h"
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
    struct net_counters counters;
};

/* One socket of libcurl's. */
struct http_socket {
    struct http *http;
    curl_socket_t fd;
    struct loop_watch *watch;
};

/* --- exchanges ------------------------------------------------------------------------------- */

static void on_deadline(void *ctx);

static struct http_exchange *take_exchange(struct http *http, struct call *call)
{
    struct http_exchange *x = http->pool;
    if (x) {
        http->pool = x->next;
        http->pooled--;
    } else {
        x = http_exchange_new(http);
        x->deadline = loop_timer_new(http->loop, on_deadline, x);
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
static void detach(struct http_exchange *x)
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

static void put_back(struct http_exchange *x)
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

static void finish(struct http_exchange *x, const struct reply *reply)
{
    struct call *call = x->call;
    detach(x);
    call->done(call, reply);
    put_back(x);
}

static void fail(struct http_exchange *x, const struct err *err)
{
    struct reply reply = {.kind = CALL_HTTP, .err = *err};
    finish(x, &reply);
}

static void on_deadline(void *ctx)
{
    struct http_exchange *x = ctx;
    struct err err;
    err_set(&err, ERR_TIMEOUT, "%s: no answer in time", *x->host ? x->host : "HTTP");
    fail(x, &err);
}

/* --- from start to transfer ------------------------------------------------------------------ */

static void transfer(struct http_exchange *x, const struct addresses *addresses)
{
    struct err err;
    struct http *http = x->http;
    if (http_exchange_prepare(x, http->settings, addresses, &err) < 0) {
        fail(x, &err);
        return;
    }
    x->running = true;
    CURLMcode code = curl_multi_add_handle(http->multi, x->easy);
    if (code == CURLM_OK) return;
    x->running = false;
    err_set(&err, ERR_INTERNAL, "%s: %s", x->host, curl_multi_strerror(code));
    fail(x, &err);
}

static void on_resolved(void *ctx, const struct addresses *addresses, const struct err *err)
{
    struct http_exchange *x = ctx;
    x->query = NULL;
    if (addresses)
        transfer(x, addresses);
    else
        fail(x, err);
}

static void begin(void *ctx)
{
    struct http_exchange *x = ctx;
    struct http *http = x->http;
    struct err err;
    x->task = NULL;
    if (http_exchange_parse(x, http->settings, &err) < 0) {
        fail(x, &err);
        return;
    }
    const struct addresses *known = resolve_known(http->resolve, x->peer);
    if (known)
        transfer(x, known);
    else
        x->query = resolve_start(http->resolve, x->peer, on_resolved, x);
}

void http_start(struct http *http, struct call *call)
{
    struct http_exchange *x = take_exchange(http, call);
    http->counters.http_calls++;
    x->host[0] = '\0';
    if (call->deadline) loop_timer_start_at(x->deadline, call->deadline);
    x->task = loop_defer(http->loop, begin, x);
}

void http_cancel(struct http *http, struct call *call)
{
    (void)http;
    struct http_exchange *x = call->slot;
    if (!x) return;
    detach(x);
    put_back(x);
}

/* --- libcurl and the loop -------------------------------------------------------------------- */

static void count(struct http *http, CURL *easy)
{
    long connections = 0;
    curl_off_t bytes = 0;
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
    curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
    http->counters.http_connections += (uint64_t)connections;
    http->counters.http_bytes += (uint64_t)bytes;
}

/* Hands over what has ended. */
static void reap(struct http *http)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left));) {
        if (message->msg != CURLMSG_DONE) continue;
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result;
        char *private = NULL;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
        struct http_exchange *x = (struct http_exchange *)(void *)private;
        count(http, easy);
        struct reply reply;
        http_exchange_reply(x, code, http->settings, &reply);
        finish(x, &reply);
    }
}

static void on_timer(void *ctx)
{
    struct http *http = ctx;
    int running;
    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    reap(http);
}

static int set_timer(CURLM *multi, long ms, void *ctx)
{
    struct http *http = ctx;
    (void)multi;
    if (ms < 0)
        loop_timer_stop(http->timer);
    else
        loop_timer_start(http->timer, (msec)ms);
    return 0;
}

static void on_socket(void *ctx, unsigned events)
{
    const struct http_socket *s = ctx;
    struct http *http = s->http;
    int what = 0, running;
    if (events & LOOP_READ) what |= CURL_CSELECT_IN;
    if (events & LOOP_WRITE) what |= CURL_CSELECT_OUT;
    if (events & LOOP_ERROR) what |= CURL_CSELECT_ERR;
    curl_multi_socket_action(http->multi, s->fd, what, &running);
    /* 's' may be gone from here on. */
    reap(http);
}

static struct http_socket *socket_new(struct http *http, curl_socket_t fd)
{
    struct http_socket *s = xcalloc(1, sizeof(*s));
    s->http = http;
    s->fd = fd;
    s->watch = loop_watch_new(http->loop, fd, on_socket, s, NULL);
    if (!s->watch) {
        free(s);
        return NULL;
    }
    curl_multi_assign(http->multi, fd, s);
    return s;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *assigned)
{
    struct http *http = ctx;
    struct http_socket *s = assigned;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (!s) return 0;
        loop_watch_free(s->watch);
        free(s);
        curl_multi_assign(http->multi, fd, NULL);
        return 0;
    }
    if (!s) s = socket_new(http, fd);
    if (!s) return -1;
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
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) abort();
    struct http *http = xcalloc(1, sizeof(*http));
    http->loop = loop;
    http->resolve = resolve;
    http->settings = settings;
    http->timer = loop_timer_new(loop, on_timer, http);
    http->multi = curl_multi_init();
    if (!http->multi) abort();
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer);
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
        detach(x);
        put_back(x);
    }
    /* Closing kept connections still asks for sockets and the timer: these go last. */
    curl_multi_cleanup(http->multi);
    for (struct http_exchange *x = http->pool, *next; x; x = next) {
        next = x->next;
        http_exchange_free(x);
    }
    loop_timer_free(http->timer);
    free(http);
    curl_global_cleanup();
}

void http_counters(const struct http *http, struct net_counters *out)
{
    out->http_calls = http->counters.http_calls;
    out->http_connections = http->counters.http_connections;
    out->http_bytes = http->counters.http_bytes;
}
