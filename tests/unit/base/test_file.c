/* Whole regular files, and nothing else: whatever else lies there is named and not waited for. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

struct fixture {
    char directory[64];
    char path[80]; /* what is read; not there at first */
    char link[80];
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    const char *base = getenv("TMPDIR");
    snprintf(f->directory, sizeof(f->directory), "%s/file-XXXXXX",
             base && strlen(base) < 40 ? base : "/tmp");
    *state = f;
    if (!mkdtemp(f->directory)) return -1;
    snprintf(f->path, sizeof(f->path), "%s/x.json", f->directory);
    snprintf(f->link, sizeof(f->link), "%s/link", f->directory);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    unlink(f->link);
    unlink(f->path);
    rmdir(f->path);
    rmdir(f->directory);
    free(f);
    return 0;
}

static void put_bytes(const char *path, char byte, size_t count)
{
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    for (size_t i = 0; i < count; i++) assert_int_equal(fputc(byte, out), byte);
    assert_int_equal(fclose(out), 0);
}

static void assert_refused(const char *path, enum err_kind kind, const char *text)
{
    struct err err = {0};
    size_t length = 77;
    assert_null(file_read(path, 1024, &length, &err));
    assert_int_equal(err.kind, kind);
    assert_string_equal(err.text, text);
    assert_int_equal(length, 77);
}

static void assert_read(const char *path, size_t max, char byte, size_t count)
{
    struct err err = {0};
    size_t length = 0;
    char *text = file_read(path, max, &length, &err);
    assert_string_equal(err.text, "");
    assert_non_null(text);
    assert_int_equal(length, count);
    for (size_t i = 0; i < count; i++) assert_int_equal(text[i], byte);
    assert_int_equal(text[count], '\0');
    free(text);
}

static void test_content(void **state)
{
    const struct fixture *f = *state;
    put_bytes(f->path, 'a', 5);
    assert_read(f->path, 1024, 'a', 5);
    put_bytes(f->path, 'b', 0);
    assert_read(f->path, 1024, 'b', 0);
    /* Pieces are of 16 KiB: at their end, and beyond it. */
    put_bytes(f->path, 'c', 16384);
    assert_read(f->path, 65536, 'c', 16384);
    put_bytes(f->path, 'd', 40000);
    assert_read(f->path, 65536, 'd', 40000);
}

static void test_size_is_bounded(void **state)
{
    const struct fixture *f = *state;
    put_bytes(f->path, 'a', 1024);
    assert_read(f->path, 1024, 'a', 1024);
    put_bytes(f->path, 'a', 1025);
    assert_refused(f->path, ERR_CONFIG, "is larger than 1 KiB");
    put_bytes(f->path, 'a', 100000);
    assert_refused(f->path, ERR_CONFIG, "is larger than 1 KiB");
}

/* Its size is said to be 0. */
static void test_a_file_of_proc(void **state)
{
    (void)state;
    size_t length = 0;
    char *text = file_read("/proc/self/statm", 256, &length, NULL);
    assert_non_null(text);
    assert_true(length > 10);
    free(text);
}

static void test_a_link_to_a_file_is_one(void **state)
{
    const struct fixture *f = *state;
    put_bytes(f->path, 'a', 5);
    assert_return_code(symlink("x.json", f->link), errno);
    assert_read(f->link, 1024, 'a', 5);
    assert_return_code(unlink(f->path), errno);
    assert_refused(f->link, ERR_CONFIG, "No such file or directory");
    assert_return_code(mkfifo(f->path, 0600), errno);
    assert_refused(f->link, ERR_CONFIG, "is a FIFO, not a regular file");
    assert_return_code(unlink(f->link), errno);
    assert_return_code(symlink("link", f->link), errno);
    assert_refused(f->link, ERR_CONFIG, "Too many levels of symbolic links");
}

static void test_nothing_and_no_way(void **state)
{
    const struct fixture *f = *state;
    char below[96];
    assert_refused(f->path, ERR_CONFIG, "No such file or directory");
    put_bytes(f->path, 'a', 5);
    snprintf(below, sizeof(below), "%s/y.json", f->path);
    assert_refused(below, ERR_CONFIG, "Not a directory");
}

/* None of them has anybody at its other end: a reader that waits hangs here. */
static void test_what_is_no_file(void **state)
{
    const struct fixture *f = *state;
    assert_refused(f->directory, ERR_CONFIG, "is a directory, not a regular file");
    assert_refused("/dev/null", ERR_CONFIG, "is a device, not a regular file");
    assert_refused("/dev/tty", ERR_CONFIG, "is a device, not a regular file");
    assert_return_code(mkfifo(f->path, 0600), errno);
    assert_refused(f->path, ERR_CONFIG, "is a FIFO, not a regular file");
    assert_return_code(unlink(f->path), errno);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", f->path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_return_code(bind(fd, (struct sockaddr *)&address, sizeof(address)), errno);
    assert_refused(f->path, ERR_CONFIG, "is a socket, not a regular file");
    close(fd);
}

static void test_an_anonymous_pipe(void **state)
{
    (void)state;
    int ends[2];
    char path[32];
    assert_return_code(pipe(ends), errno);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
    assert_refused(path, ERR_CONFIG, "is a FIFO, not a regular file");
    close(ends[0]);
    close(ends[1]);
}

/* What will be better by itself is told from what somebody has to mend. */
static void test_no_descriptor_left(void **state)
{
    const struct fixture *f = *state;
    struct rlimit before;
    put_bytes(f->path, 'a', 5);
    assert_return_code(getrlimit(RLIMIT_NOFILE, &before), errno);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_return_code(setrlimit(RLIMIT_NOFILE, &none), errno);
    struct err err = {0};
    size_t length = 0;
    char *text = file_read(f->path, 1024, &length, &err);
    assert_return_code(setrlimit(RLIMIT_NOFILE, &before), errno);
    assert_null(text);
    assert_int_equal(err.kind, ERR_TRANSIENT);
    assert_string_equal(err.text, "Too many open files");
    assert_read(f->path, 1024, 'a', 5);
}

static void test_descriptors_are_closed(void **state)
{
    const struct fixture *f = *state;
    put_bytes(f->path, 'a', 2000);
    int before = dup(0);
    assert_return_code(before, errno);
    close(before);
    assert_read(f->path, 4096, 'a', 2000);
    assert_refused(f->path, ERR_CONFIG, "is larger than 1 KiB");
    assert_refused(f->directory, ERR_CONFIG, "is a directory, not a regular file");
    int after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_content),
        CASE(test_size_is_bounded),
        CASE(test_a_file_of_proc),
        CASE(test_a_link_to_a_file_is_one),
        CASE(test_nothing_and_no_way),
        CASE(test_what_is_no_file),
        CASE(test_an_anonymous_pipe),
        CASE(test_no_descriptor_left),
        CASE(test_descriptors_are_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
