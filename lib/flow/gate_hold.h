/* Who wants to be left alone, and since when: the facts behind struct gate_hold, and the services
 * of a host, each of which can ask for it by itself. Inside of the gate. */
#ifndef FLOW_GATE_HOLD_H
#define FLOW_GATE_HOLD_H

#include "flow/gate.h"

struct gate_bucket;

/* What answers at a host for one subscription: a resource provider, or whatever is there for URLs
 * that name none. A service that is unavailable says nothing about its neighbours (a provider of
 * ARM that is down does not stop the others), so each is left alone by itself. */
struct gate_service {
    char *subscription;
    char *provider;
    struct gate_hold hold;
    struct gate_bucket *buckets[GATE_CLASS_N]; /* the owner's; NULL: not limited */
    struct gate_service *next;
};

/* The service for 'url' in 'list'; a new one is put there, without buckets, where it was not.
 * 'host' lives as long as the service. */
struct gate_service *gate_service_get(struct gate_service **list, const char *host,
                                      const char *url);
void gate_services_free(struct gate_service *list);

/* How long the answer wants nothing to be sent; 'usual' where it does not say or cannot be read. At
 * least a second, for a 0 must not make anybody hammer; at most an hour, for a date is only as good
 * as two clocks. 'wall_clock': milliseconds since 1970. */
msec gate_hold_span(const struct http_reply *reply, int64_t wall_clock, msec usual);

/* A refusal: nothing goes before 'until'. True where the hold begins with it. */
bool gate_hold_begin(struct gate_hold *h, int status, msec until, msec now);
/* An answer that is no refusal. True where the hold is over with it: it is to be reported and then
 * cleared. */
bool gate_hold_is_over(const struct gate_hold *h, msec calm, msec now);
void gate_hold_clear(struct gate_hold *h);

#endif
