/* Is a name free for a server? Names of servers are global. */
#ifndef AZSIM_NAME_AVAILABILITY_H
#define AZSIM_NAME_AVAILABILITY_H

#include "front/exchange.h"

void name_availability_check(struct exchange *x);

#endif
