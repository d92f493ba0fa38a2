/* What a location offers, as the capabilities call tells it: skus, disks, versions, features. */
#ifndef AZSIM_CAPABILITY_H
#define AZSIM_CAPABILITY_H

#include "front/exchange.h"

void capability_list(struct exchange *x);

#endif
