/* The list of resource types, and where each stands: see resource.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "azure/arm_id.h"
#include "base/json.h"
#include "resource/resource.h"

const struct resource *const resources[] = {
#define RESOURCE(name) &resource_##name,
#include "resource/resources.def"
#undef RESOURCE
};

const size_t resource_count = sizeof(resources) / sizeof(resources[0]);

const struct resource resource_any = {.name = "any", .summary = "Any root resource"};

const struct resource *resource_find(const char *name)
{
    for (size_t i = 0; i < resource_count; i++)
        if (strcmp(resources[i]->name, name) == 0) return resources[i];
    return NULL;
}

bool resource_is_root(const struct resource *type)
{
    return type->read == RESOURCE_READ_SELF;
}

bool resource_is_below(const struct resource *child, const struct resource *parent)
{
    return child->parent == parent || (child->parent == &resource_any && resource_is_root(parent));
}

/* A child's type continues its parent's; everything else comes with its provider. */
char *resource_id(const struct resource *type, const char *parent, const char *name)
{
    const char *slash = strrchr(type->arm_type, '/');
    if (type == &resource_resource_group) return arm_id_child(parent, "resourceGroups", name);
    if (type->parent && type->parent != &resource_any) return arm_id_child(parent, slash + 1, name);
    size_t provider = strcspn(type->arm_type, "/");
    char *head = xstrndup(type->arm_type, provider);
    char *id = arm_id_resource(parent, head, type->arm_type + provider + 1, name);
    free(head);
    return id;
}

enum resource_state resource_provisioning(const json_t *have, const char **word)
{
    static const char *const ends[] = {"Succeeded", "Failed", "Canceled"};
    const char *state = json_text_at(have, "properties.provisioningState");
    *word = state ? state : "";
    if (!state || !*state) return RESOURCE_SETTLED;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (strcasecmp(state, ends[i]) == 0) return RESOURCE_SETTLED;
    return RESOURCE_MOVING;
}
