/* Free loopback addresses: every local Azure and every cluster has one of its own in 127/8, so that
 * port 5432 and a fixed host name can be had many times on one machine. */
#ifndef AZSIM_NETADDR_H
#define AZSIM_NETADDR_H

#include <stdbool.h>

#include "base/err.h"

enum { NETADDR_TEXT = 16 };

/* Listens on an ephemeral port of a random loopback address. Returns the socket, -1 with 'err'. */
int netaddr_listen(char address[NETADDR_TEXT], int *port, struct err *err);
/* A random loopback address on which 'port' is free at this moment. */
int netaddr_find(char address[NETADDR_TEXT], int port, struct err *err);
/* Could somebody listen on 'address' and 'port' now? */
bool netaddr_free(const char *address, int port);

#endif
