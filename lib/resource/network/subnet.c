/* Subnets of a declared virtual network. A subnet is PUT whole: what was read goes with what is
 * declared. One that nobody declared is reported and never touched. */
#include "resource/compare.h"
#include "resource/resource.h"

#define SWAGGER "Microsoft.Network 2024-03-01 swagger"

static const char *const policies[] = {"Disabled", "Enabled", "NetworkSecurityGroupEnabled",
                                       "RouteTableEnabled", NULL};

static const struct field delegation_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .help = "Name of the delegation.",
     .source = SWAGGER},
    {.path = "properties.serviceName",
     .kind = FIELD_STRING,
     .flags = FIELD_REQUIRED | FIELD_NOCASE,
     .help = "Whom the subnet is for: Microsoft.DBforPostgreSQL/flexibleServers.",
     .source = SWAGGER},
    {0},
};

static const struct field endpoint_fields[] = {
    {.path = "service",
     .kind = FIELD_STRING,
     .flags = FIELD_KEY | FIELD_REQUIRED | FIELD_NOCASE,
     .help = "As Microsoft.Storage.",
     .source = SWAGGER},
    {0},
};

const struct field subnet_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .min = 1,
     .max = 80,
     .pattern = "^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9_])?$",
     .form = "letters, digits, . _ -, beginning with a letter or digit, not ending with . or -",
     .help = "Name of the subnet.",
     .source = "azure docs: naming rules for Microsoft.Network"},
    {.path = "properties.addressPrefix",
     .kind = FIELD_STRING,
     .flags = FIELD_REQUIRED,
     .pattern = "^[0-9.]+/[0-9]+$",
     .form = "an address block, as 10.0.2.0/24",
     .help = "Its addresses.",
     .source = SWAGGER},
    {.path = "properties.delegations",
     .kind = FIELD_LIST,
     .fields = delegation_fields,
     .help = "Services that the subnet is delegated to.",
     .source = SWAGGER},
    {.path = "properties.serviceEndpoints",
     .kind = FIELD_LIST,
     .fields = endpoint_fields,
     .help = "Services that are reached directly.",
     .source = SWAGGER},
    {.path = "properties.networkSecurityGroup.id",
     .kind = FIELD_ARM_ID,
     .help = "Its network security group.",
     .source = SWAGGER},
    {.path = "properties.routeTable.id",
     .kind = FIELD_ARM_ID,
     .help = "Its route table.",
     .source = SWAGGER},
    {.path = "properties.privateEndpointNetworkPolicies",
     .kind = FIELD_ENUM,
     .choices = policies,
     .fallback = "Disabled",
     .help = "Whether network policies hold for private endpoints in it.",
     .source = SWAGGER},
    {.path = "properties.provisioningState", .kind = FIELD_STRING, .flags = FIELD_READ_ONLY},
    {.path = "properties.purpose", .kind = FIELD_STRING, .flags = FIELD_READ_ONLY},
    {.path = "properties.ipConfigurations", .kind = FIELD_ANY, .flags = FIELD_READ_ONLY},
    {.path = "properties.ipConfigurationProfiles", .kind = FIELD_ANY, .flags = FIELD_READ_ONLY},
    {.path = "properties.privateEndpoints", .kind = FIELD_ANY, .flags = FIELD_READ_ONLY},
    {.path = "properties.serviceAssociationLinks", .kind = FIELD_ANY, .flags = FIELD_READ_ONLY},
    {.path = "properties.resourceNavigationLinks", .kind = FIELD_ANY, .flags = FIELD_READ_ONLY},
    COMPARE_MODE_ROW,
    {0},
};

/* The specification's examples answer no type. */
static const struct arm_shape subnet_shape = {
    .members = (const struct arm_member[]){{"properties.provisioningState", ARM_TEXT}, {0}},
};

const struct resource resource_subnet = {
    .name = "subnet",
    .summary = "Subnets; what is not listed is left as it is",
    .key = "subnets",
    .parent = &resource_virtual_network,
    .arm_type = "Microsoft.Network/virtualNetworks/subnets",
    .api_version = "2024-03-01",
    .shape = &subnet_shape,
    .read = RESOURCE_READ_LIST,
    .write = RESOURCE_WRITE_MERGE,
    .settling = ARM_SETTLES_BY_PROVISIONING,
    .etag = "etag",
    .fields = subnet_fields,
};
