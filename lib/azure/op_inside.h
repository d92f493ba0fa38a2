/* What the operations share: see op.c. Inside of lib/azure; callers need op.h only. */
#ifndef AZURE_OP_INSIDE_H
#define AZURE_OP_INSIDE_H

#include "azure/op.h"

void arm_op_init(struct arm_op *op, const struct azure *az, const char *id,
                 const char *api_version);
/* Also leaves the token's waiting list. */
void arm_op_done(struct arm_op *op, const struct flow *f);

/* The 'ask' of the row "token". */
void arm_op_ask_token(struct arm_op *op, struct flow *f, struct call *call);

/* Fills 'call' with a request to 'url' (stolen) and the present token; parks the flow where the
 * token is just being fetched. */
void arm_op_ask(struct arm_op *op, struct flow *f, struct call *call, const char *method,
                char *url);

/* Adds a header to a call of arm_op_ask(), which leaves room for three. 'value' is borrowed. */
void arm_op_header(struct call *call, const char *name, const char *value);

/* For flow->token_refused. */
void arm_op_token_refused(struct arm_op *op);

/* The body of the answer to a question (which is 200 and nothing else) as a JSON value, owned by
 * the caller; NULL with PROTOCOL in f->err. */
json_t *arm_op_body(struct flow *f, const struct http_reply *reply);

/* What a 404 says of 'id': ABSENT, GROUP_ABSENT, or UNKNOWN where it does not speak of it. */
enum arm_presence arm_op_absence(const char *id, const struct http_reply *reply);

/* --- the second half of a write: arm_settle.c ------------------------------------------------- */

/* Taken: how its end is known. Returns what the row of the write returns. */
enum flow_verdict arm_settle_begin(struct flow *f, const struct reply *reply);
void arm_settle_ask_pause(struct flow *f, struct call *call);
void arm_settle_ask_monitor(struct flow *f, struct call *call);
enum flow_verdict arm_settle_take_monitor(struct flow *f, const struct reply *reply);
void arm_settle_ask_resource(struct flow *f, struct call *call);
enum flow_verdict arm_settle_take_resource(struct flow *f, const struct reply *reply);
void arm_settle_ask_result(struct flow *f, struct call *call);
enum flow_verdict arm_settle_take_result(struct flow *f, const struct reply *reply);

#endif
