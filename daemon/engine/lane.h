/* A lane of a target: looks by its own clock, compares, permits and writes what may be written, one
 * write after another. Looking goes on while a write is under way. */
#ifndef ENGINE_LANE_H
#define ENGINE_LANE_H

#include "engine/evidence.h"
#include "engine/schedule.h"
#include "engine/wake.h"
#include "engine/write.h"
#include "resource/seen.h"

struct run;
struct look_arm;
struct look_sql;

enum lane_kind { LANE_ARM, LANE_SQL };

struct lane_counts {
    unsigned arm_reads;
    unsigned arm_writes;
    unsigned sql_queries;
    size_t corrected;
};

/* Whom its parts tell, so that none of them needs to know those above it. */
struct lane_calls {
    void (*looked)(struct lane *l);  /* the look has ended */
    void (*nothing)(struct lane *l); /* there was nothing to look at */
    void (*news)(struct lane *l); /* what others go by has changed: the root, or what is below it */
    void (*written)(struct lane *l); /* the queue of writes has ended: settled or not */
    void (*rests)(struct lane *l);   /* neither a look nor, perhaps, a write is under way */
};

struct lane {
    struct run *run;
    enum lane_kind kind;
    struct lane_calls calls;
    struct wake wake;
    struct schedule clock;
    struct look_arm *look_arm; /* its way of looking: one of the two */
    struct look_sql *look_sql;
    bool looking;
    bool again;  /* something was written or asked for during the look: once more at once */
    bool stays;  /* one-shot modes: it has come to its end */
    bool looked; /* completely, at least once */
    /* Of the present look. */
    uint64_t cycle;
    msec started;
    unsigned repeats; /* looks of this cycle that did not agree with the one before */
    bool failed;      /* a part could not be read */
    bool unseen;      /* a change comes after something that was not looked at yet, and will be */
    msec retry_after; /* the longest hint of what failed; 0: none */
    struct seen seen;
    /* Of the last one. */
    struct plan *plan; /* NULL: none yet */
    struct suspicion suspicion;
    struct lane_counts counts; /* since the last cycle's end */
    size_t corrected;          /* since the start */
    unsigned fruitless;        /* cycles in a row that left something undone */
    msec pause_until;          /* no write before: one has just failed */
    struct writer writer;
};

/* 'news' and 'rests' are the owner's. */
void lane_init(struct lane *l, struct run *run, enum lane_kind kind, void (*news)(struct lane *l),
               void (*rests)(struct lane *l));
void lane_done(struct lane *l);
/* Due now; from now on it looks by its clock. */
void lane_poke(struct lane *l);
/* Its target or its world is about to change, while nothing is written: forgets what hangs on the
 * old ones; and goes on with the new ones. */
void lane_leave(struct lane *l);
void lane_enter(struct lane *l);

/* Puts the outcome for scope 'scope' of the target into the observation; the one place where a
 * failed look becomes known (lane_note.c). 'err' NULL: it was read. */
void lane_note(struct lane *l, size_t scope, const struct err *err);

#endif
