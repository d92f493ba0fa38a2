/* The instance metadata service of the virtual machine that this program plays. */
#ifndef AZSIM_INSTANCE_METADATA_H
#define AZSIM_INSTANCE_METADATA_H

#include "front/exchange.h"

/* Everything below /metadata/: the instance, its versions, and the tokens of its identity. */
void imds_serve(struct exchange *x);

#endif
