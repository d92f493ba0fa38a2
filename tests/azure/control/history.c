/* Lagging reads: see history.h. The past is a list of {until, state}, the oldest first. */
#include "control/history.h"

#include "arm/path_pattern.h"
#include "base/json.h"
#include "front/clock.h"

void lag_set(json_t *lags, const char *path, int64_t ms)
{
    if (!path) json_array_clear(lags);
    json_array_append_new(lags,
                          json_pack("{s:s, s:I}", "path", path ? path : "", "ms", (json_int_t)ms));
}

int64_t lag_of(const json_t *lags, const char *path)
{
    for (size_t i = json_array_size(lags); i-- > 0;) {
        const json_t *lag = json_array_get(lags, i);
        const char *wanted = json_text_at(lag, "path");
        if (!*wanted || path_matches(wanted, path)) return json_int_at(lag, "ms", 0);
    }
    return 0;
}

int64_t lag_longest(const json_t *lags)
{
    int64_t longest = 0;
    size_t i;
    const json_t *lag;
    json_array_foreach(lags, i, lag)
    {
        int64_t ms = json_int_at(lag, "ms", 0);
        if (ms > longest) longest = ms;
    }
    return longest;
}

json_t *history_keep(json_t *past, json_t *state, int64_t longest_ms)
{
    int64_t now = clock_ms();
    if (!past) past = json_array();
    while (json_array_size(past) &&
           json_int_at(json_array_get(past, 0), "until", 0) <= now - longest_ms)
        json_array_remove(past, 0);
    if (longest_ms > 0)
        json_array_append_new(past,
                              json_pack("{s:I, s:O}", "until", (json_int_t)now, "state", state));
    json_decref(state);
    return past;
}

json_t *history_at(const json_t *past, json_t *present, int64_t lag_ms)
{
    int64_t then = clock_ms() - lag_ms;
    size_t i;
    const json_t *kept;
    if (lag_ms <= 0) return present;
    json_array_foreach(past, i, kept)
    {
        if (json_int_at(kept, "until", 0) > then) return json_object_get(kept, "state");
    }
    return present;
}
