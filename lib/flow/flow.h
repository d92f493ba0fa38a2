/* Sequences of calls as tables of rows (P2). The order of rows is the order of events; the runner
 * owns retry, backoff and limits (P11), so no row contains a sleep, a count or a timer.
 *
 * Rules: one outstanding call per flow; completion is reported exactly once and never from inside
 * flow_start(); 'take' sees only answers that mean something to its row, because the classifier has
 * turned failures into error kinds before: retryable kinds ask the same row again after the hint or
 * the backoff, within the row's limit, unless the row is FLOW_ONCE and the failure leaves a doubt
 * (then the flow fails and the next observation decides, P8); TOKEN drops the token and restarts
 * the flow once. */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include <stdbool.h>

#include "base/err.h"
#include "flow/call.h"

struct flow;

enum flow_verdict {
    FLOW_NEXT,    /* on to the following row; after the last one: finished */
    FLOW_AGAIN,   /* the same row once more, after flow->again_after */
    FLOW_RESTART, /* the first row again, at most once per flow */
    FLOW_DONE,    /* finished early */
    FLOW_FAIL,    /* flow->err says why */
};

enum flow_row_flag {
    /* Not idempotent: sent again only after an answer that proves it was not carried out (BUSY,
     * THROTTLED, TOKEN); never after a reset, a timeout or a 5xx. */
    FLOW_ONCE = 1 << 0,
};

struct flow_row {
    const char *name;
    const char *text; /* what happens here, for logs and --print-flows */
    void (*ask)(struct flow *f, struct call *call);
    enum flow_verdict (*take)(struct flow *f, const struct reply *reply);
    msec limit; /* for this row with all its repeats; 0: FLOW_LIMIT */
    unsigned flags;
    msec call_limit; /* for a single call of this row; 0: as long as the row */
};

#define FLOW_LIMIT SECONDS(60)

/* Turns an answer into an error kind before 'take'. Returns 0 when the row shall see the answer, -1
 * with 'err' filled when it is a failure. Where reply->err has a kind there is no answer: it is
 * passed on as 'err', unless the row's 'take' knows what to do about a transport failure. */
typedef int flow_classify(struct flow *f, const struct reply *reply, struct err *err);

/* What the one outstanding call is for. */
enum flow_phase {
    FLOW_ASKED, /* the row's own question */
    FLOW_PAUSE, /* waiting before the same row is asked again */
    FLOW_PARK,  /* somebody else will wake it; the call is the row's limit running out */
    FLOW_YIELD, /* many rows in one pass: the loop gets its turn first */
    FLOW_END,   /* over already, but not to be reported from inside flow_start() */
};

struct flow {
    /* Set by the caller before flow_start(): */
    const char *name;                      /* for logs: "server.create" */
    const struct flow_row *rows;           /* ends with a row without name */
    flow_classify *classify;               /* NULL: transport errors only */
    void (*token_refused)(struct flow *f); /* NULL, or drop the token before the restart */
    void (*done)(struct flow *f, const struct err *err); /* err NULL on success; may free 'f' */
    void (*progress)(struct flow *f); /* NULL, or told at every AGAIN of a running operation */
    void *op;                         /* the operation's own struct: all state lives there */
    const char *resource;             /* for logs */
    /* Set by 'take', and by 'ask' together with CALL_FAIL: */
    struct err err;
    msec again_after;
    /* The runner's own: */
    const struct io *io;
    size_t row;
    struct call call;
    msec row_deadline;
    unsigned attempt; /* of the present row, failures in a row */
    unsigned calls;   /* HTTP and SQL calls of this flow, repeats included */
    enum flow_phase phase;
    bool running;
    bool starting;
    bool restarted;
    char label[128];
};

/* Begins the flow. Always completes through f->done, later. 'io' must outlive it. A flow that has
 * ended or was cancelled may be started again. */
void flow_start(struct flow *f, const struct io *io);
/* Forgets the flow: f->done is not called any more. Allowed at any row, also when not running, but
 * not from inside the flow's own ask, take or progress. */
void flow_cancel(struct flow *f);
/* Wakes a flow whose row asked CALL_PARK: the same row is asked again. No effect on any other. */
void flow_wake(struct flow *f);
/* The name of the row it is at; "" before and after. */
const char *flow_row_name(const struct flow *f);

/* The classifier of a flow without one: a transport error is a failure, everything else an answer.
 */
int flow_classify_transport(struct flow *f, const struct reply *reply, struct err *err);

/* A set of flows that are waited for together. Whoever starts a flow adds one, its 'done' ends one.
 * A group to which nothing was added never reports. */
struct flow_group {
    size_t open;
    void (*done)(struct flow_group *g); /* when the last one has ended; never inside an add */
    void *owner;
};

void flow_group_add(struct flow_group *g);
/* One of them has ended. The last call of a group: g->done may free it. */
void flow_group_end(struct flow_group *g);

#endif
