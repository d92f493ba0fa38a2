/* The door: which Azure service a request is for, faults that were ordered for it, and the log. */
#ifndef AZSIM_FRONT_H
#define AZSIM_FRONT_H

#include "front/exchange.h"

/* Serves 'x'. 'secure': it came by HTTPS, so it is for ARM or for the login; else for IMDS or /sim.
 */
void front_serve(struct exchange *x, bool secure);
/* After a wait: tells how the operation it waited for ended. */
void front_finish(struct exchange *x);

#endif
