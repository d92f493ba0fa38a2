/* A hosts(5) file, read again when it has changed. For resolve.c only. */
#ifndef NET_HOSTS_H
#define NET_HOSTS_H

#include <stddef.h>

#include "base/err.h"

struct hosts;

/* 'path' is copied. Nothing is read yet. */
struct hosts *hosts_new(const char *path);
void hosts_free(struct hosts *h);

/* The addresses of 'name' (any case) in the order of the file; 'count' 0 where it has none or does
 * not exist. Looks at the file's time, size and inode first. Valid until the next call. NULL where
 * the file is there and cannot be read: what it would say is not known. Failure: as file_open(). */
const char *const *hosts_find(struct hosts *h, const char *name, size_t *count, struct err *err);

/* Is 'text' an IPv4 or IPv6 address? */
int hosts_is_address(const char *text);

#endif
