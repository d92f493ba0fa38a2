/* The end of a long-running operation: where its monitor is, how often to look, what it says; and
 * what the resource itself says where the monitor is lost. Inside of lib/azure. Sources: ARM RPC
 * async operations; exchanges recorded by Microsoft's own tools. */
#ifndef AZURE_MONITOR_H
#define AZURE_MONITOR_H

#include <stdbool.h>

#include "azure/op.h"

/* What gives no state for longer than this is given up: first the monitor, then the resource. */
#define MONITOR_UNREADABLE MINUTES(5)

/* Finds the monitor in the answer to a write: Azure-AsyncOperation, or Location of a 202; never one
 * on another host. Fills 'url' (the caller frees it) and returns true where there is one. */
bool monitor_find(const struct azure *az, const struct http_reply *reply, char **url,
                  bool *is_location);

/* How long to wait before the next look at an operation that has run for 'elapsed': Retry-After
 * (also as a date) within reason, or the usual pause. Hints below a second are for operations of
 * seconds: the pause then grows with the operation. */
msec monitor_pause(const struct azure *az, const struct reply *reply, msec elapsed);

enum monitor_state {
    MONITOR_UNKNOWN, /* the state could not be read; nothing follows from it */
    MONITOR_RUNNING,
    MONITOR_SUCCEEDED,
    MONITOR_FAILED,   /* 'err' says why */
    MONITOR_CANCELED, /* likewise */
};

/* What the monitor's answer says; also of a transport failure (UNKNOWN). A redirect is not followed
 * and says nothing. */
enum monitor_state monitor_read(const struct reply *reply, bool is_location, struct err *err);

/* What a complete resource says of itself; UNKNOWN where its kind of settling leaves it nothing to
 * say. */
enum monitor_state monitor_resource(enum arm_settling settling, const json_t *body,
                                    struct err *err);

#endif
