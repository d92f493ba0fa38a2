/* A PostgreSQL for the bench, one that writes as a server in production does: synchronously, with
 * room for the locks that pg_dump takes on every table. It lives until its standard input ends, so
 * that it cannot outlive the script that started it.
 *
 *   pg_server     prints one line of JSON once it accepts connections */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "support/cluster.h"

static const char options[] = "fsync = on\n"
                              "synchronous_commit = on\n"
                              "full_page_writes = on\n"
                              "shared_buffers = 512MB\n"
                              "max_wal_size = 4GB\n"
                              "max_locks_per_transaction = 2048\n";

int main(void)
{
    struct cluster *c = cluster_start(options);
    if (!c) return 1;
    printf("{\"host\": \"%s\", \"port\": \"%s\", \"user\": \"%s\", \"password\": \"%s\"}\n",
           cluster_host(c), cluster_port(c), cluster_superuser(c), cluster_password(c));
    fflush(stdout);
    char bytes[64];
    ssize_t n;
    do n = read(STDIN_FILENO, bytes, sizeof(bytes));
    while (n > 0 || (n < 0 && errno == EINTR));
    cluster_stop(c);
    return 0;
}
