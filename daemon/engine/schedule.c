/* When a scope is looked at next: see schedule.h. */
#include "engine/schedule.h"

#include "base/backoff.h"

enum { BACKOFF_FLOOR_MS = 500 };

void schedule_now(struct schedule *s, msec now)
{
    s->due = now;
}

static msec with_jitter(msec span, unsigned percent, uint32_t random)
{
    msec spread = span * percent / 100;
    if (!spread) return span;
    return span - spread + random % (2 * spread + 1);
}

static msec pause_after(const struct schedule_policy *p, unsigned failures, uint32_t random)
{
    const struct backoff_policy backoff = {
        .base_ms = p->interval / 10 > BACKOFF_FLOOR_MS ? p->interval / 10 : BACKOFF_FLOOR_MS,
        .cap_ms = p->backoff_max,
        .factor = 2,
        .jitter_percent = p->jitter_percent,
    };
    return backoff_delay(&backoff, failures, 0, random);
}

void schedule_after(struct schedule *s, const struct schedule_policy *p, bool failed, msec now,
                    uint32_t random)
{
    s->failures = failed ? s->failures + 1 : 0;
    s->due = now + (failed ? pause_after(p, s->failures, random)
                           : with_jitter(p->interval, p->jitter_percent, random));
}

bool schedule_due(const struct schedule *s, msec now)
{
    return s->due <= now;
}
