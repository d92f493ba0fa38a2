/* Running PostgreSQL's programs as somebody who may run them: the user itself, or, for root, the
 * user 'postgres' or else 'nobody'. Everything started dies with this process, even when it is
 * killed, by the parent death signal. */
#ifndef AZSIM_SPAWN_H
#define AZSIM_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct spawn_user {
    bool drop; /* are we root and must change? */
    uid_t uid;
    gid_t gid;
    char name[64];
};

int spawn_user_find(struct spawn_user *user, struct err *err);

/* Starts 'argv' in 'dir' with standard output and error appended to 'log' and 'input' (may be NULL)
 * as its standard input. The calling thread must live as long as the child is wanted: the kernel
 * ties the death signal to it. Returns the process id, -1 with 'err'. */
pid_t spawn_start(const struct spawn_user *user, const char *dir, char *const argv[],
                  const char *input, const char *log, struct err *err);

/* As spawn_start(), then waits. A status other than 0 is a failure that quotes the end of 'log'. */
int spawn_run(const struct spawn_user *user, const char *dir, char *const argv[], const char *input,
              const char *log, struct err *err);

/* Makes the directory 'path' with 'mode', owned by 'user'; existing is fine. */
int spawn_mkdir(const struct spawn_user *user, const char *path, mode_t mode, struct err *err);
/* Writes 'text' to the file 'path' with 'mode', owned by 'user'. */
int spawn_write(const struct spawn_user *user, const char *path, mode_t mode, const char *text,
                struct err *err);

#endif
