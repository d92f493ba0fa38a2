/* Links of a private DNS zone: the networks in which its names resolve. */
#include "resource/compare.h"
#include "resource/resource.h"

#define SWAGGER "Microsoft.Network privateDns 2024-06-01 swagger"

const struct field virtual_network_link_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .min = 1,
     .max = 80,
     .pattern = "^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9_])?$",
     .form = "letters, digits, . _ -, beginning with a letter or digit, not ending with . or -",
     .help = "Name of the link.",
     .source = "azure docs: naming rules for Microsoft.Network"},
    {.path = "location",
     .kind = FIELD_LOCATION,
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .help = "global.",
     .source = SWAGGER},
    {.path = "tags", .kind = FIELD_MAP, .flags = FIELD_WHOLE_OBJECT, .help = "Tags."},
    {.path = "properties.virtualNetwork.id",
     .kind = FIELD_ARM_ID,
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .help = "The network.",
     .source = "azure docs: private-dns-virtual-network-links"},
    {.path = "properties.registrationEnabled",
     .kind = FIELD_BOOL,
     .fallback = "false",
     .help = "Whether the network's machines get records of their own.",
     .source = SWAGGER},
    {.path = "properties.provisioningState", .kind = FIELD_STRING, .flags = FIELD_READ_ONLY},
    {.path = "properties.virtualNetworkLinkState", .kind = FIELD_STRING, .flags = FIELD_READ_ONLY},
    COMPARE_MODE_ROW,
    {0},
};

static const struct arm_shape virtual_network_link_shape = {
    .type = "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    .members = (const struct arm_member[]){{"location", ARM_TEXT},
                                           {"properties.virtualNetwork.id", ARM_TEXT},
                                           {"properties.provisioningState", ARM_TEXT},
                                           {0}},
};

const struct resource resource_virtual_network_link = {
    .name = "virtual_network_link",
    .summary = "Networks in which the zone's names resolve",
    .key = "virtualNetworkLinks",
    .parent = &resource_private_dns_zone,
    .arm_type = "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    .api_version = "2024-06-01",
    .shape = &virtual_network_link_shape,
    .read = RESOURCE_READ_LIST,
    .write = RESOURCE_WRITE_MERGE,
    .settling = ARM_SETTLES_BY_PROVISIONING,
    .etag = "etag",
    .if_none_match = true,
    .fields = virtual_network_link_fields,
};
