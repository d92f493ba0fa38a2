/* Reading files that people and other programs put where we look for them. Only regular files (a
 * symbolic link to one is one): a pipe, a device or a socket in their place would keep the reader
 * waiting for ever. Reading still blocks as long as the file system does, so what is read while the
 * daemon works is read beside the loop (net/loop.h, loop_work()). */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/err.h"

/* Opens the regular file 'path' for reading; '*status' is what fstat(2) says of it. Never waits for
 * a writer and never opens anything else: that alone may do something (a tape rewinds). -1 with the
 * reason in 'err', without the path, for the caller knows what the file is: CONFIG, or TRANSIENT
 * where descriptors or memory ran out. */
int file_open(const char *path, struct stat *status, struct err *err);
/* Reads up to 'room' bytes, fewer only at the end of the file; -1 with errno. */
ssize_t file_fill(int fd, char *bytes, size_t room);

/* The content of 'path', ending in a NUL that '*length' does not count; free() it. NULL with 'err'
 * as file_open() fills it, or CONFIG where the file is larger than 'max' bytes. */
char *file_read(const char *path, size_t max, size_t *length, struct err *err);

/* "a directory", "a FIFO", ...: what a mode of stat(2) is, for messages. */
const char *file_type_word(mode_t mode);

#endif
