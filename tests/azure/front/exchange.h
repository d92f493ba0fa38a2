/* One request and its reply, in memory: what the rooms of this Azure work on. Knows nothing of
 * sockets; http.c makes it from a connection and sends what is in it, control.c makes one by hand.
 */
#ifndef AZSIM_EXCHANGE_H
#define AZSIM_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"

struct sim;
struct op;
struct server;

enum { ARGS_MAX = 5, HEADERS_MAX = 24, BODY_MAX = 1 << 20 };

/* How the reply leaves. */
enum delivery {
    DELIVER_WHOLE,
    DELIVER_TRUNCATED, /* the length is promised, half of the body comes */
    DELIVER_RESET,     /* nothing comes, the connection is cut */
    DELIVER_ENDLESS,   /* blanks come for ever */
};

struct header {
    const char *name, *value;
};

struct exchange {
    struct sim *sim;
    struct arena *arena; /* of every string below */

    /* the request */
    const char *method;
    const char *target; /* path and query as they came, byte for byte */
    const char *path;   /* percent-decoded */
    const char *query;  /* as it came, "" where none */
    const char *host, *authorization, *metadata, *content_type, *client_request_id;
    const char *if_match, *if_none_match;
    const char *identity_header, *msi_secret; /* of a managed identity in App Service */
    struct buf body;
    json_t *json;   /* the body parsed; NULL where there is none */
    bool operator_; /* another person's, made by /sim/arm: no token, no throttle, at once */
    const char *args[ARGS_MAX];
    struct server *server; /* the server named in the path, where the route needs it */
    const char *type;      /* what kind of path it is, for counting */

    /* the reply */
    int status;
    const char *text; /* arena or static */
    size_t text_length;
    struct header headers[HEADERS_MAX];
    int header_n;
    const char *error_code; /* for the request log */
    struct op *op;          /* the operation that this write started */
    bool lro, write;

    /* how it leaves */
    enum delivery delivery;
    int64_t hold_ms;           /* wait so long before it leaves */
    const struct op *wait_for; /* leave when this operation has ended, and say how */
    const char *late_code;     /* an injected fault: the operation shall fail with this */
    const char *late_message;
    bool empty_page;  /* an injected fault: a list answers nothing and a nextLink */
    bool ignore;      /* an injected fault: a write is accepted and changes nothing */
    const char *lose; /* an injected fault: how the monitor of its operation answers for ever */
};

/* 'target' is copied and taken apart. */
struct exchange *exchange_new(struct sim *sim, const char *method, const char *target);
void exchange_free(struct exchange *x);

/* The decoded value of a query parameter; NULL where it is missing. */
const char *exchange_query(const struct exchange *x, const char *name);
/* The decoded value of 'name' in a form (or query) text. */
const char *form_value(struct arena *arena, const char *form, const char *name);

void reply_header(struct exchange *x, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* 'body' is stolen. */
void reply_json(struct exchange *x, int status, json_t *body);
void reply_text(struct exchange *x, int status, const char *text);
/* ARM's error shape. */
void reply_error(struct exchange *x, int status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* 404 ResourceNotFound for 'type' ("flexibleServers/configurations") and 'name' ("server/child").
 */
void reply_not_found(struct exchange *x, const char *type, const char *name);
/* 200 with a body that says gzip and is none. */
void reply_broken_gzip(struct exchange *x);
/* 200 with a body that never ends. */
void reply_endlessly(struct exchange *x);
/* Nothing, while the connection stays. */
void reply_never(struct exchange *x);
/* This request's URL with 'token' as its skip token. */
const char *reply_next_link(struct exchange *x, const char *token);
/* A list page of ARM from 'items' (stolen), honouring the page size and its own skip token. */
void reply_list(struct exchange *x, json_t *items);

#endif
