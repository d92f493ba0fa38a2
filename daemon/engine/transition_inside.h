/* What the files of transitions share. */
#ifndef ENGINE_TRANSITION_INSIDE_H
#define ENGINE_TRANSITION_INSIDE_H

#include "engine/content.h"
#include "engine/fight.h"
#include "engine/transition.h"

/* One difference. */
struct entry {
    char *key; /* "type object part", sorted */
    enum drift_state state;
    char *word; /* of the part of the target; NULL: not taken in yet */
    unsigned attempts;
    bool debt;         /* only waits for a restart */
    bool passing;      /* waits for what comes by itself */
    bool refused;      /* its last write was: the same one will be again */
    unsigned failures; /* of its writes, in a row */
    msec held_until;
    uint64_t seen; /* the comparison that last contained it */
    struct content content;
    uint64_t settled_hash; /* of what was last written, accepted and ended well */
    unsigned settled;      /* how often that same */
    char *type;
    char *object;
    char *title;
    char *what; /* the deltas as one text, for the event at its end */
    char *why;
    char *failure; /* of the last failed write, so that the same one is not reported again */
};

struct unknown_scope {
    char *part;
    struct err err; /* last reported: one of another kind is reported too */
    msec since;
};

struct transitions {
    char *document;
    char *target;
    const struct events *events;
    uint64_t cycle;
    uint64_t comparison;
    struct entry *entries;
    size_t count;
    size_t room;
    struct unknown_scope *unknown;
    size_t unknown_count;
    struct fights fights;
};

/* The entry of 'change'; NULL where there is none. */
struct entry *entry_find(const struct transitions *t, const struct change *change);

#endif
