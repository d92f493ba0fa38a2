/* Collections below a flexible server that are kept in its record and have nothing behind them: a
 * type is one row and at most two hooks. Paths, bodies, operations and lists are common. */
#ifndef AZSIM_SERVER_CHILD_H
#define AZSIM_SERVER_CHILD_H

#include <jansson.h>

#include "arm/member.h"
#include "arm/refusal.h"
#include "front/exchange.h"

struct server;

/* A write about to begin. */
struct child_change {
    struct exchange *x;
    const char *name;  /* as it will be called */
    json_t *doc;       /* its properties as they will be */
    const json_t *old; /* as they are, NULL where there is none */
};

struct server_child {
    const char *type;       /* with its provider */
    const char *key;        /* in the server's record, and the last part of ids */
    const char *put, *drop; /* what ARM calls the operations; drop NULL: it cannot be deleted */
    const struct member *members;
    bool is_name; /* hosts are called after it */
    /* May refuse what is well-formed, or fill in what the platform adds; NULL: nothing. */
    int (*check)(struct child_change *change, struct refusal *refusal);
    /* What is there without anybody's doing, before the list is read; NULL: nothing. */
    void (*always)(struct server *server);
};

/* Serves GET of the collection and GET, PUT, PATCH and DELETE of an item of x->server. */
void server_child_serve(struct exchange *x, const struct server_child *type);

/* The properties of the item called 'name', letters without case; NULL where there is none. */
json_t *server_child_find(const json_t *record, const struct server_child *type, const char *name);
/* The collection in the server's record, made where it is missing. */
json_t *server_child_all(struct server *server, const struct server_child *type);
/* As ARM answers the item. */
json_t *server_child_json(const json_t *record, const struct server_child *type, const char *name,
                          json_t *properties);

#endif
