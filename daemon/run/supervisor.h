/* What systemd is told in the course of the daemon's life: its state as one line, with the refusal
 * of the last reload kept in it until a reload is good. That a message was not taken is said once,
 * until one is. */
#ifndef RUN_SUPERVISOR_H
#define RUN_SUPERVISOR_H

#include "base/problem.h"
#include "engine/engine.h"
#include "run/notify.h"

struct supervisor;

/* Takes 'notify' over. */
struct supervisor *supervisor_new(struct notify *notify);
/* Accepts NULL. */
void supervisor_free(struct supervisor *s);

/* The state after a cycle; never waits. */
void supervisor_state(struct supervisor *s, const struct engine_totals *totals);
/* Started, or a reload has ended: 'news' says what has just happened; NULL: nothing. */
void supervisor_ready(struct supervisor *s, const struct engine_totals *totals, const char *news);
/* 'now' is the loop's time. */
void supervisor_reloading(struct supervisor *s, msec now);
void supervisor_stopping(struct supervisor *s);
/* "Still working." */
void supervisor_alive(struct supervisor *s);

/* The last reload was refused for this; NULL: it was good. */
void supervisor_refused(struct supervisor *s, const struct problems *problems);
/* "the last reload was refused: FILE:LINE: ...", borrowed; NULL: it was not. */
const char *supervisor_note(const struct supervisor *s);

#endif
