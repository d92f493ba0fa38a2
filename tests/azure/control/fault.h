/* Faults on order: each matches requests and does something to them. The oldest that matches acts.
 */
#ifndef AZSIM_FAULT_H
#define AZSIM_FAULT_H

#include <stdbool.h>

#include <jansson.h>

#include "base/err.h"
#include "front/exchange.h"

struct fault;
struct faults;

struct faults *faults_new(void);
void faults_free(struct faults *faults);

/* One order, as POST /sim/fault takes it. */
int faults_add(struct faults *faults, const json_t *order, struct err *err);
void faults_clear(struct faults *faults);
/* Those that are still to come or not yet used up. */
json_t *faults_json(const struct faults *faults);

/* The fault that acts on 'x', counted as used; NULL where none does. Valid for this exchange. */
struct fault *fault_take(struct exchange *x);
/* Acts before the request is served; true: it answered, do not serve it. NULL does nothing. */
bool fault_before(const struct fault *fault, struct exchange *x);
/* Acts on the reply. */
void fault_after(const struct fault *fault, struct exchange *x);

#endif
