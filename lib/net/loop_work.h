/* Work that may block, beside the loop: reading files, above all. */
#ifndef NET_LOOP_WORK_H
#define NET_LOOP_WORK_H

#include "net/loop.h"

/* Calls 'work' on another thread as soon as one is free and then 'done' on the loop, each once. In
 * between 'ctx' belongs to that thread: it touches nothing that the loop touches, and it does not
 * log. It cannot be interrupted, and it keeps the loop running; loop_free() waits for it and has
 * 'done' called. A program that cannot wait so long (a file system may hang) ends with _exit(),
 * because exit() waits for the thread, too. */
void loop_work(struct loop *loop, loop_cb *work, loop_cb *done, void *ctx);

#endif
