/* Standard descriptors that were closed, and limits that are too low. Each case in a child. */
#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static bool is_null(int fd)
{
    struct stat null;
    struct stat own;
    return stat("/dev/null", &null) == 0 && fstat(fd, &own) == 0 && own.st_rdev == null.st_rdev &&
           S_ISCHR(own.st_mode);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* In a child: closes those of 0, 1, 2 whose bit is set. Answers 0 where exactly they became
 * /dev/null, and the next descriptor to be opened is none of the three. */
static int fill_after_closing(unsigned closed)
{
    struct stat before[3];
    struct stat after;
    for (int fd = 0; fd < 3; fd++)
        if (fstat(fd, &before[fd]) != 0) return 10;
    for (int fd = 0; fd < 3; fd++)
        if (closed & 1U << fd) close(fd);
    if (descriptors_fill() != 0) return 11;
    for (int fd = 0; fd < 3; fd++) {
        if (closed & 1U << fd) {
            if (!is_null(fd)) return 12;
        } else if (fstat(fd, &after) != 0 || !same_file(&before[fd], &after)) {
            return 13;
        }
    }
    int next = open("/", O_RDONLY | O_CLOEXEC);
    return next > 2 ? 0 : 14;
}

static int in_child(int (*run)(unsigned), unsigned argument)
{
    pid_t child = fork();
    assert_return_code(child, errno);
    if (child == 0) _exit(run(argument));
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_closed_ones_become_null(void **state)
{
    (void)state;
    for (unsigned closed = 0; closed < 8; closed++)
        assert_int_equal(in_child(fill_after_closing, closed), 0);
}

static int set_limit(rlim_t soft, rlim_t hard)
{
    const struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
    return setrlimit(RLIMIT_NOFILE, &limit);
}

static int too_low(unsigned hard)
{
    struct err err = {0};
    if (set_limit(hard, hard) != 0) return 10;
    if (descriptors_require(64, 256, &err) != -1 || err.kind != ERR_CONFIG) return 11;
    if (strcmp(err.text,
               "at least 64 file descriptors are needed, the limit is 16 (LimitNOFILE= of "
               "the unit, ulimit -n of a shell)") != 0)
        return 12;
    return 0;
}

/* The soft limit goes up as far as is wanted and allowed, and never down. */
static int raised(unsigned hard)
{
    struct rlimit now;
    if (set_limit(16, hard) != 0) return 10;
    if (descriptors_require(64, 256, NULL) != 0) return 11;
    if (getrlimit(RLIMIT_NOFILE, &now) != 0) return 12;
    if (now.rlim_cur != (hard < 256 ? hard : 256) || now.rlim_max != hard) return 13;
    if (set_limit(hard, hard) != 0 || descriptors_require(64, 65, NULL) != 0) return 14;
    return getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur == hard ? 0 : 15;
}

static void test_limits(void **state)
{
    (void)state;
    assert_int_equal(in_child(too_low, 16), 0);
    assert_int_equal(in_child(raised, 64), 0);
    assert_int_equal(in_child(raised, 100), 0);
    assert_int_equal(in_child(raised, 512), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_ones_become_null),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
