/* A scripted Azure for tests of operations: the scripted io, a context and a token cache whose
 * fetches are answered for ever. */
#ifndef SUPPORT_WORLD_H
#define SUPPORT_WORLD_H

#include "azure/op.h"
#include "azure/token.h"
#include "support/script.h"

#define WORLD_ARM "https://management.azure.com"
#define WORLD_IMDS "http://169.254.169.254"
#define WORLD_TOKEN_LINE                                                                           \
    "GET " WORLD_IMDS "/metadata/identity/oauth2/token?api-version=2018-02-01&resource="           \
    "https%3A%2F%2Fmanagement.azure.com%2F"

struct world {
    struct script *script;
    struct azure az;
};

/* 'answered': the token service answers "T" with a long life to everything. */
void world_init(struct world *w, bool answered);
void world_done(struct world *w);
/* Fetches the token, so that it is no part of the transcript that follows; counts from 0 again. */
void world_have_token(struct world *w);

#endif
