/* The gate: a struct io around another one that keeps our manners. It bounds the HTTP calls in
 * flight per host, spends a budget per operation class on one metered host (ARM), closes a class
 * after a 429 until the other side wants to hear from us again, and counts. It is pure: time and
 * waiting come from the inner io. It retries nothing; that is the runner's. */
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

struct gate_limits {
    unsigned per_host;   /* HTTP calls in flight to one host; 0: 8 */
    const char *metered; /* scheme and host of the metered side: "https://management.azure.com" */
    struct gate_budget budget[GATE_CLASS_N]; /* for each subscription; size 0: not limited */
    /* Is this 429 about the number of requests? NULL: every 429 is. */
    bool (*is_throttling)(const struct http_reply *reply);
};

/* What has gone through since the gate was made. Counted when a call is sent, repeats included. */
struct gate_counts {
    uint64_t arm_reads;      /* to the metered host */
    uint64_t arm_writes;     /* to the metered host, deletes included */
    uint64_t token_requests; /* HTTP to any other host */
    uint64_t sql_statements;
    uint64_t failures;  /* HTTP calls without an answer, or answered by 429 or 5xx */
    uint64_t throttled; /* answers that closed a class */
};

struct gate;

/* 'inner' must outlive the gate; the texts of 'limits' are copied. */
struct gate *gate_new(const struct io *inner, const struct gate_limits *limits);
/* Forgets all calls that are still in it, without reporting them. Accepts NULL. */
void gate_free(struct gate *g);

/* The io for everybody else; lives as long as the gate. */
const struct io *gate_io(struct gate *g);
const struct gate_counts *gate_counts(const struct gate *g);

/* For status texts: calls held back at this moment, and how long (ms) the class stays closed after
 * a 429 (0: open), the longest over all subscriptions. */
size_t gate_waiting(const struct gate *g);
msec gate_closed_for(const struct gate *g, enum gate_class class);

#endif
