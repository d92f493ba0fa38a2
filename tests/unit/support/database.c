/* A cluster with TLS and calls to it: see database.h. */
#include "support/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "base/mem.h"
#include "support/patience.h"

enum { TRUE_WITHIN_MS = 30000 };

int database_start(struct database *d, const char *options)
{
    *d = (struct database){.pki = pki_new("test authority")};
    char *cert = pki_issue(d->pki, DATABASE_HOST);
    d->cluster = cluster_start_tls(options, cert, pki_key(d->pki));
    free(cert);
    if (!d->cluster) {
        pki_free(d->pki);
        return -1;
    }
    const char *password = cluster_password(d->cluster);
    d->password = secret_new(password, strlen(password));
    return 0;
}

void database_stop(struct database *d)
{
    cluster_stop(d->cluster);
    secret_free(d->password);
    pki_free(d->pki);
}

void database_begin(struct database *d)
{
    char hosts[64];
    if (!d->settings.ca_file) d->settings.ca_file = pki_ca_file(d->pki);
    calls_init(&d->calls, &d->settings);
    snprintf(hosts, sizeof(hosts), "%s %s\n", cluster_host(d->cluster), DATABASE_HOST);
    calls_hosts(&d->calls, hosts);
}

void database_end(struct database *d)
{
    calls_done(&d->calls);
    d->settings = (struct net_settings){0};
}

void database_ask(struct database *d, struct asked *a, enum sql_mode mode,
                  const struct sql_statement *statements, size_t count)
{
    buf_reset(&a->body);
    buf_reset(&a->message);
    a->call.kind = CALL_SQL;
    a->call.sql = (struct sql_call){
        .target =
            {
                .host = DATABASE_HOST,
                .port = cluster_port(d->cluster),
                .database = "postgres",
                .user = cluster_superuser(d->cluster),
                .password = d->password,
            },
        .mode = mode,
        .statements = statements,
        .count = count,
    };
}

void database_as(struct asked *a, const char *user, const struct secret *password,
                 const char *database)
{
    if (user) a->call.sql.target.user = user;
    if (user) a->call.sql.target.password = password;
    if (database) a->call.sql.target.database = database;
}

static PGconn *connect_beside(const struct database *d)
{
    char *conninfo = cluster_conninfo(d->cluster, "postgres");
    PGconn *pg = PQconnectdb(conninfo);
    free(conninfo);
    return pg;
}

static char *ask_beside(PGconn *pg, const char *sql)
{
    PGresult *result = PQexec(pg, sql);
    ExecStatusType status = PQresultStatus(result);
    char *value = NULL;
    if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
        value = xstrdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return value;
    free(value);
    char trouble[256];
    snprintf(trouble, sizeof(trouble), "%s", PQerrorMessage(pg));
    PQfinish(pg);
    fail_msg("%s: %s", sql, trouble);
    return NULL;
}

char *database_sql(const struct database *d, const char *sql)
{
    PGconn *pg = connect_beside(d);
    char *value = ask_beside(pg, sql);
    PQfinish(pg);
    return value;
}

void database_until(struct database *d, const char *sql)
{
    PGconn *pg = connect_beside(d);
    bool yes = false;
    msec end = d->calls.io->now(d->calls.io->ctx) + patient(TRUE_WITHIN_MS);
    while (!yes && d->calls.io->now(d->calls.io->ctx) < end) {
        char *value = ask_beside(pg, sql);
        yes = value && strcmp(value, "t") == 0;
        free(value);
        calls_turn(&d->calls, 20);
    }
    PQfinish(pg);
    if (!yes) fail_msg("never true: %s", sql);
}
