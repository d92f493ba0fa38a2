/* The daemon as a service: what pgdriftd does between its command line and its exit. */
#ifndef RUN_SERVICE_H
#define RUN_SERVICE_H

#include <stdbool.h>

struct service_options {
    const char *config; /* the settings' file */
    int log_format;     /* enum log_format; -1: the settings decide */
    int log_level;      /* enum log_level; -1: the settings decide */
    bool once;          /* correct what may be corrected, then end */
};

/* Exit statuses: sysexits.h and systemd.exec(5) know 78 as EX_CONFIG; the unit does not restart it.
 */
enum { SERVICE_OK = 0, SERVICE_ERROR = 1, SERVICE_DRIFT = 2, SERVICE_CONFIG = 78 };

/* Added to the status where a thread hangs in a file system: the caller ends with _exit(), because
 * exit() would wait for it. */
enum { SERVICE_STUCK = 0x100 };

/* Runs until SIGTERM or SIGINT (or the end of --once). Returns the exit status. */
int service_run(const struct service_options *options);

#endif
