/* The resource group that holds everything of a document. Made where it is missing and creation is
 * allowed; its tags are kept; never deleted. */
#include "resource/compare.h"
#include "resource/resource.h"

const struct field resource_group_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .max = 90,
     .min = 1,
     .pattern = "^[-A-Za-z0-9_.()]*[-A-Za-z0-9_()]$",
     .form = "letters, digits, . _ - ( ), not ending with a dot",
     .help = "Name of the resource group.",
     .source = "Microsoft.Resources 2024-07-01 swagger"},
    {.path = "location",
     .kind = FIELD_LOCATION,
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .help = "Azure region.",
     .source = "ARM resource API reference: location never changes"},
    {.path = "tags",
     .kind = FIELD_MAP,
     .flags = FIELD_WHOLE_OBJECT,
     .help = "Tags.",
     .source = "ARM: tags in a PATCH replace all tags"},
    COMPARE_MODE_ROW,
    {0},
};

static const struct arm_shape resource_group_shape = {
    .type = "Microsoft.Resources/resourceGroups",
    .members = (const struct arm_member[]){{"location", ARM_TEXT},
                                           {"properties.provisioningState", ARM_TEXT},
                                           {0}},
};

const struct resource resource_resource_group = {
    .name = "resource_group",
    .summary = "The resource group that holds everything of the document",
    .key = "resourceGroup",
    .form = RESOURCE_ONE,
    .arm_type = "Microsoft.Resources/resourceGroups",
    .api_version = "2024-07-01",
    .shape = &resource_group_shape,
    .read = RESOURCE_READ_SELF,
    .write = RESOURCE_WRITE_PATCH,
    .settling = ARM_SETTLES_BY_PROVISIONING,
    .fields = resource_group_fields,
};
