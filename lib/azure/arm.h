/* What is common to all requests to Azure Resource Manager: the context, URLs, request headers and
 * the meaning of error answers. Not for the operations themselves (op.h) and not for tokens
 * (token.h). */
#ifndef AZURE_ARM_H
#define AZURE_ARM_H

#include <stdbool.h>

#include <jansson.h>

#include "azure/arm_id.h"
#include "base/err.h"
#include "flow/call.h"
#include "flow/flow.h"
#include "flow/gate.h"

/* Room for a GUID as text with its NUL. */
#define ARM_GUID 37

/* Which Azure, and as whom. Shared by all operations; the owner keeps it alive while any runs. */
struct azure {
    const struct io *io;
    const char *endpoint;      /* "https://management.azure.com", with or without a final slash */
    struct token_cache *token; /* for ARM's audience */
    msec settle_limit; /* longest wait for a long-running operation; 0: 60 min; at most 24 h */
    char correlation_id[ARM_GUID]; /* one per cycle, shows in the activity log; "": none is sent */
};

/* Writes a random (version 4) GUID; for request ids, not for secrets. */
void arm_guid(const struct io *io, char out[ARM_GUID]);

/* "ENDPOINT/ID?api-version=VERSION&QUERY" with the path percent-encoded; 'query' is appended as it
 * is, NULL: none. free() it. */
char *arm_url(const struct azure *az, const char *id, const char *api_version, const char *query);

/* Does 'url' lead to the ARM endpoint itself (same scheme, host and port)? The bearer token goes
 * nowhere else. */
bool arm_url_is_ours(const struct azure *az, const char *url);

/* Fills 'err' from an answer that is a failure: kind and retry hint by status and code (one table
 * in arm_error.c), code, request id, and the message for people only. A hint in the form of a date
 * is left to arm_classify(), which has a clock. Understands {"error":{...}}, a bare
 * {"code","message"}, an error without code and bodies that are no JSON. Returns -1. */
int arm_error_reply(const struct http_reply *reply, struct err *err);

/* As above for the body of a long-running operation that has ended with 'status' ("Failed",
 * "Canceled"): the HTTP status was 200 and means nothing. Returns -1. */
int arm_error_operation(const json_t *body, const char *status, struct err *err);

/* Retry-After of 'reply' in both of HTTP's forms (ms); 'hint' stays where there is none. */
void arm_retry_after(const struct http_reply *reply, const struct io *io, uint64_t *hint);

/* The flow classifier of every ARM flow: 2xx is an answer, everything else a failure. */
flow_classify arm_classify;

/* Is this 429 a throttle, and not RetryableErrorDueToAnotherOperation (a locked resource)? */
bool arm_is_throttling(const struct http_reply *reply);

/* ARM's documented budgets (per subscription and principal: reads 250 + 25/s, writes and deletes
 * 200 + 10/s) for the gate around 'endpoint', which 'out' borrows. per_host is left at its default.
 */
void arm_gate_limits(struct gate_limits *out, const char *endpoint);

#endif
