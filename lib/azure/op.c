/* What the operations share: the request with its headers and token. */
#include <stdlib.h>
#include <strings.h>

#include "azure/op_inside.h"
#include "azure/token.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/must.h"

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

void arm_op_header(struct call *call, const char *name, const char *value)
{
    struct http_call *http = &call->http;
    must(http->header_count < sizeof(http->headers) / sizeof(http->headers[0]));
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
    arm_op_header(call, "Accept", "application/json");
    arm_op_header(call, "x-ms-client-request-id", op->request_id);
    arm_op_header(call, "x-ms-return-client-request-id", "true");
    if (az->correlation_id[0])
        arm_op_header(call, "x-ms-correlation-request-id", az->correlation_id);
}

void arm_op_token_refused(struct arm_op *op)
{
    token_drop(op->az->token, op->bearer);
}

json_t *arm_op_body(struct flow *f, const struct http_reply *reply)
{
    if (reply->status != 200) {
        err_set(&f->err, ERR_PROTOCOL, "HTTP %d where 200 was to come", reply->status);
        f->err.status = reply->status;
        return NULL;
    }
    json_t *body = json_parse(reply->body, reply->length, &f->err);
    if (!body) err_prefix(&f->err, "the answer of ARM");
    return body;
}

/* The codes with which a 404 speaks of a resource, and of which one. */
static const struct {
    const char *code;
    enum arm_presence presence;
} absences[] = {
    {"ResourceNotFound", ARM_ABSENT},
    {"NotFound", ARM_ABSENT},
    {"ResourceGroupNotFound", ARM_GROUP_ABSENT},
};

enum arm_presence arm_op_absence(const char *id, const struct http_reply *reply)
{
    struct err err;
    if (reply->status != 404) return ARM_UNKNOWN;
    arm_error_reply(reply, &err);
    for (size_t i = 0; i < sizeof(absences) / sizeof(absences[0]); i++) {
        if (strcasecmp(absences[i].code, err.code) != 0) continue;
        bool self = absences[i].presence == ARM_GROUP_ABSENT && arm_id_is_group(id);
        return self ? ARM_ABSENT : absences[i].presence;
    }
    return ARM_UNKNOWN;
}
