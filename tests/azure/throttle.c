/* ARM's token buckets: see throttle.h. */
#include "throttle.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sim.h"

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

bool throttle_spend(struct throttle *t, struct exchange *x)
{
    enum bucket_kind kind = throttle_kind(x);
    const struct settings *settings = &x->sim->settings;
    int64_t rate = setting(settings, kinds[kind].rate);
    struct bucket *b = &t->buckets[kind];
    bucket_fill(b, setting(settings, kinds[kind].size), rate);
    bool allowed = b->level >= 1000;
    if (allowed) b->level -= 1000;
    char name[64];
    snprintf(name, sizeof(name), "x-ms-ratelimit-remaining-subscription-%s", kinds[kind].word);
    reply_header(x, name, "%lld", (long long)(b->level / 1000));
    snprintf(name, sizeof(name), "x-ms-ratelimit-remaining-subscription-global-%s",
             kinds[kind].word);
    reply_header(x, name, "%lld", (long long)(b->level / 1000 + b->size * 14));
    if (allowed) return true;
    long long wait_s = rate > 0 ? (1000 - b->level + rate * 1000 - 1) / (rate * 1000) : 60;
    reply_header(x, "Retry-After", "%lld", wait_s);
    reply_error(x, 429, "SubscriptionRequestsThrottled",
                "Number of %s for subscription '%s' exceeded the limit. Please try again after "
                "'%lld' seconds.",
                kinds[kind].word, x->sim->subscription_id, wait_s);
    return false;
}
