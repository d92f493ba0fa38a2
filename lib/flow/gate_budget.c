/* Token buckets per subscription and class: see gate_budget.h. */
#include "flow/gate_budget.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/must.h"
#include "base/number.h"
#include "flow/gate_hold.h"

/* Levels count thousand-millionths of a call, and rates how many of them come back in a
 * millisecond, so that a slow refill is not lost between two looks, nor a small growth. */
#define BUCKET_CALL INT64_C(1000000000)
#define BUCKET_RATE (BUCKET_CALL / 1000)

/* In reserve of what the other side says is left. */
#define BUCKET_RESERVE BUCKET_CALL

/* What learning takes and gives. */
#define BUCKET_CUT(x) ((x)*7 / 10)
#define BUCKET_RATE_STEPS 1000
#define BUCKET_SIZE_STEPS 2000
#define BUCKET_RATE_LEAST_PART 100

struct gate_bucket {
    const struct gate_budget *budget;
    enum gate_class class;
    struct gate_hold hold;
    int64_t level; /* below zero: more is in flight than is left */
    int64_t size;  /* learned */
    int64_t rate;  /* learned */
    msec filled;
    int64_t spent; /* since it was full */
    msec cut;      /* when a refusal taught something */
    bool dry;      /* somebody had to wait since the last call */
    bool bound;    /* by what is left there, not by our rate */
    unsigned in_flight;
    struct gate_bucket *next;
};

struct gate_budgets {
    struct gate_budget budget[GATE_CLASS_N];
    struct gate_bucket *buckets;
};

enum gate_class gate_class_of(const struct http_call *call)
{
    if (call->question || strcmp(call->method, "GET") == 0 || strcmp(call->method, "HEAD") == 0)
        return GATE_READS;
    return strcmp(call->method, "DELETE") == 0 ? GATE_DELETES : GATE_WRITES;
}

/* --- life --------------------------------------------------------------------------------------
 */

struct gate_budgets *gate_budgets_new(const struct gate_budget budget[GATE_CLASS_N])
{
    struct gate_budgets *b = xcalloc(1, sizeof(*b));
    for (size_t i = 0; i < GATE_CLASS_N; i++) {
        b->budget[i] = budget[i];
        const char *header = budget[i].remaining_header;
        b->budget[i].remaining_header = header ? xstrdup(header) : NULL;
        b->budget[i].name = xstrdup(budget[i].name ? budget[i].name : "calls");
        if (!b->budget[i].per_second) b->budget[i].per_second = 1;
    }
    return b;
}

void gate_budgets_free(struct gate_budgets *b)
{
    for (struct gate_bucket *k = b->buckets, *next; k; k = next) {
        next = k->next;
        free(unconst(k->hold.subscription));
        free(k);
    }
    for (size_t i = 0; i < GATE_CLASS_N; i++) {
        free(unconst(b->budget[i].remaining_header));
        free(unconst(b->budget[i].name));
    }
    free(b);
}

static int64_t bucket_size_believed(const struct gate_bucket *b)
{
    return b->budget->size * BUCKET_CALL;
}

static int64_t bucket_rate_believed(const struct gate_bucket *b)
{
    return (int64_t)b->budget->per_second * BUCKET_RATE;
}

struct gate_bucket *gate_bucket_get(struct gate_budgets *b, const char *host,
                                    const char *subscription, enum gate_class class)
{
    if (!b->budget[class].size) return NULL;
    for (struct gate_bucket *k = b->buckets; k; k = k->next)
        if (k->class == class && strcasecmp(k->hold.subscription, subscription) == 0) return k;
    struct gate_bucket *k = xcalloc(1, sizeof(*k));
    k->budget = &b->budget[class];
    k->class = class;
    k->hold =
        (struct gate_hold){.host = host, .subscription = xstrdup(subscription), .class = class};
    k->level = k->size = bucket_size_believed(k);
    k->rate = bucket_rate_believed(k);
    k->next = b->buckets;
    b->buckets = k;
    return k;
}

/* --- spending ----------------------------------------------------------------------------------
 */

/* While it is closed nothing comes back: what the other side has given meanwhile is its own guess.
 */
static void bucket_fill(struct gate_bucket *b, msec now)
{
    msec from = b->filled > b->hold.until ? b->filled : b->hold.until;
    if (now <= from) return;
    /* So that the product stays in its type; any bucket is full after a day. */
    msec span = now - from > SECONDS(86400) ? SECONDS(86400) : now - from;
    b->level += (int64_t)span * b->rate;
    b->filled = now;
    if (b->level < b->size) return;
    b->level = b->size;
    b->spent = 0;
}

msec gate_bucket_ready_at(struct gate_bucket *b, msec now)
{
    bucket_fill(b, now);
    if (b->hold.until > now) return b->hold.until;
    if (b->level >= BUCKET_CALL) return now;
    b->dry = true;
    return now + (msec)((BUCKET_CALL - b->level + b->rate - 1) / b->rate);
}

/* What was not enough, and was not refused, may be a little more. */
static void bucket_grow(struct gate_bucket *b)
{
    int64_t rate = bucket_rate_believed(b), size = bucket_size_believed(b);
    if (!b->dry || b->bound) return;
    b->rate += b->rate / BUCKET_RATE_STEPS;
    b->size += b->size / BUCKET_SIZE_STEPS;
    if (b->rate > rate) b->rate = rate;
    if (b->size > size) b->size = size;
    b->dry = false;
}

void gate_bucket_spend(struct gate_bucket *b, msec now)
{
    bucket_fill(b, now);
    bucket_grow(b);
    must(b->level >= BUCKET_CALL);
    b->level -= BUCKET_CALL;
    b->spent += BUCKET_CALL;
    b->in_flight++;
}

void gate_bucket_return(struct gate_bucket *b)
{
    must(b->in_flight > 0);
    b->in_flight--;
}

void gate_bucket_follow(struct gate_bucket *b, const struct http_reply *reply, msec now)
{
    const char *header = b->budget->remaining_header;
    const char *text = header ? http_reply_header(reply, header) : NULL;
    uint64_t left;
    if (!text || number_parse(text, &left) < 0 || left >= b->budget->size) return;
    bucket_fill(b, now);
    int64_t others = (int64_t)b->in_flight - 1;
    int64_t ours = ((int64_t)left - others) * BUCKET_CALL - BUCKET_RESERVE;
    b->bound = ours < b->level;
    if (b->bound) b->level = ours;
}

/* Too much at once, or too much all the time? */
static void bucket_cut(struct gate_bucket *b, msec now)
{
    int64_t least = bucket_rate_believed(b) / BUCKET_RATE_LEAST_PART;
    if (b->spent < 2 * b->size) {
        b->size = BUCKET_CUT(b->spent < b->size ? b->spent : b->size);
        if (b->size < BUCKET_CALL) b->size = BUCKET_CALL;
    } else {
        b->rate = BUCKET_CUT(b->rate);
        if (b->rate < least) b->rate = least;
    }
    b->cut = now;
    b->dry = false;
}

bool gate_bucket_refused(struct gate_bucket *b, int status, msec sent, msec until, msec now)
{
    bucket_fill(b, now);
    if (sent >= b->cut) bucket_cut(b, now);
    b->level = 0;
    b->filled = now;
    return gate_hold_begin(&b->hold, status, until, now);
}

/* --- what is known -----------------------------------------------------------------------------
 */

const char *gate_bucket_name(const struct gate_bucket *b)
{
    return b->budget->name;
}

struct gate_hold *gate_bucket_hold(struct gate_bucket *b)
{
    return &b->hold;
}

uint64_t gate_bucket_rate(const struct gate_bucket *b)
{
    return (uint64_t)(b->rate * 1000 / BUCKET_RATE);
}

struct gate_bucket *gate_budgets_next(const struct gate_budgets *b, const struct gate_bucket *last)
{
    return last ? last->next : b->buckets;
}

enum gate_class gate_bucket_class(const struct gate_bucket *b)
{
    return b->class;
}
