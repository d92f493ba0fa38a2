/* The bearer tokens that this Azure gave out: random, and valid until their second has come. */
#ifndef AZSIM_TOKEN_H
#define AZSIM_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "control/sim.h"

/* A new token for 'audience'; free() it. Its lifetime in seconds goes to 'lifetime_s'. */
char *token_issue(struct sim *sim, const char *audience, int64_t *lifetime_s);

enum token_verdict { TOKEN_GOOD, TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_UNKNOWN };

/* Judges an Authorization header (NULL: none) for ARM. */
enum token_verdict token_judge(const struct sim *sim, const char *authorization);

#endif
