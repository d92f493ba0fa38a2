/* Subnets, as their virtual network sees them. */
#ifndef AZSIM_SUBNET_H
#define AZSIM_SUBNET_H

#include <stdbool.h>

#include <jansson.h>

#include "arm/member.h"

/* A subnet within the body of its network: with its name. */
extern const struct member embedded_subnet_members[];

/* The block of the subnet, in whichever of the two members it was given; "" where in none. */
const char *subnet_prefix(const json_t *subnet);

/* 1 to 80 letters, digits, '_', '.', '-'; begins with a letter or digit, ends with one or '_'
 * (naming rules of Microsoft.Network). */
bool network_name_valid(const char *name);

#endif
