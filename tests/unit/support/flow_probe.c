/* A flow steered by a test: see flow_probe.h. */
#include "support/flow_probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void ask_one(struct flow *f, struct call *call)
{
    struct probe *p = f->op;
    call->kind = p->first_kind;
    if (call->kind == CALL_FAIL) err_set(&f->err, ERR_DENIED, "not allowed to ask");
    if (call->kind == CALL_HTTP) call->http = (struct http_call){.method = "GET", .url = "one"};
}

static void ask_two(struct flow *f, struct call *call)
{
    (void)f;
    call->kind = CALL_HTTP;
    call->http = (struct http_call){.method = "PUT", .url = "two"};
}

static enum flow_verdict take_two(struct flow *f, const struct reply *reply)
{
    struct probe *p = f->op;
    assert_true(reply->kind == CALL_HTTP);
    if (p->taken >= p->verdict_count) return FLOW_NEXT;
    f->again_after = 3000;
    if (p->verdicts[p->taken] == FLOW_FAIL) err_set(&f->err, ERR_REFUSED, "no");
    return p->verdicts[p->taken++];
}

static void ask_three(struct flow *f, struct call *call)
{
    (void)f;
    call->kind = CALL_HTTP;
    call->http = (struct http_call){.method = "GET", .url = "three"};
}

static int classify(struct flow *f, const struct reply *reply, struct err *err)
{
    if (flow_classify_transport(f, reply, err) < 0) return -1;
    if (reply->kind != CALL_HTTP) return 0;
    switch (reply->http.status) {
    case 401: return err_set(err, ERR_TOKEN, "token");
    case 409: return err_set(err, ERR_BUSY, "busy");
    case 429:
        err_set(err, ERR_THROTTLED, "slow down");
        err->retry_after_ms = 7000;
        return -1;
    case 503: return err_set(err, ERR_TRANSIENT, "unavailable");
    default: return 0;
    }
}

static void done(struct flow *f, const struct err *err)
{
    struct probe *p = f->op;
    p->completions++;
    p->early = !p->started;
    if (err) p->err = *err;
}

static void refused(struct flow *f)
{
    ((struct probe *)f->op)->refused++;
}

static void progress(struct flow *f)
{
    ((struct probe *)f->op)->progress++;
}

int probe_setup(void **state)
{
    static struct probe p;
    p = (struct probe){.script = script_new(), .first_kind = CALL_NONE};
    p.rows[0] = (struct flow_row){.name = "one", .ask = ask_one, .limit = SECONDS(30)};
    p.rows[1] =
        (struct flow_row){.name = "two", .ask = ask_two, .take = take_two, .limit = SECONDS(30)};
    p.rows[2] = (struct flow_row){.name = "three", .ask = ask_three, .limit = SECONDS(30)};
    p.flow = (struct flow){.name = "probe",
                           .rows = p.rows,
                           .classify = classify,
                           .token_refused = refused,
                           .done = done,
                           .progress = progress,
                           .op = &p,
                           .resource = "x"};
    *state = &p;
    return 0;
}

int probe_teardown(void **state)
{
    struct probe *p = *state;
    flow_cancel(&p->flow);
    script_free(p->script);
    return 0;
}

void probe_begin(struct probe *p)
{
    flow_start(&p->flow, script_io(p->script));
    p->started = true;
}

void probe_run(struct probe *p)
{
    probe_begin(p);
    script_run(p->script);
    assert_int_equal(p->completions, 1);
    assert_false(p->early);
    assert_false(p->flow.running);
    assert_int_equal(script_open(p->script), 0);
    assert_string_equal(flow_row_name(&p->flow), "");
}
