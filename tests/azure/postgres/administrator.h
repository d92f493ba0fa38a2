/* The Microsoft Entra administrators of a server: known by object id, and roles in its cluster. */
#ifndef AZSIM_ADMINISTRATOR_H
#define AZSIM_ADMINISTRATOR_H

#include "front/exchange.h"

/* ARM's calls. */
void administrator_list(struct exchange *x);
void administrator_get(struct exchange *x);
void administrator_put(struct exchange *x);
void administrator_delete(struct exchange *x);

#endif
