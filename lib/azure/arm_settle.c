/* The end of a write that Azure has taken: asking its monitor, asking the resource itself where the
 * monitor is lost, reading back. The rows are in arm_write.c; what answers mean is in monitor.c. */
#include <stdlib.h>

#include "azure/monitor.h"
#include "azure/op_inside.h"
#include "base/json.h"
#include "base/mem.h"

#define SETTLE_DEFAULT MINUTES(60)

/* A resource that was just made may not be found for a while (seen: 1 to 2 minutes). */
#define READ_AGAIN SECONDS(5)

static bool settle_is_delete(const struct arm_write *w)
{
    return w->method[0] == 'D';
}

static msec settle_now(const struct arm_write *w)
{
    return w->op.az->io->now(w->op.az->io->ctx);
}

static char *settle_url(const struct arm_write *w)
{
    return arm_url(w->op.az, w->op.id, w->op.api_version, NULL);
}

/* 'body' (stolen) is the resource as it is now. */
static void settle_keep(struct arm_write *w, json_t *body)
{
    json_decref(w->body);
    w->body = body;
}

/* --- the answer to the write ------------------------------------------------------------------ */

/* The resource in an answer; NULL where it is not there or not the whole of it. */
static json_t *settle_body(const struct arm_write *w, const struct http_reply *reply,
                           struct err *err)
{
    json_t *body = json_parse(reply->body, reply->length, err);
    if (!body || arm_shape_check(w->shape, w->op.id, body, err) == 0) return body;
    json_decref(body);
    return NULL;
}

/* The end of an operation. Returns what follows from 'state', which is one of an end. */
static enum flow_verdict settle_end(struct arm_write *w, enum monitor_state state)
{
    w->unreadable_since = 0;
    if (state == MONITOR_SUCCEEDED) {
        w->fate = ARM_SETTLED;
        return FLOW_NEXT;
    }
    w->fate = state == MONITOR_CANCELED ? ARM_CANCELED : ARM_FAILED;
    return FLOW_FAIL;
}

/* An answer without a monitor that is no 202 is the resource as it is now. */
static enum flow_verdict settle_at_once(struct flow *f, const struct http_reply *reply)
{
    struct arm_write *w = f->op;
    if (settle_is_delete(w) || reply->status == 204) {
        w->fate = ARM_SETTLED;
        return FLOW_DONE;
    }
    json_t *body = settle_body(w, reply, NULL);
    enum monitor_state state = MONITOR_UNKNOWN;
    if (w->settling == ARM_SETTLES_BY_OPERATION)
        state = MONITOR_SUCCEEDED; /* there was none */
    else if (body || w->settling == ARM_SETTLES_AT_ONCE)
        state = monitor_resource(w->settling, body, &f->err);
    settle_keep(w, body); /* NULL: the write counts all the same, and is read back */
    if (state == MONITOR_RUNNING || state == MONITOR_UNKNOWN) return FLOW_NEXT;
    enum flow_verdict verdict = settle_end(w, state);
    return verdict == FLOW_NEXT && body ? FLOW_DONE : verdict;
}

enum flow_verdict arm_settle_begin(struct flow *f, const struct reply *reply)
{
    struct arm_write *w = f->op;
    const struct azure *az = w->op.az;
    w->accepted_at = settle_now(w);
    w->settle_deadline = w->accepted_at + (az->settle_limit ? az->settle_limit : SETTLE_DEFAULT);
    w->poll_after = monitor_pause(az, reply, 0);
    if (!monitor_find(az, &reply->http, &w->monitor, &w->monitor_is_location)) {
        w->monitor_lost = true;
        if (reply->http.status != 202) return settle_at_once(f, &reply->http);
    }
    if (f->progress) f->progress(f);
    return FLOW_NEXT;
}

/* --- waiting for the end ---------------------------------------------------------------------- */

static bool settle_is_open(const struct arm_write *w)
{
    return w->fate == ARM_ACCEPTED;
}

void arm_settle_ask_pause(struct flow *f, struct call *call)
{
    const struct arm_write *w = f->op;
    if (!settle_is_open(w)) return;
    call->kind = CALL_WAIT;
    call->wait = w->poll_after;
}

/* Asks again later, unless the operation has had its time. */
static enum flow_verdict settle_not_yet(struct flow *f, const struct reply *reply)
{
    struct arm_write *w = f->op;
    msec now = settle_now(w);
    w->poll_after = monitor_pause(w->op.az, reply, now - w->accepted_at);
    if (now + w->poll_after < w->settle_deadline) {
        f->again_after = w->poll_after;
        return FLOW_AGAIN;
    }
    err_set(&f->err, ERR_TIMEOUT, "the write is accepted but has not ended in time");
    return FLOW_FAIL;
}

/* Has there been no state for so long that it is not worth asking any more? */
static bool settle_is_unreadable(struct arm_write *w)
{
    msec now = settle_now(w);
    if (!w->unreadable_since) w->unreadable_since = now;
    return now - w->unreadable_since >= MONITOR_UNREADABLE;
}

/* A token that is refused again, hours after the flow has started over once. */
static void settle_renew_token(struct arm_write *w, const struct reply *reply)
{
    if (reply->err.kind == ERR_NONE && reply->http.status == 401) arm_op_token_refused(&w->op);
}

void arm_settle_ask_monitor(struct flow *f, struct call *call)
{
    struct arm_write *w = f->op;
    if (!settle_is_open(w) || w->monitor_lost) return;
    arm_op_ask(&w->op, f, call, "GET", xstrdup(w->monitor));
}

enum flow_verdict arm_settle_take_monitor(struct flow *f, const struct reply *reply)
{
    struct arm_write *w = f->op;
    w->polls++;
    enum monitor_state state = monitor_read(reply, w->monitor_is_location, &f->err);
    if (state == MONITOR_UNKNOWN) {
        settle_renew_token(w, reply);
        if (!settle_is_unreadable(w)) return settle_not_yet(f, reply);
        w->monitor_lost = true;
        w->unreadable_since = 0;
        return FLOW_NEXT;
    }
    w->unreadable_since = 0;
    return state == MONITOR_RUNNING ? settle_not_yet(f, reply) : settle_end(w, state);
}

/* --- the monitor is lost ---------------------------------------------------------------------- */

void arm_settle_ask_resource(struct flow *f, struct call *call)
{
    struct arm_write *w = f->op;
    if (!settle_is_open(w)) return;
    arm_op_ask(&w->op, f, call, "GET", settle_url(w));
}

/* 'f' can learn no more, though it may be under way. */
static enum flow_verdict settle_give_up(struct flow *f, const char *why)
{
    err_set(&f->err, ERR_TRANSIENT, "the write is accepted but its end is not known: %s", why);
    return FLOW_FAIL;
}

/* What the whole resource says. What only an operation can end has ended where it was to be made
 * and is there. */
static enum monitor_state settle_judge(const struct arm_write *w, const json_t *body,
                                       struct err *err)
{
    if (settle_is_delete(w)) return MONITOR_RUNNING;
    if (w->settling == ARM_SETTLES_BY_OPERATION && w->creates) return MONITOR_SUCCEEDED;
    return monitor_resource(w->settling, body, err);
}

/* A 404, which a creation has before its end and a deletion after it. */
static enum flow_verdict settle_absent(struct flow *f, const struct reply *reply)
{
    struct arm_write *w = f->op;
    w->unreadable_since = 0;
    if (!settle_is_delete(w)) return settle_not_yet(f, reply);
    w->fate = ARM_SETTLED;
    return FLOW_DONE;
}

enum flow_verdict arm_settle_take_resource(struct flow *f, const struct reply *reply)
{
    struct arm_write *w = f->op;
    bool answered = reply->err.kind == ERR_NONE;
    w->polls++;
    if (answered && arm_op_absence(w->op.id, &reply->http) != ARM_UNKNOWN)
        return settle_absent(f, reply);
    json_t *body =
        answered && reply->http.status == 200 ? settle_body(w, &reply->http, NULL) : NULL;
    if (!body) {
        settle_renew_token(w, reply);
        if (!settle_is_unreadable(w)) return settle_not_yet(f, reply);
        return settle_give_up(f, "neither its operation nor the resource can be read");
    }
    enum monitor_state state = settle_judge(w, body, &f->err);
    settle_keep(w, body);
    if (state == MONITOR_UNKNOWN)
        return settle_give_up(f, "its operation cannot be read and the resource does not tell");
    w->unreadable_since = 0;
    return state == MONITOR_RUNNING ? settle_not_yet(f, reply) : settle_end(w, state);
}

/* --- reading back ----------------------------------------------------------------------------- */

void arm_settle_ask_result(struct flow *f, struct call *call)
{
    struct arm_write *w = f->op;
    if (settle_is_delete(w) || (w->monitor_lost && w->body)) return;
    arm_op_ask(&w->op, f, call, "GET", settle_url(w));
}

enum flow_verdict arm_settle_take_result(struct flow *f, const struct reply *reply)
{
    struct arm_write *w = f->op;
    if (reply->http.status == 404) {
        f->again_after = READ_AGAIN;
        return FLOW_AGAIN;
    }
    json_t *body = arm_op_body(f, &reply->http);
    if (body && arm_shape_check(w->shape, w->op.id, body, &f->err) < 0) {
        json_decref(body);
        return FLOW_FAIL;
    }
    settle_keep(w, body);
    return body ? FLOW_NEXT : FLOW_FAIL;
}
