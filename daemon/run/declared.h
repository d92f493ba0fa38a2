/* What a configuration declares, by name: kept beside the engine, so that a reload can say what the
 * new one does not declare any more. */
#ifndef RUN_DECLARED_H
#define RUN_DECLARED_H

#include "config/desired.h"

struct declared;

/* A copy of what there is to know; 'desired' may go. */
struct declared *declared_new(const struct desired *desired);
/* Accepts NULL. */
void declared_free(struct declared *d);

typedef void declared_cb(void *ctx, const char *title, const char *arm_id);

/* Calls back for each thing of 'old' that 'now' does not have, in the order of the documents:
 * 'title' is "server NAME" or "resource group NAME". Azure's ids are compared without case, so that
 * another spelling is the same thing, and in whichever document it stands. NULL declares nothing.
 */
void declared_missing(const struct declared *old, const struct declared *now, declared_cb *cb,
                      void *ctx);

#endif
