/* IPv4 blocks: see cidr.h. */
#include "network/cidr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "front/number.h"

static uint32_t cidr_mask(int bits)
{
    return bits ? UINT32_MAX << (32 - bits) : 0;
}

bool cidr_parse(const char *text, struct cidr *out)
{
    char address[INET_ADDRSTRLEN];
    struct in_addr parsed;
    const char *slash = text ? strchr(text, '/') : NULL;
    if (!slash || (size_t)(slash - text) >= sizeof(address)) return false;
    snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
    int64_t bits = number_or(slash + 1, -1);
    if (inet_pton(AF_INET, address, &parsed) != 1 || bits < 0 || bits > 32) return false;
    out->base = ntohl(parsed.s_addr);
    out->bits = (int)bits;
    return (out->base & ~cidr_mask(out->bits)) == 0;
}

bool cidr_contains(const struct cidr *outer, const struct cidr *inner)
{
    return inner->bits >= outer->bits && (inner->base & cidr_mask(outer->bits)) == outer->base;
}

bool cidr_overlaps(const struct cidr *a, const struct cidr *b)
{
    return cidr_contains(a, b) || cidr_contains(b, a);
}
