/* What was seen of a target: see seen.h. */
#include "resource/seen.h"

#include <stdlib.h>

static const char *const words[SCOPE_N] = {
    [SCOPE_GROUP] = "resource group",
    [SCOPE_SERVER] = "server",
    [SCOPE_CONFIGURATIONS] = "configurations",
    [SCOPE_FIREWALL_RULES] = "firewall rules",
    [SCOPE_CLUSTER] = "cluster",
    [SCOPE_DATABASE] = "databases",
};

const char *scope_word(enum scope scope)
{
    return scope < SCOPE_N ? words[scope] : "nothing";
}

void observation_done(struct observation *o)
{
    json_decref(o->body);
    arena_free(o->arena);
    *o = (struct observation){0};
}

void seen_done(struct seen *s)
{
    for (size_t i = 0; i < SCOPE_CLUSTER; i++) observation_done(&s->arm[i]);
    observation_done(&s->cluster);
    for (size_t i = 0; i < s->database_count; i++) observation_done(&s->databases[i]);
    free(s->databases);
    *s = (struct seen){0};
}
