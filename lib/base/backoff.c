/* Pauses between tries: see backoff.h. */
#include "base/backoff.h"

const struct backoff_policy backoff_presets[BACKOFF_N] = {
    /* IMDS wants at least a second after a 5xx and comes back within 70 s after a 410. */
    [BACKOFF_TRANSIENT] =
        {.name = "transient", .base_ms = 1000, .cap_ms = 15000, .factor = 2, .jitter_percent = 25},
    [BACKOFF_THROTTLED] =
        {.name = "throttled", .base_ms = 2000, .cap_ms = 60000, .factor = 2, .jitter_percent = 50},
    /* A server may be busy for a second after it said that it was done. */
    [BACKOFF_BUSY] =
        {.name = "busy", .base_ms = 1500, .cap_ms = 20000, .factor = 2, .jitter_percent = 25},
    [BACKOFF_REWRITE] =
        {.name = "rewrite", .base_ms = 1000, .cap_ms = 600000, .factor = 2, .jitter_percent = 25},
    /* A parameter takes Azure some 10 s, so what was taken can be seen then. */
    [BACKOFF_DOUBT] =
        {.name = "doubt", .base_ms = 10000, .cap_ms = 600000, .factor = 2, .jitter_percent = 25},
    [BACKOFF_CREDENTIAL] = {.name = "credential",
                            .base_ms = 30000,
                            .cap_ms = 600000,
                            .factor = 2,
                            .jitter_percent = 25},
};

uint64_t backoff_delay(const struct backoff_policy *policy, unsigned attempt, uint64_t hint_ms,
                       uint32_t random)
{
    uint64_t delay = policy->base_ms;
    for (unsigned i = 1; i < attempt && delay < policy->cap_ms; i++) delay *= policy->factor;
    if (delay > policy->cap_ms) delay = policy->cap_ms;
    /* On a hint everybody comes back at once: spread by the first pause, however long the hint. */
    uint64_t span = (hint_ms ? policy->base_ms : delay) * policy->jitter_percent / 100;
    if (hint_ms) delay = hint_ms;
    return delay + span * random / UINT32_MAX;
}
