/* Who waits for whom, and who may go: see gate_inside.h. Calls that may not leave yet wait in their
 * host's queue; one timer wakes the gate when time alone can make one of them go or fail. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/must.h"
#include "flow/gate_inside.h"

/* --- lists and hosts ---------------------------------------------------------------------------
 */

static void gate_passes_add(struct gate_passes *list, struct gate_pass *p)
{
    must(!list->last || !list->last->next);
    p->previous = list->last;
    p->next = NULL;
    if (list->last)
        list->last->next = p;
    else
        list->first = p;
    list->last = p;
}

static void gate_passes_remove(struct gate_passes *list, struct gate_pass *p)
{
    must(p->previous ? p->previous->next == p : list->first == p);
    must(p->next ? p->next->previous == p : list->last == p);
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
static size_t gate_origin_length(const char *url)
{
    const char *authority = strstr(url, "://");
    authority = authority ? authority + 3 : url;
    return (size_t)(authority - url) + strcspn(authority, "/?#");
}

static bool gate_is_metered(const struct gate *g, const char *origin, size_t length)
{
    const char *metered = g->limits.metered;
    return metered && gate_origin_length(metered) == length &&
           strncasecmp(origin, metered, length) == 0;
}

struct gate_host *gate_host_get(struct gate *g, const char *url)
{
    size_t length = gate_origin_length(url);
    for (struct gate_host *h = g->hosts; h; h = h->next)
        if (h->length == length && strncasecmp(h->name, url, length) == 0) return h;
    struct gate_host *h = xcalloc(1, sizeof(*h));
    h->name = xstrndup(url, length);
    h->length = length;
    h->metered = gate_is_metered(g, url, length);
    h->next = g->hosts;
    g->hosts = h;
    return h;
}

/* --- sending -----------------------------------------------------------------------------------
 */

static void gate_count(struct gate *g, const struct gate_pass *p)
{
    if (!p->host->metered)
        g->counts.token_requests++;
    else if (gate_class_of(&p->inner.http) == GATE_READS)
        g->counts.arm_reads++;
    else
        g->counts.arm_writes++;
}

void gate_pass_free(struct gate_pass *p)
{
    gate_passes_remove(p->sent ? &p->host->flight : &p->host->queue, p);
    if (p->sent) {
        must(p->host->in_flight > 0);
        p->host->in_flight--;
        if (p->bucket) gate_bucket_return(p->bucket);
    } else {
        must(p->gate->waiting > 0);
        p->gate->waiting--;
    }
    free(p);
}

static void gate_send(struct gate *g, struct gate_pass *p, msec now)
{
    gate_passes_remove(&p->host->queue, p);
    g->waiting--;
    gate_passes_add(&p->host->flight, p);
    if (p->bucket) gate_bucket_spend(p->bucket, now);
    p->sent = true;
    p->sent_at = now;
    p->host->in_flight++;
    gate_count(g, p);
    g->inner->start(g->inner->ctx, &p->inner);
}

/* --- the queue ---------------------------------------------------------------------------------
 */

/* The earliest moment when time alone lets 'p' go; not after 'now': at once. UINT64_MAX: only an
 * answer can. */
static msec gate_pass_ready_at(const struct gate *g, const struct gate_pass *p, msec now)
{
    if (p->host->in_flight >= g->limits.per_host) return UINT64_MAX;
    msec ready = p->bucket ? gate_bucket_ready_at(p->bucket, now) : now;
    return ready > p->service->hold.until ? ready : p->service->hold.until;
}

/* The moment up to which it is told to stay away. */
static msec gate_pass_held_until(const struct gate_pass *p)
{
    msec until = p->service->hold.until;
    msec budget = p->bucket ? gate_bucket_hold(p->bucket)->until : 0;
    return until > budget ? until : budget;
}

/* Is that for longer than its asker waits? */
static bool gate_pass_is_hopeless(const struct gate_pass *p, msec now)
{
    msec until = gate_pass_held_until(p);
    return until > now && until > p->deadline;
}

/* Sends what may go. Returns when to look again for what stays, as far as it was looked at; the
 * rest has its moment from before. UINT64_MAX: no such moment. */
static msec gate_pump_host(struct gate *g, struct gate_host *h, msec now, bool all)
{
    msec wake = UINT64_MAX;
    for (struct gate_pass *p = h->queue.first, *next; p; p = next) {
        next = p->next;
        if (!all && h->in_flight >= g->limits.per_host) break;
        msec ready = gate_pass_ready_at(g, p, now);
        if (ready <= now) {
            gate_send(g, p, now);
            continue;
        }
        msec look = gate_pass_is_hopeless(p, now) ? now : p->deadline;
        if (look > ready) look = ready;
        if (look < wake) wake = look;
    }
    return wake;
}

/* Why 'p' was not sent. */
static void gate_describe(const struct gate *g, const struct gate_pass *p, msec now,
                          struct err *err)
{
    const struct gate_hold *hold = &p->service->hold;
    msec ready = p->bucket ? gate_bucket_ready_at(p->bucket, now) : now;
    if (hold->until > now && hold->until >= ready) {
        err_set(err, ERR_THROTTLED, "not sent: %s%s%s answered %d and wants to be left alone",
                p->host->name, *hold->service ? " " : "", hold->service, hold->status);
        err->retry_after_ms = hold->until - now;
    } else if (ready > now) {
        err_set(err, ERR_THROTTLED, "not sent: the budget of %s is spent",
                gate_bucket_name(p->bucket));
        err->retry_after_ms = ready - now;
    } else {
        err_set(err, ERR_THROTTLED, "not sent: %u calls to %s were in flight all the time",
                g->limits.per_host, p->host->name);
    }
}

/* Gives up a call that was not sent: its asker has waited long enough. */
static void gate_pass_expire(struct gate *g, struct gate_pass *p, msec now)
{
    struct call *outer = p->outer;
    struct reply reply = {.kind = CALL_HTTP, .unsent = true};
    gate_describe(g, p, now, &reply.err);
    gate_pass_free(p);
    outer->slot = NULL;
    outer->done(outer, &reply);
}

/* One at a time, because answering may change every list; the timer comes back for the next. */
static void gate_expire_one(struct gate *g, msec now)
{
    for (struct gate_host *h = g->hosts; h; h = h->next) {
        for (struct gate_pass *p = h->queue.first; p; p = p->next) {
            if (p->deadline > now && !gate_pass_is_hopeless(p, now)) continue;
            gate_pass_expire(g, p, now);
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
    gate_expire_one(g, gate_inner_now(g));
    g->look_at_all = true;
    gate_pump(g);
}

/* The timer may come too early, never too late: it is not put off when what it was for has gone.
 */
static void gate_set_timer(struct gate *g, msec now, msec wake)
{
    if (g->timer_runs && g->waiting == 0) {
        g->inner->cancel(g->inner->ctx, &g->timer);
        g->timer_runs = false;
    }
    if (wake == UINT64_MAX || (g->timer_runs && g->timer.deadline <= wake)) return;
    if (g->timer_runs) g->inner->cancel(g->inner->ctx, &g->timer);
    g->timer_runs = true;
    g->timer = (struct call){.kind = CALL_WAIT,
                             .wait = wake > now ? wake - now : 0,
                             .deadline = wake,
                             .label = "gate",
                             .done = gate_timer_done,
                             .owner = g};
    g->inner->start(g->inner->ctx, &g->timer);
}

void gate_pump(struct gate *g)
{
    if (g->pumping) return;
    g->pumping = true;
    bool all = g->look_at_all;
    g->look_at_all = false;
    msec now = gate_inner_now(g), wake = UINT64_MAX;
    for (struct gate_host *h = g->hosts; h; h = h->next) {
        msec at = gate_pump_host(g, h, now, all);
        if (at < wake) wake = at;
    }
    g->pumping = false;
    gate_set_timer(g, now, wake);
}

void gate_queue_add(struct gate_pass *p)
{
    struct gate *g = p->gate;
    gate_passes_add(&p->host->queue, p);
    g->waiting++;
    gate_pump(g);
    /* The pump looks no further than to what can go. */
    if (!p->sent) gate_set_timer(g, gate_inner_now(g), p->deadline);
}
