/* When a scope is looked at next. Pure: times and a random number in, a time out. */
#ifndef ENGINE_SCHEDULE_H
#define ENGINE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/call.h"

struct schedule_policy {
    msec interval;           /* between two good looks */
    unsigned jitter_percent; /* spread around it, so that a hundred servers do not ask at once */
    msec backoff_max;        /* the longest pause after failures */
};

struct schedule {
    msec due;
    unsigned failures; /* in a row */
};

/* Due at once: at start, after a change, on request. */
void schedule_now(struct schedule *s, msec now);
/* After a look that ended at 'now': the interval with jitter, or, after a failure, a backoff that
 * doubles from a tenth of the interval up to 'backoff_max', with jitter. */
void schedule_after(struct schedule *s, const struct schedule_policy *p, bool failed, msec now,
                    uint32_t random);
bool schedule_due(const struct schedule *s, msec now);

#endif
