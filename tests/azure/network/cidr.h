/* IPv4 blocks in CIDR notation, as virtual networks and subnets are made of. */
#ifndef AZSIM_CIDR_H
#define AZSIM_CIDR_H

#include <stdbool.h>
#include <stdint.h>

struct cidr {
    uint32_t base;
    int bits;
};

/* "10.0.0.0/16"; false for anything else, also for a base with bits beyond the prefix. */
bool cidr_parse(const char *text, struct cidr *out);
bool cidr_contains(const struct cidr *outer, const struct cidr *inner);
bool cidr_overlaps(const struct cidr *a, const struct cidr *b);

#endif
