/* The supervisor: a process of its own between the test and the postmaster. It dies with the test
 * (parent death signal), the postmaster dies with it, and whichever way it ends the files go. */
#include "support/cluster_run.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <glob.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool has_program(const char *dir)
{
    char path[320];
    snprintf(path, sizeof(path), "%s/initdb", dir);
    return access(path, X_OK) == 0;
}

/* $PG_BINDIR, else the newest version of the distribution. */
int cluster_find_programs(struct cluster_plan *plan)
{
    const char *given = getenv("PG_BINDIR");
    if (given && has_program(given)) {
        snprintf(plan->programs, sizeof(plan->programs), "%s", given);
        return 0;
    }
    glob_t found;
    long newest = 0;
    if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            char *end;
            long version = strtol(found.gl_pathv[i] + strlen("/usr/lib/postgresql/"), &end, 10);
            if (*end != '/' || version <= newest || !has_program(found.gl_pathv[i])) continue;
            newest = version;
            snprintf(plan->programs, sizeof(plan->programs), "%s", found.gl_pathv[i]);
        }
        globfree(&found);
    }
    if (newest) return 0;
    fprintf(stderr, "cluster: no PostgreSQL server programs; set PG_BINDIR\n");
    return -1;
}

/* In the child: another user, all output to the cluster's log, dead with the supervisor. */
static void become(const struct cluster_plan *plan, const char *log)
{
    pid_t supervisor = getppid();
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (out < 0 || in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(126);
    if (plan->drop && (setgroups(0, NULL) < 0 || setgid(plan->gid) < 0 || setuid(plan->uid) < 0))
        _exit(126);
    /* A change of user clears the death signal: it comes after. */
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != supervisor) _exit(126);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (chdir(plan->dir) < 0) _exit(126);
}

static pid_t spawn(const struct cluster_plan *plan, char *const argv[])
{
    char log[CLUSTER_PATH + 16];
    snprintf(log, sizeof(log), "%s/log", plan->dir);
    pid_t pid = fork();
    if (pid != 0) return pid;
    become(plan, log);
    execv(argv[0], argv);
    _exit(127);
}

static int wait_for(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int write_file(const struct cluster_plan *plan, const char *name, const char *text)
{
    char path[CLUSTER_PATH + 64];
    snprintf(path, sizeof(path), "%s/%s", plan->dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    size_t length = strlen(text);
    int result = write(fd, text, length) == (ssize_t)length ? 0 : -1;
    if (plan->drop && fchown(fd, plan->uid, plan->gid) < 0) result = -1;
    close(fd);
    return result;
}

static int initialise(const struct cluster_plan *plan)
{
    char initdb[320], data[CLUSTER_PATH + 16], pwfile[CLUSTER_PATH + 32];
    snprintf(initdb, sizeof(initdb), "%s/initdb", plan->programs);
    snprintf(data, sizeof(data), "%s/data", plan->dir);
    snprintf(pwfile, sizeof(pwfile), "--pwfile=%s/password", plan->dir);
    char *argv[] = {initdb,
                    "-D",
                    data,
                    "-U",
                    CLUSTER_SUPERUSER,
                    "-E",
                    "UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync",
                    "--auth-local=trust",
                    "--auth-host=scram-sha-256",
                    pwfile,
                    NULL};
    if (write_file(plan, "password", plan->password) < 0) return -1;
    return wait_for(spawn(plan, argv));
}

/* Later lines win, so the test's options come last. */
static int configure(const struct cluster_plan *plan)
{
    char settings[1024];
    snprintf(settings, sizeof(settings),
             "listen_addresses = '%s'\nport = %s\nunix_socket_directories = '%s'\n"
             "fsync = off\nfull_page_writes = off\nshared_buffers = 32MB\nmax_connections = 40\n"
             "password_encryption = 'scram-sha-256'\n",
             plan->host, plan->port, plan->dir);
    if (write_file(plan, "data/postgresql.conf", settings) < 0) return -1;
    if (plan->cert) {
        if (write_file(plan, "data/server.crt", plan->cert) < 0 ||
            write_file(plan, "data/server.key", plan->key) < 0 ||
            write_file(plan, "data/postgresql.conf", "ssl = on\n") < 0)
            return -1;
    }
    char access[256];
    snprintf(access, sizeof(access), "%s all all 127.0.0.0/8 scram-sha-256\n",
             plan->cert ? "hostssl" : "host");
    if (truncate("data/pg_hba.conf", 0) < 0) return -1;
    if (write_file(plan, "data/pg_hba.conf", "local all all trust\n") < 0 ||
        write_file(plan, "data/pg_hba.conf", access) < 0)
        return -1;
    return plan->options ? write_file(plan, "data/postgresql.conf", plan->options) : 0;
}

/* The eighth line of postmaster.pid says "ready" once connections are accepted. */
static bool is_ready(void)
{
    FILE *f = fopen("data/postmaster.pid", "r");
    char line[256] = "";
    for (int n = 0; f && n < 8; n++)
        if (!fgets(line, sizeof(line), f)) line[0] = '\0';
    if (f) fclose(f);
    return strncmp(line, "ready", 5) == 0;
}

/* Until the postmaster ends or somebody wants it to end. */
static void watch(const struct cluster_plan *plan, pid_t postmaster, int signals, int changes)
{
    bool told = false;
    for (;;) {
        if (!told && is_ready()) {
            told = true;
            if (write(plan->ready, &postmaster, sizeof(postmaster)) < 0) return;
        }
        struct pollfd wanted[] = {{.fd = signals, .events = POLLIN},
                                  {.fd = told ? -1 : changes, .events = POLLIN}};
        if (poll(wanted, 2, -1) < 0 && errno != EINTR) return;
        if (wanted[0].revents) return;
        char events[4096];
        if (wanted[1].revents && read(changes, events, sizeof(events)) < 0) return;
    }
}

static int serve(const struct cluster_plan *plan, int signals)
{
    int changes = inotify_init1(IN_CLOEXEC);
    if (changes < 0 || inotify_add_watch(changes, "data", IN_MODIFY | IN_CREATE) < 0) return 1;
    char postgres[320];
    snprintf(postgres, sizeof(postgres), "%s/postgres", plan->programs);
    char *argv[] = {postgres, "-D", "data", NULL};
    pid_t postmaster = spawn(plan, argv);
    if (postmaster < 0) return 1;
    watch(plan, postmaster, signals, changes);
    kill(postmaster, SIGQUIT);
    return wait_for(postmaster) == 0 ? 0 : 1;
}

static void show_log(void)
{
    FILE *f = fopen("log", "r");
    char line[512];
    while (f && fgets(line, sizeof(line), f)) fprintf(stderr, "cluster: %s", line);
    if (f) fclose(f);
}

static void remove_all(const struct cluster_plan *plan)
{
    char *paths[] = {(char *)plan->dir, NULL};
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *e; tree && (e = fts_read(tree));) {
        if (e->fts_info == FTS_DP)
            rmdir(e->fts_path);
        else if (e->fts_info != FTS_D)
            unlink(e->fts_path);
    }
    if (tree) fts_close(tree);
}

int cluster_supervise(const struct cluster_plan *plan)
{
    /* A shell's background job ignores these two, and so would the server until it is up. */
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigdelset(&set, SIGCHLD);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int status = 1;
    bool made = getppid() == plan->parent && chdir(plan->dir) == 0 && initialise(plan) == 0 &&
                configure(plan) == 0;
    if (made) {
        /* initdb's end has left a SIGCHLD behind; only the postmaster's counts. */
        sigset_t child;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        sigtimedwait(&child, NULL, &(struct timespec){0});
        sigaddset(&set, SIGCHLD);
        int signals = signalfd(-1, &set, SFD_CLOEXEC);
        if (signals >= 0) status = serve(plan, signals);
    }
    if (status != 0) show_log();
    if (chdir("/") == 0) remove_all(plan);
    return status;
}
