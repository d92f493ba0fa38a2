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
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
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

/* A child of its own tries to take the lock: 0 where it got it, 1 where it is BUSY, else 2. */
static int another_tries(const struct fixture *f, char *text, size_t room)
{
    int ends[2];
    assert_return_code(pipe(ends), errno);
    pid_t child = fork();
    assert_return_code(child, errno);
    if (child == 0) {
        struct err err = {0};
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const struct lock *l = lock_new(f->directory, &err);
        size_t length = strlen(err.text);
        if (write(ends[1], err.text, length) != (ssize_t)length) _exit(3);
        _exit(l ? 0 : err.kind == ERR_BUSY ? 1 : 2);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t n;
    while ((n = read(ends[0], text + length, room - 1 - length)) > 0) length += (size_t)n;
    text[length] = '\0';
    close(ends[0]);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

static void assert_another_is_refused(const struct fixture *f)
{
    char text[512];
    char expected[256];
    assert_int_equal(another_tries(f, text, sizeof(text)), 1);
    snprintf(expected, sizeof(expected), "process %ld uses the state directory %s", (long)getpid(),
             f->directory);
    assert_string_equal(text, expected);
}

/* The one removed, the other replaced; also by what another process has left there. */
static void test_a_removed_directory_stays_locked(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    char text[512];
    struct lock *l = lock_new(f->directory, &err);
    assert_non_null(l);
    assert_int_equal(lock_check(l, &err), LOCK_OURS);
    assert_return_code(unlink(f->file), errno);
    assert_another_is_refused(f);
    assert_return_code(unlink(f->file), errno);
    assert_return_code(rmdir(f->directory), errno);
    assert_another_is_refused(f);
    assert_int_equal(lock_check(l, &err), LOCK_RENEWED);
    assert_int_equal(lock_check(l, &err), LOCK_OURS);
    read_file(f->file, text, sizeof(text));
    char *end = NULL;
    assert_int_equal(strtol(text, &end, 10), getpid());
    assert_string_equal(end, "\n");
    assert_another_is_refused(f);
    lock_free(l);
    assert_int_equal(another_tries(f, text, sizeof(text)), 0);
}

static void test_a_directory_moved_away(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    char away[96];
    char moved[112];
    snprintf(away, sizeof(away), "%s/away", f->base);
    snprintf(moved, sizeof(moved), "%s/lock", away);
    struct lock *l = lock_new(f->directory, &err);
    assert_non_null(l);
    assert_return_code(rename(f->directory, away), errno);
    assert_another_is_refused(f);
    assert_int_equal(lock_check(l, &err), LOCK_RENEWED);
    assert_another_is_refused(f);
    lock_free(l);
    assert_return_code(unlink(moved), errno);
    assert_return_code(rmdir(away), errno);
}

/* The same directory by another name is the same directory. */
static void test_by_a_symbolic_link(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    char detour[96];
    snprintf(detour, sizeof(detour), "%s/link", f->base);
    assert_return_code(symlink("state", detour), errno);
    struct lock *l = lock_new(f->directory, &err);
    assert_non_null(l);
    struct lock *second = lock_new(detour, &err);
    assert_null(second);
    assert_int_equal(err.kind, ERR_BUSY);
    assert_return_code(unlink(f->file), errno);
    second = lock_new(detour, &err);
    assert_null(second);
    assert_int_equal(err.kind, ERR_BUSY);
    lock_free(l);
    assert_return_code(unlink(detour), errno);
}

static void test_what_cannot_be_made_again(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct lock *l = lock_new(f->directory, &err);
    assert_non_null(l);
    assert_return_code(unlink(f->file), errno);
    assert_return_code(rmdir(f->directory), errno);
    int fd = open(f->directory, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_return_code(fd, errno);
    close(fd);
    assert_int_equal(lock_check(l, &err), LOCK_UNREACHABLE);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_return_code(unlink(f->directory), errno);
    assert_int_equal(lock_check(l, &err), LOCK_RENEWED);
    lock_free(l);
}

/* As from another network namespace, which does not see the socket. */
static void test_another_has_the_new_file(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct lock *l = lock_new(f->directory, &err);
    assert_non_null(l);
    assert_return_code(unlink(f->file), errno);
    int fd = open(f->file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_return_code(fd, errno);
    assert_return_code(flock(fd, LOCK_EX | LOCK_NB), errno);
    assert_int_equal(write(fd, "4711\n", 5), 5);
    assert_int_equal(lock_check(l, &err), LOCK_LOST);
    assert_string_equal(strstr(err.text, "process"),
                        strstr(err.text, "process 4711 uses the state directory "));
    close(fd);
    lock_free(l);
}

static void test_two_directories(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    char other[96];
    char other_file[112];
    snprintf(other, sizeof(other), "%s/other", f->base);
    snprintf(other_file, sizeof(other_file), "%s/lock", other);
    struct lock *l = lock_new(f->directory, &err);
    struct lock *second = lock_new(other, &err);
    assert_non_null(l);
    assert_non_null(second);
    assert_string_equal(lock_directory(l), f->directory);
    assert_string_equal(lock_directory(second), other);
    lock_free(second);
    lock_free(l);
    assert_return_code(unlink(other_file), errno);
    assert_return_code(rmdir(other), errno);
}

static void test_no_descriptor_left(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct rlimit before;
    struct lock *l = lock_new(f->directory, &err);
    assert_non_null(l);
    assert_return_code(unlink(f->file), errno);
    assert_return_code(getrlimit(RLIMIT_NOFILE, &before), errno);
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_return_code(setrlimit(RLIMIT_NOFILE, &none), errno);
    enum lock_state found = lock_check(l, &err);
    assert_return_code(setrlimit(RLIMIT_NOFILE, &before), errno);
    assert_int_equal(found, LOCK_UNREACHABLE);
    assert_int_equal(err.kind, ERR_TRANSIENT);
    assert_int_equal(lock_check(l, &err), LOCK_RENEWED);
    lock_free(l);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_a_removed_directory_stays_locked),
        CASE(test_a_directory_moved_away),
        CASE(test_by_a_symbolic_link),
        CASE(test_what_cannot_be_made_again),
        CASE(test_another_has_the_new_file),
        CASE(test_two_directories),
        CASE(test_no_descriptor_left),
        CASE(test_taken_and_given_back),
        CASE(test_second_is_refused),
        CASE(test_killed_holder_lets_go),
        CASE(test_longer_old_id_leaves_no_digits),
        CASE(test_symbolic_link_is_not_followed),
        CASE(test_impossible_directories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
