/* A real PostgreSQL cluster for one test program: made in a directory of its own, reachable on a
 * loopback address and port of its own and on a Unix socket, thrown away at the end. A supervising
 * process owns it, so that it also ends when the test crashes or is killed. It is not fast storage:
 * nothing is synced to disk.
 *
 * Works as an ordinary user, and as root (which PostgreSQL refuses to be) by becoming 'postgres' or
 * 'nobody'. The programs are those of $PG_BINDIR, else the newest of the system. */
#ifndef TEST_CLUSTER_H
#define TEST_CLUSTER_H

#include <sys/types.h>

struct cluster;

/* Starts a cluster (and takes from the environment what PostgreSQL would read there); 'options' are
 * further lines of postgresql.conf, or NULL. UTF8, C.UTF-8, SCRAM over TCP, trust on the Unix
 * socket. Call it from the main thread, which must live as long as the cluster. NULL, with a
 * message on standard error, where it cannot be had. */
struct cluster *cluster_start(const char *options);
/* The same with TLS required over TCP: a certificate (chain) and its key, PEM. */
struct cluster *cluster_start_tls(const char *options, const char *cert, const char *key);
/* Stops it at once and removes its files. Accepts NULL. */
void cluster_stop(struct cluster *c);

const char *cluster_host(const struct cluster *c);       /* "127.81.4.9" */
const char *cluster_port(const struct cluster *c);       /* "41234" */
const char *cluster_socket_dir(const struct cluster *c); /* for libpq's host; same port */
const char *cluster_superuser(const struct cluster *c);
const char *cluster_password(const struct cluster *c); /* the superuser's */
pid_t cluster_postmaster(const struct cluster *c);
/* What the server has logged so far. free() it. */
char *cluster_log(const struct cluster *c);
/* A libpq connection string over the Unix socket to 'database' as the superuser. free() it. */
char *cluster_conninfo(const struct cluster *c, const char *database);

#endif
