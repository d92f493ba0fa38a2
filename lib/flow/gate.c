/* The gate: see gate.h. Calls pass through 'struct gate_pass', our own copy of the call, because
 * its 'done' must come to us first. */
#include "flow/gate.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/must.h"
#include "flow/gate_inside.h"

#define GATE_PER_HOST 8
#define GATE_CALM MINUTES(2)

msec gate_inner_now(const struct gate *g)
{
    return g->inner->now(g->inner->ctx);
}

/* The executor's answer. */
static void gate_done(struct call *inner, const struct reply *reply)
{
    struct gate_pass *p = inner->owner;
    struct gate *g = p->gate;
    struct call *outer = p->outer;
    must(p->sent);
    gate_learn(g, p, reply);
    gate_pass_free(p);
    outer->slot = NULL;
    outer->done(outer, reply);
    gate_pump(g);
}

/* Finds out whom the call of 'p' is for, and what it spends. */
static void gate_pass_address(struct gate *g, struct gate_pass *p)
{
    const struct http_call *call = &p->inner.http;
    enum gate_class class = gate_class_of(call);
    p->host = gate_host_get(g, call->url);
    struct gate_service *s = gate_service_get(&p->host->services, p->host->name, call->url);
    p->service = s;
    if (!p->host->metered) return;
    if (!s->buckets[class])
        s->buckets[class] = gate_bucket_get(g->budgets, p->host->name, s->subscription, class);
    p->bucket = s->buckets[class];
}

static void gate_start(void *ctx, struct call *call)
{
    struct gate *g = ctx;
    if (call->kind != CALL_HTTP) {
        if (call->kind == CALL_SQL) g->counts.sql_statements += call->sql.count;
        g->inner->start(g->inner->ctx, call);
        return;
    }
    struct gate_pass *p = xcalloc(1, sizeof(*p));
    p->gate = g;
    p->outer = call;
    p->deadline = call->deadline ? call->deadline : UINT64_MAX;
    p->inner = *call;
    p->inner.done = gate_done;
    p->inner.owner = p;
    gate_pass_address(g, p);
    call->slot = p;
    gate_queue_add(p);
}

static void gate_cancel(void *ctx, struct call *call)
{
    struct gate *g = ctx;
    if (call->kind != CALL_HTTP) {
        g->inner->cancel(g->inner->ctx, call);
        return;
    }
    struct gate_pass *p = call->slot;
    if (p->sent) g->inner->cancel(g->inner->ctx, &p->inner);
    gate_pass_free(p);
    call->slot = NULL;
    gate_pump(g);
}

static msec gate_now(void *ctx)
{
    return gate_inner_now(ctx);
}

static int64_t gate_wall_clock(void *ctx)
{
    const struct gate *g = ctx;
    return g->inner->wall_clock(g->inner->ctx);
}

static uint32_t gate_random(void *ctx)
{
    const struct gate *g = ctx;
    return g->inner->random(g->inner->ctx);
}

static void gate_trace(void *ctx, const struct flow *f, const char *event)
{
    const struct gate *g = ctx;
    g->inner->trace(g->inner->ctx, f, event);
}

struct gate *gate_new(const struct io *inner, const struct gate_limits *limits)
{
    struct gate *g = xcalloc(1, sizeof(*g));
    g->inner = inner;
    g->limits = *limits;
    if (!g->limits.per_host) g->limits.per_host = GATE_PER_HOST;
    if (!g->limits.calm) g->limits.calm = GATE_CALM;
    g->limits.metered = limits->metered ? xstrdup(limits->metered) : NULL;
    g->budgets = gate_budgets_new(limits->budget);
    g->outer = (struct io){.ctx = g,
                           .start = gate_start,
                           .cancel = gate_cancel,
                           .now = gate_now,
                           .wall_clock = gate_wall_clock,
                           .random = gate_random,
                           .trace = inner->trace ? gate_trace : NULL};
    return g;
}

/* Frees all calls of a list; those that were sent are forgotten by the executor first. */
static void gate_drop(struct gate *g, const struct gate_passes *list)
{
    for (struct gate_pass *p = list->first, *next; p; p = next) {
        next = p->next;
        if (p->sent) g->inner->cancel(g->inner->ctx, &p->inner);
        free(p);
    }
}

void gate_free(struct gate *g)
{
    if (!g) return;
    if (g->timer_runs) g->inner->cancel(g->inner->ctx, &g->timer);
    for (struct gate_host *h = g->hosts, *next; h; h = next) {
        next = h->next;
        gate_drop(g, &h->queue);
        gate_drop(g, &h->flight);
        gate_services_free(h->services);
        free(h->name);
        free(h);
    }
    gate_budgets_free(g->budgets);
    free(unconst(g->limits.metered));
    free(g);
}

const struct io *gate_io(struct gate *g)
{
    return &g->outer;
}

const struct gate_counts *gate_counts(const struct gate *g)
{
    return &g->counts;
}

size_t gate_waiting(const struct gate *g)
{
    return g->waiting;
}

msec gate_closed_for(const struct gate *g, enum gate_class class)
{
    msec now = gate_inner_now(g), longest = 0;
    for (struct gate_bucket *b = NULL; (b = gate_budgets_next(g->budgets, b));) {
        msec until = gate_bucket_hold(b)->until;
        if (gate_bucket_class(b) == class && until > now && until - now > longest)
            longest = until - now;
    }
    return longest;
}

uint64_t gate_rate(const struct gate *g, enum gate_class class)
{
    uint64_t least = (uint64_t)g->limits.budget[class].per_second * 1000;
    for (struct gate_bucket *b = NULL; (b = gate_budgets_next(g->budgets, b));)
        if (gate_bucket_class(b) == class && gate_bucket_rate(b) < least)
            least = gate_bucket_rate(b);
    return least;
}

static void gate_list_hold(const struct gate_hold *hold, struct gate_hold *out, size_t room,
                           size_t *count)
{
    if (!hold->refusals) return;
    if (*count < room) out[*count] = *hold;
    (*count)++;
}

size_t gate_holds(const struct gate *g, struct gate_hold *out, size_t room)
{
    size_t count = 0;
    for (struct gate_bucket *b = NULL; (b = gate_budgets_next(g->budgets, b));)
        gate_list_hold(gate_bucket_hold(b), out, room, &count);
    for (const struct gate_host *h = g->hosts; h; h = h->next)
        for (const struct gate_service *s = h->services; s; s = s->next)
            gate_list_hold(&s->hold, out, room, &count);
    return count;
}
