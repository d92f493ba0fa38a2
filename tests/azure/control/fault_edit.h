/* What a fault does to the body of an answer. */
#ifndef AZSIM_FAULT_EDIT_H
#define AZSIM_FAULT_EDIT_H

#include <jansson.h>

#include "front/exchange.h"

/* Does to the reply of 'x' what 'action' says about bodies: item, edit, set, remove, append, hide,
 * repeat, loop, endless. Only an answer with status 200 and a JSON body is touched. */
void fault_edit(struct exchange *x, const json_t *action);

#endif
