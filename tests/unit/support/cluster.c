/* A real PostgreSQL cluster for a test program: see cluster.h. The test's side: choosing address
 * and directory, forking the supervisor, waiting until it says that the server accepts connections.
 */
#include "support/cluster.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "run/clean_environment.h"
#include "support/cluster_run.h"

struct cluster {
    struct cluster_plan plan;
    pid_t supervisor;
    pid_t postmaster;
};

/* Whom to become, for root. */
static int find_user(struct cluster_plan *plan)
{
    plan->drop = geteuid() == 0;
    if (!plan->drop) return 0;
    const struct passwd *user = getpwnam("postgres");
    if (!user) user = getpwnam("nobody");
    if (!user) {
        fprintf(stderr, "cluster: root, and there is neither 'postgres' nor 'nobody'\n");
        return -1;
    }
    plan->uid = user->pw_uid;
    plan->gid = user->pw_gid;
    return 0;
}

/* A loopback address that nobody else is likely to use, and a port that is free there now. */
static int find_address(struct cluster_plan *plan)
{
    unsigned char r[3];
    if (getrandom(r, sizeof(r), 0) != (ssize_t)sizeof(r)) return -1;
    snprintf(plan->host, sizeof(plan->host), "127.%d.%d.%d", 1 + r[0] % 250, r[1], 1 + r[2] % 250);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof(address);
    inet_pton(AF_INET, plan->host, &address.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int result = bind(fd, (struct sockaddr *)&address, sizeof(address));
    if (result == 0) result = getsockname(fd, (struct sockaddr *)&address, &length);
    close(fd);
    snprintf(plan->port, sizeof(plan->port), "%d", ntohs(address.sin_port));
    return result;
}

static int make_directory(struct cluster_plan *plan)
{
    const char *tmp = getenv("TMPDIR");
    int n = snprintf(plan->dir, sizeof(plan->dir), "%s/pgdrift-XXXXXX", tmp ? tmp : "/tmp");
    if (n < 0 || (size_t)n >= sizeof(plan->dir) || !mkdtemp(plan->dir)) {
        fprintf(stderr, "cluster: cannot make a directory below %s\n", tmp ? tmp : "/tmp");
        return -1;
    }
    return plan->drop ? chown(plan->dir, plan->uid, plan->gid) : 0;
}

/* Blocks until the supervisor has said that the server is ready; end of file says it will not be.
 */
static int await_ready(struct cluster *c, int fd)
{
    pid_t postmaster;
    ssize_t n;
    do n = read(fd, &postmaster, sizeof(postmaster));
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof(postmaster)) return -1;
    c->postmaster = postmaster;
    return 0;
}

static int start_supervisor(struct cluster *c)
{
    int ready[2];
    if (pipe(ready) < 0) return -1;
    fcntl(ready[0], F_SETFD, FD_CLOEXEC);
    fcntl(ready[1], F_SETFD, FD_CLOEXEC);
    c->plan.parent = getpid();
    c->plan.ready = ready[1];
    fflush(NULL);
    c->supervisor = fork();
    if (c->supervisor == 0) {
        close(ready[0]);
        _exit(cluster_supervise(&c->plan));
    }
    close(ready[1]);
    int result = c->supervisor > 0 ? await_ready(c, ready[0]) : -1;
    close(ready[0]);
    return result;
}

struct cluster *cluster_start_tls(const char *options, const char *cert, const char *key)
{
    struct cluster *c = xcalloc(1, sizeof(*c));
    c->plan.options = options;
    c->plan.cert = cert;
    c->plan.key = key;
    clean_environment();
    unsigned char random[12];
    if (find_user(&c->plan) < 0 || find_address(&c->plan) < 0 ||
        cluster_find_programs(&c->plan) < 0 ||
        getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random) ||
        make_directory(&c->plan) < 0) {
        free(c);
        return NULL;
    }
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(c->plan.password + 2 * i, 3, "%02x", random[i]);
    if (start_supervisor(c) < 0) {
        fprintf(stderr, "cluster: PostgreSQL of %s did not start\n", c->plan.programs);
        cluster_stop(c);
        return NULL;
    }
    return c;
}

struct cluster *cluster_start(const char *options)
{
    return cluster_start_tls(options, NULL, NULL);
}

void cluster_stop(struct cluster *c)
{
    if (!c) return;
    if (c->supervisor > 0) {
        kill(c->supervisor, SIGTERM);
        while (waitpid(c->supervisor, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    free(c);
}

const char *cluster_host(const struct cluster *c)
{
    return c->plan.host;
}

const char *cluster_port(const struct cluster *c)
{
    return c->plan.port;
}

const char *cluster_socket_dir(const struct cluster *c)
{
    return c->plan.dir;
}

const char *cluster_superuser(const struct cluster *c)
{
    (void)c;
    return CLUSTER_SUPERUSER;
}

const char *cluster_password(const struct cluster *c)
{
    return c->plan.password;
}

pid_t cluster_postmaster(const struct cluster *c)
{
    return c->postmaster;
}

char *cluster_log(const struct cluster *c)
{
    char path[CLUSTER_PATH + 16];
    snprintf(path, sizeof(path), "%s/log", c->plan.dir);
    struct buf text;
    buf_init(&text, (size_t)64 << 20);
    FILE *f = fopen(path, "r");
    char chunk[4096];
    for (size_t n; f && (n = fread(chunk, 1, sizeof(chunk), f)) > 0;) buf_add(&text, chunk, n);
    if (f) fclose(f);
    return buf_steal(&text);
}

char *cluster_conninfo(const struct cluster *c, const char *database)
{
    return xasprintf("host=%s port=%s user=%s dbname=%s", c->plan.dir, c->plan.port,
                     CLUSTER_SUPERUSER, database);
}
