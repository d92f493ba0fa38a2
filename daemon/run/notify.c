/* The sd_notify protocol: see notify.h. */
#include "run/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

enum { STATE_MAX = 4096, PATIENCE_SECONDS = 1 };

struct notify {
    int fd; /* -1: nobody supervises */
    struct sockaddr_un to;
    socklen_t to_length;
};

/* Fills in where messages go; -1 where 'address' is no address. */
static int set_address(struct notify *n, const char *address)
{
    size_t length = strlen(address);
    if ((address[0] != '/' && address[0] != '@') || length < 2) return -1;
    if (length >= sizeof(n->to.sun_path)) return -1;
    n->to.sun_family = AF_UNIX;
    memcpy(n->to.sun_path, address, length);
    /* An abstract name begins with a NUL and ends with its last character; a path ends with a NUL.
     */
    if (address[0] == '@')
        n->to.sun_path[0] = '\0';
    else
        length++;
    n->to_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return 0;
}

static int open_socket(struct notify *n, struct err *err)
{
    struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (n->fd >= 0 && setsockopt(n->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0)
        return 0;
    return err_set(err, ERR_INTERNAL, "no socket to notify systemd: %s", strerror(errno));
}

struct notify *notify_new(const char *address, struct err *err)
{
    struct notify *n = xcalloc(1, sizeof(*n));
    n->fd = -1;
    if (!address || !*address) return n;
    if (set_address(n, address) != 0) {
        err_set(err, ERR_CONFIG, "NOTIFY_SOCKET is neither a path nor an abstract socket: %s",
                address);
        goto failed;
    }
    if (open_socket(n, err) == 0) return n;
failed:
    notify_free(n);
    return NULL;
}

void notify_free(struct notify *n)
{
    if (!n) return;
    if (n->fd >= 0) close(n->fd);
    free(n);
}

static int send_state(struct notify *n, const struct buf *state, int flags, struct err *err)
{
    if (n->fd < 0) return 0;
    ssize_t sent;
    do {
        sent = sendto(n->fd, buf_text(state), state->length, flags | MSG_NOSIGNAL,
                      (const struct sockaddr *)&n->to, n->to_length);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) return 0;
    return err_set(err, ERR_TRANSIENT, "systemd was not notified: %s", strerror(errno));
}

/* A line break within the text would begin another assignment. */
static void add_status(struct buf *state, const char *status)
{
    if (!status) return;
    buf_str(state, "STATUS=");
    for (const char *p = status; *p && state->length < STATE_MAX - 1; p++)
        buf_char(state, (unsigned char)*p < ' ' || *p == 0x7F ? ' ' : *p);
    buf_char(state, '\n');
}

/* Sends 'assignments', complete lines, together with the status. */
static int send_lines(struct notify *n, const char *assignments, const char *status, int flags,
                      struct err *err)
{
    struct buf state;
    buf_init(&state, STATE_MAX);
    buf_str(&state, assignments);
    add_status(&state, status);
    int r = send_state(n, &state, flags, err);
    buf_done(&state);
    return r;
}

int notify_ready(struct notify *n, const char *status, struct err *err)
{
    return send_lines(n, "READY=1\n", status, 0, err);
}

int notify_reloading(struct notify *n, uint64_t monotonic_us, const char *status, struct err *err)
{
    char lines[64];
    snprintf(lines, sizeof(lines), "RELOADING=1\nMONOTONIC_USEC=%ju\n", (uintmax_t)monotonic_us);
    return send_lines(n, lines, status, 0, err);
}

int notify_stopping(struct notify *n, const char *status, struct err *err)
{
    return send_lines(n, "STOPPING=1\n", status, 0, err);
}

int notify_status(struct notify *n, const char *status, struct err *err)
{
    return send_lines(n, "", status ? status : "", MSG_DONTWAIT, err);
}

int notify_errno(struct notify *n, int number, const char *status, struct err *err)
{
    char line[32];
    snprintf(line, sizeof(line), "ERRNO=%d\n", number);
    return send_lines(n, line, status, 0, err);
}

int notify_watchdog(struct notify *n, struct err *err)
{
    static char text[] = "WATCHDOG=1\n";
    const struct buf state = {.data = text, .length = sizeof(text) - 1};
    return send_state(n, &state, MSG_DONTWAIT, err);
}

/* A whole decimal number; 0 where the variable is missing, is anything else or too large. */
static uint64_t number_from(const char *variable)
{
    const char *text = getenv(variable);
    uint64_t number = 0;
    for (const char *p = text; p && *p; p++) {
        if (*p < '0' || *p > '9' || number > (UINT64_MAX - 9) / 10) return 0;
        number = number * 10 + (uint64_t)(*p - '0');
    }
    return number;
}

uint64_t notify_watchdog_ms(void)
{
    uint64_t limit_us = number_from("WATCHDOG_USEC");
    /* Without a process id the watchdog is for whoever reads the variable. */
    if (getenv("WATCHDOG_PID") && number_from("WATCHDOG_PID") != (uint64_t)getpid()) return 0;
    if (limit_us == 0) return 0;
    uint64_t half_ms = limit_us / 2 / 1000;
    return half_ms ? half_ms : 1;
}
