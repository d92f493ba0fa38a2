/* Private DNS zones: made, and kept in their tags. Records in them are not ours. */
#include "resource/compare.h"
#include "resource/resource.h"

#define SWAGGER "Microsoft.Network privateDns 2024-06-01 swagger"

const struct field private_dns_zone_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .min = 1,
     .max = 253,
     .pattern = "^[A-Za-z0-9_][-A-Za-z0-9_]*([.][A-Za-z0-9_][-A-Za-z0-9_]*)+$",
     .form = "a domain name of two labels or more, without a final dot",
     .help = "The zone; for servers in a network it ends in .postgres.database.azure.com.",
     .source = SWAGGER ": without a terminating dot"},
    {.path = "location",
     .kind = FIELD_LOCATION,
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .help = "global.",
     .source = SWAGGER},
    {.path = "tags", .kind = FIELD_MAP, .flags = FIELD_WHOLE_OBJECT, .help = "Tags."},
    {.path = "properties", .kind = FIELD_ANY, .flags = FIELD_READ_ONLY, .source = SWAGGER},
    COMPARE_MODE_ROW,
    {0},
};

static const struct arm_shape private_dns_zone_shape = {
    .type = "Microsoft.Network/privateDnsZones",
    .members = (const struct arm_member[]){{"location", ARM_TEXT},
                                           {"properties.provisioningState", ARM_TEXT},
                                           {0}},
};

const struct resource resource_private_dns_zone = {
    .name = "private_dns_zone",
    .summary = "Private DNS zones",
    .key = "privateDnsZones",
    .arm_type = "Microsoft.Network/privateDnsZones",
    .api_version = "2024-06-01",
    .shape = &private_dns_zone_shape,
    .read = RESOURCE_READ_SELF,
    .write = RESOURCE_WRITE_MERGE,
    .settling = ARM_SETTLES_BY_PROVISIONING,
    .if_none_match = true,
    .etag = "etag",
    .fields = private_dns_zone_fields,
    .state = resource_provisioning,
};
