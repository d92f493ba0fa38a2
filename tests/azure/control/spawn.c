/* Running PostgreSQL's programs: see spawn.h. */
#include "control/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_CANNOT_EXEC = 127, LOG_TAIL = 300 };

int spawn_user_find(struct spawn_user *user, struct err *err)
{
    *user = (struct spawn_user){.uid = geteuid(), .gid = getegid()};
    const struct passwd *pw = getpwuid(user->uid);
    if (user->uid == 0) {
        pw = getpwnam("postgres");
        if (!pw) pw = getpwnam("nobody");
        if (!pw) return err_set(err, ERR_CONFIG, "no user 'postgres' or 'nobody' to become");
        user->drop = true;
        user->uid = pw->pw_uid;
        user->gid = pw->pw_gid;
    }
    snprintf(user->name, sizeof(user->name), "%s", pw ? pw->pw_name : "");
    return 0;
}

/* The child's half: only async-signal-safe calls, because other threads existed before the fork. */
static void spawn_child(const struct spawn_user *user, pid_t parent, const char *dir,
                        char *const argv[], int in, int out)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    if (user->drop && (setgroups(0, NULL) || setgid(user->gid) || setuid(user->uid))) _exit(126);
    /* After setuid(), which clears it. SIGQUIT: PostgreSQL's immediate shutdown. */
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent) _exit(125);
    if (chdir(dir) || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(126);
    umask(077);
    execv(argv[0], argv);
    _exit(EXIT_CANNOT_EXEC);
}

static int spawn_input(const char *input)
{
    if (!input) return open("/dev/null", O_RDONLY | O_CLOEXEC);
    FILE *file = tmpfile();
    if (!file) return -1;
    fputs(input, file);
    fflush(file);
    int fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3);
    fclose(file);
    if (fd >= 0) lseek(fd, 0, SEEK_SET);
    return fd;
}

pid_t spawn_start(const struct spawn_user *user, const char *dir, char *const argv[],
                  const char *input, const char *log, struct err *err)
{
    pid_t pid = -1;
    int in = spawn_input(input);
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (in < 0 || out < 0) {
        err_set(err, ERR_CONFIG, "%s: %s", log, strerror(errno));
        goto done;
    }
    pid_t parent = getpid();
    pid = fork();
    if (pid == 0) spawn_child(user, parent, dir, argv, in, out);
    if (pid < 0) err_set(err, ERR_TRANSIENT, "fork: %s", strerror(errno));
done:
    if (in >= 0) close(in);
    if (out >= 0) close(out);
    return pid;
}

static void log_tail(const char *log, char *out, size_t size)
{
    out[0] = '\0';
    FILE *file = fopen(log, "r");
    if (!file) return;
    if (fseek(file, -(long)(size - 1), SEEK_END) != 0) rewind(file);
    size_t got = fread(out, 1, size - 1, file);
    out[got] = '\0';
    fclose(file);
    for (char *p = out; *p; p++) {
        if (*p == '\n') *p = ' ';
    }
}

int spawn_run(const struct spawn_user *user, const char *dir, char *const argv[], const char *input,
              const char *log, struct err *err)
{
    pid_t pid = spawn_start(user, dir, argv, input, log, err);
    if (pid < 0) return -1;
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
    char tail[LOG_TAIL];
    log_tail(log, tail, sizeof(tail));
    return err_set(err, ERR_INTERNAL, "%s ended with status %d: %s", argv[0],
                   WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), tail);
}

static int spawn_own(const struct spawn_user *user, const char *path, struct err *err)
{
    if (!user->drop || chown(path, user->uid, user->gid) == 0) return 0;
    return err_set(err, ERR_CONFIG, "chown %s: %s", path, strerror(errno));
}

int spawn_mkdir(const struct spawn_user *user, const char *path, mode_t mode, struct err *err)
{
    if (mkdir(path, mode) != 0 && errno != EEXIST)
        return err_set(err, ERR_CONFIG, "mkdir %s: %s", path, strerror(errno));
    if (chmod(path, mode) != 0)
        return err_set(err, ERR_CONFIG, "chmod %s: %s", path, strerror(errno));
    return spawn_own(user, path, err);
}

int spawn_write(const struct spawn_user *user, const char *path, mode_t mode, const char *text,
                struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0) return err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno));
    size_t size = strlen(text);
    bool written = write(fd, text, size) == (ssize_t)size && fchmod(fd, mode) == 0;
    if (close(fd) != 0 || !written)
        return err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno));
    return spawn_own(user, path, err);
}
