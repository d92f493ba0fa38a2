/* When a scope is looked at next: see schedule.h. */
#include "engine/schedule.h"

enum { BACKOFF_FLOOR_MS = 500, BACKOFF_DOUBLINGS = 16 };

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

static msec backoff(const struct schedule_policy *p, unsigned failures)
{
    msec pause = p->interval / 10 > BACKOFF_FLOOR_MS ? p->interval / 10 : BACKOFF_FLOOR_MS;
    for (unsigned i = 1; i < failures && i < BACKOFF_DOUBLINGS; i++) pause *= 2;
    return pause < p->backoff_max ? pause : p->backoff_max;
}

void schedule_after(struct schedule *s, const struct schedule_policy *p, bool failed, msec now,
                    uint32_t random)
{
    s->failures = failed ? s->failures + 1 : 0;
    msec span = failed ? backoff(p, s->failures) : p->interval;
    s->due = now + with_jitter(span, p->jitter_percent, random);
}

bool schedule_due(const struct schedule *s, msec now)
{
    return s->due <= now;
}
