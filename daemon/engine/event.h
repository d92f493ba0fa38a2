/* What the engine tells: the journal, status, the ledger and notifications subscribe to it. Events
 * are borrowed for the call only. */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "flow/call.h"

/* State, word, message of base/message_id.h. */
#define DRIFT_STATES(X)                                                                            \
    X(DETECTED, "detected", DRIFT_DETECTED)                                                        \
    X(CORRECTING, "correcting", DRIFT_CORRECTING)                                                  \
    X(WAITING, "waiting", DRIFT_WAITING)                                                           \
    X(BLOCKED, "blocked", DRIFT_BLOCKED)                                                           \
    X(UNACHIEVABLE, "unachievable", DRIFT_UNACHIEVABLE)                                            \
    X(FOUGHT, "fought", DRIFT_FOUGHT)                                                              \
    X(CORRECTED, "corrected", DRIFT_CORRECTED)                                                     \
    X(VANISHED, "vanished", DRIFT_VANISHED)

enum drift_state {
#define X(name, word, message) DRIFT_STATE_##name,
    DRIFT_STATES(X)
#undef X
        DRIFT_STATE_N
};

const char *drift_state_word(enum drift_state state);
const char *drift_state_message(enum drift_state state);

enum event_kind {
    EVENT_TRANSITION, /* a difference has come into another state, or has other content */
    EVENT_UNKNOWN,    /* a part cannot be read */
    EVENT_KNOWN,      /* and can again */
    EVENT_CYCLE,      /* a cycle of a lane has ended */
    EVENT_OPERATION,  /* a long-running operation of ours is at work */
    EVENT_FACT,       /* something changed that is no difference */
    EVENT_PRESENT,    /* a root was seen */
    EVENT_THROTTLED,  /* ARM does not want to hear from us for a while, or does again */
};

struct event_transition {
    enum drift_state state;
    const char *type;
    const char *object;
    const char *title;
    const char *change; /* the deltas as one text */
    const char *reason; /* NULL: none */
};

struct event_cycle {
    const char *lane; /* "arm", "sql" */
    size_t items;
    size_t drifted; /* of the whole target, likewise below */
    size_t corrected;
    size_t waiting;
    size_t debt;
    size_t blocked;
    size_t unknown;
    unsigned arm_reads;
    unsigned arm_writes;
    unsigned sql_queries;
    msec duration;
};

struct event {
    enum event_kind kind;
    const char *document; /* "" where it is not of one */
    const char *target;
    uint64_t cycle;
    const struct err *err; /* NULL: none */
    const char *text;      /* UNKNOWN, KNOWN: the part; OPERATION, FACT, PRESENT (its id): what;
                            CYCLE: a note of the owner's, or NULL */
    msec span;             /* KNOWN: how long it was not; OPERATION: since it began */
    msec now;              /* CYCLE: when it ended */
    union {
        struct event_transition transition;
        struct event_cycle cycle_end;
        bool over; /* THROTTLED: it has ended */
    };
};

typedef void event_sink(void *ctx, const struct event *e);

/* Who listens. */
struct events;
struct events *events_new(void);
void events_free(struct events *e);
void events_subscribe(struct events *e, event_sink *sink, void *ctx);
void events_tell(const struct events *e, const struct event *event);

/* The subscriber that writes records (journal.c); its 'ctx' is a journal. */
struct journal;
struct journal *journal_new(void);
void journal_free(struct journal *j);
event_sink journal_sink;

#endif
