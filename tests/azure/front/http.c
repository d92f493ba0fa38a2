/* Sockets: see http.h. */
#include "front/http.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "arm/lro.h"
#include "base/mem.h"
#include "front/clock.h"
#include "front/exchange.h"
#include "front/front.h"
#include "front/netaddr.h"
#include "front/pki.h"

enum { IDLE_TIMEOUT_S = 300, CONNECTION_MAX = 4000 };

struct listener {
    struct http *http;
    struct MHD_Daemon *daemon;
    int fd;
    bool secure;
};

struct http {
    struct sim *sim;
    struct listener listeners[2];
    char *certificate;
};

/* One request on its way through libmicrohttpd. */
struct carrier {
    struct carrier *next; /* in the list of those that wait */
    char *target;
    struct exchange *x;
    struct MHD_Connection *connection;
    struct MHD_Response *response;
    int64_t due_ms; /* INT64_MAX while it waits for an operation */
    bool parked, answered;
};

/* All replies that wait, guarded by the lock of the one sim of this process. */
static struct carrier *waiting;

static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    (void)context;
    struct carrier *c = xcalloc(1, sizeof(*c));
    c->target = xstrdup(target);
    c->connection = connection;
    return c;
}

static void carrier_unpark(struct carrier *c)
{
    for (struct carrier **at = &waiting; *at; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            break;
        }
    }
    c->parked = false;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why)
{
    (void)connection;
    (void)why;
    struct listener *listener = context;
    struct carrier *c = *state;
    *state = NULL;
    if (!c) return;
    pthread_mutex_lock(&listener->http->sim->lock);
    if (c->parked) carrier_unpark(c);
    exchange_free(c->x);
    pthread_mutex_unlock(&listener->http->sim->lock);
    if (c->response) MHD_destroy_response(c->response);
    free(c->target);
    free(c);
}

static const char *header_value(struct carrier *c, const char *name)
{
    return arena_strdup(c->x->arena,
                        MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, name));
}

static void carrier_open(struct listener *listener, struct carrier *c, const char *method)
{
    struct exchange *x = c->x = exchange_new(listener->http->sim, method, c->target);
    x->host = header_value(c, "Host");
    x->authorization = header_value(c, "Authorization");
    x->metadata = header_value(c, "Metadata");
    x->content_type = header_value(c, "Content-Type");
    x->client_request_id = header_value(c, "x-ms-client-request-id");
    x->identity_header = header_value(c, "X-IDENTITY-HEADER");
    x->msi_secret = header_value(c, "Secret");
    x->if_match = header_value(c, "If-Match");
    x->if_none_match = header_value(c, "If-None-Match");
}

/* Sends the first half of a body whose whole length was promised, then breaks off. */
static ssize_t truncated_body(void *context, uint64_t position, char *out, size_t max)
{
    const struct exchange *x = context;
    size_t half = x->text_length / 2;
    if (position >= half) return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t size = half - (size_t)position;
    if (size > max) size = max;
    memcpy(out, x->text + position, size);
    return (ssize_t)size;
}

/* Blanks, which JSON takes anywhere, until the client has enough. */
static ssize_t endless_body(void *context, uint64_t position, char *out, size_t max)
{
    (void)context;
    (void)position;
    memset(out, ' ', max);
    return (ssize_t)max;
}

static void carrier_make_response(struct carrier *c)
{
    struct exchange *x = c->x;
    if (c->response) MHD_destroy_response(c->response);
    if (x->delivery == DELIVER_TRUNCATED) {
        c->response =
            MHD_create_response_from_callback(x->text_length, 4096, truncated_body, x, NULL);
    } else if (x->delivery == DELIVER_ENDLESS) {
        c->response =
            MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 65536, endless_body, x, NULL);
    } else {
        c->response = MHD_create_response_from_buffer(x->text_length, unconst(x->text),
                                                      MHD_RESPMEM_PERSISTENT);
    }
    for (int i = 0; i < x->header_n; i++)
        MHD_add_response_header(c->response, x->headers[i].name, x->headers[i].value);
}

static enum MHD_Result carrier_send(struct carrier *c)
{
    c->answered = true;
    if (c->x->delivery == DELIVER_RESET) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(c->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct linger now = {.l_onoff = 1, .l_linger = 0};
        if (info) setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
        return MHD_NO;
    }
    carrier_make_response(c);
    return MHD_queue_response(c->connection, (unsigned)c->x->status, c->response);
}

static bool carrier_must_wait(const struct carrier *c)
{
    return c->x->hold_ms > 0 || (c->x->wait_for && c->x->wait_for->phase != OP_ENDED);
}

static void carrier_park(struct carrier *c)
{
    c->due_ms = c->x->hold_ms > 0 ? clock_ms() + c->x->hold_ms : INT64_MAX;
    c->parked = true;
    c->next = waiting;
    waiting = c;
    MHD_suspend_connection(c->connection);
    lro_wake(c->x->sim->lro);
}

int64_t http_release(struct sim *sim, int64_t now_ms)
{
    (void)sim;
    int64_t next_ms = INT64_MAX;
    for (struct carrier *c = waiting, *next; c; c = next) {
        next = c->next;
        bool op_ended = c->x->wait_for && c->x->wait_for->phase == OP_ENDED;
        if (op_ended || c->due_ms <= now_ms) {
            carrier_unpark(c);
            MHD_resume_connection(c->connection);
        } else if (c->due_ms < next_ms) {
            next_ms = c->due_ms;
        }
    }
    return next_ms;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **state)
{
    (void)url;
    (void)version;
    (void)connection;
    struct listener *listener = context;
    struct carrier *c = *state;
    struct sim *sim = listener->http->sim;
    if (!c->x) {
        carrier_open(listener, c, method);
        return MHD_YES;
    }
    if (*size) {
        buf_add(&c->x->body, data, *size);
        *size = 0;
        return MHD_YES;
    }
    pthread_mutex_lock(&sim->lock);
    if (!c->answered) {
        c->answered = true;
        front_serve(c->x, listener->secure);
        sim_save(sim);
        if (carrier_must_wait(c)) {
            carrier_park(c);
            pthread_mutex_unlock(&sim->lock);
            return MHD_YES;
        }
    }
    front_finish(c->x);
    pthread_mutex_unlock(&sim->lock);
    return carrier_send(c);
}

struct http *http_new(struct sim *sim, struct err *err)
{
    static const char *const names[] = {"management.azure.com", "login.microsoftonline.com", NULL};
    char address[2][NETADDR_TEXT];
    int port[2];
    struct http *http = xcalloc(1, sizeof(*http));
    http->sim = sim;
    for (int i = 0; i < 2; i++) {
        struct listener *listener = &http->listeners[i];
        listener->http = http;
        listener->secure = i == 0;
        listener->fd = netaddr_listen(address[i], &port[i], err);
    }
    http->certificate = pki_issue(sim->pki, names, err);
    if (http->listeners[0].fd < 0 || http->listeners[1].fd < 0 || !http->certificate) {
        http_free(http);
        return NULL;
    }
    sim->arm_url = xasprintf("https://management.azure.com:%d", port[0]);
    sim->login_url = xasprintf("https://login.microsoftonline.com:%d", port[0]);
    sim->plain_url = xasprintf("http://%s:%d", address[1], port[1]);
    sim->arm_address = xstrdup(address[0]);
    return http;
}

static struct MHD_Daemon *listener_start(struct listener *listener, const char *certificate,
                                         const char *key)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, unconst(certificate)},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, unconst(key)},
        {MHD_OPTION_END, 0, NULL},
    };
    if (listener->secure) flags |= MHD_USE_TLS;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, listener, MHD_OPTION_LISTEN_SOCKET, listener->fd,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        listener, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTION_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)64 * 1024, MHD_OPTION_ARRAY, listener->secure ? tls : tls + 2, MHD_OPTION_END);
}

int http_serve(struct http *http, struct err *err)
{
    for (int i = 0; i < 2; i++) {
        struct listener *listener = &http->listeners[i];
        listener->daemon = listener_start(listener, http->certificate, pki_key(http->sim->pki));
        if (!listener->daemon) return err_set(err, ERR_INTERNAL, "cannot start the HTTP listener");
        listener->fd = -1; /* the daemon's now */
    }
    return 0;
}

void http_stop(struct http *http)
{
    pthread_mutex_lock(&http->sim->lock);
    while (waiting) {
        struct carrier *c = waiting;
        carrier_unpark(c);
        c->x->delivery = DELIVER_RESET;
        MHD_resume_connection(c->connection);
    }
    pthread_mutex_unlock(&http->sim->lock);
    for (int i = 0; i < 2; i++) {
        if (http->listeners[i].daemon) MHD_stop_daemon(http->listeners[i].daemon);
        http->listeners[i].daemon = NULL;
    }
}

void http_free(struct http *http)
{
    if (!http) return;
    for (int i = 0; i < 2; i++) {
        if (http->listeners[i].fd >= 0) close(http->listeners[i].fd);
    }
    free(http->certificate);
    free(http);
}
