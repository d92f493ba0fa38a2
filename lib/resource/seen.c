/* What was seen of a target: see seen.h. */
#include "resource/seen.h"

#include <stdlib.h>

#include "resource/target.h"

void seen_init(struct seen *s, const struct target *target)
{
    *s = (struct seen){.scopes = xcalloc(target->scope_count, sizeof(*s->scopes)),
                       .count = target->scope_count};
}

void observation_done(struct observation *o)
{
    json_decref(o->body);
    arena_free(o->arena);
    *o = (struct observation){0};
}

void seen_done(struct seen *s)
{
    for (size_t i = 0; i < s->count; i++) observation_done(&s->scopes[i]);
    free(s->scopes);
    *s = (struct seen){0};
}

const struct observation *seen_root(const struct seen *s)
{
    return &s->scopes[0];
}
