/* The process's file descriptors: see descriptor.h. */
#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

int descriptors_fill(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) continue;
        if (errno != EBADF) return -1;
        /* The lowest number that is free, and all below are taken. It stays over exec(2), as
         * standard descriptors do. */
        if (open("/dev/null", O_RDWR | O_NOCTTY) != fd) return -1;
    }
    return 0;
}

int descriptors_require(unsigned least, unsigned most, struct err *err)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return err_set(err, ERR_INTERNAL, "getrlimit: %s", strerror(errno));
    if (limit.rlim_cur < most && limit.rlim_cur < limit.rlim_max) {
        struct rlimit raised = limit;
        raised.rlim_cur = limit.rlim_max < most ? limit.rlim_max : most;
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    }
    if (limit.rlim_cur >= least) return 0;
    return err_set(
        err, ERR_CONFIG,
        "at least %u file descriptors are needed, the limit is %llu (LimitNOFILE= of the "
        "unit, ulimit -n of a shell)",
        least, (unsigned long long)limit.rlim_cur);
}
