/* The list of generic types: see resource_type.h. A new type is a line here and a file. */
#include "arm/resource_type.h"

#include <string.h>

static const struct resource_type *const types[] = {
    &virtual_network_type,  &subnet_type,          &private_dns_zone_type,
    &private_dns_link_type, &management_lock_type,
};

enum { TYPE_N = sizeof(types) / sizeof(types[0]) };

const struct resource_type *resource_type_at(size_t i)
{
    return i < TYPE_N ? types[i] : NULL;
}

const struct resource_type *resource_type_find(const char *type)
{
    for (size_t i = 0; i < TYPE_N; i++) {
        if (strcasecmp(types[i]->type, type) == 0) return types[i];
    }
    return NULL;
}
