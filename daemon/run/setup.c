/* Configurations in force: see setup.h. */
#include "run/setup.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/must.h"

struct setup *setup_new(struct loop *loop, struct configuration *configuration, struct setup *older)
{
    struct setup *s = xcalloc(1, sizeof(*s));
    s->configuration = configuration;
    s->next = older;
    world_init(&s->world, loop, configuration->settings);
    return s;
}

static void setup_end(struct setup *s)
{
    world_done(&s->world);
    configuration_free(s->configuration);
    free(s);
}

void setup_retire(struct setup **first, struct setup *s)
{
    while (*first && *first != s) first = &(*first)->next;
    must(*first);
    *first = s->next;
    setup_end(s);
}

void setup_free(struct setup *first)
{
    while (first) {
        struct setup *next = first->next;
        setup_end(first);
        first = next;
    }
}

struct engine_world setup_world(struct setup *s)
{
    return (struct engine_world){.io = s->world.azure.io,
                                 .azure = &s->world.azure,
                                 .settings = s->configuration->settings,
                                 .owner = s};
}

struct desired *setup_desired(struct setup *s)
{
    struct desired *d = s->configuration->desired;
    s->configuration->desired = NULL;
    return d;
}

void setup_tell(struct setup *s, struct engine *engine)
{
    s->world.engine = engine;
}
