/* The one tenant and the one subscription of this Azure, and the regions it has. */
#ifndef AZSIM_SUBSCRIPTION_H
#define AZSIM_SUBSCRIPTION_H

#include "front/exchange.h"

/* ARM's calls. */
void tenant_list(struct exchange *x);
void subscription_list(struct exchange *x);
void subscription_get(struct exchange *x);
void location_list(struct exchange *x);

#endif
