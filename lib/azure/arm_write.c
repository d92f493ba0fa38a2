/* Write one resource and wait until Azure has settled: the rows. What a monitor says is read in
 * monitor.c, the body is made in payload.c. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "azure/monitor.h"
#include "azure/op_inside.h"
#include "azure/payload.h"
#include "base/json.h"
#include "base/mem.h"

/* A write that never settles is given up after this, whatever the setting says. */
#define SETTLE_CAP MINUTES(24 * 60)
#define SETTLE_DEFAULT MINUTES(60)

/* A resource that was just made may not be found for a while (seen: 1 to 2 minutes). */
#define READ_AGAIN SECONDS(5)

static void ask_token(struct flow *f, struct call *call);
static void ask_write(struct flow *f, struct call *call);
static enum flow_verdict take_write(struct flow *f, const struct reply *reply);
static void ask_pause(struct flow *f, struct call *call);
static void ask_state(struct flow *f, struct call *call);
static enum flow_verdict take_state(struct flow *f, const struct reply *reply);
static void ask_result(struct flow *f, struct call *call);
static enum flow_verdict take_result(struct flow *f, const struct reply *reply);

/* Rows that have done their work are skipped when a refused token starts the flow over: what Azure
 * has accepted is never sent again. */
enum row { ROW_TOKEN, ROW_WRITE, ROW_PAUSE, ROW_SETTLE, ROW_READ, ROW_N };

const struct flow_row arm_write_rows[] = {
    [ROW_TOKEN] = {.name = "token",
                   .text = "have an access token, or wait until it has been fetched",
                   .ask = ask_token,
                   .limit = SECONDS(120)},
    [ROW_WRITE] = {.name = "write",
                   .text = "send the change, once",
                   .ask = ask_write,
                   .take = take_write,
                   .limit = SECONDS(60),
                   .flags = FLOW_ONCE},
    [ROW_PAUSE] = {.name = "pause",
                   .text = "give the operation the time that Azure asks for",
                   .ask = ask_pause,
                   .limit = MINUTES(15)},
    [ROW_SETTLE] = {.name = "settle",
                    .text = "read the operation's state until it has ended",
                    .ask = ask_state,
                    .take = take_state,
                    .limit = SETTLE_CAP,
                    .call_limit = SECONDS(30)},
    [ROW_READ] = {.name = "read",
                  .text = "read the resource back",
                  .ask = ask_result,
                  .take = take_result,
                  .limit = SECONDS(150),
                  .call_limit = SECONDS(30)},
    [ROW_N] = {0},
};

static bool is_delete(const struct arm_write *w)
{
    return strcmp(w->method, "DELETE") == 0;
}

static void ask_token(struct flow *f, struct call *call)
{
    struct arm_write *w = f->op;
    arm_op_ask_token(&w->op, f, call);
}

static void ask_write(struct flow *f, struct call *call)
{
    struct arm_write *w = f->op;
    if (w->accepted) return;
    char *path = w->verb ? xasprintf("%s/%s", w->op.id, w->verb) : xstrdup(w->op.id);
    arm_op_ask(&w->op, f, call, w->method, arm_url(w->op.az, path, w->op.api_version, NULL));
    free(path);
    if (call->kind != CALL_HTTP) return;
    w->sent = true;
    call->http.body = w->payload;
    call->http.body_length = w->payload_length;
    call->http.content_type = w->payload ? "application/json" : NULL;
}

/* The end of an operation that needed no waiting; its answer is the resource. */
static enum flow_verdict ended_at_once(struct arm_write *w, const struct http_reply *reply)
{
    w->settled = true;
    if (is_delete(w) || reply->status == 204) return FLOW_DONE;
    json_t *body = json_parse(reply->body, reply->length, NULL);
    if (!json_is_object(body)) { /* the write counts all the same: read what came of it */
        json_decref(body);
        return FLOW_NEXT;
    }
    w->body = body;
    return FLOW_DONE;
}

static enum flow_verdict take_write(struct flow *f, const struct reply *reply)
{
    struct arm_write *w = f->op;
    const struct azure *az = w->op.az;
    if (reply->http.status == 409) { /* of a creation: see row_understands() */
        arm_error_reply(&reply->http, &f->err);
        return FLOW_FAIL;
    }
    w->accepted = true;
    payload_free(w->payload, w->payload_length);
    w->payload = NULL;
    if (!monitor_find(az, &reply->http, &w->monitor, &w->monitor_is_location))
        return reply->http.status == 202 ? FLOW_NEXT : ended_at_once(w, &reply->http);
    msec limit = az->settle_limit ? az->settle_limit : SETTLE_DEFAULT;
    w->settle_deadline = az->io->now(az->io->ctx) + limit;
    w->poll_after = monitor_pause(&reply->http);
    if (f->progress) f->progress(f);
    return FLOW_NEXT;
}

static void ask_pause(struct flow *f, struct call *call)
{
    struct arm_write *w = f->op;
    if (!w->monitor || w->settled) return;
    call->kind = CALL_WAIT;
    call->wait = w->poll_after;
}

static void ask_state(struct flow *f, struct call *call)
{
    struct arm_write *w = f->op;
    if (!w->monitor || w->settled) return;
    arm_op_ask(&w->op, f, call, "GET", xstrdup(w->monitor));
}

/* Asks again later, unless the operation has had its time. */
static enum flow_verdict not_yet(struct flow *f, const struct http_reply *reply)
{
    struct arm_write *w = f->op;
    msec now = f->io->now(f->io->ctx);
    w->poll_after = monitor_pause(reply);
    if (now + w->poll_after < w->settle_deadline) {
        f->again_after = w->poll_after;
        return FLOW_AGAIN;
    }
    err_set(&f->err, ERR_TIMEOUT, "the operation is accepted but has not ended in time");
    return FLOW_FAIL;
}

/* No state could be read. That says nothing about the operation, but it cannot go on for ever. */
static enum flow_verdict unreadable(struct flow *f, const struct http_reply *reply)
{
    struct arm_write *w = f->op;
    msec now = f->io->now(f->io->ctx);
    if (!w->unreadable_since) w->unreadable_since = now;
    if (now - w->unreadable_since < MONITOR_UNREADABLE) return not_yet(f, reply);
    err_set(&f->err, ERR_TRANSIENT,
            "the operation is accepted but its state cannot be read (HTTP %d)", reply->status);
    return FLOW_FAIL;
}

static enum flow_verdict take_state(struct flow *f, const struct reply *reply)
{
    struct arm_write *w = f->op;
    w->polls++;
    enum monitor_state state = monitor_read(&reply->http, w->monitor_is_location, &f->err);
    if (state == MONITOR_UNKNOWN) return unreadable(f, &reply->http);
    w->unreadable_since = 0;
    if (state == MONITOR_RUNNING) return not_yet(f, &reply->http);
    if (state == MONITOR_FAILED) return FLOW_FAIL;
    w->settled = true;
    return FLOW_NEXT;
}

static void ask_result(struct flow *f, struct call *call)
{
    struct arm_write *w = f->op;
    if (is_delete(w)) return;
    arm_op_ask(&w->op, f, call, "GET", arm_url(w->op.az, w->op.id, w->op.api_version, NULL));
}

static enum flow_verdict take_result(struct flow *f, const struct reply *reply)
{
    struct arm_write *w = f->op;
    if (reply->http.status == 404) {
        f->again_after = READ_AGAIN;
        return FLOW_AGAIN;
    }
    w->body = arm_op_body(f, &reply->http);
    return w->body ? FLOW_NEXT : FLOW_FAIL;
}

/* Failures that are answers to their row: a monitor that cannot be read, a resource that cannot be
 * found yet, the absence of what was to be deleted, and the presence of what was to be created. */
static bool row_understands(const struct flow *f, const struct http_reply *reply,
                            const struct err *err)
{
    const struct arm_write *w = f->op;
    int status = reply->status;
    switch ((enum row)f->row) {
    case ROW_WRITE:
        if (w->creates && status == 409) return err->kind == ERR_BUSY;
        return status == 404 && is_delete(w) && strcasecmp(err->code, "ResourceNotFound") == 0;
    case ROW_SETTLE:
        return status >= 400 && status < 500 && status != 401 && status != 408 && status != 429;
    case ROW_READ: return status == 404;
    case ROW_TOKEN:
    case ROW_PAUSE:
    case ROW_N: break;
    }
    return false;
}

static int classify(struct flow *f, const struct reply *reply, struct err *err)
{
    if (arm_classify(f, reply, err) == 0) return 0;
    return reply->err.kind == ERR_NONE && row_understands(f, &reply->http, err) ? 0 : -1;
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
                                     .classify = classify,
                                     .token_refused = token_refused,
                                     .op = w},
                            .payload = payload,
                            .payload_length = length,
                            .verb = request->verb ? xstrdup(request->verb) : NULL,
                            .creates = request->creates};
    size_t method = strlen(request->method);
    if (method < sizeof(w->method)) memcpy(w->method, request->method, method);
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
    w->verb = NULL;
    free(w->monitor);
    w->monitor = NULL;
    json_decref(w->body);
    w->body = NULL;
}
