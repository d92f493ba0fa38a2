/* The signed URLs of operations: about 3 kB, valid only byte for byte as they were given. */
#ifndef AZSIM_MONITOR_URL_H
#define AZSIM_MONITOR_URL_H

#include <stdbool.h>

struct sim;

/* 'kind' is "azureAsyncOperation" or "operationResults". free() the URL. */
char *monitor_url(const struct sim *sim, const char *location, const char *kind, const char *id);
/* Does the request target 'target' carry the signature of exactly its own bytes? */
bool monitor_url_valid(const struct sim *sim, const char *target);

#endif
