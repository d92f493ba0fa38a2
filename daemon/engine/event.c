/* Telling events: see event.h. */
#include "engine/event.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/message_id.h"
#include "base/must.h"

enum { SINKS_MAX = 8 };

struct events {
    struct {
        event_sink *sink;
        void *ctx;
    } sinks[SINKS_MAX];
    size_t count;
};

static const struct {
    const char *word;
    const char *message_id;
} states[DRIFT_STATE_N] = {
#define X(name, word, message) [DRIFT_STATE_##name] = {word, MESSAGE_##message},
    DRIFT_STATES(X)
#undef X
};

const char *drift_state_word(enum drift_state state)
{
    return states[state].word;
}

const char *drift_state_message(enum drift_state state)
{
    return states[state].message_id;
}

struct events *events_new(void)
{
    return xcalloc(1, sizeof(struct events));
}

void events_free(struct events *e)
{
    free(e);
}

void events_subscribe(struct events *e, event_sink *sink, void *ctx)
{
    must(e->count < SINKS_MAX);
    e->sinks[e->count].sink = sink;
    e->sinks[e->count++].ctx = ctx;
}

void events_tell(const struct events *e, const struct event *event)
{
    for (size_t i = 0; i < e->count; i++) e->sinks[i].sink(e->sinks[i].ctx, event);
}
