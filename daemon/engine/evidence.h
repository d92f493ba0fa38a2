/* What is believed of what was read: one look is a suspicion, and absence is proved. Pure. */
#ifndef ENGINE_EVIDENCE_H
#define ENGINE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/call.h"
#include "plan/plan.h"

/* The changes that the look before had. */
struct suspicion {
    uint64_t *hashes; /* sorted; owned */
    size_t count;
};

void suspicion_done(struct suspicion *s);
/* Did the look before show every change of 'plan' just so? Remembers them for the next look. */
bool suspicion_agrees(struct suspicion *s, const struct plan *plan);
/* Takes those changes out of 'plan' that the look before did not show, and remembers all. */
void suspicion_filter(struct suspicion *s, struct plan *plan);

/* How often and how long something was proved to be absent, without a sign of it between. */
struct absence {
    msec since;
    unsigned looks; /* 0: it was not missed */
};

void absence_note(struct absence *a, msec now);
void absence_clear(struct absence *a);
/* Was it proved in 'looks' looks that lie 'span' apart, the first and the last? */
bool absence_is_proved(const struct absence *a, unsigned looks, msec span, msec now);
/* When the next look is of use. */
msec absence_next(const struct absence *a, unsigned looks, msec span, msec now);

#endif
