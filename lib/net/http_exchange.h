/* One request and its answer on a libcurl easy handle: what is set before and collected during the
 * transfer. http.c decides when. */
#ifndef NET_HTTP_EXCHANGE_H
#define NET_HTTP_EXCHANGE_H

#include <stdbool.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "flow/call.h"
#include "net/loop.h"
#include "net/net.h"
#include "net/resolve.h"

enum {
    HTTP_HEADERS = 64,
    HTTP_HEADER_BYTES = 16 * 1024,
    HTTP_HOST = 256,
};

struct http;

struct http_exchange {
    struct http *http;
    struct call *call; /* NULL: in the pool */
    struct http_exchange *next;
    struct http_exchange *prev;
    /* Where it stands: exactly one of these until it has ended. */
    struct loop_task *task;
    struct resolve_query *query;
    bool running; /* the multi handle has it */
    struct loop_timer *deadline;
    CURL *easy;
    /* The request. */
    char host[HTTP_HOST]; /* of the URL */
    char *peer;           /* whose address is needed: that host, or the proxy's */
    char port[8];         /* of the peer */
    bool proxied;
    struct curl_slist *request_headers;
    struct curl_slist *addresses;
    struct curl_slist *connect_to;
    /* The answer. */
    struct buf body;
    const char *fault; /* why a callback stopped the transfer */
    int os_error;      /* why there was no socket; 0: there was */
    struct http_header headers[HTTP_HEADERS];
    size_t header_count;
    char header_text[HTTP_HEADER_BYTES];
    size_t header_used;
    char curl_text[CURL_ERROR_SIZE];
};

struct http_exchange *http_exchange_new(struct http *http);
void http_exchange_free(struct http_exchange *x);
/* Wipes what it knows of its last call; the memory and the handle stay. */
void http_exchange_reset(struct http_exchange *x);

/* Reads the URL of x->call and finds out whose address is needed. Failure: as http_start(). */
int http_exchange_parse(struct http_exchange *x, const struct net_settings *settings,
                        struct err *err);
/* Prepares the easy handle for the transfer to 'addresses'. */
int http_exchange_prepare(struct http_exchange *x, const struct net_settings *settings,
                          const struct addresses *addresses, struct err *err);
/* The reply after libcurl has ended with 'code'. Points into 'x'. */
void http_exchange_reply(struct http_exchange *x, CURLcode code,
                         const struct net_settings *settings, struct reply *reply);

#endif
