/* Azure Resource Manager: who may ask, how often, for what, and in which api-version. */
#ifndef AZSIM_ARM_H
#define AZSIM_ARM_H

#include "exchange.h"

void arm_serve(struct exchange *x);

#endif
