/* What each difference is going through, and one record whenever that changes: detected,
 * correcting, corrected, waiting, blocked, unachievable, vanished; and scopes that became unknown
 * or known again. A difference that stays as it is says nothing. */
#ifndef ENGINE_TRANSITION_H
#define ENGINE_TRANSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "plan/plan.h"
#include "resource/seen.h"

/* State, word, message of base/message_id.h, does it need a person's eye? */
#define DRIFT_STATES(X)                                                                            \
    X(DETECTED, "detected", DRIFT_DETECTED)                                                        \
    X(CORRECTING, "correcting", DRIFT_CORRECTING)                                                  \
    X(WAITING, "waiting", DRIFT_WAITING)                                                           \
    X(BLOCKED, "blocked", DRIFT_BLOCKED)                                                           \
    X(UNACHIEVABLE, "unachievable", DRIFT_UNACHIEVABLE)                                            \
    X(CORRECTED, "corrected", DRIFT_CORRECTED)                                                     \
    X(VANISHED, "vanished", DRIFT_VANISHED)

enum drift_state {
#define X(name, word, message) DRIFT_STATE_##name,
    DRIFT_STATES(X)
#undef X
        DRIFT_STATE_N
};

const char *drift_state_word(enum drift_state state);

struct transitions;

/* For one target of one document; names are copied. */
struct transitions *transitions_new(const char *document, const char *target);
void transitions_free(struct transitions *t);

/* The number of the cycle that records carry from now on. */
void transitions_cycle(struct transitions *t, uint64_t cycle);

/* Takes in a permitted plan. Differences of types in 'compared' (bit = enum scope) that the plan no
 * longer has are corrected (when we wrote) or vanished (when somebody else did). Returns how many
 * were corrected. */
size_t transitions_take(struct transitions *t, const struct plan *plan, unsigned compared);

/* A write of 'change' begins. */
void transitions_correcting(struct transitions *t, const struct change *change);
/* It has ended, well or not: should the difference still be seen, it is not written again before
 * 'until' (monotonic ms). */
void transitions_hold(struct transitions *t, const struct change *change, uint64_t until);
/* The write failed with 'err'; it stays a difference. */
void transitions_failed(struct transitions *t, const struct change *change, const struct err *err);

/* A scope could not be read, or was read, at 'now' (monotonic ms). Says so once, until it changes.
 */
void transitions_unknown(struct transitions *t, const char *scope, const struct err *err,
                         uint64_t now);
void transitions_known(struct transitions *t, const char *scope, uint64_t now);
void transitions_known_all(struct transitions *t, uint64_t now);

/* How often in a row 'change' was written without going away; 0: never. */
unsigned transitions_attempts(const struct transitions *t, const struct change *change);
/* Until when it is held; 0: it is not. */
uint64_t transitions_held(const struct transitions *t, const struct change *change);

/* The differences that stand now. */
struct transition_counts {
    size_t drifted;
    size_t waiting; /* with restart debt, which is no drift */
    size_t blocked;
    size_t unachievable;
    size_t unknown; /* scopes */
};
struct transition_counts transitions_count(const struct transitions *t);
/* Does any difference stand in 'scope'? */
bool transitions_any(const struct transitions *t, enum scope scope);

#endif
