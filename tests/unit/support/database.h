/* A cluster with TLS for one test program, calls to it, and a connection beside them that looks and
 * meddles as the superuser. */
#ifndef TEST_DATABASE_H
#define TEST_DATABASE_H

#include "support/calls.h"
#include "support/cluster.h"
#include "support/pki.h"

#define DATABASE_HOST "db.test"

struct database {
    struct pki *pki;
    struct cluster *cluster;
    struct secret *password; /* the superuser's */
    struct calls calls;
    struct net_settings settings;
};

/* Starts the cluster. 0, or -1 with a message. */
int database_start(struct database *d, const char *options);
void database_stop(struct database *d);
/* The loop and the executor, with d->settings; ca_file is set. The name db.test is the cluster's.
 */
void database_begin(struct database *d);
void database_end(struct database *d);

/* A call of 'count' statements to database "postgres" as the superuser over TLS. */
void database_ask(struct database *d, struct asked *a, enum sql_mode mode,
                  const struct sql_statement *statements, size_t count);
/* As another role, or to another database where not NULL. */
void database_as(struct asked *a, const char *user, const struct secret *password,
                 const char *database);
/* Runs 'sql' beside the executor; the first value, NULL where there is none. free() it. Fails the
 * test where it fails. */
char *database_sql(const struct database *d, const char *sql);
/* Turns the loop until 'sql' says "t". */
void database_until(struct database *d, const char *sql);

#endif
