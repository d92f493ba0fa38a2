/* A timer on struct io alone: a wait that calls back once. */
#ifndef ENGINE_WAKE_H
#define ENGINE_WAKE_H

#include <stdbool.h>

#include "flow/call.h"

struct wake {
    const struct io *io;
    void (*due)(void *ctx);
    void *ctx;
    struct call call;
    bool running;
};

/* Not running yet. 'io' may be changed while it does not run. */
void wake_init(struct wake *w, const struct io *io, void (*due)(void *ctx), void *ctx);
/* Calls back once when the clock has reached 'when', never from inside here; anew where it runs. */
void wake_at(struct wake *w, msec when);
void wake_cancel(struct wake *w);

#endif
