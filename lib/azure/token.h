/* Access tokens: where they come from and a cache that all flows of one identity and audience
 * share. Fetching is a flow of its own; nobody ever blocks for it (flows park and are woken). */
#ifndef AZURE_TOKEN_H
#define AZURE_TOKEN_H

#include <stdbool.h>

#include "base/err.h"
#include "base/secret.h"
#include "flow/call.h"
#include "flow/flow.h"

enum token_kind {
    TOKEN_CLIENT_SECRET,    /* an application and its secret, at Entra */
    TOKEN_MANAGED_IDENTITY, /* the virtual machine's own, at the instance metadata service */
};

/* Which of several managed identities. */
enum token_selector {
    TOKEN_SELECT_NONE,
    TOKEN_SELECT_CLIENT_ID,
    TOKEN_SELECT_OBJECT_ID,
    TOKEN_SELECT_RESOURCE_ID,
};

struct token_source {
    enum token_kind kind;
    const char *endpoint;  /* "https://login.microsoftonline.com" or "http://169.254.169.254" */
    const char *tenant;    /* client secret */
    const char *client_id; /* client secret */
    struct secret *secret; /* client secret; the cache takes a share of its own */
    enum token_selector selector;
    const char *selector_value;
};

struct token_cache;

/* 'audience' as the metadata service wants it ("https://management.azure.com/"); Entra's scope is
 * made of it. Texts are copied; 'io' must outlive the cache. Asks for nothing yet. */
struct token_cache *token_cache_new(const struct io *io, const struct token_source *source,
                                    const char *audience);
/* Cancels a fetch. No flow may be waiting any more. Accepts NULL. */
void token_cache_free(struct token_cache *c);

/* For the 'ask' of a row that needs a token. Fills 'call': NONE when there is one (and starts to
 * refresh it in the background where it is time), PARK while it is being fetched ('f' is woken
 * then, and asks again), FAIL with f->err where it could not be had; a refused credential is not
 * tried again at every question. */
void token_ask(struct token_cache *c, struct flow *f, struct call *call);
/* 'f' does not wait any more (cancelled, timed out). No effect where it did not. */
void token_leave(struct token_cache *c, const struct flow *f);

/* The present token, NULL where there is none that can be used. Valid until the next call of any
 * function here; secret_share() it to keep it. */
struct secret *token_bearer(struct token_cache *c);

/* The other side refused 'refused' with 401: forget it, unless a newer one has come since. */
void token_drop(struct token_cache *c, const struct secret *refused);

/* A new client secret (rotation): used from the next fetch on; a hold after a refusal ends. */
void token_set_secret(struct token_cache *c, struct secret *secret);

/* For status: the last failure, NULL while all is well; and how long (ms) the token still lasts. */
const struct err *token_error(const struct token_cache *c);
msec token_lasts(const struct token_cache *c);

#endif
