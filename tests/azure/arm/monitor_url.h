/* The signed URLs of operations: about 3 kB, valid only byte for byte as they were given. */
#ifndef AZSIM_MONITOR_URL_H
#define AZSIM_MONITOR_URL_H

#include <stdbool.h>

struct sim;

/* 'path' is what stands before the operation's 'id'. free() the URL. */
char *monitor_url(const struct sim *sim, const char *path, const char *id, const char *version);
/* Does the request target 'target' carry the signature of exactly its own bytes? */
bool monitor_url_valid(const struct sim *sim, const char *target);

#endif
