/* What this simulator believes about Azure, each with its source: one table. */
#ifndef AZSIM_BELIEF_H
#define AZSIM_BELIEF_H

#include <jansson.h>

json_t *beliefs_json(void);

#endif
