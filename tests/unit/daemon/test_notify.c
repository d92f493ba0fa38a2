/* What systemd receives, byte for byte, over both kinds of address; and whom the watchdog is for.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "run/notify.h"

struct fixture {
    char directory[64];
    char address[108]; /* as in NOTIFY_SOCKET */
    int supervisor;
    struct notify *notify;
};

static int setup_path(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const char *base = getenv("TMPDIR");
    snprintf(f->directory, sizeof(f->directory), "%s/notify-XXXXXX",
             base && strlen(base) < 40 ? base : "/tmp");
    *state = f;
    if (!mkdtemp(f->directory)) return -1;
    snprintf(f->address, sizeof(f->address), "%s/socket", f->directory);
    memcpy(to.sun_path, f->address, sizeof(to.sun_path));
    f->supervisor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return bind(f->supervisor, (struct sockaddr *)&to, sizeof(to));
}

/* The kernel picks a free abstract name (autobind, unix(7)). */
static int setup_abstract(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    socklen_t length = sizeof(to);
    *state = f;
    f->supervisor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (bind(f->supervisor, (struct sockaddr *)&to, sizeof(sa_family_t)) != 0) return -1;
    if (getsockname(f->supervisor, (struct sockaddr *)&to, &length) != 0) return -1;
    size_t name = length - offsetof(struct sockaddr_un, sun_path) - 1;
    f->address[0] = '@';
    memcpy(f->address + 1, to.sun_path + 1, name);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    notify_free(f->notify);
    if (f->supervisor >= 0) close(f->supervisor);
    if (f->address[0] == '/') unlink(f->address);
    if (*f->directory) rmdir(f->directory);
    free(f);
    return 0;
}

static void expect(struct fixture *f, const char *datagram)
{
    char got[8192];
    ssize_t n = recv(f->supervisor, got, sizeof(got) - 1, 0);
    assert_return_code(n, errno);
    got[n] = '\0';
    assert_string_equal(got, datagram);
}

static void test_states(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    f->notify = notify_new(f->address, &err);
    assert_non_null(f->notify);
    assert_int_equal(notify_ready(f->notify, "in sync", &err), 0);
    expect(f, "READY=1\nSTATUS=in sync\n");
    assert_int_equal(notify_ready(f->notify, NULL, &err), 0);
    expect(f, "READY=1\n");
    assert_int_equal(notify_reloading(f->notify, 123456789012345, "reloading", &err), 0);
    expect(f, "RELOADING=1\nMONOTONIC_USEC=123456789012345\nSTATUS=reloading\n");
    assert_int_equal(notify_status(f->notify, "2 of 46 drifted", &err), 0);
    expect(f, "STATUS=2 of 46 drifted\n");
    assert_int_equal(notify_watchdog(f->notify, &err), 0);
    expect(f, "WATCHDOG=1\n");
    assert_int_equal(notify_errno(f->notify, 13, "no right to read it", &err), 0);
    expect(f, "ERRNO=13\nSTATUS=no right to read it\n");
    assert_int_equal(notify_stopping(f->notify, NULL, &err), 0);
    expect(f, "STOPPING=1\n");
}

static void test_status_cannot_assign(void **state)
{
    struct fixture *f = *state;
    f->notify = notify_new(f->address, NULL);
    assert_non_null(f->notify);
    assert_int_equal(notify_status(f->notify, "bad\nMAINPID=1\r\n", NULL), 0);
    expect(f, "STATUS=bad MAINPID=1  \n");
}

static void test_long_status_keeps_the_state(void **state)
{
    struct fixture *f = *state;
    char *status = xmalloc(10001);
    char got[8192];
    memset(status, 's', 10000);
    status[10000] = '\0';
    f->notify = notify_new(f->address, NULL);
    assert_int_equal(notify_ready(f->notify, status, NULL), 0);
    free(status);
    ssize_t n = recv(f->supervisor, got, sizeof(got), 0);
    assert_int_equal(n, 4096);
    assert_memory_equal(got, "READY=1\nSTATUS=ss", 17);
    assert_int_equal(got[n - 1], '\n');
}

static void test_unsupervised(void **state)
{
    (void)state;
    const char *const nobody[] = {NULL, ""};
    for (size_t i = 0; i < 2; i++) {
        struct notify *n = notify_new(nobody[i], NULL);
        assert_non_null(n);
        assert_int_equal(notify_ready(n, "in sync", NULL), 0);
        assert_int_equal(notify_watchdog(n, NULL), 0);
        notify_free(n);
    }
    notify_free(NULL);
}

static void test_bad_addresses(void **state)
{
    (void)state;
    char too_long[200];
    memset(too_long, 'x', sizeof(too_long));
    too_long[0] = '/';
    too_long[199] = '\0';
    const char *const bad[] = {"relative", "@", "/", "vsock:2:1234", too_long};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct err err = {0};
        assert_null(notify_new(bad[i], &err));
        assert_int_equal(err.kind, ERR_CONFIG);
        assert_non_null(strstr(err.text, "NOTIFY_SOCKET"));
    }
}

static void test_supervisor_gone(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    f->notify = notify_new(f->address, &err);
    close(f->supervisor);
    f->supervisor = -1;
    assert_int_equal(notify_ready(f->notify, NULL, &err), -1);
    assert_int_equal(err.kind, ERR_TRANSIENT);
}

/* A supervisor that never reads: the watchdog gives up at once, with an error and not for ever. */
static void test_watchdog_never_waits(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    int sent = 0;
    f->notify = notify_new(f->address, &err);
    while (sent < 100000 && notify_watchdog(f->notify, &err) == 0) sent++;
    assert_in_range(sent, 1, 99999);
    assert_int_equal(err.kind, ERR_TRANSIENT);
    expect(f, "WATCHDOG=1\n");
    assert_int_equal(notify_watchdog(f->notify, &err), 0);
}

/* Nor does a status, for there will be another. */
static void test_status_never_waits(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    int sent = 0;
    f->notify = notify_new(f->address, &err);
    while (sent < 100000 && notify_watchdog(f->notify, &err) == 0) sent++;
    for (int i = 0; i < 1000; i++) assert_int_equal(notify_status(f->notify, "x", &err), -1);
    assert_int_equal(err.kind, ERR_TRANSIENT);
    expect(f, "WATCHDOG=1\n");
    assert_int_equal(notify_status(f->notify, "x", &err), 0);
}

static void test_watchdog_period(void **state)
{
    (void)state;
    char own[24];
    char other[24];
    snprintf(own, sizeof(own), "%ld", (long)getpid());
    snprintf(other, sizeof(other), "%ld", (long)getppid());
    const struct {
        const char *usec;
        const char *pid;
        uint64_t ms;
    } cases[] = {
        {NULL, NULL, 0},
        {NULL, own, 0},
        {"30000000", own, 15000},
        {"30000000", NULL, 15000},
        {"30000000", other, 0},
        {"30000000", "", 0},
        {"1", own, 1},
        {"0", own, 0},
        {"", own, 0},
        {"30s", own, 0},
        {"-5", own, 0},
        {"99999999999999999999999", own, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        unsetenv("WATCHDOG_USEC");
        unsetenv("WATCHDOG_PID");
        if (cases[i].usec) setenv("WATCHDOG_USEC", cases[i].usec, 1);
        if (cases[i].pid) setenv("WATCHDOG_PID", cases[i].pid, 1);
        if (notify_watchdog_ms() != cases[i].ms) fail_msg("case %zu", i);
    }
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

#define ON_PATH(name) cmocka_unit_test_setup_teardown(name, setup_path, teardown)
#define ON_ABSTRACT(name)                                                                          \
    {                                                                                              \
#name " (abstract)", name, setup_abstract, teardown, NULL                                  \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_PATH(test_states),
        ON_ABSTRACT(test_states),
        ON_PATH(test_status_cannot_assign),
        ON_PATH(test_long_status_keeps_the_state),
        cmocka_unit_test(test_unsupervised),
        cmocka_unit_test(test_bad_addresses),
        ON_PATH(test_supervisor_gone),
        ON_ABSTRACT(test_supervisor_gone),
        ON_PATH(test_watchdog_never_waits),
        ON_PATH(test_status_never_waits),
        cmocka_unit_test(test_watchdog_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
