/* What ARM tells anybody about its cloud: where to log in, and for which audience. */
#ifndef AZSIM_CLOUD_METADATA_H
#define AZSIM_CLOUD_METADATA_H

#include "front/exchange.h"

/* GET /metadata/endpoints, without a token. */
void cloud_metadata_get(struct exchange *x);

#endif
