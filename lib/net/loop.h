/* The event loop: the only clock, the only source of randomness, timers, signals, deferred calls
 * and watched descriptors. Nothing here knows what is being waited for. One loop belongs to one
 * thread.
 *
 * Every handle may be freed at any time, also from inside its own callback; after that it is not
 * called any more. All handles are freed before their loop. */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "flow/call.h"

struct loop;
struct loop_timer;
struct loop_signal;
struct loop_task;
struct loop_watch;

typedef void loop_cb(void *ctx);

/* Failure: TRANSIENT, out of descriptors (it needs six). The random numbers are seeded by the
 * kernel. */
struct loop *loop_new(struct err *err);
/* Closes what is still open. Waits for name look-ups under way: the C library cannot be
 * interrupted. */
void loop_free(struct loop *loop);
/* Makes the random numbers the same each time, for tests. */
void loop_seed(struct loop *loop, uint64_t seed);

/* Runs until loop_stop(), or until nothing is left that could happen. */
void loop_run(struct loop *loop);
/* Ends loop_run() after the present turn; before it, at once. */
void loop_stop(struct loop *loop);

/* Monotonic milliseconds, taken once per turn: the same for everything that happens in one turn. */
msec loop_now(const struct loop *loop);
/* Milliseconds since 1970, for texts and the expiry of tokens; it may jump. */
int64_t loop_wall_clock(const struct loop *loop);
/* Uniform 32 bits; for jitter, not for secrets. */
uint32_t loop_random(struct loop *loop);

/* A timer that is not running yet. */
struct loop_timer *loop_timer_new(struct loop *loop, loop_cb *cb, void *ctx);
/* Calls back once, 'ms' from the present turn's time; a running timer starts anew. */
void loop_timer_start(struct loop_timer *timer, msec ms);
/* Calls back once when loop_now() has reached 'when'; at once, but in a later turn, if it has. */
void loop_timer_start_at(struct loop_timer *timer, msec when);
void loop_timer_stop(struct loop_timer *timer);
bool loop_timer_running(const struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer);

/* Calls back at each arrival of 'signal' (SIGHUP, SIGTERM ...). Does not keep the loop running.
 * Failure: INTERNAL, a signal that cannot be caught; TRANSIENT, out of descriptors. */
struct loop_signal *loop_signal_new(struct loop *loop, int signal, loop_cb *cb, void *ctx,
                                    struct err *err);
void loop_signal_free(struct loop_signal *signal);

/* Calls back once, in the next turn, in the order of the requests. The task is gone then. */
struct loop_task *loop_defer(struct loop *loop, loop_cb *cb, void *ctx);
/* Takes back a deferred call that has not happened yet. */
void loop_task_cancel(struct loop_task *task);

enum loop_event {
    LOOP_READ = 1 << 0,
    LOOP_WRITE = 1 << 1,
    LOOP_ERROR = 1 << 2, /* reported only, whether asked for or not; the watch pauses then */
};

typedef void loop_watch_cb(void *ctx, unsigned events);

/* Watches 'fd' (borrowed, becomes non-blocking) for nothing yet. There is at most one watch for one
 * descriptor, and it is freed before the descriptor is closed. Failure: INTERNAL. */
struct loop_watch *loop_watch_new(struct loop *loop, int fd, loop_watch_cb *cb, void *ctx,
                                  struct err *err);
/* Watches for the set 'events' from now on; 0 pauses. */
void loop_watch_set(struct loop_watch *watch, unsigned events);
void loop_watch_free(struct loop_watch *watch);

/* The library's own loop, for the rest of lib/net. */
struct uv_loop_s *loop_uv(struct loop *loop);

#endif
