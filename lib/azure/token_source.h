/* Where tokens come from: the request to Entra or to the instance metadata service, and the meaning
 * of the answer. Pure and without a cache (token.c). Inside of lib/azure. */
#ifndef AZURE_TOKEN_SOURCE_H
#define AZURE_TOKEN_SOURCE_H

#include "azure/token.h"

/* A prepared request: everything the call points to. */
struct token_request {
    struct token_source source; /* texts owned, the secret shared */
    char *url;
    char *form_head; /* client secret: the form up to the secret itself */
    char *form;      /* the whole form while it is under way; wiped */
    size_t form_length;
};

void token_request_init(struct token_request *r, const struct token_source *source,
                        const char *audience);
void token_request_done(struct token_request *r);

/* Fills 'call'. What it points to lasts until token_request_sent(). */
void token_request_ask(struct token_request *r, struct call *call);
/* The answer is there: wipes the secret's copy. */
void token_request_sent(struct token_request *r);

/* Turns a refusal into an error: 0 for an answer that may hold a token, -1 with 'err'. */
int token_source_classify(enum token_kind kind, const struct reply *reply, struct err *err);

/* Takes the token out of an answer. 'wall_ms' is the time of day, for answers that name only the
 * moment of expiry. 'lifetime': how long it is valid from when it was asked for. Returns NULL with
 * PROTOCOL. */
struct secret *token_source_parse(const struct http_reply *reply, int64_t wall_ms, msec *lifetime,
                                  struct err *err);

#endif
