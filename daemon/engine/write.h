/* Carrying out what a look has shown and policy permits: ARM writes one after another, SQL in as
 * few transactions as possible. Whether a write had its effect is the next look's business. */
#ifndef ENGINE_WRITE_H
#define ENGINE_WRITE_H

#include "azure/op.h"
#include "flow/flow.h"
#include "plan/plan.h"

struct lane;

struct writer {
    bool busy;
    struct plan *plan; /* its share; what the queue points into */
    size_t *queue;     /* indexes into plan->changes that are carried out */
    size_t length;
    size_t at;
    uint64_t cycle; /* of the look that it was decided by */
    bool enough;    /* a write met a busy or troubled server: no more of them now */
    msec started;
    msec slow; /* an operation at work for so long is worth another word */
    struct arm_write arm;
    struct flow sql;
    struct flow_row sql_rows[2]; /* with a limit by the number of statements */
    struct sql_statement *batch; /* the statements of batch_length changes, one after another */
    size_t batch_statements;
    size_t batch_length; /* SQL changes of the queue in one transaction */
    size_t batch_failed; /* the one that failed, where the server has answered */
    bool batch_answered;
};

/* Begins with the lowest stage of the lane's plan that may be written now; false where nothing may.
 * Ends with lane_written(). */
bool write_start(struct lane *l);
/* Is the target's root just being made? Then it is no wonder that it is not found. */
bool write_makes_root(const struct lane *l);
/* A look of the lane has ended. An operation that has been at work for long, and whose effect was
 * seen, is followed no longer: its monitor may never say that it has ended. */
void write_looked(struct lane *l);
/* Forgets what is under way: only when all of it ends. */
void write_cancel(struct lane *l);

#endif
