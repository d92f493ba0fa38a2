/* The gate: a struct io around another one that keeps our manners. It bounds the HTTP calls in
 * flight per host, spends a budget per operation class on one metered host (ARM), learns what that
 * side really allows, leaves alone what asked to be left alone (Retry-After) for as long as it
 * asked, whoever asks next, and counts. It is pure: time and waiting come from the inner io. It
 * retries nothing; that is the runner's. */
#ifndef FLOW_GATE_H
#define FLOW_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/call.h"

/* By method: GET, HEAD and a POST that is a question read, DELETE deletes, all others write. */
enum gate_class { GATE_READS, GATE_WRITES, GATE_DELETES, GATE_CLASS_N };

struct gate_budget {
    const char *name;             /* "reads", for texts */
    const char *remaining_header; /* lower case; tells what is left on the other side; NULL: none */
    unsigned size;                /* calls that may go at once after a quiet time */
    unsigned per_second;          /* calls that come back each second */
};

/* The other side wants to be left alone. There is one such fact for each subscription and class
 * (429: too many requests), and one for each service (5xx with Retry-After; 429 of a host that is
 * not metered). It begins with the first refusal and is over when, after the last of them, calls
 * have gone well for a while (gate_limits.calm): so refusals that repeat are one fact. The texts
 * live as long as the gate. */
struct gate_hold {
    const char *host;         /* "https://management.azure.com" */
    const char *subscription; /* "": the URL names none */
    const char *service;      /* NULL: the budget of 'class'; otherwise the resource provider
                                 ("Microsoft.Network"), "" where the URL names none */
    enum gate_class class;    /* of a budget */
    int status;               /* of the last refusal: 429, 503 */
    msec since;               /* the first refusal */
    msec until;               /* nothing is sent before; may be past */
    unsigned refusals;        /* since 'since'; 0: there is no such fact */
};

struct gate_limits {
    unsigned per_host;   /* HTTP calls in flight to one host; 0: 8 */
    const char *metered; /* scheme and host of the metered side: "https://management.azure.com" */
    struct gate_budget budget[GATE_CLASS_N]; /* for each subscription; size 0: not limited */
    /* Is this 429 about the number of requests? NULL: every 429 is. */
    bool (*is_throttling)(const struct http_reply *reply);
    /* NULL, or told twice of each hold: when it begins, and when it is over. Borrowed; not the
     * place for calls. */
    void (*held)(void *ctx, const struct gate_hold *hold, bool over);
    void *held_ctx;
    msec calm; /* 0: 2 minutes */
};

/* What has gone through since the gate was made. Counted when a call is sent, repeats included. */
struct gate_counts {
    uint64_t arm_reads;      /* to the metered host */
    uint64_t arm_writes;     /* to the metered host, deletes included */
    uint64_t token_requests; /* HTTP to any other host */
    uint64_t sql_statements;
    uint64_t failures;  /* HTTP calls without an answer, or answered by 429 or 5xx */
    uint64_t throttled; /* answers that closed something */
};

struct gate;

/* 'inner' must outlive the gate; the texts of 'limits' are copied. */
struct gate *gate_new(const struct io *inner, const struct gate_limits *limits);
/* Forgets all calls that are still in it, without reporting them. Accepts NULL. */
void gate_free(struct gate *g);

/* The io for everybody else; lives as long as the gate. */
const struct io *gate_io(struct gate *g);
const struct gate_counts *gate_counts(const struct gate *g);

/* The holds that are not over: how many, and the first 'room' of them in 'out'. */
size_t gate_holds(const struct gate *g, struct gate_hold *out, size_t room);

/* For status texts: calls held back at this moment, how long (ms) a class stays closed after a 429
 * (0: open), the longest over all subscriptions, and how many thousandths of a call the gate thinks
 * come back each second, the least over all subscriptions. */
size_t gate_waiting(const struct gate *g);
msec gate_closed_for(const struct gate *g, enum gate_class class);
uint64_t gate_rate(const struct gate *g, enum gate_class class);

#endif
