/* The bearer tokens: see token.h. */
#include "front/token.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "front/clock.h"

/* Long enough to look like a JWT to anything that measures it. */
enum { TOKEN_BYTES = 900 };

static void token_forget_expired(struct sim *sim)
{
    const char *token;
    json_t *entry;
    void *next;
    int64_t long_ago = clock_unix() - 3600;
    json_object_foreach_safe(sim->tokens, next, token, entry)
    {
        if (json_integer_value(json_object_get(entry, "expires")) < long_ago)
            json_object_del(sim->tokens, token);
    }
}

char *token_issue(struct sim *sim, const char *audience, int64_t *lifetime_s)
{
    unsigned char bytes[TOKEN_BYTES];
    token_forget_expired(sim);
    random_bytes(bytes, sizeof(bytes));
    char *random = base64url(bytes, sizeof(bytes));
    char *token = xasprintf("eyJ0eXAiOiJKV1QifQ.%s", random);
    free(random);
    *lifetime_s = setting(&sim->settings, SET_TOKEN_LIFETIME_S);
    json_object_set_new(sim->tokens, token,
                        json_pack("{s:s, s:I}", "audience", audience, "expires",
                                  (json_int_t)(clock_unix() + *lifetime_s)));
    return token;
}

enum token_verdict token_judge(const struct sim *sim, const char *authorization)
{
    static const char scheme[] = "Bearer ";
    if (!authorization || strncasecmp(authorization, scheme, strlen(scheme)) != 0)
        return TOKEN_MISSING;
    const json_t *entry = json_object_get(sim->tokens, authorization + strlen(scheme));
    const char *audience = json_string_value(json_object_get(entry, "audience"));
    if (!audience || (!strstr(audience, "management.azure.com") &&
                      !strstr(audience, "management.core.windows.net")))
        return TOKEN_UNKNOWN; /* ARM has two names, as /metadata/endpoints tells */
    int64_t expires = json_integer_value(json_object_get(entry, "expires"));
    return expires > clock_unix() ? TOKEN_GOOD : TOKEN_EXPIRED;
}
