/* Things that somebody else keeps changing: how often each was put back, and which are left alone
 * for a while. Outlives the differences themselves. */
#ifndef ENGINE_FIGHT_H
#define ENGINE_FIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/call.h"

enum { FIGHT_TIMES = 16 }; /* corrections of one subject that are remembered */

struct fight {
    uint64_t subject;        /* content_subject() */
    msec times[FIGHT_TIMES]; /* of its corrections, a ring */
    size_t count;
    msec held_until;  /* 0: not held */
    msec quiet_until; /* reads may lag behind the last correction so long */
};

struct fights {
    struct fight *items;
    size_t count;
    size_t room;
};

void fights_done(struct fights *f);
/* 'subject' was put back at 'now', and reads may lag behind until 'quiet'. What was quiet for
 * longer than 'keep' is forgotten. */
void fights_note(struct fights *f, uint64_t subject, msec now, msec quiet, msec keep);
/* Until when reads may lag behind a correction of 'subject'; 0: it was not corrected. */
msec fights_quiet(const struct fights *f, uint64_t subject);
/* Was it put back 'most' times within 'window'? Then it is held for 'hold' from then on. */
bool fights_held(struct fights *f, uint64_t subject, unsigned most, msec window, msec hold,
                 msec now);

#endif
