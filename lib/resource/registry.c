/* The list of resource types: see resource.h. */
#include <string.h>

#include "resource/resource.h"

const struct resource *const resources[] = {
#define RESOURCE(name) &resource_##name,
#include "resource/resources.def"
#undef RESOURCE
};

const size_t resource_count = sizeof(resources) / sizeof(resources[0]);

const struct resource *resource_find(const char *name)
{
    for (size_t i = 0; i < resource_count; i++)
        if (strcmp(resources[i]->name, name) == 0) return resources[i];
    return NULL;
}
