/* Records on their way out: a bounded queue that a thread of its own empties, so that whoever logs
 * never waits for whoever reads. Internal to log.c.
 *
 * Why a thread: what standard error is, is not ours to choose. It may be a pipe that other
 * processes write to as well, a terminal that somebody has stopped, a file on a slow file system or
 * a socket. O_NONBLOCK would change it for all who share it, and a file ignores it; opening it anew
 * by /proc/self/fd fails for sockets and where it belongs to another user; after poll() a write
 * still blocks where another process was quicker. A write that blocks a thread with nothing else to
 * do harms nobody, whatever it writes to. */
#ifndef BASE_LOG_QUEUE_H
#define BASE_LOG_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct log_message {
    struct log_message *next;
    struct buf journal; /* empty: for the descriptor only */
    struct buf line;    /* for the descriptor, where there is no journal */
    int fd;
};

struct log_queue;

/* Delivers one message, however long that takes; on the queue's thread. False: it got lost. */
typedef bool log_queue_deliver(void *ctx, const struct log_message *message);

/* Holds at most 'max' bytes of messages that wait (one message always fits). Failure: TRANSIENT, no
 * descriptor or no thread. */
struct log_queue *log_queue_new(size_t max, log_queue_deliver *deliver, void *ctx, struct err *err);

/* Takes 'message' (allocated) over and returns at once. Where there is no room it is dropped and
 * counted, and so are the following ones until half of the room is free again: one gap, not many.
 */
void log_queue_put(struct log_queue *q, struct log_message *message);
/* How many were lost, once half of the room is free again (one gap, not many); counts anew from
 * then on. Else 0. */
unsigned long log_queue_take_lost(struct log_queue *q);

/* Waits at most 'patience_ms' for the queue to become empty, then ends; '*lost' is what has been
 * lost and not taken. Where it is not empty, the thread and what it holds are left to the end of
 * the process: -1. */
int log_queue_end(struct log_queue *q, int patience_ms, unsigned long *lost);

void log_message_free(struct log_message *message);

#endif
