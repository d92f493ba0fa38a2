/* What is believed of what was read: see evidence.h. */
#include "engine/evidence.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/content.h"

void suspicion_done(struct suspicion *s)
{
    free(s->hashes);
    *s = (struct suspicion){0};
}

static int hash_order(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static struct suspicion suspicion_of(const struct plan *plan)
{
    struct suspicion s = {.hashes = xcalloc(plan->count, sizeof(*s.hashes)), .count = plan->count};
    for (size_t i = 0; i < plan->count; i++) s.hashes[i] = content_hash(&plan->changes[i]);
    qsort(s.hashes, s.count, sizeof(*s.hashes), hash_order);
    return s;
}

static bool suspicion_has(const struct suspicion *s, uint64_t hash)
{
    return s->count && bsearch(&hash, s->hashes, s->count, sizeof(*s->hashes), hash_order);
}

bool suspicion_agrees(struct suspicion *s, const struct plan *plan)
{
    struct suspicion now = suspicion_of(plan);
    bool all = true;
    for (size_t i = 0; i < now.count && all; i++) all = suspicion_has(s, now.hashes[i]);
    suspicion_done(s);
    *s = now;
    return all;
}

void suspicion_filter(struct suspicion *s, struct plan *plan)
{
    struct suspicion now = suspicion_of(plan);
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (suspicion_has(s, content_hash(&plan->changes[i])))
            plan->changes[kept++] = plan->changes[i];
    plan->count = kept;
    suspicion_done(s);
    *s = now;
}

void absence_note(struct absence *a, msec now)
{
    if (!a->looks++) a->since = now;
}

void absence_clear(struct absence *a)
{
    *a = (struct absence){0};
}

bool absence_is_proved(const struct absence *a, unsigned looks, msec span, msec now)
{
    return a->looks >= looks && now - a->since >= span;
}

msec absence_next(const struct absence *a, unsigned looks, msec span, msec now)
{
    msec step = looks > 1 ? span / (looks - 1) : span;
    msec next = a->since + a->looks * step;
    return next > now ? next : now;
}
