/* Write one resource and wait until Azure has settled: the rows, and the first half, the request.
 * The second half is arm_settle.c; the body is made in payload.c. */
#include <stdlib.h>
#include <string.h>

#include "azure/op_inside.h"
#include "azure/payload.h"
#include "base/mem.h"
#include "base/must.h"

/* A write that never settles is given up after this, whatever the setting says. */
#define SETTLE_CAP MINUTES(24 * 60)

static void write_ask_token(struct flow *f, struct call *call);
static void write_ask(struct flow *f, struct call *call);
static enum flow_verdict write_take(struct flow *f, const struct reply *reply);

/* Rows that have done their work are skipped when a refused token starts the flow over: what Azure
 * has accepted is never sent again. */
enum row { ROW_TOKEN, ROW_WRITE, ROW_PAUSE, ROW_SETTLE, ROW_STATE, ROW_READ, ROW_N };

const struct flow_row arm_write_rows[] = {
    [ROW_TOKEN] = {.name = "token",
                   .text = "have an access token, or wait until it has been fetched",
                   .ask = write_ask_token,
                   .limit = SECONDS(120)},
    [ROW_WRITE] = {.name = "write",
                   .text = "send the change, once",
                   .ask = write_ask,
                   .take = write_take,
                   .limit = SECONDS(60),
                   .flags = FLOW_ONCE},
    [ROW_PAUSE] = {.name = "pause",
                   .text = "give the operation the time that Azure asks for",
                   .ask = arm_settle_ask_pause,
                   .limit = MINUTES(15)},
    [ROW_SETTLE] = {.name = "settle",
                    .text = "read the operation's state until it has ended",
                    .ask = arm_settle_ask_monitor,
                    .take = arm_settle_take_monitor,
                    .limit = SETTLE_CAP,
                    .call_limit = SECONDS(30)},
    [ROW_STATE] = {.name = "state",
                   .text =
                       "where the operation cannot be read: ask the resource until it is at rest",
                   .ask = arm_settle_ask_resource,
                   .take = arm_settle_take_resource,
                   .limit = SETTLE_CAP,
                   .call_limit = SECONDS(30)},
    [ROW_READ] = {.name = "read",
                  .text = "read the resource back",
                  .ask = arm_settle_ask_result,
                  .take = arm_settle_take_result,
                  .limit = SECONDS(150),
                  .call_limit = SECONDS(30)},
    [ROW_N] = {0},
};

const char *arm_fate_word(enum arm_fate fate)
{
    static const char *const words[] = {
        [ARM_NOT_SENT] = "not sent", [ARM_REFUSED] = "refused", [ARM_IN_DOUBT] = "in doubt",
        [ARM_ACCEPTED] = "accepted", [ARM_FAILED] = "failed",   [ARM_CANCELED] = "canceled",
        [ARM_SETTLED] = "settled",
    };
    return words[fate];
}

static void write_ask_token(struct flow *f, struct call *call)
{
    struct arm_write *w = f->op;
    arm_op_ask_token(&w->op, f, call);
}

static void write_ask(struct flow *f, struct call *call)
{
    struct arm_write *w = f->op;
    if (w->fate >= ARM_ACCEPTED) return;
    char *path = w->verb ? xasprintf("%s/%s", w->op.id, w->verb) : xstrdup(w->op.id);
    arm_op_ask(&w->op, f, call, w->method, arm_url(w->op.az, path, w->op.api_version, NULL));
    free(path);
    if (call->kind != CALL_HTTP) return;
    w->before = w->fate;
    w->fate = ARM_IN_DOUBT; /* until there is an answer */
    if (w->if_match) arm_op_header(call, "If-Match", w->if_match);
    if (w->if_none_match) arm_op_header(call, "If-None-Match", "*");
    call->http.body = w->payload;
    call->http.body_length = w->payload_length;
    call->http.content_type = w->payload ? "application/json" : NULL;
}

static enum flow_verdict write_take(struct flow *f, const struct reply *reply)
{
    struct arm_write *w = f->op;
    int status = reply->http.status;
    if (status == 409 || status == 429) { /* of a creation: see write_understands() */
        arm_error_reply(&reply->http, &f->err);
        return FLOW_FAIL;
    }
    w->fate = ARM_ACCEPTED;
    payload_free(w->payload, w->payload_length);
    w->payload = NULL;
    if (status != 404) return arm_settle_begin(f, reply);
    w->fate = ARM_SETTLED; /* of a deletion: there is nothing to delete */
    return FLOW_DONE;
}

/* What the answer to the write says about it. 'err' is the failure. */
static enum arm_fate write_fate(const struct arm_write *w, const struct reply *reply,
                                const struct err *err)
{
    int status = reply->http.status;
    if (reply->err.kind != ERR_NONE) return reply->unsent ? w->before : ARM_IN_DOUBT;
    if (err->kind == ERR_BUSY) return ARM_REFUSED;
    return status >= 400 && status < 500 && status != 408 ? ARM_REFUSED : ARM_IN_DOUBT;
}

/* Failures that are answers to the write: the absence of what was to be deleted, and the presence
 * of what was to be created. */
static bool write_understands(const struct arm_write *w, const struct http_reply *reply,
                              const struct err *err)
{
    /* 409, or 429 at Microsoft.Network. */
    if (w->creates && err->kind == ERR_BUSY && reply->status < 500) return true;
    return strcmp(w->method, "DELETE") == 0 && arm_op_absence(w->op.id, reply) == ARM_ABSENT;
}

static int classify_write(struct arm_write *w, const struct reply *reply, const struct err *err)
{
    w->fate = write_fate(w, reply, err);
    return reply->err.kind == ERR_NONE && write_understands(w, &reply->http, err) ? 0 : -1;
}

/* Once the write is taken no failure ends the flow by itself: what gives no state is asked again by
 * the row, which knows for how long. Only the first refused token starts the flow over. */
static int write_classify(struct flow *f, const struct reply *reply, struct err *err)
{
    struct arm_write *w = f->op;
    if (arm_classify(f, reply, err) == 0) return 0;
    switch ((enum row)f->row) {
    case ROW_WRITE: return classify_write(w, reply, err);
    case ROW_SETTLE:
    case ROW_STATE: return err->kind == ERR_TOKEN && !f->restarted ? -1 : 0;
    case ROW_READ: return reply->err.kind == ERR_NONE && reply->http.status == 404 ? 0 : -1;
    case ROW_TOKEN:
    case ROW_PAUSE:
    case ROW_N: break;
    }
    return -1;
}

static void token_refused(struct flow *f)
{
    struct arm_write *w = f->op;
    arm_op_token_refused(&w->op);
}

int arm_write_init(struct arm_write *w, const struct azure *az, const struct arm_request *request,
                   struct err *err)
{
    char *payload = NULL;
    size_t length = 0;
    if (request->body && payload_make(request, az->io, &payload, &length, err) < 0) return -1;
    *w = (struct arm_write){.flow = {.name = "arm.write",
                                     .rows = arm_write_rows,
                                     .classify = write_classify,
                                     .token_refused = token_refused,
                                     .op = w},
                            .payload = payload,
                            .payload_length = length,
                            .verb = request->verb ? xstrdup(request->verb) : NULL,
                            .if_match = request->if_match ? xstrdup(request->if_match) : NULL,
                            .if_none_match = request->if_none_match,
                            .shape = request->shape,
                            .settling = request->settling,
                            .creates = request->creates};
    size_t method = strlen(request->method);
    must(method < sizeof(w->method));
    memcpy(w->method, request->method, method);
    arm_op_init(&w->op, az, request->id, request->api_version);
    w->flow.resource = w->op.id;
    return 0;
}

void arm_write_done(struct arm_write *w)
{
    flow_cancel(&w->flow);
    arm_op_done(&w->op, &w->flow);
    payload_free(w->payload, w->payload_length);
    w->payload = NULL;
    free(w->verb);
    free(w->if_match);
    free(w->monitor);
    w->verb = w->if_match = w->monitor = NULL;
    json_decref(w->body);
    w->body = NULL;
}
