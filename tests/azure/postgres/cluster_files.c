/* The configuration files of a real cluster: see cluster_files.h. */
#include "postgres/cluster_files.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "front/pki.h"
#include "postgres/parameter.h"
#include "postgres/sql.h"
#include "postgres/superuser.h"

enum { FILE_MAX = 64 * 1024 };

/* Small memory: many of these run on one test machine. The parameters' ARM values stay Azure's. */
static const char small[] = "shared_buffers = 16MB\n"
                            "huge_pages = off\n"
                            "max_wal_size = 128MB\n"
                            "min_wal_size = 32MB\n"
                            "logging_collector = off\n"
                            "log_destination = stderr\n";

bool library_exists(const struct sim *sim, const char *name)
{
    char *path = xasprintf("%s/../lib/%s.so", sim->bin_dir, name);
    bool found = access(path, R_OK) == 0;
    free(path);
    path = xasprintf("%s/../lib/postgresql/%s.so", sim->bin_dir, name);
    found = found || access(path, R_OK) == 0;
    free(path);
    return found;
}

static void conf_line(struct buf *b, const char *name, const char *value)
{
    buf_printf(b, "%s = ", name);
    sql_quote(b, '\'', value);
    buf_char(b, '\n');
}

static int write_conf(const struct sim *sim, const struct cluster_files *f, struct err *err)
{
    struct buf b;
    buf_init(&b, FILE_MAX);
    buf_str(&b, "# made by azsim\n");
    parameters_conf(sim->parameters, &b);
    buf_str(&b, small);
    conf_line(&b, "listen_addresses", f->address);
    conf_line(&b, "port", "5432");
    conf_line(&b, "unix_socket_directories", f->socket_dir);
    conf_line(&b, "cluster_name", f->name);
    conf_line(&b, "fsync", f->fsync ? "on" : "off");
    conf_line(&b, "ssl", "on");
    conf_line(&b, "ssl_cert_file", "server.crt");
    conf_line(&b, "ssl_key_file", "server.key");
    buf_printf(&b, "max_connections = %d\n", f->max_connections);
    if (library_exists(sim, "pg_stat_statements"))
        conf_line(&b, "shared_preload_libraries", "pg_stat_statements");
    char *path = xasprintf("%s/postgresql.conf", f->data);
    int r = spawn_write(&sim->user, path, 0600, buf_text(&b), err);
    free(path);
    buf_done(&b);
    return r;
}

static int write_certificate(const struct sim *sim, const struct cluster_files *f, struct err *err)
{
    char *host = xasprintf("%s.postgres.database.azure.com", f->name);
    const char *const names[] = {host, NULL};
    char *pem = pki_issue(sim->pki, names, err);
    char *cert = xasprintf("%s/server.crt", f->data), *key = xasprintf("%s/server.key", f->data);
    int r = pem ? spawn_write(&sim->user, cert, 0600, pem, err) : -1;
    if (r == 0) r = spawn_write(&sim->user, key, 0600, pki_key(sim->pki), err);
    free(host);
    free(pem);
    free(cert);
    free(key);
    return r;
}

int cluster_files_write(const struct sim *sim, const struct cluster_files *f, struct err *err)
{
    return write_conf(sim, f, err) < 0 ? -1 : write_certificate(sim, f, err);
}

int cluster_files_write_hba(const struct sim *sim, const char *data, bool secure_only,
                            struct err *err)
{
    const char *kind = secure_only ? "hostssl" : "host";
    char *text = xasprintf("# made by azsim; the superuser is Microsoft's and local only\n"
                           "local   all         " SUPERUSER "             trust\n"
                           "host    all         " SUPERUSER "  0.0.0.0/0  reject\n"
                           "%-7s all         all      0.0.0.0/0  scram-sha-256\n"
                           "%-7s replication all      0.0.0.0/0  scram-sha-256\n",
                           kind, kind);
    char *path = xasprintf("%s/pg_hba.conf", data);
    int r = spawn_write(&sim->user, path, 0600, text, err);
    free(path);
    free(text);
    return r;
}
