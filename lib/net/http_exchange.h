/* One request and its answer on a libcurl easy handle: what is set before and collected during the
 * transfer. http.c decides when. */
#ifndef NET_HTTP_EXCHANGE_H
#define NET_HTTP_EXCHANGE_H

#include <stdbool.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "flow/call.h"
#include "net/http_names.h"
#include "net/http_origin.h"
#include "net/loop.h"
#include "net/net.h"
#include "net/resolve.h"

enum {
    HTTP_HEADERS = 64,
    HTTP_HEADER_BYTES = 16 * 1024,
};

struct http;

/* What the exchanges of one executor share. */
struct http_shared {
    const struct net_settings *settings;
    struct http_origins *origins;
    struct http_names *names;
};

struct http_exchange {
    struct http *http;
    struct http_shared *shared;
    struct call *call; /* NULL: in the pool */
    struct http_exchange *next;
    struct http_exchange *prev;
    /* Where it stands: one of these until it has ended. */
    struct loop_task *task; /* a failure to be told, also of a transfer that runs */
    struct resolve_query *query;
    bool running;   /* the multi handle has it */
    struct err err; /* the task's */
    struct loop_timer *deadline;
    CURL *easy;
    bool set_up; /* 'easy' has everything that is the same for each reading call */
    /* The request. */
    char host[HTTP_HOST]; /* of the URL */
    char peer[HTTP_HOST]; /* whose address is needed: that host, or the proxy's */
    char port[HTTP_PORT]; /* of the peer */
    bool proxied;
    bool plain; /* a GET without a body: leaves 'easy' as it is set up */
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

struct http_exchange *http_exchange_new(struct http *http, struct http_shared *shared);
void http_exchange_free(struct http_exchange *x);
/* Wipes what it knows of its last call; the memory and the handle stay. */
void http_exchange_reset(struct http_exchange *x);

/* Reads the URL of x->call and finds out whose address is needed. Failure: as http_start(). */
int http_exchange_parse(struct http_exchange *x, struct err *err);
/* Prepares the easy handle for the transfer to 'addresses'. */
int http_exchange_prepare(struct http_exchange *x, const struct addresses *addresses,
                          struct err *err);
/* The reply after libcurl has ended with 'code'. Points into 'x'. */
void http_exchange_reply(struct http_exchange *x, CURLcode code, struct reply *reply);

#endif
