/* Virtual networks: made, and kept in address space and tags. A PUT carries everything that was
 * read, undeclared subnets above all: a PUT without a subnet deletes it. Subnets are written by
 * themselves. */
#include "resource/compare.h"
#include "resource/resource.h"

#define SWAGGER "Microsoft.Network 2024-03-01 swagger"

const struct field virtual_network_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .min = 2,
     .max = 64,
     .pattern = "^[A-Za-z0-9][-A-Za-z0-9_.]*[A-Za-z0-9_]$",
     .form = "letters, digits, . _ -, beginning with a letter or digit, not ending with . or -",
     .help = "Name of the network.",
     .source = "azure docs: naming rules for Microsoft.Network"},
    {.path = "location",
     .kind = FIELD_LOCATION,
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .help = "Azure region.",
     .source = "ARM resource API reference: location never changes"},
    {.path = "tags", .kind = FIELD_MAP, .flags = FIELD_WHOLE_OBJECT, .help = "Tags."},
    {.path = "properties.addressSpace.addressPrefixes",
     .kind = FIELD_SET,
     .flags = FIELD_REQUIRED,
     .help = "Its address blocks, as 10.0.0.0/16.",
     .source = SWAGGER},
    {.path = "properties.dhcpOptions.dnsServers",
     .kind = FIELD_SET,
     .help = "Name servers that its machines are told.",
     .source = SWAGGER},
    {.path = "properties.provisioningState", .kind = FIELD_STRING, .flags = FIELD_READ_ONLY},
    {.path = "properties.resourceGuid", .kind = FIELD_STRING, .flags = FIELD_READ_ONLY},
    COMPARE_MODE_ROW,
    {0},
};

static const struct arm_shape virtual_network_shape = {
    .type = "Microsoft.Network/virtualNetworks",
    .members = (const struct arm_member[]){{"location", ARM_TEXT},
                                           {"properties.addressSpace.addressPrefixes", ARM_ARRAY},
                                           {"properties.provisioningState", ARM_TEXT},
                                           {0}},
};

const struct resource resource_virtual_network = {
    .name = "virtual_network",
    .summary = "Virtual networks",
    .key = "virtualNetworks",
    .arm_type = "Microsoft.Network/virtualNetworks",
    .api_version = "2024-03-01",
    .shape = &virtual_network_shape,
    .read = RESOURCE_READ_SELF,
    .write = RESOURCE_WRITE_MERGE,
    .settling = ARM_SETTLES_BY_PROVISIONING,
    .etag = "etag",
    .fields = virtual_network_fields,
    .state = resource_provisioning,
};
