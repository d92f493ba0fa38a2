/* One daemon for one state directory: a lock on the file "lock" in it, which the kernel gives back
 * when the process ends, however it ends. It is no lock between threads. */
#ifndef RUN_LOCK_H
#define RUN_LOCK_H

#include "base/err.h"

struct lock;

/* Takes the lock of 'directory', which is created with mode 0700 where it is missing (its parent
 * must be there), and writes our process id into the file. Failure: BUSY where another process
 * holds it, named by its id; CONFIG where path or rights are wrong; TRANSIENT for anything else. */
struct lock *lock_new(const char *directory, struct err *err);
/* Gives it back; the file stays, empty. */
void lock_free(struct lock *l);

#endif
