/* Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections: made by private endpoints,
 * approved or rejected here. */
#ifndef AZSIM_PRIVATE_ENDPOINT_CONNECTION_H
#define AZSIM_PRIVATE_ENDPOINT_CONNECTION_H

#include <jansson.h>

#include "front/exchange.h"

struct server;

/* A private endpoint asks: adds NAME.GUID of the endpoint 'id' to 'server'. 'approved' as it is for
 * whoever may write the server; else it waits. Nothing where the server has one of it already. */
void private_endpoint_connection_add(struct server *server, const char *id, bool approved);
/* The private endpoint 'id' is gone, and so is its connection. */
void private_endpoint_connection_drop(struct server *server, const char *id);
/* "Approved", "Pending" or "Rejected"; NULL where the endpoint 'id' has none. Borrowed. */
const char *private_endpoint_connection_status(const struct server *server, const char *id);
/* What a server's answer lists of them: a new list. */
json_t *private_endpoint_connection_list(const json_t *record);

/* ARM's calls. A PUT by another person of one that is not there stands for a private endpoint that
 * asks. */
void private_endpoint_connection_serve(struct exchange *x);

#endif
