/* The body of a write as it is sent. A secret is put in only here, and no copy of it stays behind
 * in freed memory. Inside of lib/azure. */
#ifndef AZURE_PAYLOAD_H
#define AZURE_PAYLOAD_H

#include <stddef.h>

#include "azure/op.h"

/* Makes the text of request->body with request->secret as a JSON string at its path. 'out' is to be
 * given to payload_free(). Failure: CONFIG, where the body is no JSON object. */
int payload_make(const struct arm_request *request, const struct io *io, char **out, size_t *length,
                 struct err *err);

/* Wipes and frees. Accepts NULL. */
void payload_free(char *payload, size_t length);

#endif
