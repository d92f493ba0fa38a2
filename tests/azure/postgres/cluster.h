/* One real PostgreSQL cluster behind one server: its files, its process, and what Azure does to it.
 * Its functions block and are called without the lock, by the worker that owns the server's
 * operation; only cluster_databases() may be called at any time. */
#ifndef AZSIM_CLUSTER_H
#define AZSIM_CLUSTER_H

#include <stdbool.h>

#include <jansson.h>

#include "base/err.h"
#include "control/sim.h"

struct cluster;
struct parameter;

/* No I/O: names the cluster of server 'name' at 'address'. */
struct cluster *cluster_new(const struct sim *sim, const char *name, const char *address);
void cluster_free(struct cluster *c);

/* A copy of the template with the admin role in it, running. */
int cluster_create(struct cluster *c, const char *login, const char *password, struct err *err);
/* Starting what runs and stopping what does not is fine. */
int cluster_start(struct cluster *c, struct err *err);
/* 'at_once': as a crash; otherwise connections are told (PostgreSQL's fast mode). */
int cluster_stop(struct cluster *c, bool at_once, struct err *err);
int cluster_restart(struct cluster *c, bool at_once, struct err *err);
/* Stops it and removes its files. */
int cluster_remove(struct cluster *c, struct err *err);

int cluster_set_password(struct cluster *c, const char *login, const char *password,
                         struct err *err);
/* ALTER SYSTEM and reload; what needs a restart waits for one. */
int cluster_set(struct cluster *c, const struct parameter *p, const char *value, bool is_default,
                struct err *err);
/* Makes the role, or one that is there, an administrator that signs in; and no longer. */
int cluster_add_administrator(struct cluster *c, const char *role, struct err *err);
int cluster_drop_administrator(struct cluster *c, const char *role, struct err *err);
int cluster_create_database(struct cluster *c, const char *name, const char *charset,
                            const char *collation, const char *owner, struct err *err);
int cluster_drop_database(struct cluster *c, const char *name, struct err *err);
/* An array of [name, charset, collation]; NULL with 'err' where it does not answer. */
json_t *cluster_databases(const struct cluster *c, struct err *err);

const char *cluster_socket_dir(const struct cluster *c);
bool cluster_running(const struct cluster *c);

#endif
