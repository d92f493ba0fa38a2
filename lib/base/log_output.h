/* The way out for records that log.c has rendered: the journal or a stream, at once or by a queue.
 * Internal to log.c. */
#ifndef BASE_LOG_OUTPUT_H
#define BASE_LOG_OUTPUT_H

#include <stdio.h>

#include "base/log_queue.h"

/* Where lines go (borrowed). One without a descriptor (a memory stream) never waits in a queue. */
void log_output_stream(FILE *stream);
/* Which socket is the journal's; NULL: /run/systemd/journal/socket. Copied. */
void log_output_journal(const char *path);

int log_output_start_queue(size_t max, int patience_ms, struct err *err);

/* Takes 'message' over. One with a journal's record goes to the journal, or as a line to the stream
 * where there is no journal. False, and counted, where the journal does not take it at once. */
bool log_output(struct log_message *message);
/* How many were not taken so far, once others may be taken again; counts anew from then on. */
unsigned long log_output_take_lost(void);
/* These have not been reported after all. */
void log_output_give_back_lost(unsigned long lost);

/* Ends the queue and closes the journal's socket. Returns how many were lost and can still be told,
 * now that there is no queue any more. */
unsigned long log_output_close(void);

#endif
