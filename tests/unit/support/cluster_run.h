/* The supervisor of a test's PostgreSQL cluster. Only cluster.c uses it. */
#ifndef TEST_CLUSTER_RUN_H
#define TEST_CLUSTER_RUN_H

#include <stdbool.h>
#include <sys/types.h>

#define CLUSTER_SUPERUSER "postgres"

/* A Unix socket's path, "DIR/.s.PGSQL.PORT", has room for 107 bytes. */
enum { CLUSTER_PATH = 80 };

struct cluster_plan {
    bool drop; /* root must become uid and gid */
    uid_t uid;
    gid_t gid;
    char dir[CLUSTER_PATH];
    char programs[256];
    char host[16];
    char port[8];
    char password[32];
    const char *options;
    const char *cert;
    const char *key;
    pid_t parent;
    int ready; /* where the postmaster's process id is written when it accepts connections */
};

/* Fills in where initdb and postgres are. -1, with a message, where they are not. */
int cluster_find_programs(struct cluster_plan *plan);

/* Makes the cluster, runs it until SIGTERM, SIGINT or the end of the parent, removes it. The exit
 * status of the process. */
int cluster_supervise(const struct cluster_plan *plan);

#endif
