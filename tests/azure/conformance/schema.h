/* Is a JSON value what a schema of the specification says? Of a body that is sent also: nothing
 * read-only, nothing missing. Of an answer: nothing secret. Unknown members are breaches in both.
 */
#ifndef CONFORMANCE_SCHEMA_H
#define CONFORMANCE_SCHEMA_H

#include <stdbool.h>

#include "base/buf.h"
#include "conformance/spec.h"

enum direction { SENT, ANSWERED };

/* Adds each breach, with its path, to 'said' ("PATH: WHAT; "); true where there is none. A
 * schema of NULL allows anything. */
bool schema_check(struct spec *spec, struct node schema, const json_t *value,
                  enum direction direction, struct buf *said);

/* The definition of the member 'name' of an object, whichever part of allOf has it. */
struct node schema_property(struct spec *spec, struct node schema, const char *name);

/* May a read of this show what was written: not where it is read-only, secret or for writing only.
 */
bool schema_shows(struct node property, const char *name);

#endif
