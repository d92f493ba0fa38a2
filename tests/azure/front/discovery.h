/* What a client asks an authority before it asks for a token: which authorities there are, and
 * where its endpoints are. */
#ifndef AZSIM_DISCOVERY_H
#define AZSIM_DISCOVERY_H

#include <stdbool.h>

#include "front/exchange.h"

/* Of 'authority', the first segment of the path, and what follows it. False where the path is none
 * of discovery; nothing is answered then. */
bool discovery_serve(struct exchange *x, const char *authority, const char *rest);

/* An on-premises AD FS, which has no tenants. */
bool authority_is_adfs(const char *authority);
/* The tenant, by its id or its domain. */
bool authority_is_tenant(const struct sim *sim, const char *authority);

#endif
