/* One real PostgreSQL cluster: see cluster.h. */
#include "postgres/cluster.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "front/clock.h"
#include "front/number.h"
#include "postgres/cluster_files.h"
#include "postgres/parameter.h"
#include "postgres/sql.h"
#include "postgres/superuser.h"

enum { START_LIMIT_MS = 60000, STOP_LIMIT_MS = 30000, POLL_MS = 10, SQL_MAX = 64 * 1024 };

struct cluster {
    const struct sim *sim;
    char *name, *address;
    char *root, *data, *socket_dir, *log;
    int max_connections;
    bool fsync;
    pid_t pid; /* 0 while it does not run */
};

struct cluster *cluster_new(const struct sim *sim, const char *name, const char *address)
{
    struct cluster *c = xcalloc(1, sizeof(*c));
    c->sim = sim;
    c->name = xstrdup(name);
    c->address = xstrdup(address);
    c->root = xasprintf("%s/clusters/%s", sim->dir, name);
    c->data = xasprintf("%s/data", c->root);
    c->log = xasprintf("%s/log", c->root);
    c->socket_dir = xasprintf("%s/%s", sim->run_dir, address);
    c->max_connections = (int)setting(&sim->settings, SET_MAX_CONNECTIONS_CAP);
    c->fsync = setting_is(&sim->settings, SET_FSYNC, "on");
    return c;
}

void cluster_free(struct cluster *c)
{
    if (!c) return;
    free(c->name);
    free(c->address);
    free(c->root);
    free(c->data);
    free(c->log);
    free(c->socket_dir);
    free(c);
}

const char *cluster_socket_dir(const struct cluster *c)
{
    return c->socket_dir;
}

bool cluster_running(const struct cluster *c)
{
    return c->pid > 0;
}

static int cluster_write_files(struct cluster *c, struct err *err)
{
    struct cluster_files files = {.data = c->data,
                                  .socket_dir = c->socket_dir,
                                  .address = c->address,
                                  .name = c->name,
                                  .max_connections = c->max_connections,
                                  .fsync = c->fsync};
    return cluster_files_write(c->sim, &files, err);
}

/* Waits until the process ends or 'limit_ms' are over. Works for any process, not only children. */
static bool process_ended(pid_t pid, int limit_ms)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0) return errno == ESRCH;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int n = poll(&p, 1, limit_ms);
    close(fd);
    return n > 0;
}

/* When this Azure was killed, its postmasters got SIGQUIT and may still be on their way out. */
static void cluster_await_predecessor(const struct cluster *c)
{
    char *path = xasprintf("%s/postmaster.pid", c->data);
    FILE *file = fopen(path, "r");
    free(path);
    if (!file) return;
    char line[32] = "";
    if (fgets(line, sizeof(line), file)) {
        pid_t pid = (pid_t)number_or(line, 0);
        if (pid > 1) process_ended(pid, STOP_LIMIT_MS / 3);
    }
    fclose(file);
}

/* There is no event for "accepts connections": ask, as pg_ctl does, until it answers or has died.
 */
static int cluster_await_ready(struct cluster *c, struct err *err)
{
    struct timespec pause = {.tv_nsec = POLL_MS * 1000000};
    int64_t limit = clock_ms() + START_LIMIT_MS;
    while (sql_run(c->socket_dir, MAINTENANCE_DB, "SELECT 1", err) < 0) {
        int status;
        if (waitpid(c->pid, &status, WNOHANG) == c->pid) {
            c->pid = 0;
            return err_set(err, ERR_INTERNAL, "PostgreSQL of %s did not start; see %s", c->name,
                           c->log);
        }
        if (clock_ms() > limit) return err_prefix(err, "PostgreSQL of %s is not ready", c->name);
        nanosleep(&pause, NULL);
    }
    err_clear(err);
    return 0;
}

int cluster_start(struct cluster *c, struct err *err)
{
    if (c->pid > 0) return 0;
    cluster_await_predecessor(c);
    if (spawn_mkdir(&c->sim->user, c->socket_dir, 0700, err) < 0) return -1;
    if (cluster_write_files(c, err) < 0) return -1;
    char *postgres = xasprintf("%s/postgres", c->sim->bin_dir);
    char *argv[] = {postgres, (char[]){"-D"}, c->data, NULL};
    pid_t pid = spawn_start(&c->sim->user, c->root, argv, NULL, c->log, err);
    free(postgres);
    if (pid < 0) return -1;
    c->pid = pid;
    return cluster_await_ready(c, err);
}

int cluster_stop(struct cluster *c, bool at_once, struct err *err)
{
    if (c->pid <= 0) return 0;
    kill(c->pid, at_once ? SIGQUIT : SIGINT);
    if (!process_ended(c->pid, STOP_LIMIT_MS)) {
        kill(c->pid, SIGQUIT);
        if (!process_ended(c->pid, STOP_LIMIT_MS)) kill(c->pid, SIGKILL);
    }
    int status;
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR) continue;
    c->pid = 0;
    (void)err;
    return 0;
}

int cluster_restart(struct cluster *c, bool at_once, struct err *err)
{
    return cluster_stop(c, at_once, err) < 0 ? -1 : cluster_start(c, err);
}

static int cluster_delete_files(const struct cluster *c, struct err *err)
{
    struct spawn_user self = {.uid = geteuid(), .gid = getegid()};
    char *log = xasprintf("%s/azsim.log", c->sim->dir);
    char *argv[] = {(char[]){"/bin/rm"}, (char[]){"-rf"}, c->root, c->socket_dir, NULL};
    int r = spawn_run(&self, c->sim->dir, argv, NULL, log, err);
    free(log);
    return r;
}

int cluster_remove(struct cluster *c, struct err *err)
{
    return cluster_stop(c, true, err) < 0 ? -1 : cluster_delete_files(c, err);
}

static int cluster_copy(struct cluster *c, struct err *err)
{
    char *from = xasprintf("%s/data", c->sim->template_dir);
    char *argv[] = {
        (char[]){"/bin/cp"}, (char[]){"-a"}, (char[]){"--reflink=auto"}, from, c->data, NULL};
    int r = spawn_run(&c->sim->user, c->root, argv, NULL, c->log, err);
    free(from);
    return r;
}

static int cluster_add_admin(struct cluster *c, const char *login, const char *password,
                             struct err *err)
{
    struct buf b;
    buf_init(&b, SQL_MAX);
    buf_str(&b, "SET log_statement = none; SET log_min_error_statement = panic; CREATE ROLE ");
    sql_quote(&b, '"', login);
    buf_str(&b, " LOGIN CREATEROLE CREATEDB REPLICATION IN ROLE " ADMIN_GROUP " PASSWORD ");
    sql_quote(&b, '\'', password);
    int r = sql_run(c->socket_dir, MAINTENANCE_DB, buf_text(&b), err);
    buf_wipe(&b);
    return r;
}

int cluster_create(struct cluster *c, const char *login, const char *password, struct err *err)
{
    if (cluster_delete_files(c, err) < 0 || spawn_mkdir(&c->sim->user, c->root, 0755, err) < 0 ||
        cluster_copy(c, err) < 0 || cluster_files_write_hba(c->sim, c->data, true, err) < 0 ||
        cluster_start(c, err) < 0)
        return -1;
    return cluster_add_admin(c, login, password, err);
}

int cluster_set_password(struct cluster *c, const char *login, const char *password,
                         struct err *err)
{
    struct buf b;
    buf_init(&b, SQL_MAX);
    buf_str(&b, "SET log_statement = none; SET log_min_error_statement = panic; ALTER ROLE ");
    sql_quote(&b, '"', login);
    buf_str(&b, " PASSWORD ");
    sql_quote(&b, '\'', password);
    int r = sql_run(c->socket_dir, MAINTENANCE_DB, buf_text(&b), err);
    buf_wipe(&b);
    return r;
}

static bool cluster_has_role(const struct cluster *c, const char *role)
{
    struct buf b;
    buf_init(&b, SQL_MAX);
    buf_str(&b, "SELECT 1 FROM pg_roles WHERE rolname = ");
    sql_quote(&b, '\'', role);
    json_t *rows = sql_rows(c->socket_dir, MAINTENANCE_DB, buf_text(&b), NULL);
    bool has = json_array_size(rows) > 0;
    json_decref(rows);
    buf_done(&b);
    return has;
}

/* "VERB ROLE "role" ATTRIBUTES; MEMBERSHIP "role"" */
static int cluster_change_role(struct cluster *c, const char *verb, const char *role,
                               const char *attributes, const char *membership, struct err *err)
{
    struct buf b;
    buf_init(&b, SQL_MAX);
    buf_printf(&b, "%s ROLE ", verb);
    sql_quote(&b, '"', role);
    buf_printf(&b, " %s; %s ", attributes, membership);
    sql_quote(&b, '"', role);
    int r = sql_run(c->socket_dir, MAINTENANCE_DB, buf_text(&b), err);
    buf_done(&b);
    return r;
}

int cluster_add_administrator(struct cluster *c, const char *role, struct err *err)
{
    return cluster_change_role(c, cluster_has_role(c, role) ? "ALTER" : "CREATE", role,
                               "LOGIN CREATEROLE CREATEDB", "GRANT " ADMIN_GROUP " TO", err);
}

int cluster_drop_administrator(struct cluster *c, const char *role, struct err *err)
{
    if (!cluster_has_role(c, role)) return 0;
    return cluster_change_role(c, "ALTER", role, "NOLOGIN NOCREATEROLE NOCREATEDB",
                               "REVOKE " ADMIN_GROUP " FROM", err);
}

/* ALTER SYSTEM refuses to run together with another statement: two calls. */
int cluster_set(struct cluster *c, const struct parameter *p, const char *value, bool is_default,
                struct err *err)
{
    if (p->reach == REACH_HBA) {
        if (cluster_files_write_hba(c->sim, c->data, strcasecmp(value, "on") == 0, err) < 0)
            return -1;
    } else if (p->reach == REACH_REAL) {
        struct buf b;
        buf_init(&b, SQL_MAX);
        buf_printf(&b, "ALTER SYSTEM %s ", is_default ? "RESET" : "SET");
        sql_quote(&b, '"', p->name);
        if (!is_default) {
            buf_str(&b, " = ");
            parameter_sql(p, c->sim, value, &b);
        }
        int r = sql_run(c->socket_dir, MAINTENANCE_DB, buf_text(&b), err);
        buf_done(&b);
        if (r < 0) return -1;
    } else {
        return 0;
    }
    return sql_run(c->socket_dir, MAINTENANCE_DB, "SELECT pg_reload_conf()", err);
}

int cluster_create_database(struct cluster *c, const char *name, const char *charset,
                            const char *collation, const char *owner, struct err *err)
{
    struct buf b;
    buf_init(&b, SQL_MAX);
    buf_str(&b, "CREATE DATABASE ");
    sql_quote(&b, '"', name);
    buf_str(&b, " TEMPLATE template0 OWNER ");
    sql_quote(&b, '"', owner);
    if (charset) {
        buf_str(&b, " ENCODING ");
        sql_quote(&b, '\'', charset);
    }
    if (collation) {
        buf_str(&b, " LOCALE ");
        sql_quote(&b, '\'', collation);
    }
    int r = sql_run(c->socket_dir, MAINTENANCE_DB, buf_text(&b), err);
    buf_done(&b);
    return r;
}

int cluster_drop_database(struct cluster *c, const char *name, struct err *err)
{
    struct buf b;
    buf_init(&b, SQL_MAX);
    buf_str(&b, "DROP DATABASE ");
    sql_quote(&b, '"', name);
    buf_str(&b, " WITH (FORCE)");
    int r = sql_run(c->socket_dir, MAINTENANCE_DB, buf_text(&b), err);
    buf_done(&b);
    return r;
}

json_t *cluster_databases(const struct cluster *c, struct err *err)
{
    return sql_rows(c->socket_dir, MAINTENANCE_DB,
                    "SELECT datname, pg_encoding_to_char(encoding), datcollate FROM pg_database "
                    "WHERE NOT datistemplate ORDER BY datname",
                    err);
}
