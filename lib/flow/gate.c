/* The gate: see gate.h. Calls pass through 'struct pass', our own copy of the call, because its
 * 'done' must come to us first. Calls that may not leave yet wait in their host's queue; one timer
 * wakes the gate when time alone can make one of them go or fail. */
#include "flow/gate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "flow/gate_budget.h"

#define PER_HOST 8

/* One HTTP call on its way. */
struct pass {
    struct gate *gate;
    struct host *host;
    struct bucket *bucket; /* NULL: not metered */
    struct call *outer;    /* the asker's */
    struct call inner;     /* what the executor sees */
    bool sent;
    struct pass *previous, *next; /* in the host's queue while not sent, in its flight afterwards */
};

struct pass_list {
    struct pass *first, *last;
};

struct host {
    char *name; /* "https://management.azure.com:443", as it stands in URLs */
    size_t length;
    unsigned in_flight;
    struct pass_list queue; /* in the order of asking */
    struct pass_list flight;
    struct host *next;
};

struct gate {
    struct io outer;
    const struct io *inner;
    struct gate_limits limits;
    struct gate_budgets *budgets;
    struct host *hosts;
    struct gate_counts counts;
    size_t waiting;
    struct call timer;
    bool timer_runs;
    bool pumping;
};

static void gate_pump(struct gate *g);

/* --- lists and hosts ---------------------------------------------------------------------------
 */

static void list_add(struct pass_list *list, struct pass *p)
{
    p->previous = list->last;
    p->next = NULL;
    if (list->last)
        list->last->next = p;
    else
        list->first = p;
    list->last = p;
}

static void list_remove(struct pass_list *list, struct pass *p)
{
    if (p->previous)
        p->previous->next = p->next;
    else
        list->first = p->next;
    if (p->next)
        p->next->previous = p->previous;
    else
        list->last = p->previous;
}

/* The length of "scheme://host:port" at the head of 'url'. */
static size_t origin_length(const char *url)
{
    const char *authority = strstr(url, "://");
    authority = authority ? authority + 3 : url;
    return (size_t)(authority - url) + strcspn(authority, "/?#");
}

static struct host *gate_host(struct gate *g, const char *url)
{
    size_t length = origin_length(url);
    for (struct host *h = g->hosts; h; h = h->next)
        if (h->length == length && strncasecmp(h->name, url, length) == 0) return h;
    struct host *h = xcalloc(1, sizeof(*h));
    h->name = xstrndup(url, length);
    h->length = length;
    h->next = g->hosts;
    g->hosts = h;
    return h;
}

static bool gate_is_metered(const struct gate *g, const struct host *h)
{
    if (!g->limits.metered) return false;
    size_t length = origin_length(g->limits.metered);
    return length == h->length && strncasecmp(h->name, g->limits.metered, length) == 0;
}

/* --- sending and answering ---------------------------------------------------------------------
 */

static void gate_count(struct gate *g, const struct pass *p)
{
    if (!gate_is_metered(g, p->host))
        g->counts.token_requests++;
    else if (gate_class_of(&p->inner.http) == GATE_READS)
        g->counts.arm_reads++;
    else
        g->counts.arm_writes++;
}

static void pass_free(struct pass *p)
{
    list_remove(p->sent ? &p->host->flight : &p->host->queue, p);
    if (p->sent)
        p->host->in_flight--;
    else
        p->gate->waiting--;
    free(p);
}

/* What the answer says about us and about our budget. */
static void gate_learn(struct gate *g, const struct pass *p, const struct reply *reply)
{
    int status = reply->err.kind == ERR_NONE ? reply->http.status : 0;
    if (status == 0 || status == 429 || status >= 500) g->counts.failures++;
    if (!p->bucket || !status) return;
    msec now = g->inner->now(g->inner->ctx);
    bucket_follow(p->bucket, &reply->http, now);
    if (status != 429 || (g->limits.is_throttling && !g->limits.is_throttling(&reply->http)))
        return;
    g->counts.throttled++;
    bucket_close(p->bucket, &reply->http, now);
}

/* The executor's answer. */
static void gate_done(struct call *inner, const struct reply *reply)
{
    struct pass *p = inner->owner;
    struct gate *g = p->gate;
    struct call *outer = p->outer;
    gate_learn(g, p, reply);
    pass_free(p);
    outer->slot = NULL;
    outer->done(outer, reply);
    gate_pump(g);
}

static void gate_send(struct gate *g, struct pass *p)
{
    list_remove(&p->host->queue, p);
    g->waiting--;
    list_add(&p->host->flight, p);
    p->sent = true;
    p->host->in_flight++;
    gate_count(g, p);
    g->inner->start(g->inner->ctx, &p->inner);
}

/* --- the queue ---------------------------------------------------------------------------------
 */

/* The earliest moment when time alone lets 'p' go; 0: now. UINT64_MAX: only an answer can. */
static msec pass_ready_at(const struct gate *g, const struct pass *p, msec now)
{
    unsigned most = g->limits.per_host ? g->limits.per_host : PER_HOST;
    if (p->host->in_flight >= most) return UINT64_MAX;
    return p->bucket ? bucket_ready_at(p->bucket, now) : 0;
}

/* Will its class stay closed for longer than its asker waits? */
static bool pass_is_hopeless(const struct pass *p)
{
    return p->bucket && bucket_closed_until(p->bucket) > p->outer->deadline;
}

/* Sends what may go. Returns when to look again for what stays; UINT64_MAX: no such moment. */
static msec gate_pump_host(struct gate *g, struct host *h, msec now)
{
    msec wake = UINT64_MAX;
    for (struct pass *p = h->queue.first, *next; p; p = next) {
        next = p->next;
        msec ready = pass_ready_at(g, p, now);
        if (ready <= now) {
            if (p->bucket) bucket_spend(p->bucket, now);
            gate_send(g, p);
            continue;
        }
        msec look = pass_is_hopeless(p) ? now : p->outer->deadline;
        if (look > ready) look = ready;
        if (look < wake) wake = look;
    }
    return wake;
}

/* Gives up a call that was not sent: its asker has waited long enough. */
static void pass_expire(struct pass *p, msec now)
{
    struct call *outer = p->outer;
    struct reply reply = {.kind = CALL_HTTP};
    msec ready = p->bucket ? bucket_ready_at(p->bucket, now) : 0;
    if (ready > now) {
        err_set(&reply.err, ERR_THROTTLED, "not sent: the budget of %s is spent",
                bucket_name(p->bucket));
        reply.err.retry_after_ms = ready - now;
    } else {
        err_set(&reply.err, ERR_THROTTLED, "not sent: %u calls to %s were in flight all the time",
                p->host->in_flight, p->host->name);
    }
    pass_free(p);
    outer->slot = NULL;
    outer->done(outer, &reply);
}

/* One at a time, because answering may change every list; the timer comes back for the next. */
static void gate_expire_one(struct gate *g, msec now)
{
    for (struct host *h = g->hosts; h; h = h->next) {
        for (struct pass *p = h->queue.first; p; p = p->next) {
            if (p->outer->deadline > now && !pass_is_hopeless(p)) continue;
            pass_expire(p, now);
            return;
        }
    }
}

static void gate_timer_done(struct call *call, const struct reply *reply)
{
    (void)reply;
    struct gate *g = call->owner;
    g->timer_runs = false;
    gate_pump(g); /* what may go, goes: nobody is late who can still be served */
    gate_expire_one(g, g->inner->now(g->inner->ctx));
    gate_pump(g);
}

static void gate_set_timer(struct gate *g, msec now, msec wake)
{
    if (g->timer_runs && g->timer.deadline == wake) return;
    if (g->timer_runs) g->inner->cancel(g->inner->ctx, &g->timer);
    g->timer_runs = wake != UINT64_MAX;
    if (!g->timer_runs) return;
    g->timer = (struct call){.kind = CALL_WAIT,
                             .wait = wake > now ? wake - now : 0,
                             .deadline = wake,
                             .label = "gate",
                             .done = gate_timer_done,
                             .owner = g};
    g->inner->start(g->inner->ctx, &g->timer);
}

static void gate_pump(struct gate *g)
{
    if (g->pumping) return;
    g->pumping = true;
    msec now = g->inner->now(g->inner->ctx), wake = UINT64_MAX;
    for (struct host *h = g->hosts; h; h = h->next) {
        msec at = gate_pump_host(g, h, now);
        if (at < wake) wake = at;
    }
    g->pumping = false;
    gate_set_timer(g, now, wake);
}

/* --- the io ------------------------------------------------------------------------------------
 */

static void gate_start(void *ctx, struct call *call)
{
    struct gate *g = ctx;
    if (call->kind != CALL_HTTP) {
        if (call->kind == CALL_SQL) g->counts.sql_statements += call->sql.count;
        g->inner->start(g->inner->ctx, call);
        return;
    }
    struct pass *p = xcalloc(1, sizeof(*p));
    p->gate = g;
    p->host = gate_host(g, call->http.url);
    if (gate_is_metered(g, p->host))
        p->bucket = gate_bucket(g->budgets, call->http.url, gate_class_of(&call->http));
    p->outer = call;
    p->inner = *call;
    p->inner.done = gate_done;
    p->inner.owner = p;
    call->slot = p;
    list_add(&p->host->queue, p);
    g->waiting++;
    gate_pump(g);
}

static void gate_cancel(void *ctx, struct call *call)
{
    struct gate *g = ctx;
    if (call->kind != CALL_HTTP) {
        g->inner->cancel(g->inner->ctx, call);
        return;
    }
    struct pass *p = call->slot;
    if (p->sent) g->inner->cancel(g->inner->ctx, &p->inner);
    pass_free(p);
    call->slot = NULL;
    gate_pump(g);
}

static msec gate_now(void *ctx)
{
    const struct gate *g = ctx;
    return g->inner->now(g->inner->ctx);
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
static void gate_drop(struct gate *g, const struct pass_list *list)
{
    for (struct pass *p = list->first, *next; p; p = next) {
        next = p->next;
        if (p->sent) g->inner->cancel(g->inner->ctx, &p->inner);
        free(p);
    }
}

void gate_free(struct gate *g)
{
    if (!g) return;
    if (g->timer_runs) g->inner->cancel(g->inner->ctx, &g->timer);
    for (struct host *h = g->hosts, *next; h; h = next) {
        next = h->next;
        gate_drop(g, &h->queue);
        gate_drop(g, &h->flight);
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
    return budgets_closed_for(g->budgets, class, g->inner->now(g->inner->ctx));
}
