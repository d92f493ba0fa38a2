/* The journal's native protocol: see journal.h. */
#define _GNU_SOURCE /* memfd_create() and file seals are Linux's own */
#include "base/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { NAME_MAX_LENGTH = 64 };

void journal_done(struct journal *j)
{
    if (j->fd >= 0) close(j->fd);
    *j = (struct journal)JOURNAL_INIT;
}

static bool name_is_valid(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    size_t length = strlen(name);
    return length > 0 && length <= NAME_MAX_LENGTH && strspn(name, allowed) == length &&
           name[0] >= 'A' && name[0] <= 'Z';
}

void journal_add(struct buf *record, const char *name, const char *value, size_t length)
{
    if (!name_is_valid(name)) return;
    buf_str(record, name);
    if (memchr(value, '\n', length)) {
        /* A value with line breaks is given by its length, as a 64-bit little-endian number. */
        char size[8];
        for (size_t i = 0; i < sizeof(size); i++) size[i] = (char)((uint64_t)length >> (8 * i));
        buf_char(record, '\n');
        buf_add(record, size, sizeof(size));
    } else {
        buf_char(record, '=');
    }
    buf_add(record, value, length);
    buf_char(record, '\n');
}

static int journal_open(struct journal *j, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof(address.sun_path)) return -1;
    memcpy(address.sun_path, path, length + 1);
    /* Connected, so that poll() tells when the journal reads again. */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        return -1;
    }
    j->fd = fd;
    return 0;
}

/* A memory file that holds the record and that nobody can change any more; -1 with errno. */
static int sealed_file(const struct buf *record)
{
    int fd = memfd_create("journal-record", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) return -1;
    size_t done = 0;
    while (done < record->length) {
        ssize_t n = write(fd, record->data + done, record->length - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) goto failed;
        done += (size_t)n;
    }
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0)
        return fd;
failed:
    close(fd);
    return -1;
}

static int send_sealed(int socket, const struct buf *record)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    memset(&control, 0, sizeof(control));
    struct msghdr message = {.msg_control = &control, .msg_controllen = sizeof(control.room)};
    int file = sealed_file(record);
    if (file < 0) return -1;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(file));
    memcpy(CMSG_DATA(rights), &file, sizeof(file));
    ssize_t n = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    int saved = errno;
    close(file);
    errno = saved;
    return n < 0 ? -1 : 0;
}

static int send_once(int socket, const struct buf *record)
{
    if (send(socket, record->data, record->length, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return 0;
    return errno == EMSGSIZE || errno == ENOBUFS ? send_sealed(socket, record) : -1;
}

/* Sends over the open socket, giving a busy journal the time to catch up. After a wait without end
 * it is tried again: somebody else's record may have been quicker. */
static int journal_send_patiently(const struct journal *j, const struct buf *record,
                                  int patience_ms)
{
    bool tried_again = false;
    while (send_once(j->fd, record) != 0) {
        if (errno == EINTR) continue;
        if (errno != EAGAIN || patience_ms == 0 || tried_again) return -1;
        struct pollfd writable = {.fd = j->fd, .events = POLLOUT};
        poll(&writable, 1, patience_ms);
        tried_again = patience_ms > 0;
    }
    return 0;
}

enum journal_verdict journal_send(struct journal *j, const char *path, const struct buf *record,
                                  int patience_ms)
{
    /* The second attempt is for a journal that was started again since the socket was opened. */
    for (int attempt = 0; attempt < 2; attempt++) {
        if (j->fd < 0 && journal_open(j, path) != 0) return JOURNAL_GONE;
        if (journal_send_patiently(j, record, patience_ms) == 0) return JOURNAL_TAKEN;
        if (errno == EAGAIN) return JOURNAL_FULL;
        journal_done(j);
    }
    return JOURNAL_GONE;
}

bool journal_is_stream(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    if (!stream || fstat(fd, &status) != 0) return false;
    char own[48];
    snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    return strcmp(stream, own) == 0;
}
