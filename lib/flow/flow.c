/* The runner of flows: see flow.h for the rules. It knows no protocol: classifiers turn answers
 * into error kinds, and the table below turns kinds into "try again". */
#include "flow/flow.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/backoff.h"
#include "base/must.h"

/* Rows asked in one go before the loop gets its turn. */
#define FLOW_PASS 50

/* What is asked again by itself, and after which pause. 'once_too': the failure proves that the
 * request was not carried out, so that even a row that must not run twice may be sent again. */
static const struct {
    bool again;
    bool once_too;
    enum backoff_preset pause;
} retries[ERR_KIND_N] = {
    [ERR_TRANSIENT] = {.again = true, .once_too = false, .pause = BACKOFF_TRANSIENT},
    [ERR_TIMEOUT] = {.again = true, .once_too = false, .pause = BACKOFF_TRANSIENT},
    [ERR_THROTTLED] = {.again = true, .once_too = true, .pause = BACKOFF_THROTTLED},
    [ERR_BUSY] = {.again = true, .once_too = true, .pause = BACKOFF_BUSY},
};

static void flow_reply(struct call *call, const struct reply *reply);

static const struct flow_row *flow_row(const struct flow *f)
{
    return &f->rows[f->row];
}

static void flow_trace(const struct flow *f, const char *event)
{
    if (f->io->trace) f->io->trace(f->io->ctx, f, event);
}

static msec flow_now(const struct flow *f)
{
    return f->io->now(f->io->ctx);
}

/* The one place where a call leaves. */
static void flow_send(struct flow *f, enum flow_phase phase, msec deadline)
{
    f->phase = phase;
    f->call.deadline = deadline;
    f->call.label = f->label;
    f->call.done = flow_reply;
    f->call.owner = f;
    f->io->start(f->io->ctx, &f->call);
}

static void flow_wait(struct flow *f, enum flow_phase phase, msec span)
{
    f->call = (struct call){.kind = CALL_WAIT, .wait = span};
    flow_send(f, phase, flow_now(f) + span);
}

static void flow_report(struct flow *f)
{
    struct err err = f->err;
    must(f->running);
    f->running = false;
    flow_trace(f, err.kind == ERR_NONE ? "done" : "fail");
    f->done(f, err.kind == ERR_NONE ? NULL : &err);
}

/* A failure always has a reason: without one it would be reported as success. */
static void flow_insist(struct flow *f, const char *reason)
{
    if (f->err.kind == ERR_NONE)
        err_set(&f->err, ERR_INTERNAL, "%s: %s: %s", f->name, flow_row(f)->name, reason);
}

/* Ends with f->err as the result (kind NONE: success). 'f' may be gone afterwards. */
static void flow_finish(struct flow *f)
{
    if (f->starting)
        flow_wait(f, FLOW_END, 0);
    else
        flow_report(f);
}

static void flow_fail(struct flow *f, const struct err *err)
{
    f->err = *err;
    flow_finish(f);
}

static void flow_time_out(struct flow *f)
{
    const struct flow_row *row = flow_row(f);
    err_set(&f->err, ERR_TIMEOUT, "%s: %s: not finished within %" PRIu64 " s", f->name, row->name,
            (row->limit ? row->limit : FLOW_LIMIT) / 1000);
    flow_finish(f);
}

static void flow_enter(struct flow *f, size_t index)
{
    f->row = index;
    f->attempt = 0;
    const struct flow_row *row = flow_row(f);
    if (!row->name) return;
    f->row_deadline = flow_now(f) + (row->limit ? row->limit : FLOW_LIMIT);
    snprintf(f->label, sizeof(f->label), "%s/%s %s", f->name, row->name,
             f->resource ? f->resource : "");
}

/* Sends the row's own question. */
static void flow_send_question(struct flow *f)
{
    msec deadline = f->row_deadline;
    msec limit = flow_row(f)->call_limit;
    if (limit && flow_now(f) + limit < deadline) deadline = flow_now(f) + limit;
    if (f->call.kind != CALL_WAIT) f->calls++;
    flow_trace(f, "ask");
    flow_send(f, FLOW_ASKED, deadline);
}

static void flow_park(struct flow *f)
{
    msec now = flow_now(f);
    flow_trace(f, "park");
    flow_wait(f, FLOW_PARK, f->row_deadline > now ? f->row_deadline - now : 0);
}

/* Asks the present row. Returns true where there was nothing to ask and the next one's turn has
 * come. */
static bool flow_ask(struct flow *f)
{
    if (!flow_row(f)->name) {
        err_clear(&f->err);
        flow_finish(f);
        return false;
    }
    f->call = (struct call){.kind = CALL_NONE};
    flow_row(f)->ask(f, &f->call);
    switch (f->call.kind) {
    case CALL_NONE:
        flow_trace(f, "skip");
        flow_enter(f, f->row + 1);
        return true;
    case CALL_FAIL: flow_finish(f); return false;
    case CALL_PARK: flow_park(f); return false;
    case CALL_WAIT:
    case CALL_HTTP:
    case CALL_SQL: break;
    }
    flow_send_question(f);
    return false;
}

static void flow_run(struct flow *f)
{
    for (unsigned i = 0; i < FLOW_PASS; i++)
        if (!flow_ask(f)) return;
    flow_wait(f, FLOW_YIELD, 0);
}

static void flow_restart(struct flow *f)
{
    f->restarted = true;
    flow_trace(f, "restart");
    flow_enter(f, 0);
    flow_run(f);
}

static void flow_again(struct flow *f)
{
    if (flow_now(f) + f->again_after >= f->row_deadline) {
        flow_time_out(f);
        return;
    }
    flow_trace(f, "again");
    if (f->progress) f->progress(f);
    flow_wait(f, FLOW_PAUSE, f->again_after);
}

/* A failure that the row does not get to see: asked again, restarted, or the end. */
static void flow_failed(struct flow *f, const struct err *err)
{
    if (err->kind == ERR_TOKEN && f->token_refused && !f->restarted) {
        f->token_refused(f);
        flow_restart(f);
        return;
    }
    bool once = flow_row(f)->flags & FLOW_ONCE;
    if (!retries[err->kind].again || (once && !retries[err->kind].once_too)) {
        flow_fail(f, err);
        return;
    }
    f->attempt++;
    msec pause = backoff_delay(&backoff_presets[retries[err->kind].pause], f->attempt,
                               err->retry_after_ms, f->io->random(f->io->ctx));
    if (flow_now(f) + pause >= f->row_deadline) {
        flow_fail(f, err);
        return;
    }
    f->err = *err;
    flow_trace(f, "retry");
    flow_wait(f, FLOW_PAUSE, pause);
}

static void flow_take(struct flow *f, const struct reply *reply)
{
    struct err err = {.kind = ERR_NONE};
    flow_classify *classify = f->classify ? f->classify : flow_classify_transport;
    if (classify(f, reply, &err) < 0) {
        flow_failed(f, &err);
        return;
    }
    f->attempt = 0;
    err_clear(&f->err);
    f->again_after = 0;
    switch (flow_row(f)->take ? flow_row(f)->take(f, reply) : FLOW_NEXT) {
    case FLOW_NEXT:
        flow_trace(f, "next");
        flow_enter(f, f->row + 1);
        flow_run(f);
        return;
    case FLOW_AGAIN: flow_again(f); return;
    case FLOW_RESTART:
        if (!f->restarted) {
            flow_restart(f);
            return;
        }
        flow_insist(f, "wanted to start over twice");
        break;
    case FLOW_DONE: err_clear(&f->err); break;
    case FLOW_FAIL: flow_insist(f, "failed without a reason"); break;
    }
    flow_finish(f);
}

static void flow_reply(struct call *call, const struct reply *reply)
{
    struct flow *f = call->owner;
    must(f->running);
    switch (f->phase) {
    case FLOW_ASKED: flow_take(f, reply); return;
    case FLOW_PARK: flow_time_out(f); return;
    case FLOW_PAUSE:
    case FLOW_YIELD: flow_run(f); return;
    case FLOW_END: flow_report(f); return;
    }
}

void flow_start(struct flow *f, const struct io *io)
{
    must(!f->running);
    f->io = io;
    f->running = true;
    f->starting = true;
    f->restarted = false;
    f->calls = 0;
    err_clear(&f->err);
    flow_enter(f, 0);
    flow_run(f);
    f->starting = false;
}

void flow_cancel(struct flow *f)
{
    if (!f->running) return;
    f->running = false;
    flow_trace(f, "cancel");
    f->io->cancel(f->io->ctx, &f->call);
}

void flow_wake(struct flow *f)
{
    if (!f->running || f->phase != FLOW_PARK) return;
    f->io->cancel(f->io->ctx, &f->call);
    flow_run(f);
}

const char *flow_row_name(const struct flow *f)
{
    return f->running && f->rows[f->row].name ? f->rows[f->row].name : "";
}

int flow_classify_transport(struct flow *f, const struct reply *reply, struct err *err)
{
    (void)f;
    if (reply->err.kind == ERR_NONE) return 0;
    *err = reply->err;
    return -1;
}
