/* What this simulator believes about Azure: see belief.h. "unverified" says so. */
#include "belief.h"

#include <stddef.h>

static const struct {
    const char *belief, *source;
} beliefs[] = {
    {"every write of the provider answers 202 with Azure-AsyncOperation, Location and Retry-After",
     "recorded 2020 and 2026"},
};

json_t *beliefs_json(void)
{
    json_t *all = json_array();
    for (size_t i = 0; i < sizeof(beliefs) / sizeof(beliefs[0]); i++)
        json_array_append_new(
            all, json_pack("{s:s, s:s}", "belief", beliefs[i].belief, "source", beliefs[i].source));
    return all;
}
