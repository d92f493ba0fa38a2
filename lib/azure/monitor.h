/* The monitor of a long-running operation: where it is, how often to look, what it says. Inside of
 * lib/azure. Sources: ARM RPC async operations; exchanges recorded by Microsoft's own tools. */
#ifndef AZURE_MONITOR_H
#define AZURE_MONITOR_H

#include <stdbool.h>

#include "azure/arm.h"

/* A monitor that gives no state for longer than this is given up. */
#define MONITOR_UNREADABLE MINUTES(5)

/* Finds the monitor in the answer to a write: Azure-AsyncOperation, or Location of a 202; never one
 * on another host. Fills 'url' (the caller frees it) and returns true where there is one. */
bool monitor_find(const struct azure *az, const struct http_reply *reply, char **url,
                  bool *is_location);

/* How long to wait before the next look: Retry-After within reason, or the usual pause. */
msec monitor_pause(const struct http_reply *reply);

enum monitor_state {
    MONITOR_UNKNOWN, /* the state could not be read; nothing follows from it */
    MONITOR_RUNNING,
    MONITOR_SUCCEEDED,
    MONITOR_FAILED, /* 'err' says why */
};

enum monitor_state monitor_read(const struct http_reply *reply, bool is_location, struct err *err);

#endif
