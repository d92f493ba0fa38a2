/* Records as the journal receives them, from a socket of the test's own: whole, in time, and what
 * happens when nobody is there or nobody reads. */
#define _GNU_SOURCE /* file seals */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"

#define ID "0123456789abcdef0123456789abcdef"

struct fixture {
    char directory[64];
    char path[80];
    int journal; /* -1: none bound */
    FILE *stream;
    char *text; /* what was written to 'stream' */
    size_t length;
};

static void bind_journal(struct fixture *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(strlen(f->path) < sizeof(address.sun_path));
    memcpy(address.sun_path, f->path, strlen(f->path) + 1);
    f->journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(f->journal >= 0);
    assert_return_code(bind(f->journal, (struct sockaddr *)&address, sizeof(address)), errno);
}

static void unbind_journal(struct fixture *f)
{
    if (f->journal >= 0) close(f->journal);
    f->journal = -1;
    unlink(f->path);
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    const char *base = getenv("TMPDIR");
    snprintf(f->directory, sizeof(f->directory), "%s/log-XXXXXX",
             base && strlen(base) < 40 ? base : "/tmp");
    if (!mkdtemp(f->directory)) return -1;
    snprintf(f->path, sizeof(f->path), "%s/socket", f->directory);
    f->journal = -1;
    f->stream = open_memstream(&f->text, &f->length);
    unsetenv("JOURNAL_STREAM");
    log_journal_path(f->path);
    log_setup(LOG_FORMAT_JOURNAL, LOG_LEVEL_INFO, f->stream, "pgdriftd");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    log_journal_path(NULL);
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL, "pgdriftd");
    unbind_journal(f);
    rmdir(f->directory);
    fclose(f->stream);
    free(f->text);
    free(f);
    return 0;
}

static const struct log_field two_fields[] = {
    {"RESOURCE", "role phonebill_monitor"},
    {"ABSENT", NULL},
    {"CYCLE", "17"},
    {NULL, NULL},
};

/* One datagram, or what its memory file holds; NUL-terminated. */
static size_t receive(struct fixture *f, char *out, size_t room, bool *sealed)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {.iov_base = out, .iov_len = room - 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    ssize_t n = recvmsg(f->journal, &message, MSG_CMSG_CLOEXEC);
    assert_true(n >= 0);
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    *sealed = rights != NULL;
    if (rights) {
        int file;
        struct stat status;
        assert_int_equal(n, 0);
        memcpy(&file, CMSG_DATA(rights), sizeof(file));
        assert_return_code(fstat(file, &status), errno);

        assert_int_equal(fcntl(file, F_GET_SEALS),
                         F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
        n = pread(file, out, room - 1, 0);
        assert_int_equal(n, status.st_size);
        close(file);
    }
    out[n] = '\0';
    return (size_t)n;
}

static void test_journal(void **state)
{
    struct fixture *f = *state;
    const struct log_field fields[] = {
        {"RESOURCE", "role r"}, {"DETAIL", "one\ntwo"}, {"_TRUSTED", "no"},
        {"low", "no"},          {NULL, NULL},
    };
    static const char expected[] =
        "PRIORITY=4\nSYSLOG_IDENTIFIER=pgdriftd\nMESSAGE=drift found\nMESSAGE_ID=" ID
        "\nRESOURCE=role r\nDETAIL\n\007\0\0\0\0\0\0\0one\ntwo\n";
    char got[1024];
    bool sealed;
    bind_journal(f);
    errno = ENOTTY;
    log_record(LOG_LEVEL_WARNING, ID, fields, "drift %s", "found");
    assert_int_equal(errno, ENOTTY);
    size_t length = receive(f, got, sizeof(got), &sealed);
    assert_false(sealed);
    assert_int_equal(length, sizeof(expected) - 1);
    assert_memory_equal(got, expected, length);
    assert_int_equal(f->length, 0);
}

static void test_journal_large_record_is_sealed(void **state)
{
    struct fixture *f = *state;
    enum { VALUE = 60000, COUNT = 12, ROOM = VALUE * COUNT + 4096 };
    char *value = xmalloc(VALUE + 1);
    char *got = xmalloc(ROOM);
    struct log_field fields[COUNT + 1] = {{0}};
    bool sealed;
    memset(value, 'v', VALUE);
    value[VALUE] = '\0';
    for (size_t i = 0; i < COUNT; i++) fields[i] = (struct log_field){"BIG", value};
    bind_journal(f);
    log_record(LOG_LEVEL_INFO, NULL, fields, "large");
    size_t length = receive(f, got, ROOM, &sealed);
    static const char head[] = "PRIORITY=6\nSYSLOG_IDENTIFIER=pgdriftd\nMESSAGE=large\nBIG=vvv";
    assert_true(sealed);
    assert_memory_equal(got, head, sizeof(head) - 1);
    assert_int_equal(length, sizeof(head) - 1 - 7 + (size_t)COUNT * (VALUE + 5));
    free(got);
    free(value);
}

static void test_journal_gone_and_back(void **state)
{
    struct fixture *f = *state;
    char got[1024];
    bool sealed;
    bind_journal(f);
    log_record(LOG_LEVEL_INFO, NULL, NULL, "first");
    unbind_journal(f);
    log_record(LOG_LEVEL_WARNING, ID, two_fields, "second");
    assert_string_equal(f->text, "<4>second  resource=\"role phonebill_monitor\" cycle=17\n");
    bind_journal(f);
    log_record(LOG_LEVEL_INFO, NULL, NULL, "third");
    receive(f, got, sizeof(got), &sealed);
    assert_non_null(strstr(got, "MESSAGE=third\n"));
    assert_int_equal(f->length, strlen(f->text));
    assert_null(strstr(f->text, "third"));
}

static void test_journal_started_again(void **state)
{
    struct fixture *f = *state;
    char got[1024];
    bool sealed;
    bind_journal(f);
    log_record(LOG_LEVEL_INFO, NULL, NULL, "first");
    unbind_journal(f);
    bind_journal(f);
    log_record(LOG_LEVEL_INFO, NULL, NULL, "second");
    receive(f, got, sizeof(got), &sealed);
    assert_non_null(strstr(got, "MESSAGE=second\n"));
    assert_int_equal(f->length, 0);
}

/* A journal that does not read costs records, not the daemon; the loss is told afterwards. */
static void test_journal_full(void **state)
{
    struct fixture *f = *state;
    char got[1024];
    char lost_line[64];
    bool sealed;
    enum { SENT = 2000 };
    bind_journal(f);
    for (int i = 0; i < SENT; i++) log_record(LOG_LEVEL_INFO, NULL, NULL, "number %d", i);
    int kept = 0;
    while (recv(f->journal, got, sizeof(got), MSG_DONTWAIT) > 0) kept++;
    assert_in_range(kept, 1, SENT - 1);
    log_record(LOG_LEVEL_INFO, NULL, NULL, "afterwards");
    receive(f, got, sizeof(got), &sealed);
    snprintf(lost_line, sizeof(lost_line), "MESSAGE=%d records were lost", SENT - kept);
    assert_non_null(strstr(got, lost_line));
    receive(f, got, sizeof(got), &sealed);
    assert_non_null(strstr(got, "MESSAGE=afterwards\n"));
    assert_int_equal(f->length, 0);
}

/* AUTO is the journal only where $JOURNAL_STREAM names what stderr is. */
static void test_auto(void **state)
{
    struct fixture *f = *state;
    struct stat status;
    char stream[64];
    char got[1024];
    bool sealed;
    bind_journal(f);
    assert_return_code(fstat(STDERR_FILENO, &status), errno);
    setenv("JOURNAL_STREAM", "1:1", 1);
    log_setup(LOG_FORMAT_AUTO, LOG_LEVEL_INFO, f->stream, "pgdriftd");
    log_record(LOG_LEVEL_INFO, NULL, NULL, "as text");
    assert_string_equal(f->text, "info    as text\n");
    snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_setup(LOG_FORMAT_AUTO, LOG_LEVEL_INFO, f->stream, "pgdriftd");
    log_record(LOG_LEVEL_INFO, NULL, NULL, "to the journal");
    receive(f, got, sizeof(got), &sealed);
    assert_non_null(strstr(got, "MESSAGE=to the journal\n"));
    unsetenv("JOURNAL_STREAM");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_journal),
        CASE(test_journal_large_record_is_sealed),
        CASE(test_journal_gone_and_back),
        CASE(test_journal_started_again),
        CASE(test_journal_full),
        CASE(test_auto),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
