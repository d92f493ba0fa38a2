/* The gate learns what the other side really allows: fifty askers on a virtual clock, and an ARM
 * that allows less than is believed. After learning fewer than one request in a hundred is refused,
 * and what is allowed is used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/gate.h"

#define ARM "https://management.azure.com"
#define URL ARM "/subscriptions/s1/providers/Microsoft.DBforPostgreSQL/flexibleServers"

enum {
    LEARN_ASKERS = 50,
    LEARN_PENDING = LEARN_ASKERS + 1, /* and the gate's timer */
    LEARN_LATENCY = 60,               /* ms, each way the half */
};

/* What allows. */
struct learn_side {
    unsigned size;       /* calls at once */
    unsigned per_second; /* calls that come back */
    bool tells;          /* how much is left */
};

struct learn_pending {
    struct call *call;
    msec due;
    bool counted; /* it has reached the other side */
    int status;
    unsigned left;
};

struct learn_asker {
    struct learn_world *world;
    struct call call;
    bool waits;    /* until the next round, or for its backoff */
    unsigned rest; /* calls of this round */
};

struct learn_world {
    struct learn_side side;
    struct gate *gate;
    struct io io;
    msec now;
    double level; /* of the other side's bucket */
    msec filled;
    struct learn_pending pending[LEARN_PENDING];
    size_t pending_count;
    struct learn_asker askers[LEARN_ASKERS];
    unsigned calls_each; /* of an asker in a round */
    msec interval;       /* of rounds; 0: they ask without end */
    unsigned answered, refused, unsent;
};

/* --- the other side ----------------------------------------------------------------------------
 */

static void learn_start(void *ctx, struct call *call)
{
    struct learn_world *w = ctx;
    assert_true(w->pending_count < LEARN_PENDING);
    msec span = call->kind == CALL_WAIT ? call->wait : LEARN_LATENCY / 2;
    w->pending[w->pending_count++] = (struct learn_pending){.call = call, .due = w->now + span};
}

static void learn_cancel(void *ctx, struct call *call)
{
    struct learn_world *w = ctx;
    for (size_t i = 0; i < w->pending_count; i++) {
        if (w->pending[i].call != call) continue;
        w->pending[i] = w->pending[--w->pending_count];
        return;
    }
    fail_msg("cancelled what is not under way");
}

static msec learn_now(void *ctx)
{
    const struct learn_world *w = ctx;
    return w->now;
}

static int64_t learn_wall_clock(void *ctx)
{
    const struct learn_world *w = ctx;
    return INT64_C(1767225600000) + (int64_t)w->now;
}

static uint32_t learn_random(void *ctx)
{
    (void)ctx;
    return 0;
}

/* The request arrives; the answer is on its way. */
static void learn_spend(struct learn_world *w, struct learn_pending *p)
{
    w->level += (double)(w->now - w->filled) * w->side.per_second / 1000;
    if (w->level > w->side.size) w->level = w->side.size;
    w->filled = w->now;
    p->status = w->level >= 1 ? 200 : 429;
    if (p->status == 200) w->level -= 1;
    p->left = (unsigned)w->level;
    p->counted = true;
    p->due = w->now + LEARN_LATENCY / 2;
}

static void learn_answer(const struct learn_world *w, const struct learn_pending *p)
{
    char left[16];
    snprintf(left, sizeof(left), "%u", p->left);
    struct http_header headers[2] = {{"retry-after", "1"}, {"remaining", left}};
    size_t first = p->status == 429 ? 0 : 1, last = w->side.tells ? 2 : 1;
    struct reply reply = {.kind = p->call->kind};
    reply.http = (struct http_reply){
        .status = p->status, .body = "", .headers = headers + first, .header_count = last - first};
    p->call->done(p->call, &reply);
}

/* --- the askers --------------------------------------------------------------------------------
 */

static void learn_ask(struct learn_asker *a)
{
    const struct io *io = gate_io(a->world->gate);
    a->waits = false;
    a->call.kind = CALL_HTTP;
    a->call.http = (struct http_call){.method = "GET", .url = URL};
    a->call.deadline = a->world->now + SECONDS(60);
    io->start(io->ctx, &a->call);
}

/* As the runner does: a refusal is asked again, after its pause. */
static void learn_done(struct call *call, const struct reply *reply)
{
    struct learn_asker *a = call->owner;
    struct learn_world *w = a->world;
    a->waits = true;
    if (reply->err.kind != ERR_NONE)
        w->unsent++;
    else if (reply->http.status == 429)
        w->refused++;
    else
        w->answered++;
    if (reply->err.kind == ERR_NONE && reply->http.status == 200 && a->rest > 0) a->rest--;
}

static void learn_round(struct learn_world *w)
{
    for (size_t i = 0; i < LEARN_ASKERS; i++)
        if (w->askers[i].rest == 0) w->askers[i].rest = w->calls_each;
}

/* Whoever has something to ask and does not wait for an answer asks. */
static void learn_wake(struct learn_world *w)
{
    for (size_t i = 0; i < LEARN_ASKERS; i++)
        if (w->askers[i].waits && w->askers[i].rest > 0) learn_ask(&w->askers[i]);
}

static void learn_step(struct learn_world *w, struct learn_pending *p)
{
    if (p->call->kind == CALL_HTTP && !p->counted) {
        learn_spend(w, p);
        return;
    }
    struct learn_pending ended = *p;
    *p = w->pending[--w->pending_count];
    learn_answer(w, &ended);
}

static void learn_run(struct learn_world *w, msec span)
{
    msec end = w->now + span, round = w->now;
    while (w->now < end) {
        if (w->now >= round) {
            learn_round(w);
            round = w->interval ? round + w->interval : w->now + 1;
        }
        learn_wake(w);
        msec next = round;
        struct learn_pending *first = NULL;
        for (size_t i = 0; i < w->pending_count; i++)
            if (!first || w->pending[i].due < first->due) first = &w->pending[i];
        if (first && first->due <= next) {
            w->now = first->due;
            learn_step(w, first);
        } else {
            w->now = next;
        }
    }
}

static void learn_begin(struct learn_world *w, struct learn_side side, unsigned calls_each,
                        msec interval)
{
    *w = (struct learn_world){.side = side,
                              .level = side.size,
                              .now = 1000,
                              .calls_each = calls_each,
                              .interval = interval};
    w->io = (struct io){.ctx = w,
                        .start = learn_start,
                        .cancel = learn_cancel,
                        .now = learn_now,
                        .wall_clock = learn_wall_clock,
                        .random = learn_random};
    const struct gate_limits limits = {
        .metered = ARM,
        .budget = {[GATE_READS] = {.name = "reads",
                                   .remaining_header = "remaining",
                                   .size = 250,
                                   .per_second = 25}},
    };
    w->gate = gate_new(&w->io, &limits);
    for (size_t i = 0; i < LEARN_ASKERS; i++) {
        struct learn_asker *a = &w->askers[i];
        a->world = w;
        a->waits = true;
        a->call.done = learn_done;
        a->call.owner = a;
    }
}

/* --- cases -------------------------------------------------------------------------------------
 */

/* Learns for two minutes, and is watched for twenty. */
static void learn_holds(struct learn_side side, unsigned calls_each, msec interval, unsigned least)
{
    static struct learn_world w;
    learn_begin(&w, side, calls_each, interval);
    learn_run(&w, MINUTES(2));
    unsigned early = w.refused;
    w.answered = w.refused = w.unsent = 0;
    learn_run(&w, MINUTES(20));
    print_message("# learning: %u refused; then %u of %u refused, %.2f/s, rate %.2f/s, %u unsent\n",
                  early, w.refused, w.answered + w.refused, w.answered / 1200.0,
                  (double)gate_rate(w.gate, GATE_READS) / 1000, w.unsent);
    assert_true(w.refused * 100 < w.answered + w.refused);
    assert_true(w.answered >= least);
    gate_free(w.gate);
}

/* 1200 s of 5/s are 6000. */
static void test_learns_from_what_is_left(void **state)
{
    (void)state;
    learn_holds((struct learn_side){.size = 100, .per_second = 5, .tells = true}, 1, 0, 5000);
}

static void test_learns_from_refusals_alone(void **state)
{
    (void)state;
    learn_holds((struct learn_side){.size = 100, .per_second = 5, .tells = false}, 1, 0, 4500);
}

/* Fifty servers of three calls each minute: 150 of the 300 that are allowed. */
static void test_bursts_of_cycles(void **state)
{
    (void)state;
    learn_holds((struct learn_side){.size = 20, .per_second = 5, .tells = true}, 3, MINUTES(1),
                2900);
    learn_holds((struct learn_side){.size = 20, .per_second = 5, .tells = false}, 3, MINUTES(1),
                2900);
}

/* A bucket of one or two calls leaves nothing for a reserve. */
static void test_a_tiny_bucket(void **state)
{
    (void)state;
    learn_holds((struct learn_side){.size = 2, .per_second = 5, .tells = true}, 1, 0, 3000);
    learn_holds((struct learn_side){.size = 1, .per_second = 1, .tells = true}, 1, 0, 400);
}

/* Who allows what is believed is not slowed down. */
static void test_nothing_to_learn(void **state)
{
    (void)state;
    learn_holds((struct learn_side){.size = 250, .per_second = 25, .tells = true}, 1, 0, 29000);
}

/* The other side gives more again: the rate comes back. */
static void test_unlearns(void **state)
{
    static struct learn_world w;
    (void)state;
    learn_begin(&w, (struct learn_side){.size = 100, .per_second = 2, .tells = true}, 1, 0);
    learn_run(&w, MINUTES(5));
    assert_true(gate_rate(w.gate, GATE_READS) < 8000);
    w.side.per_second = 25;
    learn_run(&w, MINUTES(60));
    assert_int_equal(gate_rate(w.gate, GATE_READS), 25000);
    gate_free(w.gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns_from_what_is_left),
        cmocka_unit_test(test_learns_from_refusals_alone),
        cmocka_unit_test(test_bursts_of_cycles),
        cmocka_unit_test(test_a_tiny_bucket),
        cmocka_unit_test(test_nothing_to_learn),
        cmocka_unit_test(test_unlearns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
