/* The locks of a state directory: see lock.h. */
#define _GNU_SOURCE /* struct ucred */
#include "run/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"

struct lock {
    char *directory;
    char *path; /* of the file */
    int fd;     /* the file, under flock() */
    int socket; /* bound to the abstract name */
};

enum { LOCK_NAME_DIGITS = 32, LOCK_BACKLOG = 64 };

/* Is it something that trying again will not change? */
static enum err_kind lock_err_kind(int number)
{
    switch (number) {
    case EACCES:
    case EPERM:
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case EROFS: return ERR_CONFIG;
    default: return ERR_TRANSIENT;
    }
}

static int lock_open_file(const char *directory, const char *path, struct err *err)
{
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return err_set(err, lock_err_kind(errno), "the state directory %s cannot be created: %s",
                       directory, strerror(errno));
    /* No symbolic link is followed: it would let us truncate somebody's file. */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        err_set(err, lock_err_kind(errno), "the lock file %s cannot be opened: %s", path,
                strerror(errno));
    return fd;
}

/* Names the holder by the process id that it wrote. It may be about to write it: then no name. */
static int lock_refuse(int fd, const char *directory, struct err *err)
{
    char text[24] = "";
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    size_t digits = n > 0 ? strspn(text, "0123456789") : 0;
    if (digits == 0)
        return err_set(err, ERR_BUSY, "another process uses the state directory %s", directory);
    return err_set(err, ERR_BUSY, "process %.*s uses the state directory %s", (int)digits, text,
                   directory);
}

static int lock_write_pid(int fd, const char *path, struct err *err)
{
    char text[24];
    int length = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)length, 0) == length) return 0;
    return err_set(err, lock_err_kind(errno), "the lock file %s cannot be written: %s", path,
                   strerror(errno));
}

/* --- the file -------------------------------------------------------------------------------- */

static int lock_take_file(int fd, const char *directory, const char *path, struct err *err)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return 0;
    if (errno == EWOULDBLOCK) return lock_refuse(fd, directory, err);
    return err_set(err, ERR_TRANSIENT, "the lock file %s cannot be locked: %s", path,
                   strerror(errno));
}

/* The file's descriptor, locked; -1. */
static int lock_hold_file(const char *directory, const char *path, struct err *err)
{
    int fd = lock_open_file(directory, path, err);
    if (fd < 0 || lock_take_file(fd, directory, path, err) == 0) return fd;
    close(fd);
    return -1;
}

/* --- the socket ------------------------------------------------------------------------------ */

/* Named after the directory's one path, so that no detour by symbolic links makes another name. */
static socklen_t lock_address(const char *directory, struct sockaddr_un *out)
{
    char digest[65];
    char *canonical = realpath(directory, NULL);
    const char *path = canonical ? canonical : directory;
    hash_once(path, strlen(path), digest);
    free(canonical);
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    int length = snprintf(out->sun_path + 1, sizeof(out->sun_path) - 1, "pgdriftd/lock/%.*s",
                          LOCK_NAME_DIGITS, digest);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

/* The process that holds the name; 0 where it cannot be asked. */
static long lock_socket_holder(const struct sockaddr_un *address, socklen_t length)
{
    struct ucred holder = {.pid = 0};
    socklen_t size = sizeof(holder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return 0;
    if (connect(fd, (const struct sockaddr *)address, length) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &holder, &size) != 0)
        holder.pid = 0;
    close(fd);
    return holder.pid;
}

static int lock_refuse_by_socket(const struct sockaddr_un *address, socklen_t length,
                                 const char *directory, struct err *err)
{
    long holder = lock_socket_holder(address, length);
    if (holder > 0)
        return err_set(err, ERR_BUSY, "process %ld uses the state directory %s", holder, directory);
    return err_set(err, ERR_BUSY, "another process uses the state directory %s", directory);
}

/* It listens, although nobody is ever answered, so that others can ask who holds it. */
static int lock_hold_socket(const char *directory, struct err *err)
{
    struct sockaddr_un address;
    socklen_t length = lock_address(directory, &address);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, length) == 0 &&
        listen(fd, LOCK_BACKLOG) == 0)
        return fd;
    if (errno == EADDRINUSE)
        lock_refuse_by_socket(&address, length, directory, err);
    else
        err_set(err, ERR_TRANSIENT, "no socket to lock the state directory %s: %s", directory,
                strerror(errno));
    if (fd >= 0) close(fd);
    return -1;
}

/* --- both ------------------------------------------------------------------------------------ */

struct lock *lock_new(const char *directory, struct err *err)
{
    struct lock *l = xcalloc(1, sizeof(*l));
    *l = (struct lock){.fd = -1, .socket = -1};
    l->directory = xstrdup(directory);
    l->path = xasprintf("%s/lock", directory);
    l->fd = lock_hold_file(directory, l->path, err);
    if (l->fd >= 0) l->socket = lock_hold_socket(directory, err);
    if (l->socket >= 0 && lock_write_pid(l->fd, l->path, err) == 0) return l;
    lock_free(l);
    return NULL;
}

void lock_free(struct lock *l)
{
    if (!l) return;
    /* Emptied while it is still ours, so that it never names a process that has gone. */
    if (l->fd >= 0 && ftruncate(l->fd, 0) != 0) errno = 0;
    if (l->fd >= 0) close(l->fd);
    if (l->socket >= 0) close(l->socket);
    free(l->path);
    free(l->directory);
    free(l);
}

const char *lock_directory(const struct lock *l)
{
    return l->directory;
}

/* Is what lies at the path the file that we hold? */
static bool lock_file_is_ours(const struct lock *l)
{
    struct stat held;
    struct stat found;
    return fstat(l->fd, &held) == 0 && lstat(l->path, &found) == 0 && held.st_dev == found.st_dev &&
           held.st_ino == found.st_ino;
}

enum lock_state lock_check(struct lock *l, struct err *err)
{
    if (lock_file_is_ours(l)) return LOCK_OURS;
    struct err why = {0};
    int fd = lock_hold_file(l->directory, l->path, &why);
    if (fd >= 0 && lock_write_pid(fd, l->path, &why) != 0) {
        close(fd);
        fd = -1;
    }
    if (fd >= 0) {
        close(l->fd);
        l->fd = fd;
        return LOCK_RENEWED;
    }
    if (err) *err = why;
    return why.kind == ERR_BUSY ? LOCK_LOST : LOCK_UNREACHABLE;
}
