/* The signed URLs of operations: see monitor_url.h. The signature is an HMAC, keyed with the client
 * secret of this Azure, which stays the same over restarts; 't', 'c', 's' and 'h' are the names
 * that Azure uses (recorded: time, certificate chain, signature, hash). */
#include "arm/monitor_url.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/mem.h"
#include "control/sim.h"
#include "front/clock.h"
#include "front/pki.h"

/* .NET's ticks at 1970, which is what 't' counts from. */
#define TICKS_1970 INT64_C(621355968000000000)

static char *monitor_sign(const struct sim *sim, const char *purpose, const char *text,
                          size_t length)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    char *key = xasprintf("%s/%s", purpose, sim->client_secret);
    HMAC(EVP_sha512(), key, (int)strlen(key), (const unsigned char *)text, length, digest, &size);
    mem_wipe(key, strlen(key));
    free(key);
    return base64url(digest, size);
}

char *monitor_url(const struct sim *sim, const char *path, const char *id, const char *version)
{
    char *head = xasprintf("%s/%s?api-version=%s&t=%" PRId64 "&c=%s", path, id, version,
                           TICKS_1970 + clock_unix() * 10000000, pki_chain_text(sim->pki));
    char *signature = monitor_sign(sim, "signature", head, strlen(head));
    char *hash = monitor_sign(sim, "hash", head, strlen(head));
    char *url = xasprintf("%s%s&s=%s&h=%s", sim->arm_url, head, signature, hash);
    free(head);
    free(signature);
    free(hash);
    return url;
}

bool monitor_url_valid(const struct sim *sim, const char *target)
{
    const char *at = strstr(target, "&s=");
    if (!at) return false;
    size_t length = (size_t)(at - target);
    char *signature = monitor_sign(sim, "signature", target, length);
    char *hash = monitor_sign(sim, "hash", target, length);
    char *tail = xasprintf("&s=%s&h=%s", signature, hash);
    bool same = strcmp(tail, at) == 0;
    free(tail);
    free(signature);
    free(hash);
    return same;
}
