/* A web server that behaves badly on request: see web.h. */
#include "support/web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "base/buf.h"
#include "base/mem.h"

enum { MAX_HUNG = 256 };

struct web {
    struct MHD_Daemon *daemon;
    char address[16];
    int port;
    pthread_mutex_t lock;
    unsigned connections;
    unsigned requests;
    struct MHD_Connection *hung[MAX_HUNG];
    size_t hung_count;
    bool stopping;
};

/* One request, while it is read. */
struct request {
    char *uri; /* as it came */
    struct buf body;
    bool begun;
};

static void *on_uri(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    (void)ctx;
    (void)connection;
    struct request *r = xcalloc(1, sizeof(*r));
    r->uri = xstrdup(uri);
    buf_init(&r->body, (size_t)1 << 24);
    return r;
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **slot,
                         enum MHD_RequestTerminationCode how)
{
    struct request *r = *slot;
    (void)ctx;
    (void)connection;
    (void)how;
    if (!r) return;
    buf_done(&r->body);
    free(r->uri);
    free(r);
    *slot = NULL;
}

static void on_connection(void *ctx, struct MHD_Connection *connection, void **slot,
                          enum MHD_ConnectionNotificationCode what)
{
    struct web *w = ctx;
    (void)connection;
    (void)slot;
    pthread_mutex_lock(&w->lock);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) w->connections++;
    pthread_mutex_unlock(&w->lock);
}

/* --- answers --------------------------------------------------------------------------------- */

static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned status,
                                     struct MHD_Response *response)
{
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static struct MHD_Response *copied(const char *data, size_t length)
{
    return MHD_create_response_from_buffer(length, unconst(data), MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result add_line(void *ctx, enum MHD_ValueKind kind, const char *name,
                                const char *value)
{
    (void)kind;
    buf_printf(ctx, "%s: %s\n", name, value ? value : "");
    return MHD_YES;
}

static enum MHD_Result echo(struct MHD_Connection *connection, const char *method,
                            const struct request *r)
{
    struct buf text;
    buf_init(&text, (size_t)1 << 24);
    buf_printf(&text, "%s %s\n", method, r->uri);
    MHD_get_connection_values(connection, MHD_HEADER_KIND, add_line, &text);
    buf_printf(&text, "\n%s", buf_text(&r->body));
    struct MHD_Response *response = copied(buf_text(&text), text.length);
    buf_done(&text);
    MHD_add_response_header(response, "X-Mixed-Case", "  Kept As Is ");
    return send_response(connection, 200, response);
}

static enum MHD_Result send_bytes(struct MHD_Connection *connection, size_t count)
{
    char *bytes = xmalloc(count + 1);
    memset(bytes, 'x', count);
    struct MHD_Response *response = copied(bytes, count);
    free(bytes);
    return send_response(connection, 200, response);
}

static enum MHD_Result send_gzip(struct MHD_Connection *connection)
{
    static const char squeezed[] =
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\x2e\x2c\x4d\x4d\xad\x4a\x4d\x01\x00"
        "\xde\x26\x14\x00\x08\x00\x00\x00";
    struct MHD_Response *response = copied(squeezed, sizeof(squeezed) - 1);
    MHD_add_response_header(response, "Content-Encoding", "gzip");
    return send_response(connection, 200, response);
}

static enum MHD_Result send_headers(struct MHD_Connection *connection, int count)
{
    struct MHD_Response *response = copied("", 0);
    for (int i = 0; i < count; i++) {
        char name[16], value[16];
        snprintf(name, sizeof(name), "x-%d", i);
        snprintf(value, sizeof(value), "%d", i);
        MHD_add_response_header(response, name, value);
    }
    return send_response(connection, 200, response);
}

static enum MHD_Result send_status(struct MHD_Connection *connection, unsigned status)
{
    struct MHD_Response *response = copied("", 0);
    if (status / 100 == 3) MHD_add_response_header(response, "Location", "/echo");
    return send_response(connection, status, response);
}

/* Under the lock as a whole: a connection is suspended and known to web_stop(), or neither. */
static enum MHD_Result hang(struct web *w, struct MHD_Connection *connection)
{
    pthread_mutex_lock(&w->lock);
    bool stopping = w->stopping;
    if (w->hung_count == MAX_HUNG) abort();
    if (!stopping) {
        w->hung[w->hung_count++] = connection;
        MHD_suspend_connection(connection);
    }
    pthread_mutex_unlock(&w->lock);
    return stopping ? MHD_NO : MHD_YES;
}

static ssize_t half_a_body(void *ctx, uint64_t position, char *data, size_t room)
{
    (void)ctx;
    if (position > 0 || room < 100) return MHD_CONTENT_READER_END_WITH_ERROR;
    memset(data, 'h', 100);
    return 100;
}

/* Is it 'prefix' and a number? */
static bool is_numbered(const char *url, const char *prefix, unsigned *number)
{
    char *end;
    if (strncmp(url, prefix, strlen(prefix)) != 0) return false;
    *number = (unsigned)strtoul(url + strlen(prefix), &end, 10);
    return *end == '\0';
}

static enum MHD_Result answer(struct web *w, struct MHD_Connection *connection, const char *url,
                              const char *method, const struct request *r)
{
    unsigned n = 0;
    if (strcmp(url, "/hang") == 0) return hang(w, connection);
    if (strcmp(url, "/reset") == 0) return MHD_NO;
    if (strcmp(url, "/gzip") == 0) return send_gzip(connection);
    if (strcmp(url, "/truncate") == 0)
        return send_response(connection, 200,
                             MHD_create_response_from_callback(200, 100, half_a_body, NULL, NULL));
    if (is_numbered(url, "/size/", &n)) return send_bytes(connection, n);
    if (is_numbered(url, "/headers/", &n)) return send_headers(connection, (int)n);
    if (is_numbered(url, "/status/", &n)) return send_status(connection, n);
    return echo(connection, method, r);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *length, void **slot)
{
    struct web *w = ctx;
    struct request *r = *slot;
    (void)version;
    if (!r->begun) {
        r->begun = true;
        return MHD_YES;
    }
    if (*length > 0) {
        buf_add(&r->body, data, *length);
        *length = 0;
        return MHD_YES;
    }
    pthread_mutex_lock(&w->lock);
    w->requests++;
    pthread_mutex_unlock(&w->lock);
    return answer(w, connection, url, method, r);
}

/* --- life ------------------------------------------------------------------------------------ */

/* A listening socket on a loopback address of its own. */
static int listen_somewhere(struct web *w, int port)
{
    unsigned char r[3];
    if (getrandom(r, sizeof(r), 0) != (ssize_t)sizeof(r)) abort();
    snprintf(w->address, sizeof(w->address), "127.%d.%d.%d", 1 + r[0] % 250, r[1], 1 + r[2] % 250);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t length = sizeof(address);
    inet_pton(AF_INET, w->address, &address.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(fd, 64) < 0 || getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        abort();
    w->port = ntohs(address.sin_port);
    return fd;
}

struct web *web_start_at(int port, const char *cert, const char *key)
{
    struct web *w = xcalloc(1, sizeof(*w));
    pthread_mutex_init(&w->lock, NULL);
    int fd = listen_somewhere(w, port);
    unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, unconst(cert)},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, unconst(key)},
        {MHD_OPTION_END, 0, NULL},
    };
    if (cert)
        flags |= MHD_USE_TLS;
    else
        tls[0].option = MHD_OPTION_END;
    w->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, w, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_URI_LOG_CALLBACK, on_uri, w, MHD_OPTION_NOTIFY_COMPLETED, on_completed, w,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, w, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (!w->daemon) abort();
    return w;
}

struct web *web_start(const char *cert, const char *key)
{
    return web_start_at(0, cert, key);
}

void web_stop(struct web *w)
{
    if (!w) return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    for (size_t i = 0; i < w->hung_count; i++) MHD_resume_connection(w->hung[i]);
    pthread_mutex_unlock(&w->lock);
    MHD_stop_daemon(w->daemon);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

const char *web_address(const struct web *w)
{
    return w->address;
}

int web_port(const struct web *w)
{
    return w->port;
}

unsigned web_connections(struct web *w)
{
    pthread_mutex_lock(&w->lock);
    unsigned n = w->connections;
    pthread_mutex_unlock(&w->lock);
    return n;
}

unsigned web_requests(struct web *w)
{
    pthread_mutex_lock(&w->lock);
    unsigned n = w->requests;
    pthread_mutex_unlock(&w->lock);
    return n;
}
