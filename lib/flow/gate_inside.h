/* The gate from inside, for its own files: who waits for whom (gate_queue.c), what answers teach
 * (gate_answer.c), and the io that the world sees (gate.c). */
#ifndef FLOW_GATE_INSIDE_H
#define FLOW_GATE_INSIDE_H

#include "flow/gate.h"
#include "flow/gate_budget.h"
#include "flow/gate_hold.h"

struct gate_host;

/* One HTTP call on its way. */
struct gate_pass {
    struct gate *gate;
    struct gate_host *host;
    struct gate_service *service;
    struct gate_bucket *bucket; /* NULL: not metered */
    struct call *outer;         /* the asker's */
    struct call inner;          /* what the executor sees */
    msec deadline;              /* the asker's; UINT64_MAX: none */
    bool sent;
    msec sent_at;
    struct gate_pass *previous, *next; /* in the host's queue, or in its flight once it is sent */
};

struct gate_passes {
    struct gate_pass *first, *last;
};

struct gate_host {
    char *name; /* "https://management.azure.com:443", as it stands in URLs */
    size_t length;
    bool metered;
    unsigned in_flight;
    struct gate_passes queue; /* in the order of asking */
    struct gate_passes flight;
    struct gate_service *services;
    struct gate_host *next;
};

struct gate {
    struct io outer;
    const struct io *inner;
    struct gate_limits limits;
    struct gate_budgets *budgets;
    struct gate_host *hosts;
    struct gate_counts counts;
    size_t waiting;
    struct call timer; /* its deadline: not after anything that time alone brings about */
    bool timer_runs;
    bool pumping;
    bool look_at_all; /* a hold has begun: who waits in vain is to be told */
};

msec gate_inner_now(const struct gate *g);

/* The host for 'url', new where it was not known. */
struct gate_host *gate_host_get(struct gate *g, const char *url);
/* Puts 'p' at the end of its host's queue. */
void gate_queue_add(struct gate_pass *p);
/* Takes 'p' from wherever it is and frees it. */
void gate_pass_free(struct gate_pass *p);
/* Sends what may go, and sees to it that somebody looks again when more may. */
void gate_pump(struct gate *g);

/* What the answer to 'p', which is still in flight, says about us and about our budget. */
void gate_learn(struct gate *g, const struct gate_pass *p, const struct reply *reply);

#endif
