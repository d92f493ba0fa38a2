/* What the older api-versions do not have: members of a server that came later. The records here
 * are those of the newest version. */
#ifndef AZSIM_VERSION_SHAPE_H
#define AZSIM_VERSION_SHAPE_H

#include <stdbool.h>

#include <jansson.h>

#include "front/exchange.h"

/* Takes out of the answer 'doc' what the version that 'x' asks for does not have. */
void version_shape_server(const struct exchange *x, json_t *doc);
/* Has the body of 'x' no member that came later than its version? Otherwise it answers 400. */
bool version_shape_body_right(struct exchange *x);

#endif
