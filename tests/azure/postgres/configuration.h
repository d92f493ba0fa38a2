/* Server parameters as ARM shows them. */
#ifndef AZSIM_CONFIGURATION_H
#define AZSIM_CONFIGURATION_H

#include "front/exchange.h"
#include "postgres/server.h"

void configuration_list(struct exchange *x);
void configuration_get(struct exchange *x);
void configuration_write(struct exchange *x);

/* PostgreSQL was restarted: nothing is pending any more. */
void configuration_restarted(struct server *server);

#endif
