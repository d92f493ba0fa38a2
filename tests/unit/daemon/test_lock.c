/* One holder at a time; the refusal names it; its end, also by SIGKILL, frees the lock. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "run/lock.h"

struct fixture {
    char base[64];
    char directory[80]; /* the state directory; not there at first */
    char file[96];
    pid_t holder; /* a child that holds the lock; 0: none */
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    const char *base = getenv("TMPDIR");
    snprintf(f->base, sizeof(f->base), "%s/lock-XXXXXX", base && strlen(base) < 40 ? base : "/tmp");
    *state = f;
    if (!mkdtemp(f->base)) return -1;
    snprintf(f->directory, sizeof(f->directory), "%s/state", f->base);
    snprintf(f->file, sizeof(f->file), "%s/lock", f->directory);
    return 0;
}

static void kill_holder(struct fixture *f)
{
    if (f->holder <= 0) return;
    kill(f->holder, SIGKILL);
    waitpid(f->holder, NULL, 0);
    f->holder = 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    kill_holder(f);
    unlink(f->file);
    rmdir(f->directory);
    unlink(f->directory);
    rmdir(f->base);
    free(f);
    return 0;
}

/* Starts a child that takes the lock, and returns when it has it. */
static void start_holder(struct fixture *f)
{
    int ends[2];
    char byte = 0;
    assert_return_code(pipe(ends), errno);
    f->holder = fork();
    assert_return_code(f->holder, errno);
    if (f->holder == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ends[0]);
        if (!lock_new(f->directory, NULL) || write(ends[1], "x", 1) != 1) _exit(1);
        for (;;) pause();
    }
    close(ends[1]);
    ssize_t n = read(ends[0], &byte, 1);
    close(ends[0]);
    assert_int_equal(n, 1);
}

static void read_file(const char *path, char *out, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_return_code(fd, errno);
    ssize_t n = read(fd, out, room - 1);
    close(fd);
    assert_return_code(n, errno);
    out[n] = '\0';
}

static void test_taken_and_given_back(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct stat status;
    char text[32];
    char own[32];
    umask(022);
    struct lock *l = lock_new(f->directory, &err);
    assert_non_null(l);
    assert_return_code(stat(f->directory, &status), errno);
    assert_int_equal(status.st_mode & 07777, 0700);
    assert_return_code(stat(f->file, &status), errno);
    assert_int_equal(status.st_mode & 07777, 0600);
    snprintf(own, sizeof(own), "%ld\n", (long)getpid());
    read_file(f->file, text, sizeof(text));
    assert_string_equal(text, own);
    lock_free(l);
    read_file(f->file, text, sizeof(text));
    assert_string_equal(text, "");
    l = lock_new(f->directory, &err);
    assert_non_null(l);
    lock_free(l);
    lock_free(NULL);
}

static void test_second_is_refused(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    char expected[256];
    start_holder(f);
    assert_null(lock_new(f->directory, &err));
    assert_int_equal(err.kind, ERR_BUSY);
    snprintf(expected, sizeof(expected), "process %ld uses the state directory %s", (long)f->holder,
             f->directory);
    assert_string_equal(err.text, expected);
    /* Refusing changed nothing in the holder's file. */
    char text[32];
    read_file(f->file, text, sizeof(text));
    snprintf(expected, sizeof(expected), "%ld\n", (long)f->holder);
    assert_string_equal(text, expected);
}

static void test_killed_holder_lets_go(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    start_holder(f);
    kill_holder(f);
    struct lock *l = lock_new(f->directory, &err);
    assert_non_null(l);
    lock_free(l);
}

static void test_longer_old_id_leaves_no_digits(void **state)
{
    struct fixture *f = *state;
    char text[32];
    char own[32];
    assert_return_code(mkdir(f->directory, 0700), errno);
    FILE *file = fopen(f->file, "we");
    assert_non_null(file);
    fputs("99999999999999999\n", file);
    fclose(file);
    struct lock *l = lock_new(f->directory, NULL);
    assert_non_null(l);
    read_file(f->file, text, sizeof(text));
    snprintf(own, sizeof(own), "%ld\n", (long)getpid());
    assert_string_equal(text, own);
    lock_free(l);
}

static void test_symbolic_link_is_not_followed(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct stat status;
    char target[96];
    snprintf(target, sizeof(target), "%s/precious", f->base);
    assert_return_code(mkdir(f->directory, 0700), errno);
    assert_return_code(symlink(target, f->file), errno);
    assert_null(lock_new(f->directory, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_int_equal(stat(target, &status), -1);
}

static void test_impossible_directories(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    char deep[128];
    snprintf(deep, sizeof(deep), "%s/missing/state", f->base);
    assert_null(lock_new(deep, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.text, deep));
    int fd = open(f->directory, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_return_code(fd, errno);
    close(fd);
    assert_null(lock_new(f->directory, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.text, f->file));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_taken_and_given_back),          CASE(test_second_is_refused),
        CASE(test_killed_holder_lets_go),         CASE(test_longer_old_id_leaves_no_digits),
        CASE(test_symbolic_link_is_not_followed), CASE(test_impossible_directories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
