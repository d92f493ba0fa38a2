/* What may be spent on the metered host: a token bucket for each subscription and class. Inside of
 * the gate; nobody else needs it. All times are the gate's clock. */
#ifndef FLOW_GATE_BUDGET_H
#define FLOW_GATE_BUDGET_H

#include "flow/gate.h"

struct bucket;
struct gate_budgets;

enum gate_class gate_class_of(const struct http_call *call);

/* 'budget' (one row for each class) is copied, texts included. */
struct gate_budgets *gate_budgets_new(const struct gate_budget budget[GATE_CLASS_N]);
void gate_budgets_free(struct gate_budgets *b);

/* The bucket for a call to 'url' (its subscription, "" where it names none); NULL where the class
 * is not limited. Lives as long as the budgets. */
struct bucket *gate_bucket(struct gate_budgets *b, const char *url, enum gate_class class);

/* When the next call may go: not after 'now' where it may at once. */
msec bucket_ready_at(struct bucket *b, msec now);
void bucket_spend(struct bucket *b, msec now);
/* Takes over what the answer says is left, where that is less than we think. */
void bucket_follow(struct bucket *b, const struct http_reply *reply, msec now);
/* Closes the class until the answer's Retry-After is over, and lets it begin again empty. */
void bucket_close(struct bucket *b, const struct http_reply *reply, msec now);
const char *bucket_name(const struct bucket *b);
msec bucket_closed_until(const struct bucket *b);

/* The longest time (ms) that a bucket of 'class' stays closed. */
msec budgets_closed_for(const struct gate_budgets *b, enum gate_class class, msec now);

#endif
