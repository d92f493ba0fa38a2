/* Token buckets per subscription and class: see gate_budget.h. */
#include "flow/gate_budget.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/timetext.h"

/* How long a class stays closed where a 429 says nothing about it. */
#define CLOSED_BY_DEFAULT SECONDS(10)

/* Levels count thousandths of a call, so that a slow refill is not lost between two looks. */
#define CALL_COST 1000

struct bucket {
    const struct gate_budget *budget;
    enum gate_class class;
    char *subscription;
    uint64_t level;
    msec filled;
    msec closed_until; /* 0: open */
    struct bucket *next;
};

struct gate_budgets {
    struct gate_budget budget[GATE_CLASS_N];
    struct bucket *buckets;
};

enum gate_class gate_class_of(const struct http_call *call)
{
    if (call->question || strcmp(call->method, "GET") == 0 || strcmp(call->method, "HEAD") == 0)
        return GATE_READS;
    return strcmp(call->method, "DELETE") == 0 ? GATE_DELETES : GATE_WRITES;
}

struct gate_budgets *gate_budgets_new(const struct gate_budget budget[GATE_CLASS_N])
{
    struct gate_budgets *b = xcalloc(1, sizeof(*b));
    for (size_t i = 0; i < GATE_CLASS_N; i++) {
        b->budget[i] = budget[i];
        const char *header = budget[i].remaining_header;
        b->budget[i].remaining_header = header ? xstrdup(header) : NULL;
        b->budget[i].name = xstrdup(budget[i].name ? budget[i].name : "calls");
    }
    return b;
}

void gate_budgets_free(struct gate_budgets *b)
{
    for (struct bucket *k = b->buckets, *next; k; k = next) {
        next = k->next;
        free(k->subscription);
        free(k);
    }
    for (size_t i = 0; i < GATE_CLASS_N; i++) {
        free(unconst(b->budget[i].remaining_header));
        free(unconst(b->budget[i].name));
    }
    free(b);
}

/* The subscription in an ARM URL: what follows "/subscriptions/". */
static const char *subscription_of(const char *url, size_t *length)
{
    static const char key[] = "/subscriptions/";
    const char *authority = strstr(url, "://");
    const char *path = strchr(authority ? authority + 3 : url, '/');
    *length = 0;
    if (!path || strncasecmp(path, key, sizeof(key) - 1) != 0) return "";
    path += sizeof(key) - 1;
    *length = strcspn(path, "/?");
    return path;
}

struct bucket *gate_bucket(struct gate_budgets *b, const char *url, enum gate_class class)
{
    if (!b->budget[class].size) return NULL;
    size_t length;
    const char *subscription = subscription_of(url, &length);
    for (struct bucket *k = b->buckets; k; k = k->next)
        if (k->class == class && strlen(k->subscription) == length &&
            strncasecmp(k->subscription, subscription, length) == 0)
            return k;
    struct bucket *k = xcalloc(1, sizeof(*k));
    k->budget = &b->budget[class];
    k->class = class;
    k->subscription = xstrndup(subscription, length);
    k->level = (uint64_t)k->budget->size * CALL_COST;
    k->next = b->buckets;
    b->buckets = k;
    return k;
}

static uint64_t bucket_rate(const struct bucket *b)
{
    return b->budget->per_second ? b->budget->per_second : 1;
}

/* One call per second is a thousandth of a call per millisecond, so levels and times need no
 * factor. */
static void bucket_fill(struct bucket *b, msec now)
{
    uint64_t full = (uint64_t)b->budget->size * CALL_COST;
    if (b->closed_until && now < b->closed_until) return;
    if (b->closed_until) {
        b->filled = b->closed_until;
        b->closed_until = 0;
    }
    uint64_t level = b->level + (now - b->filled) * bucket_rate(b);
    b->level = b->filled == 0 || level > full ? full : level;
    b->filled = now;
}

msec bucket_ready_at(struct bucket *b, msec now)
{
    bucket_fill(b, now);
    if (b->closed_until > now) return b->closed_until;
    if (b->level >= CALL_COST) return now;
    return now + (CALL_COST - b->level + bucket_rate(b) - 1) / bucket_rate(b);
}

void bucket_spend(struct bucket *b, msec now)
{
    bucket_fill(b, now);
    b->level -= b->level < CALL_COST ? b->level : CALL_COST;
}

void bucket_follow(struct bucket *b, const struct http_reply *reply, msec now)
{
    const char *header = b->budget->remaining_header;
    const char *text = header ? http_reply_header(reply, header) : NULL;
    uint64_t left;
    if (!text || number_parse(text, &left) < 0 || left >= b->budget->size) return;
    bucket_fill(b, now);
    if (left * CALL_COST < b->level) b->level = left * CALL_COST;
}

void bucket_close(struct bucket *b, const struct http_reply *reply, msec now)
{
    uint64_t span = CLOSED_BY_DEFAULT;
    const char *text = http_reply_header(reply, "retry-after");
    if (text) timetext_retry_after(text, &span);
    msec until = now + span;
    if (until > b->closed_until) b->closed_until = until;
    b->level = 0;
}

const char *bucket_name(const struct bucket *b)
{
    return b->budget->name;
}

msec bucket_closed_until(const struct bucket *b)
{
    return b->closed_until;
}

msec budgets_closed_for(const struct gate_budgets *b, enum gate_class class, msec now)
{
    msec longest = 0;
    for (const struct bucket *k = b->buckets; k; k = k->next)
        if (k->class == class && k->closed_until > now && k->closed_until - now > longest)
            longest = k->closed_until - now;
    return longest;
}
