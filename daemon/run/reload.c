/* Reading a new configuration beside the loop: see reload.h. */
#include "run/reload.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/must.h"
#include "net/loop_work.h"

struct reload {
    struct loop *loop;
    const char *file;
    struct reload_hooks hooks;
    bool reading; /* what follows belongs to the other thread */
    bool again;
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

static void reload_read(void *ctx)
{
    struct reload *r = ctx;
    r->next = configuration_load(r->file, NULL, 0, &r->problems);
}

static void reload_begin(struct reload *r);

static void reload_end(void *ctx)
{
    struct reload *r = ctx;
    struct configuration *next = r->next;
    r->reading = false;
    r->next = NULL;
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
