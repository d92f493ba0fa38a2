/* Parts that cannot be read, each said once: see transition.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/transition_inside.h"

static struct unknown_scope *unknown_find(struct transitions *t, const char *part)
{
    for (size_t i = 0; i < t->unknown_count; i++)
        if (strcmp(t->unknown[i].part, part) == 0) return &t->unknown[i];
    return NULL;
}

static void unknown_tell(const struct transitions *t, enum event_kind kind, const char *part,
                         const struct err *err, msec span)
{
    const struct event event = {.kind = kind,
                                .document = t->document,
                                .target = t->target,
                                .cycle = t->cycle,
                                .err = err,
                                .text = part,
                                .span = span};
    events_tell(t->events, &event);
}

void transitions_unknown(struct transitions *t, const char *part, const struct err *err, msec now)
{
    struct unknown_scope *u = unknown_find(t, part);
    if (u && u->err.kind == err->kind) return;
    if (!u) {
        t->unknown = xreallocarray(t->unknown, t->unknown_count + 1, sizeof(*t->unknown));
        u = &t->unknown[t->unknown_count++];
        *u = (struct unknown_scope){.part = xstrdup(part), .since = now};
    }
    u->err = *err;
    unknown_tell(t, EVENT_UNKNOWN, part, err, 0);
}

static void unknown_end(struct transitions *t, struct unknown_scope *u, msec now)
{
    unknown_tell(t, EVENT_KNOWN, u->part, NULL, now - u->since);
    free(u->part);
    *u = t->unknown[--t->unknown_count];
}

void transitions_known(struct transitions *t, const char *part, msec now)
{
    struct unknown_scope *u = unknown_find(t, part);
    if (u) unknown_end(t, u, now);
}

void transitions_unasked(struct transitions *t, const char *part)
{
    struct unknown_scope *u = unknown_find(t, part);
    if (!u) return;
    free(u->part);
    *u = t->unknown[--t->unknown_count];
}

void transitions_known_all(struct transitions *t, msec now)
{
    while (t->unknown_count) unknown_end(t, t->unknown, now);
}

void transitions_each_unknown(const struct transitions *t, const char *target,
                              void (*told)(void *ctx, const char *target, const char *part,
                                           const struct err *err),
                              void *ctx)
{
    for (size_t i = 0; i < t->unknown_count; i++)
        told(ctx, target, t->unknown[i].part, &t->unknown[i].err);
}
