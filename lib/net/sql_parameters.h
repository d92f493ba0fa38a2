/* What libpq is told about a connection: everything, so that nothing of the user's home, of service
 * files or of the environment takes part. */
#ifndef NET_SQL_PARAMETERS_H
#define NET_SQL_PARAMETERS_H

#include <libpq-fe.h>

#include "base/err.h"
#include "flow/call.h"

/* Takes from the environment what libpq reads there although it was told, or cannot be told
 * otherwise (PGOPTIONS, PGSERVICE, PGTZ ...). What documents may well name stays: PGHOST, PGPORT,
 * PGDATABASE, PGUSER, PGPASSWORD. Before there are threads that read the environment. */
void sql_parameters_clean_environment(void);

/* Begins to connect to 'target' at the numeric 'address' (NULL: a Unix socket, named by the host),
 * trusting the authorities in 'root' (NULL: the system's). Never asks for a name, and reads no file
 * but that one. NULL where it cannot: CONFIG, 'root' is no regular file. */
PGconn *sql_parameters_connect(const struct sql_target *target, const char *address,
                               const char *root, struct err *err);

/* The password that is sent where there is none, so that none is looked for. */
#define SQL_NO_PASSWORD "none"

#endif
