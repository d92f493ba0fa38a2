/* Long-running operations: 202 with signed URLs, work in the background, an end that the client
 * polls. An operation has three halves: 'work' does the slow thing without the lock, 'finish'
 * changes the state with it, 'fail' undoes what the start showed. */
#ifndef AZSIM_LRO_H
#define AZSIM_LRO_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "clock.h"
#include "exchange.h"
#include "sim.h"

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
    bool free_running; /* does not occupy the server */
};

struct op {
    struct op *next;
    struct sim *sim;
    struct server *server; /* NULL once it is gone */
    struct op_plan plan;
    char id[GUID_TEXT];
    char start[CLOCK_TEXT];
    char *location; /* "koreacentral" */
    int64_t due_ms;
    enum { OP_WAITING, OP_WORKING, OP_WORKED, OP_ENDED } phase;
    bool failed, deletes;
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

/* Is an operation running on it, or did one end a moment ago? */
bool server_is_busy(const struct server *server);

/* Wakes the workers to look at the clock again. */
void lro_wake(struct lro *lro);

void lro_get_status(struct exchange *x);
void lro_get_result(struct exchange *x);
json_t *lro_json(const struct op *op);

#endif
