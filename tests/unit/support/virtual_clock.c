/* The virtual world in motion: events in the order of their times, the io on top of them. A call
 * is copied when it begins, arrives half its latency later, is carried out then, and is answered
 * after the other half; cancelled in between it is carried out all the same, as on a real network.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "support/virtual_inside.h"
#include "support/virtual_model.h"

/* The monotonic clock does not begin with 0: that would hide what takes 0 for "never". */
#define BEGINNING SECONDS(1000)
/* The year 2026 begins when the monotonic clock does. */
#define WALL_BEGINNING (INT64_C(1767225600000) - (int64_t)BEGINNING)

/* More events without a moment passing are a loop. */
enum { EVENTS_AT_ONCE = 100000 };

uint32_t virtual_random(struct virtual *v)
{
    v->random ^= v->random << 13;
    v->random ^= v->random >> 7;
    v->random ^= v->random << 17;
    return (uint32_t)(v->random >> 16);
}

/* --- events ----------------------------------------------------------------------------------- */

struct event *virtual_event(struct virtual *v, enum event_kind kind, msec at)
{
    struct event *e = xcalloc(1, sizeof(*e));
    *e = (struct event){.kind = kind, .at = at, .turn = v->turn++};
    v->events = xreallocarray(v->events, v->event_count + 1, sizeof(struct event *));
    v->events[v->event_count++] = e;
    return e;
}

static size_t event_next(const struct virtual *v)
{
    size_t best = 0;
    for (size_t i = 1; i < v->event_count; i++) {
        const struct event *e = v->events[i], *b = v->events[best];
        if (e->at < b->at || (e->at == b->at && e->turn < b->turn)) best = i;
    }
    return best;
}

static void event_take(struct virtual *v, size_t at)
{
    v->events[at] = v->events[--v->event_count];
}

/* --- the io ----------------------------------------------------------------------------------- */

static msec virtual_latency(struct virtual *v, enum call_kind kind)
{
    return kind == CALL_SQL ? 1 + virtual_random(v) % 4 : 10 + virtual_random(v) % 60;
}

static void virtual_start(void *ctx, struct call *call)
{
    struct virtual *v = ctx;
    if (call->kind == CALL_WAIT) {
        struct event *wait = virtual_event(v, EVENT_WAIT, v->now + call->wait);
        wait->call = call;
        call->slot = wait;
        return;
    }
    must(call->kind == CALL_HTTP || call->kind == CALL_SQL);
    must(call->deadline);
    struct exchange *x = virtual_exchange_new(v, call);
    struct event *e = virtual_event(v, EVENT_ARRIVES, v->now + virtual_latency(v, call->kind));
    e->exchange = x;
    x->fault = virtual_fault_for(v, x);
    virtual_watch_sent(v, x);
}

static void virtual_cancel(void *ctx, struct call *call)
{
    struct virtual *v = ctx;
    for (size_t i = 0; i < v->event_count; i++) {
        struct event *e = v->events[i];
        if (e->kind == EVENT_WAIT && e->call == call) {
            event_take(v, i);
            free(e);
            return;
        }
        if (e->exchange && e->exchange->call == call) {
            e->exchange->call = NULL;
            return;
        }
    }
    fprintf(stderr, "virtual: cancelled a call that is not outstanding\n");
    abort();
}

static msec virtual_io_now(void *ctx)
{
    return ((struct virtual *)ctx)->now;
}

static int64_t virtual_wall_clock(void *ctx)
{
    return WALL_BEGINNING + (int64_t)((struct virtual *)ctx)->now;
}

static uint32_t virtual_io_random(void *ctx)
{
    return virtual_random(ctx);
}

/* --- what happens ------------------------------------------------------------------------------
 */

static void virtual_answer_at(struct virtual *v, struct exchange *x, msec at)
{
    if (at >= x->deadline) {
        at = x->deadline > v->now ? x->deadline : v->now;
        err_set(&x->err, ERR_TIMEOUT, "no answer in time");
    }
    virtual_event(v, EVENT_ANSWERED, at)->exchange = x;
}

static void virtual_carry_out(struct virtual *v, struct exchange *x)
{
    bool http = x->kind == CALL_HTTP;
    enum virtual_health health = http ? v->arm_health : v->postgres_health;
    if (x->class == VIRTUAL_TOKEN) health = VIRTUAL_WELL;
    if (health == VIRTUAL_DUMB) {
        err_set(&x->err, ERR_TIMEOUT, "no answer in time");
    } else if (health == VIRTUAL_REFUSING) {
        err_set(&x->err, ERR_TRANSIENT, "connection refused");
        x->unsent = true;
    } else if (!virtual_fault_before(v, x)) {
        x->carried_out = true;
        if (http)
            virtual_arm(v, x);
        else
            virtual_sql_call(v, x);
        virtual_fault_after(v, x);
    }
    bool silent = x->err.kind == ERR_TIMEOUT;
    virtual_answer_at(v, x, silent ? x->deadline : v->now + virtual_latency(v, x->kind));
}

static void virtual_answered(struct virtual *v, struct exchange *x)
{
    virtual_exchange_note(v, x);
    virtual_watch_answered(v, x);
    virtual_exchange_answer(x);
    virtual_exchange_free(x);
}

static void virtual_waited(struct call *call)
{
    struct reply reply = {.kind = CALL_WAIT};
    call->done(call, &reply);
}

bool virtual_step(struct virtual *v)
{
    if (!v->event_count) return false;
    size_t at = event_next(v);
    struct event e = *v->events[at];
    free(v->events[at]);
    event_take(v, at);
    if (e.at > v->now) v->now = e.at;
    switch (e.kind) {
    case EVENT_WAIT: virtual_waited(e.call); break;
    case EVENT_ARRIVES: virtual_carry_out(v, e.exchange); break;
    case EVENT_ANSWERED: virtual_answered(v, e.exchange); break;
    case EVENT_ENDS: virtual_operation_end(v, e.operation); break;
    case EVENT_ACT: e.act(e.ctx); break;
    }
    return true;
}

bool virtual_until(struct virtual *v, bool (*met)(void *ctx), void *ctx, msec span)
{
    msec end = v->now + span, moment = v->now;
    unsigned events = 0;
    while (!met(ctx)) {
        if (!v->event_count || v->events[event_next(v)]->at > end) {
            if (v->now < end) v->now = end;
            return met(ctx);
        }
        virtual_step(v);
        events = v->now == moment ? events + 1 : 0;
        moment = v->now;
        if (events < EVENTS_AT_ONCE) continue;
        fprintf(stderr, "virtual: time stands still at %" PRIu64 " ms\n", v->now);
        abort();
    }
    return true;
}

static bool virtual_never(void *ctx)
{
    (void)ctx;
    return false;
}

void virtual_pass(struct virtual *v, msec span)
{
    virtual_until(v, virtual_never, NULL, span);
}

void virtual_later(struct virtual *v, msec span, void (*act)(void *ctx), void *ctx)
{
    struct event *e = virtual_event(v, EVENT_ACT, v->now + span);
    e->act = act;
    e->ctx = ctx;
}

size_t virtual_open(const struct virtual *v)
{
    size_t open = 0;
    for (size_t i = 0; i < v->event_count; i++)
        open += v->events[i]->call || (v->events[i]->exchange && v->events[i]->exchange->call);
    return open;
}

msec virtual_now(const struct virtual *v)
{
    return v->now;
}

/* --- the whole ---------------------------------------------------------------------------------
 */

struct virtual *virtual_new(uint32_t seed)
{
    struct virtual *v = xcalloc(1, sizeof(*v));
    v->io = (struct io){.ctx = v,
                        .start = virtual_start,
                        .cancel = virtual_cancel,
                        .now = virtual_io_now,
                        .wall_clock = virtual_wall_clock,
                        .random = virtual_io_random};
    v->now = BEGINNING;
    v->random = UINT64_C(0x9e3779b97f4a7c15) * (seed + UINT64_C(1));
    v->passwords = json_object();
    v->postgres = json_object();
    v->sessions = json_object();
    v->versions = xcalloc(1, sizeof(*v->versions));
    v->versions[v->version_count++].store = json_object();
    virtual_watch_init(&v->watch);
    return v;
}

const struct io *virtual_io(struct virtual *v)
{
    return &v->io;
}

static void virtual_records_free(struct virtual *v)
{
    for (size_t i = 0; i < v->record_count; i++) free(v->records[i].line);
    free(v->records);
    for (size_t i = 0; i < v->fault_count; i++) free(v->faults[i].line);
    free(v->faults);
}

void virtual_free(struct virtual *v)
{
    if (!v) return;
    for (size_t i = 0; i < v->event_count; i++) {
        virtual_exchange_free(v->events[i]->exchange);
        free(v->events[i]);
    }
    free(v->events);
    for (size_t i = 0; i < v->operation_count; i++) virtual_operation_free(v->operations[i]);
    free(v->operations);
    for (size_t i = 0; i < v->version_count; i++) json_decref(v->versions[i].store);
    free(v->versions);
    virtual_records_free(v);
    virtual_watch_done(&v->watch);
    json_decref(v->passwords);
    json_decref(v->postgres);
    json_decref(v->sessions);
    free(v);
}
