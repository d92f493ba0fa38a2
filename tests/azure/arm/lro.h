/* Long-running operations: 202 with signed URLs, work in the background, an end that the client
 * polls. An operation has three halves: 'work' does the slow thing without the lock, 'finish'
 * changes the state with it, 'fail' undoes what the start showed. */
#ifndef AZSIM_LRO_H
#define AZSIM_LRO_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "control/sim.h"
#include "front/clock.h"
#include "front/exchange.h"

struct op;

typedef int op_work_fn(struct op *op, struct err *err);
typedef void op_end_fn(struct op *op);

struct op_plan {
    const char *name;    /* what ARM calls it, a static text */
    int64_t duration_ms; /* it lasts at least so long */
    op_work_fn *work;    /* NULL: nothing slow */
    op_end_fn *finish;   /* NULL: nothing changes */
    op_end_fn *fail;     /* NULL: nothing to undo */
    json_t *args;        /* stolen */
    const char *code;    /* not NULL: it will fail with this code and 'message', late */
    const char *message;
    json_t *(*answer)(const struct op *op); /* what Location says of a PUT; NULL: the operation */
    bool free_running;                      /* does not occupy the server */
};

/* Where the URLs of an operation lie: paths without the operation's id. */
struct op_place {
    const char *status, *result;
    const char *version; /* of the api */
    bool bare;           /* the monitor answers {status, error?} alone, as Microsoft.Network does */
};

struct op {
    struct op *next;
    struct sim *sim;
    struct server *server; /* NULL once it is gone */
    struct op_plan plan;
    char id[GUID_TEXT];
    char start[CLOCK_TEXT];
    char *lane; /* the key of the resource whose operations go one after the other, or NULL */
    char *path; /* of the write that started it */
    struct op_place place; /* paths are the operation's own */
    char *lost;            /* an injected fault: how its monitor answers for ever; NULL: well */
    int64_t due_ms;
    enum { OP_WAITING, OP_WORKING, OP_WORKED, OP_ENDED } phase;
    bool failed, canceled, deletes;
    bool ignored;   /* an injected fault: it succeeds and changes nothing */
    bool operator_; /* another person's */
    char *code, *message;
};

struct lro *lro_new(struct sim *sim);
/* Stops the workers after the work in hand. Called without the lock. */
void lro_stop(struct lro *lro);
void lro_free(struct lro *lro);

/* Starts the operation of the write 'x' on 'server' and answers 202 with its URLs. Refuses (and
 * returns NULL) where the server is busy. What an injected fault wants to fail will fail. */
struct op *lro_start(struct exchange *x, struct server *server, struct op_plan plan);
/* Answers 202 to an operation that fails late with 'code' and the formatted message. */
void lro_fail_late(struct exchange *x, struct server *server, const char *name, const char *code,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Starts an operation that belongs to no server. One of the same 'lane' (NULL: none) may run at a
 * time: where another does, answers 429 and returns NULL. The reply is the caller's, with
 * lro_headers(). */
struct op *lro_begin(struct exchange *x, const char *lane, const struct op_place *place,
                     struct op_plan plan);
/* Adds the URLs of 'op' to the reply. */
void lro_headers(struct exchange *x, const struct op *op);
/* Answers 202 to a write that started 'op'. */
void lro_accept(struct exchange *x, const struct op *op);

/* Is an operation running on it, or did one end a moment ago? */
bool server_is_busy(const struct server *server);

/* Whatever runs ends now, as far as its work is done. */
void lro_hurry(struct lro *lro);
/* Wakes the workers to look at the clock again. */
void lro_wake(struct lro *lro);

const struct op *lro_find(const struct lro *lro, const char *id);
/* ARM's calls: args[2] is the operation's id. */
void lro_get_status(struct exchange *x);
void lro_get_result(struct exchange *x);
json_t *lro_json(const struct op *op);
/* Can an operation be lost in this way, as /sim/fault takes it? */
bool lro_loss_known(const char *how);

#endif
