/* ARM's token buckets: see throttle.h. */
#include "front/throttle.h"

#include <stdlib.h>
#include <string.h>

#include "control/sim.h"
#include "front/clock.h"

enum bucket_kind { BUCKET_READS, BUCKET_WRITES, BUCKET_DELETES, BUCKET_N };

static const struct {
    const char *word;
    enum setting size, rate;
} kinds[BUCKET_N] = {
    [BUCKET_READS] = {"reads", SET_READS_BUCKET, SET_READS_PER_S},
    [BUCKET_WRITES] = {"writes", SET_WRITES_BUCKET, SET_WRITES_PER_S},
    [BUCKET_DELETES] = {"deletes", SET_DELETES_BUCKET, SET_DELETES_PER_S},
};

/* 'level' counts thousandths, so that a slow refill is not lost between two requests. */
struct bucket {
    int64_t level, size, filled_ms;
};

struct throttle {
    struct bucket buckets[BUCKET_N];
    struct bucket rate; /* of all kinds together, where the setting asks for it */
};

struct throttle *throttle_new(void)
{
    return xcalloc(1, sizeof(struct throttle));
}

void throttle_free(struct throttle *t)
{
    free(t);
}

static enum bucket_kind throttle_kind(const struct exchange *x)
{
    if (strcmp(x->method, "DELETE") == 0) return BUCKET_DELETES;
    return x->write ? BUCKET_WRITES : BUCKET_READS;
}

static void bucket_fill(struct bucket *b, int64_t size, int64_t rate)
{
    int64_t now = clock_ms();
    if (b->size != size) { /* new, or the setting was changed: full */
        b->size = size;
        b->level = size * 1000;
    }
    b->level += (now - b->filled_ms) * rate;
    if (b->level > size * 1000) b->level = size * 1000;
    b->filled_ms = now;
}

static bool bucket_spend(struct bucket *b, int64_t size, int64_t rate)
{
    bucket_fill(b, size, rate);
    if (b->level < 1000) return false;
    b->level -= 1000;
    return true;
}

static void throttle_refuse(struct exchange *x, const struct bucket *b, int64_t rate,
                            const char *what)
{
    long long wait_s = rate > 0 ? (1000 - b->level + rate * 1000 - 1) / (rate * 1000) : 60;
    reply_header(x, "Retry-After", "%lld", wait_s);
    reply_error(x, 429, "SubscriptionRequestsThrottled",
                "Number of %s for subscription '%s' exceeded the limit. Please try again after "
                "'%lld' seconds.",
                what, x->sim->subscription_id, wait_s);
}

bool throttle_spend(struct throttle *t, struct exchange *x)
{
    enum bucket_kind kind = throttle_kind(x);
    const struct settings *settings = &x->sim->settings;
    int64_t rate = setting(settings, kinds[kind].rate);
    int64_t all = setting(settings, SET_RATE_PER_S);
    struct bucket *b = &t->buckets[kind];
    bool allowed = bucket_spend(b, setting(settings, kinds[kind].size), rate);
    bool in_rate = all == 0 || bucket_spend(&t->rate, all, all);
    char name[64];
    snprintf(name, sizeof(name), "x-ms-ratelimit-remaining-subscription-%s", kinds[kind].word);
    reply_header(x, name, "%lld", (long long)(b->level / 1000));
    snprintf(name, sizeof(name), "x-ms-ratelimit-remaining-subscription-global-%s",
             kinds[kind].word);
    reply_header(x, name, "%lld", (long long)(b->level / 1000 + b->size * 14));
    if (!allowed)
        throttle_refuse(x, b, rate, kinds[kind].word);
    else if (!in_rate)
        throttle_refuse(x, &t->rate, all, "requests");
    return allowed && in_rate;
}
