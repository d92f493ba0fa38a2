/* Management locks: what they forbid. The type itself is in resource_type.h. */
#ifndef AZSIM_MANAGEMENT_LOCK_H
#define AZSIM_MANAGEMENT_LOCK_H

#include <stdbool.h>

#include "front/exchange.h"

/* Is the write 'x' forbidden by a lock? Then it answers 409 ScopeLocked. */
bool management_lock_forbids(struct exchange *x);

#endif
