/* Microsoft.DBforPostgreSQL/flexibleServers/virtualEndpoints: two names that follow the roles of a
 * primary and a replica. */
#ifndef AZSIM_VIRTUAL_ENDPOINT_H
#define AZSIM_VIRTUAL_ENDPOINT_H

#include "base/buf.h"
#include "front/exchange.h"

struct server;

/* A switchover: what 'from' had belongs to 'to' now. */
void virtual_endpoint_move(struct server *from, struct server *to);
/* Adds the lines of the hosts file for the endpoints of 'server'. */
void virtual_endpoint_hosts(const struct server *server, struct buf *out);

/* ARM's calls. */
void virtual_endpoint_serve(struct exchange *x);

#endif
