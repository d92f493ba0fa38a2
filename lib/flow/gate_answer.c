/* What answers teach the gate: see gate_inside.h. */
#include "flow/gate_inside.h"

/* How long a class stays closed where a 429 says nothing about it. */
#define GATE_CLOSED SECONDS(10)

static void gate_tell(const struct gate *g, const struct gate_hold *hold, bool over)
{
    if (g->limits.held) g->limits.held(g->limits.held_ctx, hold, over);
}

/* The answer is no refusal: is that news? */
static void gate_calm_down(const struct gate *g, struct gate_hold *hold, msec now)
{
    if (!gate_hold_is_over(hold, g->limits.calm, now)) return;
    gate_tell(g, hold, true);
    gate_hold_clear(hold);
}

/* A 429 closes the budget it was spent from; a service that is unavailable is left alone when it
 * asks for it, and so is one of a host without budgets. */
static void gate_refused(struct gate *g, const struct gate_pass *p, const struct http_reply *reply,
                         msec now)
{
    int64_t wall_clock = g->inner->wall_clock(g->inner->ctx);
    msec until = now + gate_hold_span(reply, wall_clock, GATE_CLOSED);
    struct gate_hold *hold = &p->service->hold;
    bool begins;
    g->counts.throttled++;
    if (reply->status == 429 && p->bucket) {
        hold = gate_bucket_hold(p->bucket);
        begins = gate_bucket_refused(p->bucket, reply->status, p->sent_at, until, now);
    } else {
        begins = gate_hold_begin(hold, reply->status, until, now);
    }
    g->look_at_all = true;
    if (begins) gate_tell(g, hold, false);
}

/* Does the answer want us to stay away? Without a Retry-After only a 429 from a budget does: the
 * askers' own backoff is enough for the rest. */
static bool gate_is_refusal(const struct gate *g, const struct gate_pass *p,
                            const struct http_reply *reply)
{
    if (reply->status == 429 && g->limits.is_throttling && !g->limits.is_throttling(reply))
        return false;
    if (reply->status == 429 && p->bucket) return true;
    return (reply->status == 429 || reply->status >= 500) &&
           http_reply_header(reply, "retry-after");
}

/* What the answer says about us and about our budget. */
void gate_learn(struct gate *g, const struct gate_pass *p, const struct reply *reply)
{
    int status = reply->err.kind == ERR_NONE ? reply->http.status : 0;
    if (status == 0 || status == 429 || status >= 500) g->counts.failures++;
    if (!status) return;
    msec now = gate_inner_now(g);
    if (p->bucket) gate_bucket_follow(p->bucket, &reply->http, now);
    if (gate_is_refusal(g, p, &reply->http)) {
        gate_refused(g, p, &reply->http, now);
        return;
    }
    gate_calm_down(g, &p->service->hold, now);
    if (p->bucket) gate_calm_down(g, gate_bucket_hold(p->bucket), now);
}
