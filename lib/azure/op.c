/* What the operations share: the request with its headers and token. */
#include <stdlib.h>

#include "azure/op_inside.h"
#include "azure/token.h"
#include "base/json.h"
#include "base/mem.h"

void arm_op_init(struct arm_op *op, const struct azure *az, const char *id, const char *api_version)
{
    *op = (struct arm_op){.az = az, .id = xstrdup(id), .api_version = xstrdup(api_version)};
}

void arm_op_done(struct arm_op *op, const struct flow *f)
{
    if (!op->az) return; /* never begun */
    token_leave(op->az->token, f);
    secret_free(op->bearer);
    free(op->url);
    free(op->id);
    free(op->api_version);
    *op = (struct arm_op){.az = op->az};
}

void arm_op_ask_token(struct arm_op *op, struct flow *f, struct call *call)
{
    token_ask(op->az->token, f, call);
}

static void add_header(struct http_call *http, const char *name, const char *value)
{
    http->headers[http->header_count++] = (struct http_header){.name = name, .value = value};
}

void arm_op_ask(struct arm_op *op, struct flow *f, struct call *call, const char *method, char *url)
{
    const struct azure *az = op->az;
    free(op->url);
    op->url = url;
    token_ask(az->token, f, call);
    if (call->kind != CALL_NONE) return;
    secret_free(op->bearer);
    op->bearer = secret_share(token_bearer(az->token));
    arm_guid(az->io, op->request_id);
    call->kind = CALL_HTTP;
    call->http = (struct http_call){.method = method, .url = url, .bearer = op->bearer};
    add_header(&call->http, "Accept", "application/json");
    add_header(&call->http, "x-ms-client-request-id", op->request_id);
    add_header(&call->http, "x-ms-return-client-request-id", "true");
    if (az->correlation_id[0])
        add_header(&call->http, "x-ms-correlation-request-id", az->correlation_id);
}

void arm_op_token_refused(struct arm_op *op)
{
    token_drop(op->az->token, op->bearer);
}

json_t *arm_op_body(struct flow *f, const struct http_reply *reply)
{
    if (reply->status != 200) {
        err_set(&f->err, ERR_PROTOCOL, "HTTP %d is no answer to a GET", reply->status);
        f->err.status = reply->status;
        return NULL;
    }
    json_t *body = json_parse(reply->body, reply->length, &f->err);
    if (!body) err_prefix(&f->err, "the answer of ARM");
    return body;
}
