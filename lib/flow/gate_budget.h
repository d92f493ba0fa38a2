/* What may be spent on the metered host: a token bucket for each subscription and class. Inside of
 * the gate; nobody else needs it. All times are the gate's clock.
 *
 * The limits that we are given are what is believed; what the other side really allows is learned,
 * because documents and the wire disagree, and others spend from the same budget:
 *
 * - Each answer says how much is left. We never think that we have more than that, less what is in
 *   flight and has perhaps not been counted yet, less one call in reserve. With the reserve, calls
 *   go at the other side's pace by themselves while our rate is less than twice its own.
 * - A refusal takes three tenths: from the size while no more was spent since the bucket was full
 *   than twice what is in it, from the rate afterwards. Refusals of calls that had been sent before
 *   the last lesson teach nothing more.
 * - Each call that had to wait because of our own rate and was let through adds 1/1000 to the rate
 *   and 1/2000 to the size, up to what is believed. So, whatever the rate, some 350 calls go
 * between two refusals that only mean that it has grown too far. */
#ifndef FLOW_GATE_BUDGET_H
#define FLOW_GATE_BUDGET_H

#include "flow/gate.h"

struct gate_bucket;
struct gate_budgets;

enum gate_class gate_class_of(const struct http_call *call);

/* 'budget' (one row for each class) is copied, texts included. */
struct gate_budgets *gate_budgets_new(const struct gate_budget budget[GATE_CLASS_N]);
void gate_budgets_free(struct gate_budgets *b);

/* The bucket of 'subscription' (any case) at 'host', which lives as long as the budgets; NULL where
 * the class is not limited. Lives as long as the budgets. */
struct gate_bucket *gate_bucket_get(struct gate_budgets *b, const char *host,
                                    const char *subscription, enum gate_class class);

/* When the next call may go: not after 'now' where it may at once. */
msec gate_bucket_ready_at(struct gate_bucket *b, msec now);
/* A call goes. */
void gate_bucket_spend(struct gate_bucket *b, msec now);
/* A call that went is over, or nobody waits for it any more. */
void gate_bucket_return(struct gate_bucket *b);
/* Takes over what the answer to a call that is still in flight says is left, where that is less
 * than we think. */
void gate_bucket_follow(struct gate_bucket *b, const struct http_reply *reply, msec now);
/* A call that was sent at 'sent' was refused with 'status': nothing goes before 'until', and then
 * little. True where the hold begins with it. */
bool gate_bucket_refused(struct gate_bucket *b, int status, msec sent, msec until, msec now);

const char *gate_bucket_name(const struct gate_bucket *b);
struct gate_hold *gate_bucket_hold(struct gate_bucket *b);
/* Thousandths of a call that we think come back each second. */
uint64_t gate_bucket_rate(const struct gate_bucket *b);

/* All buckets, one after the other: NULL begins, NULL is the end. */
struct gate_bucket *gate_budgets_next(const struct gate_budgets *b, const struct gate_bucket *last);
enum gate_class gate_bucket_class(const struct gate_bucket *b);

#endif
