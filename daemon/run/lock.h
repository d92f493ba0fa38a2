/* One daemon for one state directory, by two locks that the kernel gives back when the process
 * ends, however it ends:
 *
 *   the file "lock" in it (flock(2))           holds whatever name the directory is reached by
 *   an abstract Unix socket named after its    holds whatever becomes of the directory: somebody
 * may path (unix(7); nothing in a file system)   remove it or put another one in its place
 *
 * The second one is not seen from another network namespace, and any local user could take its name
 * first; a refusal says which process it is. Neither is a lock between threads. */
#ifndef RUN_LOCK_H
#define RUN_LOCK_H

#include <stdbool.h>

#include "base/err.h"

struct lock;

/* Takes the locks of 'directory', which is created with mode 0700 where it is missing (its parent
 * must be there), and writes our process id into the file. Failure: BUSY where another process
 * holds one, named by its id; CONFIG where path or rights are wrong; TRANSIENT for anything else.
 */
struct lock *lock_new(const char *directory, struct err *err);
/* Gives them back; the file stays, empty. Accepts NULL. */
void lock_free(struct lock *l);

/* As it was given to lock_new(). */
const char *lock_directory(const struct lock *l);

enum lock_state {
    LOCK_OURS,        /* the file is the one that we hold */
    LOCK_RENEWED,     /* it was gone or another one; it is there again and ours */
    LOCK_UNREACHABLE, /* it cannot be looked at or made again, see 'err'; the socket still holds */
    LOCK_LOST,        /* another process holds it: see 'err' */
};

/* Looks whether the file in the directory is still the one that we hold, and puts that right. */
enum lock_state lock_check(struct lock *l, struct err *err);

#endif
