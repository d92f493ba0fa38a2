/* What the comparisons of ARM types share. */
#ifndef RESOURCE_COMPARE_H
#define RESOURCE_COMPARE_H

#include "field/field.h"
#include "resource/action.h"
#include "resource/resource.h"

/* "observe", "enforce": the choices of every item's own mode. */
extern const char *const compare_modes[];

/* Compares a target's own item (the group or the server) with what was seen: one PUT where it is
 * absent; where it differs, one PATCH for what is harmless, one for the storage and one for what
 * interrupts connections; and a report for what can only be said at creation. */
void compare_arm_item(const struct comparison *c, const struct resource *type, unsigned stage);

/* A zeroed ARM action in the plan's arena: 'method' on 'id'; 'body' (stolen, may be NULL) is
 * printed into it. */
struct action *compare_arm_action(struct plan *plan, const struct resource *type,
                                  const char *method, const char *id, json_t *body);

/* Adds 'deltas' to the last added change. What does not exist yet has no default that could be
 * shown as its value: then only what it will be is said. */
void compare_add_deltas(struct plan *plan, const struct field_deltas *deltas, bool exists);

/* The state of the target's server when it was last seen, "" where unknown. */
const char *compare_server_state(const struct seen *seen);

/* Is an operation running on it? What is answered then is neither the old state nor the new one. */
bool compare_server_moving(const struct seen *seen);

/* Does the server exist, so that what is on it can be compared? */
bool compare_server_exists(const struct seen *seen);

#endif
