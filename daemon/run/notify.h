/* Telling systemd how the daemon is: the sd_notify protocol, spoken without libsystemd. All lines
 * of one state travel in one datagram. It asks no clock and decides nothing; the loop calls it.
 * Source: sd_notify(3), sd_watchdog_enabled(3). */
#ifndef RUN_NOTIFY_H
#define RUN_NOTIFY_H

#include <stdint.h>

#include "base/err.h"

struct notify;

/* A way to the supervisor at 'address': a socket's path, or a name in the abstract namespace after
 * an '@'; normally getenv("NOTIFY_SOCKET"). Where it is NULL or empty nobody supervises, and every
 * message succeeds without being sent. Failure: CONFIG for any other kind of address, INTERNAL
 * where there is no socket to be had. */
struct notify *notify_new(const char *address, struct err *err);
void notify_free(struct notify *n);

/* Each sends one state and waits at most a second for a supervisor that does not read. 'status' is
 * the line that `systemctl status` shows; NULL leaves the one there is; control characters in it
 * are sent as spaces. Failure is -1, TRANSIENT: the caller says so and carries on. */
int notify_ready(struct notify *n, const char *status, struct err *err);
/* 'monotonic_us' is CLOCK_MONOTONIC in microseconds at the beginning of the reload; notify_ready()
 * ends it, whether the new configuration was taken or not. */
int notify_reloading(struct notify *n, uint64_t monotonic_us, const char *status, struct err *err);
int notify_stopping(struct notify *n, const char *status, struct err *err);
/* Never waits: the next one says it better. */
int notify_status(struct notify *n, const char *status, struct err *err);
/* Why the daemon is about to end: 'number' is an errno. */
int notify_errno(struct notify *n, int number, const char *status, struct err *err);
/* "Still working." Never waits: a lost one is made good by the next. */
int notify_watchdog(struct notify *n, struct err *err);

/* How often notify_watchdog() is due, in milliseconds: half of what systemd waits for
 * ($WATCHDOG_USEC), at least 1; 0 where nobody watches this process ($WATCHDOG_PID). */
uint64_t notify_watchdog_ms(void);

#endif
