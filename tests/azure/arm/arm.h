/* Azure Resource Manager: who may ask, how often, for what, and in which api-version. */
#ifndef AZSIM_ARM_H
#define AZSIM_ARM_H

#include "front/exchange.h"

void arm_serve(struct exchange *x);
/* 'path' with the newest api-version that is offered for it, where it has none. free() it. */
char *arm_target(const char *path);

#endif
