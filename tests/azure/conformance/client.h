/* Asks a local Azure, one request after the other, over HTTPS with its own authority. */
#ifndef CONFORMANCE_CLIENT_H
#define CONFORMANCE_CLIENT_H

#include <jansson.h>

#include "base/err.h"

struct client;

struct answer {
    long status;     /* 0: there was none */
    json_t *headers; /* name in small letters: value */
    json_t *json;    /* the body; NULL where it is none or no JSON */
};

/* The local Azure that wrote 'facts' (azsim.json): reads it and gets a token. NULL with 'err'. */
struct client *client_open(const char *facts, struct err *err);
void client_close(struct client *client);
const char *client_subscription(const struct client *client);
/* No token from now on, or the one that it has again. */
void client_forget_token(struct client *client, int forget);

/* One request; 'target' is a path with its query or a whole URL, 'body' may be NULL. The answer is
 * valid until the next request; what failed below HTTP has status 0. */
const struct answer *client_ask(struct client *client, const char *method, const char *target,
                                const json_t *body);
/* The header of the last answer; NULL where it has none. */
const char *client_header(const struct client *client, const char *name);

#endif
