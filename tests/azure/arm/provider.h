/* The resource providers of this Azure: what they offer, and whether the subscription has them
 * registered. All are, until somebody takes one away. */
#ifndef AZSIM_PROVIDER_H
#define AZSIM_PROVIDER_H

#include <stdbool.h>

#include "front/exchange.h"

/* ARM's calls. */
void provider_list(struct exchange *x);
void provider_get(struct exchange *x);
void provider_list_tenant(struct exchange *x);
void provider_get_tenant(struct exchange *x);
void provider_register(struct exchange *x);
void provider_unregister(struct exchange *x);

/* Refuses a write (answers and returns true) of a provider that is not registered. */
bool provider_refuses(struct exchange *x);

#endif
