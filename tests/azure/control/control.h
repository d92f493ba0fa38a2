/* The simulator's own HTTP API, /sim/...: faults, sabotage, and a look behind the scenes. */
#ifndef AZSIM_CONTROL_H
#define AZSIM_CONTROL_H

#include "front/exchange.h"

void control_serve(struct exchange *x);

#endif
