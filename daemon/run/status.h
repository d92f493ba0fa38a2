/* The line that `systemctl status` shows. Pure: facts in, text out. */
#ifndef RUN_STATUS_H
#define RUN_STATUS_H

#include "base/buf.h"
#include "base/problem.h"
#include "engine/engine.h"

/* Adds the state of everything. What nobody has looked at yet is said to be that, never counted as
 * fine. 'refused' is status_refusal() of the last reload; NULL: it was good. */
void status_text(const struct engine_totals *totals, const char *refused, struct buf *out);

/* Why a reload was refused, in few words: the first problem with its place, and how many more there
 * are. free() it. */
char *status_refusal(const struct problems *problems);

#endif
