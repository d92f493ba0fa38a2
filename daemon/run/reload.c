/* Reading a new configuration beside the loop: see reload.h. */
#include "run/reload.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/must.h"
#include "net/loop_work.h"

struct reload {
    struct loop *loop;
    const char *file;
    struct reload_hooks hooks;
    bool reading; /* what follows belongs to the other thread */
    bool again;
    char *held[RELOAD_HELD];
    struct configuration *next;
    struct problems problems;
};

struct reload *reload_new(struct loop *loop, const char *file, const struct reload_hooks *hooks)
{
    struct reload *r = xcalloc(1, sizeof(*r));
    *r = (struct reload){.loop = loop, .file = file, .hooks = *hooks};
    return r;
}

void reload_free(struct reload *r)
{
    if (!r) return;
    must(!r->reading);
    free(r);
}

static bool reload_holds(const struct reload *r, const char *directory)
{
    for (size_t i = 0; i < RELOAD_HELD; i++)
        if (r->held[i] && strcmp(r->held[i], directory) == 0) return true;
    return false;
}

/* The new lock is taken before the old one is given up: there is no moment without one. */
static void reload_read(void *ctx)
{
    struct reload *r = ctx;
    r->next = configuration_load(r->file, NULL, 0, &r->problems);
    if (!r->next || reload_holds(r, r->next->settings->state_directory)) return;
    if (configuration_lock(r->next, r->file, &r->problems) == 0) return;
    configuration_free(r->next);
    r->next = NULL;
}

static void reload_begin(struct reload *r);

static void reload_end(void *ctx)
{
    struct reload *r = ctx;
    struct configuration *next = r->next;
    r->reading = false;
    r->next = NULL;
    for (size_t i = 0; i < RELOAD_HELD; i++) free(r->held[i]);
    r->hooks.ended(r->hooks.ctx, next, &r->problems);
    problems_done(&r->problems);
    if (r->again) reload_begin(r);
}

static void reload_begin(struct reload *r)
{
    r->reading = true;
    r->again = false;
    problems_init(&r->problems);
    r->hooks.begun(r->hooks.ctx);
    for (size_t i = 0; i < RELOAD_HELD; i++) {
        const char *directory = r->hooks.held(r->hooks.ctx, i);
        r->held[i] = directory ? xstrdup(directory) : NULL;
    }
    loop_work(r->loop, reload_read, reload_end, r);
}

void reload_request(struct reload *r)
{
    if (r->reading)
        r->again = true;
    else
        reload_begin(r);
}

bool reload_is_reading(const struct reload *r)
{
    return r->reading;
}
