/* One request and its answer: see http_exchange.h. */
#include "net/http_exchange.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/version.h"
#include "net/authorities.h"
#include "net/descriptors.h"
#include "net/http_failure.h"

enum {
    BODY_FIRST = 16 * 1024, /* answers with secrets fit: growing would leave copies behind */
    BODY_WIPED = 64 * 1024,
    BODY_KEPT = 1024 * 1024,    /* larger buffers are not kept for the next call */
    BODY_MAX = 8 * 1024 * 1024, /* where the call says nothing */
    RECEIVE_BUFFER = 64 * 1024,
    SPARE_DESCRIPTORS = 2,
    AUTHORITIES_KEPT_S = 600, /* then libcurl reads the file again */
};

struct http_exchange *http_exchange_new(struct http *http, struct http_shared *shared)
{
    struct http_exchange *x = xcalloc(1, sizeof(*x));
    x->http = http;
    x->shared = shared;
    x->easy = curl_easy_init();
    if (!x->easy) abort();
    buf_init(&x->body, BODY_MAX);
    return x;
}

static void exchange_free_headers(struct http_exchange *x)
{
    for (struct curl_slist *at = x->request_headers; at; at = at->next)
        mem_wipe(at->data, strlen(at->data));
    curl_slist_free_all(x->request_headers);
    x->request_headers = NULL;
}

/* Answers with secrets are short, and a buffer that had to grow has left copies behind anyway. */
static void exchange_reset_body(struct http_exchange *x)
{
    if (x->body.room > BODY_KEPT) {
        buf_done(&x->body);
        return;
    }
    mem_wipe(x->body.data, x->body.length < BODY_WIPED ? x->body.length : BODY_WIPED);
    buf_reset(&x->body);
}

/* What a reading call leaves in the easy handle is what the next one sets anew. */
void http_exchange_reset(struct http_exchange *x)
{
    if (!x->plain) {
        curl_easy_reset(x->easy);
        x->set_up = false;
    }
    if (x->request_headers) {
        curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, NULL);
        exchange_free_headers(x);
    }
    if (x->addresses) {
        curl_easy_setopt(x->easy, CURLOPT_RESOLVE, NULL);
        curl_slist_free_all(x->addresses);
        x->addresses = NULL;
    }
    if (x->connect_to) {
        curl_easy_setopt(x->easy, CURLOPT_CONNECT_TO, NULL);
        curl_slist_free_all(x->connect_to);
        x->connect_to = NULL;
    }
    exchange_reset_body(x);
    mem_wipe(x->header_text, x->header_used);
    x->header_used = x->header_count = 0;
    x->fault = NULL;
    x->os_error = 0;
    x->call = NULL;
}

void http_exchange_free(struct http_exchange *x)
{
    if (!x) return;
    http_exchange_reset(x);
    curl_easy_cleanup(x->easy);
    buf_done(&x->body);
    loop_timer_free(x->deadline);
    free(x);
}

/* --- where to -------------------------------------------------------------------------------- */

int http_exchange_parse(struct http_exchange *x, struct err *err)
{
    const struct http_call *call = &x->call->http;
    const struct net_settings *settings = x->shared->settings;
    const struct http_origin *origin = http_origin_of(x->shared->origins, call->url);
    if (!origin) return err_set(err, ERR_PROTOCOL, "not an address of HTTP: %.80s", call->url);
    memcpy(x->host, origin->host, sizeof(x->host));
    if (call->bearer && !origin->secure)
        return err_set(err, ERR_CONFIG, "%s: a token does not travel over plain HTTP", x->host);
    x->proxied =
        settings->proxy && !call->direct && !http_origin_is_listed(settings->no_proxy, x->host);
    if (x->proxied) origin = http_origin_of(x->shared->origins, settings->proxy);
    if (!origin)
        return err_set(err, ERR_CONFIG, "not an address of an HTTP proxy: %.80s", settings->proxy);
    memcpy(x->peer, origin->host, sizeof(x->peer));
    memcpy(x->port, origin->port, sizeof(x->port));
    return 0;
}

/* --- the request ----------------------------------------------------------------------------- */

static struct curl_slist *exchange_append(struct curl_slist *list, const char *text)
{
    list = curl_slist_append(list, text);
    if (!list) abort();
    return list;
}

static int exchange_add_header(struct http_exchange *x, const char *name, const char *value,
                               struct err *err)
{
    if (strpbrk(value, "\r\n"))
        return err_set(err, ERR_INTERNAL, "%s: a line break in the header %s", x->host, name);
    /* libcurl drops "Name:" and sends "Name;" as an empty header. */
    char *line = *value ? xasprintf("%s: %s", name, value) : xasprintf("%s;", name);
    x->request_headers = exchange_append(x->request_headers, line);
    mem_wipe(line, strlen(line));
    free(line);
    return 0;
}

static int exchange_add_headers(struct http_exchange *x, struct err *err)
{
    const struct http_call *call = &x->call->http;
    for (size_t i = 0; i < call->header_count; i++)
        if (exchange_add_header(x, call->headers[i].name, call->headers[i].value, err) < 0)
            return -1;
    if (call->body && call->content_type) {
        if (exchange_add_header(x, "Content-Type", call->content_type, err) < 0) return -1;
    } else if (!x->plain) {
        x->request_headers = exchange_append(x->request_headers, "Content-Type:");
    }
    /* A body of any length goes at once instead of waiting to be asked for. */
    if (!x->plain) x->request_headers = exchange_append(x->request_headers, "Expect:");
    if (!call->bearer) return 0;
    char *value = xasprintf("Bearer %s", secret_bytes(call->bearer));
    int result = exchange_add_header(x, "Authorization", value, err);
    mem_wipe(value, strlen(value));
    free(value);
    return result;
}

static void exchange_set_method(struct http_exchange *x)
{
    const struct http_call *call = &x->call->http;
    bool sends = call->body || strcmp(call->method, "POST") == 0 ||
                 strcmp(call->method, "PUT") == 0 || strcmp(call->method, "PATCH") == 0;
    if (sends) {
        size_t length = call->body ? call->body_length : 0;
        curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, call->body ? call->body : "");
        curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    } else if (strcmp(call->method, "HEAD") == 0) {
        curl_easy_setopt(x->easy, CURLOPT_NOBODY, 1L);
    }
    curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, call->method);
    /* On a kept connection that turns out to be closed libcurl sends a request again by itself,
     * whatever its method; a write must never be sent twice. */
    bool reads =
        call->question || strcmp(call->method, "GET") == 0 || strcmp(call->method, "HEAD") == 0;
    if (!reads) curl_easy_setopt(x->easy, CURLOPT_FRESH_CONNECT, 1L);
}

/* A number that changes with the addresses. */
static unsigned long exchange_address_mark(const struct addresses *addresses)
{
    unsigned long mark = 5381;
    for (size_t i = 0; i < addresses->count; i++)
        for (const char *c = addresses->texts[i]; *c; c++)
            mark = (mark * 33 + (unsigned char)*c) & 0xFFFFFFFFUL;
    return mark;
}

/* Tells libcurl the addresses, so that it never asks itself. Addresses of the hosts file are tied
 * to an alias that changes with them: libcurl tells kept connections apart by it, so that a change
 * of the file does not leave calls on connections to the former address. The name for the
 * certificate stays the URL's. */
static void exchange_set_addresses(struct http_exchange *x, const struct addresses *addresses)
{
    if (addresses->count == 1 && strcmp(addresses->texts[0], x->peer) == 0) return;
    struct buf entry;
    buf_init(&entry, 4096);
    char alias[HTTP_HOST + 24];
    bool aliased = addresses->pinned && !x->proxied;
    if (aliased)
        snprintf(alias, sizeof(alias), "a%lx.%s", exchange_address_mark(addresses), x->peer);
    else
        snprintf(alias, sizeof(alias), "%s", x->peer);
    buf_printf(&entry, "%s:%s:", alias, x->port);
    for (size_t i = 0; i < addresses->count; i++) {
        bool six = strchr(addresses->texts[i], ':') != NULL;
        buf_printf(&entry, six ? "%s[%s]" : "%s%s", i > 0 ? "," : "", addresses->texts[i]);
    }
    if (!http_names_known(x->shared->names, buf_text(&entry))) {
        x->addresses = exchange_append(NULL, buf_text(&entry));
        curl_easy_setopt(x->easy, CURLOPT_RESOLVE, x->addresses);
    }
    if (aliased) {
        buf_reset(&entry);
        buf_printf(&entry, "%s:%s:%s:%s", x->peer, x->port, alias, x->port);
        x->connect_to = exchange_append(NULL, buf_text(&entry));
        curl_easy_setopt(x->easy, CURLOPT_CONNECT_TO, x->connect_to);
    }
    buf_done(&entry);
}

/* --- the answer ------------------------------------------------------------------------------ */

static size_t exchange_on_body(char *data, size_t one, size_t length, void *ctx)
{
    struct http_exchange *x = ctx;
    (void)one;
    buf_add(&x->body, data, length);
    if (!x->body.overflow) return length;
    x->fault = "the answer is too long";
    return 0;
}

static bool exchange_keep_header(struct http_exchange *x, const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    if (!colon) return true;
    size_t name = (size_t)(colon - line);
    const char *value = colon + 1, *end = line + length;
    while (value < end && isspace((unsigned char)*value)) value++;
    while (end > value && isspace((unsigned char)end[-1])) end--;
    size_t value_length = (size_t)(end - value);
    size_t need = name + value_length + 2;
    if (x->header_count == HTTP_HEADERS || need > HTTP_HEADER_BYTES - x->header_used) return false;
    char *at = x->header_text + x->header_used;
    for (size_t i = 0; i < name; i++) at[i] = (char)tolower((unsigned char)line[i]);
    at[name] = '\0';
    memcpy(at + name + 1, value, value_length);
    at[need - 1] = '\0';
    x->headers[x->header_count++] = (struct http_header){.name = at, .value = at + name + 1};
    x->header_used += need;
    return true;
}

static size_t exchange_on_header(char *line, size_t one, size_t length, void *ctx)
{
    struct http_exchange *x = ctx;
    (void)one;
    /* A status line begins anew: what came before belonged to an interim answer. */
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        x->header_count = x->header_used = 0;
        return length;
    }
    if (exchange_keep_header(x, line, length)) return length;
    x->fault = "the headers of the answer are too long";
    return 0;
}

/* libcurl tells no errno of this. A connection needs another descriptor for a moment, to read the
 * authorities, and would blame them where there is none: so there has to be one, and one for
 * whoever comes in between. */
static curl_socket_t exchange_open_socket(void *ctx, curlsocktype purpose,
                                          struct curl_sockaddr *address)
{
    struct http_exchange *x = ctx;
    (void)purpose;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0) x->os_error = errno;
    if (fd < 0 || descriptors_available(SPARE_DESCRIPTORS)) return fd;
    x->os_error = errno;
    close(fd);
    return CURL_SOCKET_BAD;
}

/* The authorities that are trusted are named outright, so that neither the environment nor a
 * directory takes part, and so that libcurl keeps what it has read (of a file alone) for a while.
 */
static void exchange_set_up(struct http_exchange *x, const char *authorities)
{
    CURL *e = x->easy;
    curl_easy_setopt(e, CURLOPT_PRIVATE, x);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, x->curl_text);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(e, CURLOPT_NOPROXY, "");
    curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(e, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(e, CURLOPT_CAINFO, authorities);
    curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(e, CURLOPT_CA_CACHE_TIMEOUT, (long)AUTHORITIES_KEPT_S);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)x->shared->settings->connect_timeout);
    curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(e, CURLOPT_USERAGENT, "pgdriftd/" PGDRIFT_VERSION);
    curl_easy_setopt(e, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, exchange_open_socket);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, x);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, exchange_on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, exchange_on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, x);
    x->set_up = true;
}

int http_exchange_prepare(struct http_exchange *x, const struct addresses *addresses,
                          struct err *err)
{
    const struct http_call *call = &x->call->http;
    const struct net_settings *settings = x->shared->settings;
    const char *authorities = settings->ca_file ? settings->ca_file : authorities_of_system();
    if (authorities_check(authorities, err) < 0) return err_prefix(err, "%s", x->host);
    x->plain = !call->body && strcmp(call->method, "GET") == 0;
    if (exchange_add_headers(x, err) < 0) return -1;
    if (!x->set_up) exchange_set_up(x, authorities);
    x->curl_text[0] = '\0';
    x->body.max = call->max_reply ? call->max_reply : BODY_MAX;
    buf_reserve(&x->body, x->body.max < BODY_FIRST ? x->body.max : BODY_FIRST);
    curl_easy_setopt(x->easy, CURLOPT_URL, call->url);
    curl_easy_setopt(x->easy, CURLOPT_PROXY, x->proxied ? settings->proxy : "");
    curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->request_headers);
    if (!x->plain) exchange_set_method(x);
    exchange_set_addresses(x, addresses);
    return 0;
}

void http_exchange_reply(struct http_exchange *x, CURLcode code, struct reply *reply)
{
    *reply = (struct reply){.kind = CALL_HTTP};
    if (x->addresses) http_names_told(x->shared->names, x->addresses->data);
    if (code != CURLE_OK) {
        http_failure_describe(x, code, &reply->err);
        reply->unsent = http_failure_is_unsent(code);
        return;
    }
    long status = 0;
    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    reply->http = (struct http_reply){
        .status = (int)status,
        .body = buf_text(&x->body),
        .length = x->body.length,
        .headers = x->headers,
        .header_count = x->header_count,
    };
}
