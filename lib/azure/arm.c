/* URLs, request ids and budgets of ARM: see arm.h. */
#include "azure/arm.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

#define URL_MAX 16384

void arm_guid(const struct io *io, char out[ARM_GUID])
{
    uint32_t r[4];
    for (size_t i = 0; i < 4; i++) r[i] = io->random(io->ctx);
    snprintf(out, ARM_GUID,
             "%08" PRIx32 "-%04" PRIx32 "-4%03" PRIx32 "-%04" PRIx32 "-%04" PRIx32 "%08" PRIx32,
             r[0], r[1] >> 16, r[1] & 0xfff, (r[2] >> 16 & 0x3fff) | 0x8000, r[2] & 0xffff, r[3]);
}

static size_t endpoint_length(const struct azure *az)
{
    size_t length = strlen(az->endpoint);
    return length && az->endpoint[length - 1] == '/' ? length - 1 : length;
}

/* A path as it stands in a URL: what RFC 3986 allows there stays, all else is percent-encoded. */
static void add_path(struct buf *b, const char *path)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-._~/!$&'()*+,;=:@";
    for (const char *p = path; *p; p++) {
        if (strchr(allowed, *p))
            buf_char(b, *p);
        else
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)*p);
    }
}

char *arm_url(const struct azure *az, const char *id, const char *api_version, const char *query)
{
    struct buf b;
    buf_init(&b, URL_MAX);
    buf_add(&b, az->endpoint, endpoint_length(az));
    add_path(&b, id);
    buf_str(&b, "?api-version=");
    buf_url(&b, api_version);
    if (query) buf_printf(&b, "&%s", query);
    return buf_steal(&b);
}

bool arm_url_is_ours(const struct azure *az, const char *url)
{
    size_t length = endpoint_length(az);
    if (strncasecmp(url, az->endpoint, length) != 0) return false;
    return url[length] == '/' || url[length] == '?' || !url[length];
}

void arm_gate_limits(struct gate_limits *out, const char *endpoint)
{
    /* Source: "ARM request limits and throttling", token buckets of 2024; older documents and the
     * wire differ, so the gate also follows what the answers say is left. */
    *out = (struct gate_limits){
        .metered = endpoint,
        .budget =
            {
                [GATE_READS] = {.name = "reads",
                                .remaining_header = "x-ms-ratelimit-remaining-subscription-reads",
                                .size = 250,
                                .per_second = 25},
                [GATE_WRITES] = {.name = "writes",
                                 .remaining_header = "x-ms-ratelimit-remaining-subscription-writes",
                                 .size = 200,
                                 .per_second = 10},
                [GATE_DELETES] = {.name = "deletes",
                                  .remaining_header =
                                      "x-ms-ratelimit-remaining-subscription-deletes",
                                  .size = 200,
                                  .per_second = 10},
            },
        .is_throttling = arm_is_throttling,
    };
}
