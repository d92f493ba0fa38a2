/* What each difference is going through, and one event whenever that changes: its state, its
 * reason, or its content. A difference that stays as it is says nothing; one that grows is news
 * whatever state it is in. Also which parts cannot be read. */
#ifndef ENGINE_TRANSITION_H
#define ENGINE_TRANSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/event.h"
#include "plan/plan.h"
#include "resource/seen.h"
#include "resource/target.h"

struct transitions;

/* For one target of one document; names are copied, 'events' outlives it. */
struct transitions *transitions_new(const char *document, const char *target,
                                    const struct events *events);
void transitions_free(struct transitions *t);
/* The document has been read anew: what was given up is tried again. */
void transitions_reloaded(struct transitions *t, const char *document);

/* The number of the cycle that events carry from now on. */
void transitions_cycle(struct transitions *t, uint64_t cycle);

/* Takes in a permitted plan of what was 'seen'. Differences of compared parts that the plan no
 * longer has are corrected (when we wrote) or vanished (when somebody else did, or the part is not
 * declared any more). Returns how many were corrected. */
size_t transitions_take(struct transitions *t, const struct plan *plan, const struct target *target,
                        const struct seen *seen);

/* Its write has been at work for long: said, with how long as 'why'. */
void transitions_slow(struct transitions *t, const struct change *change, const char *why);
/* A write of 'change' begins; it was accepted and has ended well, and reads may lag behind it until
 * 'quiet' (0: they do not); it failed with 'err' and stays a
 * difference; should the difference still be seen, it is not written again before 'until'. Times
 * are monotonic. */
void transitions_correcting(struct transitions *t, const struct change *change);
void transitions_written(struct transitions *t, const struct change *change, msec now, msec quiet);
void transitions_failed(struct transitions *t, const struct change *change, const struct err *err);
void transitions_hold(struct transitions *t, const struct change *change, msec until);

/* How often in a row 'change' was written without going away; 0: never. */
unsigned transitions_attempts(const struct transitions *t, const struct change *change);
/* Does the difference stand? */
bool transitions_has(const struct transitions *t, const struct change *change);
/* Was its last write refused, or did it fail so often that it goes on like this? */
bool transitions_hopeless(const struct transitions *t, const struct change *change);
/* Until when it is held; 0: it is not. */
msec transitions_held(const struct transitions *t, const struct change *change);

/* What the past says about the changes of 'plan', as verdicts: a write that was accepted twice has
 * no effect; what somebody else keeps changing is held. */
struct transition_limits {
    unsigned fights;   /* so many corrections of the same thing */
    msec fight_window; /* within this time are a fight */
    msec fight_hold;   /* after which it is left alone for so long */
};
void transitions_judge(struct transitions *t, struct plan *plan,
                       const struct transition_limits *limits, msec now);

/* A part could not be read, or was read, at 'now'. Says so once, until it changes. */
void transitions_unknown(struct transitions *t, const char *part, const struct err *err, msec now);
void transitions_known(struct transitions *t, const char *part, msec now);
/* It is not looked at any more, for a reason that is told elsewhere: no event. */
void transitions_unasked(struct transitions *t, const char *part);
void transitions_known_all(struct transitions *t, msec now);
/* Each part that cannot be read, with its last error. */
void transitions_each_unknown(const struct transitions *t, const char *target,
                              void (*told)(void *ctx, const char *target, const char *part,
                                           const struct err *err),
                              void *ctx);

/* One difference that stands, for whoever asks what is left; borrowed. */
struct standing {
    const char *target;
    const char *title;
    const char *state;  /* drift_state_word(), or "owing a restart" */
    const char *reason; /* why it is not in order; NULL: nothing is known of it */
};
typedef void standing_cb(void *ctx, const struct standing *standing);
void transitions_each_standing(const struct transitions *t, standing_cb *told, void *ctx);

/* The differences that stand now. */
struct transition_counts {
    size_t drifted;
    size_t waiting; /* restart debt not counted */
    size_t debt;    /* wait for a restart only */
    size_t blocked; /* and fought over */
    size_t unachievable;
    size_t unknown; /* parts */
};
struct transition_counts transitions_count(const struct transitions *t);
/* Does any difference stand in the part called 'word'? */
bool transitions_any(const struct transitions *t, const char *word);

#endif
