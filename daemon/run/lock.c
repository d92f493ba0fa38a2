/* The lock of a state directory: see lock.h. */
#include "run/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

struct lock {
    int fd;
};

/* Is it something that trying again will not change? */
static enum err_kind kind_of(int number)
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

static int open_file(const char *directory, const char *path, struct err *err)
{
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return err_set(err, kind_of(errno), "the state directory %s cannot be created: %s",
                       directory, strerror(errno));
    /* No symbolic link is followed: it would let us truncate somebody's file. */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        err_set(err, kind_of(errno), "the lock file %s cannot be opened: %s", path,
                strerror(errno));
    return fd;
}

/* Names the holder by the process id that it wrote. It may be about to write it: then no name. */
static int refuse(int fd, const char *directory, struct err *err)
{
    char text[24] = "";
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    size_t digits = n > 0 ? strspn(text, "0123456789") : 0;
    if (digits == 0)
        return err_set(err, ERR_BUSY, "another process uses the state directory %s", directory);
    return err_set(err, ERR_BUSY, "process %.*s uses the state directory %s", (int)digits, text,
                   directory);
}

static int write_pid(int fd, const char *path, struct err *err)
{
    char text[24];
    int length = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)length, 0) == length) return 0;
    return err_set(err, kind_of(errno), "the lock file %s cannot be written: %s", path,
                   strerror(errno));
}

static int take(int fd, const char *directory, const char *path, struct err *err)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return write_pid(fd, path, err);
    if (errno == EWOULDBLOCK) return refuse(fd, directory, err);
    return err_set(err, ERR_TRANSIENT, "the lock file %s cannot be locked: %s", path,
                   strerror(errno));
}

struct lock *lock_new(const char *directory, struct err *err)
{
    struct lock *l = NULL;
    char *path = xasprintf("%s/lock", directory);
    int fd = open_file(directory, path, err);
    if (fd < 0) goto out;
    if (take(fd, directory, path, err) != 0) {
        close(fd);
        goto out;
    }
    l = xmalloc(sizeof(*l));
    l->fd = fd;
out:
    free(path);
    return l;
}

void lock_free(struct lock *l)
{
    if (!l) return;
    /* Emptied while it is still ours, so that it never names a process that has gone. */
    if (ftruncate(l->fd, 0) != 0) errno = 0;
    close(l->fd);
    free(l);
}
