/* Does a read show what was written? */
#ifndef CONFORMANCE_EFFECT_H
#define CONFORMANCE_EFFECT_H

#include <stdbool.h>

#include "base/buf.h"
#include "conformance/spec.h"

/* Every value that was sent is in 'seen', but for what is never shown ('schema' says what). Texts
 * are compared without case, places also without blanks. Adds what is not to 'said'. */
bool effect_shows(struct spec *spec, struct node schema, const json_t *sent, const json_t *seen,
                  struct buf *said);

#endif
