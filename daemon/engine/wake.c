/* A timer on struct io: see wake.h. */
#include "engine/wake.h"

static void wake_done(struct call *call, const struct reply *reply)
{
    struct wake *w = call->owner;
    (void)reply;
    w->running = false;
    w->due(w->ctx);
}

void wake_init(struct wake *w, const struct io *io, void (*due)(void *ctx), void *ctx)
{
    *w = (struct wake){.io = io, .due = due, .ctx = ctx};
}

void wake_at(struct wake *w, msec when)
{
    msec now = w->io->now(w->io->ctx);
    wake_cancel(w);
    w->call = (struct call){.kind = CALL_WAIT,
                            .wait = when > now ? when - now : 0,
                            .deadline = when > now ? when : now,
                            .label = "engine/wake",
                            .done = wake_done,
                            .owner = w};
    w->running = true;
    w->io->start(w->io->ctx, &w->call);
}

void wake_cancel(struct wake *w)
{
    if (!w->running) return;
    w->running = false;
    w->io->cancel(w->io->ctx, &w->call);
}
