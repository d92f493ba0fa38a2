/* Reading whole regular files: see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

const char *file_type_word(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG: return "a regular file";
    case S_IFDIR: return "a directory";
    case S_IFIFO: return "a FIFO";
    case S_IFSOCK: return "a socket";
    case S_IFCHR:
    case S_IFBLK: return "a device";
    default: return "of an unknown type";
    }
}

/* What another try may change by itself, and what somebody has to mend. */
static int file_failed(int number, struct err *err)
{
    bool passes = number == EMFILE || number == ENFILE || number == ENOMEM || number == EINTR ||
                  number == EAGAIN; /* with O_NONBLOCK: somebody has a lease on it (fcntl(2)) */
    return err_set(err, passes ? ERR_TRANSIENT : ERR_CONFIG, "%s", strerror(number));
}

static int file_must_be_regular(const struct stat *status, struct err *err)
{
    if (S_ISREG(status->st_mode)) return 0;
    return err_set(err, ERR_CONFIG, "is %s, not a regular file", file_type_word(status->st_mode));
}

int file_open(const char *path, struct stat *status, struct err *err)
{
    /* Looked at before it is opened, because opening may act; and again afterwards, because it may
     * have been exchanged in between: then O_NONBLOCK keeps open() from waiting. */
    if (stat(path, status) != 0) return file_failed(errno, err);
    if (file_must_be_regular(status, err) != 0) return -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) return file_failed(errno, err);
    int failed = fstat(fd, status) != 0 ? file_failed(errno, err) : 0;
    if (!failed) failed = file_must_be_regular(status, err);
    if (!failed) return fd;
    close(fd);
    return -1;
}

ssize_t file_fill(int fd, char *bytes, size_t room)
{
    size_t length = 0;
    while (length < room) {
        ssize_t got = read(fd, bytes + length, room - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        length += (size_t)got;
    }
    return (ssize_t)length;
}

/* Until the file ends, whatever size it had when it was opened: it may grow, and /proc's say 0. */
static int file_read_rest(int fd, struct buf *text, struct err *err)
{
    char piece[16 * 1024];
    ssize_t got;
    do {
        got = file_fill(fd, piece, sizeof(piece));
        if (got < 0) return file_failed(errno, err);
        buf_add(text, piece, (size_t)got);
    } while ((size_t)got == sizeof(piece) && !text->overflow);
    if (!text->overflow) return 0;
    return err_set(err, ERR_CONFIG, "is larger than %zu KiB", text->max / 1024);
}

char *file_read(const char *path, size_t max, size_t *length, struct err *err)
{
    struct stat status;
    int fd = file_open(path, &status, err);
    if (fd < 0) return NULL;
    struct buf text;
    buf_init(&text, max);
    int failed = file_read_rest(fd, &text, err);
    close(fd);
    if (failed) {
        buf_done(&text);
        return NULL;
    }
    *length = text.length;
    return buf_steal(&text);
}
