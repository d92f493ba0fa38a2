/* The bodies of requests about a flexible server and its children: which members they may have
 * (2025-08-01 models), and which of them this Azure cannot change. */
#ifndef AZSIM_SERVER_BODY_H
#define AZSIM_SERVER_BODY_H

#include <stdbool.h>

#include <jansson.h>

#include "arm/member.h"
#include "arm/refusal.h"
#include "front/exchange.h"

extern const struct member server_members[], restart_members[], configuration_members[];
extern const struct member database_members[], firewall_rule_members[];

/* Is the body of 'x' an object of 'rows'? Otherwise it answers 400. A missing one is right where
 * 'optional'. */
bool server_body_right(struct exchange *x, const struct member *rows, bool optional);
/* Does 'body' leave alone what cannot be changed of the server 'doc' here? 0, or -1 with 'refusal':
 * it fails late. */
int server_body_fits(const json_t *doc, const json_t *body, struct refusal *refusal);

#endif
