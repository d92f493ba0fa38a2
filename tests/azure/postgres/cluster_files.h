/* The configuration files of a real cluster. */
#ifndef AZSIM_CLUSTER_FILES_H
#define AZSIM_CLUSTER_FILES_H

#include <stdbool.h>

#include "base/err.h"
#include "control/sim.h"

struct cluster_files {
    const char *data, *socket_dir, *address, *name;
    int max_connections;
    bool fsync;
};

/* postgresql.conf with Azure's defaults, the certificate and its key. */
int cluster_files_write(const struct sim *sim, const struct cluster_files *f, struct err *err);
/* pg_hba.conf: 'secure_only' refuses connections without TLS, as require_secure_transport does. */
int cluster_files_write_hba(const struct sim *sim, const char *data, bool secure_only,
                            struct err *err);

/* Is the library 'name' installed with this PostgreSQL? */
bool library_exists(const struct sim *sim, const char *name);

#endif
