/* Microsoft.Network/virtualNetworks: see resource_type.h. Members are those of the 2024-03-01
 * specification that this Azure offers; peerings, NAT, route tables and the like are refused. */
#include <string.h>

#include "arm/resource_type.h"
#include "arm/store.h"
#include "base/json.h"
#include "front/clock.h"
#include "network/cidr.h"
#include "network/network_use.h"
#include "network/subnet.h"

static const struct member address_space[] = {
    MEMBER("addressPrefixes", MEMBER_TEXTS, MEMBER_REQUIRED),
    MEMBER_END,
};

static const struct member dhcp_options[] = {
    MEMBER("dnsServers", MEMBER_TEXTS, 0),
    MEMBER_END,
};

static const struct member encryption[] = {
    MEMBER("enabled", MEMBER_BOOLEAN, MEMBER_REQUIRED),
    MEMBER_WORDS("enforcement", 0, "DropUnencrypted|AllowUnencrypted"),
    MEMBER_END,
};

static const struct member no_members[] = {MEMBER_END};

static const struct member network_properties[] = {
    MEMBER_INNER("addressSpace", MEMBER_OBJECT, MEMBER_REQUIRED, address_space),
    MEMBER_INNER("dhcpOptions", MEMBER_OBJECT, 0, dhcp_options),
    MEMBER("flowTimeoutInMinutes", MEMBER_INTEGER, 0),
    MEMBER_INNER("subnets", MEMBER_OBJECTS, 0, embedded_subnet_members),
    MEMBER_INNER("virtualNetworkPeerings", MEMBER_OBJECTS, 0, no_members),
    MEMBER("resourceGuid", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("provisioningState", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("enableDdosProtection", MEMBER_BOOLEAN, 0),
    MEMBER("enableVmProtection", MEMBER_BOOLEAN, 0),
    MEMBER_INNER("encryption", MEMBER_OBJECT, 0, encryption),
    MEMBER("flowLogs", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER_WORDS("privateEndpointVNetPolicies", 0, "Disabled|Basic"),
    MEMBER_END,
};

static const struct member network_members[] = {
    MEMBER("id", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("name", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("type", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("location", MEMBER_TEXT, 0),
    MEMBER("tags", MEMBER_TAGS, 0),
    MEMBER_INNER("properties", MEMBER_OBJECT, MEMBER_REQUIRED, network_properties),
    MEMBER_END,
};

static const struct member network_members_patch[] = {
    MEMBER("tags", MEMBER_TAGS, 0),
    MEMBER_END,
};

static void network_fill(struct sim *sim, json_t *doc, const json_t *old)
{
    (void)sim;
    json_t *properties = json_object_get(doc, "properties");
    const char *old_guid = json_text_at(old, "properties.resourceGuid");
    char guid[GUID_TEXT];
    random_guid(guid);
    json_object_set_new(properties, "resourceGuid", json_string(old_guid ? old_guid : guid));
    json_object_set_new(properties, "virtualNetworkPeerings", json_array());
    if (!json_object_get(properties, "enableDdosProtection"))
        json_object_set_new(properties, "enableDdosProtection", json_false());
}

/* Every block is well-formed and none overlaps another. */
static int network_check_space(const json_t *space, struct refusal *refusal)
{
    size_t i, j;
    const json_t *one, *other;
    struct cidr a, b;
    if (!json_array_size(space))
        return refuse_now(refusal, 400, "VnetAddressSpaceMissing",
                          "A virtual network needs at least one address prefix.");
    json_array_foreach(space, i, one)
    {
        if (!cidr_parse(json_string_value(one), &a))
            return refuse_now(refusal, 400, "InvalidCIDRNotation",
                              "The address prefix %s has an invalid CIDR notation.",
                              json_string_value(one));
        json_array_foreach(space, j, other)
        {
            if (j < i && cidr_parse(json_string_value(other), &b) && cidr_overlaps(&a, &b))
                return refuse_now(refusal, 400, "VnetAddressSpacesOverlap",
                                  "The address prefixes %s and %s overlap.",
                                  json_string_value(other), json_string_value(one));
        }
    }
    return 0;
}

static bool network_holds(const json_t *space, const struct cidr *block)
{
    size_t i;
    const json_t *one;
    struct cidr outer;
    json_array_foreach(space, i, one)
    {
        if (cidr_parse(json_string_value(one), &outer) && cidr_contains(&outer, block)) return true;
    }
    return false;
}

static int network_check_subnet(const json_t *network, const json_t *subnets, size_t at,
                                struct refusal *refusal)
{
    const json_t *subnet = json_array_get(subnets, at);
    const char *name = json_text_at(subnet, "name"), *vnet = json_text_at(network, "name");
    struct cidr block, other;
    if (!cidr_parse(subnet_prefix(subnet), &block))
        return refuse_now(refusal, 400, "InvalidCIDRNotation",
                          "The address prefix %s of subnet '%s' has an invalid CIDR notation.",
                          subnet_prefix(subnet), name);
    if (!network_holds(json_at(network, "properties.addressSpace.addressPrefixes"), &block))
        return refuse_now(refusal, 400, "NetcfgSubnetRangeOutsideVnet",
                          "Subnet '%s' is not valid because its IP address range is outside the IP "
                          "address range of virtual network '%s'.",
                          name, vnet);
    for (size_t i = 0; i < at; i++) {
        const json_t *before = json_array_get(subnets, i);
        if (strcasecmp(json_text_at(before, "name"), name) == 0)
            return refuse_now(refusal, 400, "DuplicateResourceName",
                              "Resource %s has two child resources with the same name (%s).", vnet,
                              name);
        if (cidr_parse(subnet_prefix(before), &other) && cidr_overlaps(&block, &other))
            return refuse_now(refusal, 400, "NetcfgSubnetRangesOverlap",
                              "Subnet '%s' is not valid because its IP address range overlaps with "
                              "that of an existing subnet in virtual network '%s'.",
                              name, vnet);
    }
    return 0;
}

static int network_check(struct resource_change *change, struct refusal *refusal)
{
    const json_t *space = json_at(change->doc, "properties.addressSpace.addressPrefixes");
    if (network_check_space(space, refusal) < 0) return -1;
    for (size_t i = 0; i < json_array_size(change->embedded); i++) {
        if (network_check_subnet(change->doc, change->embedded, i, refusal) < 0) return -1;
    }
    return 0;
}

static int network_drop(struct exchange *x, const json_t *doc, struct refusal *refusal)
{
    const char *link = network_link(x->sim, json_text_at(doc, "id"));
    if (!link || setting_is(&x->sim->settings, SET_LINKED_NETWORK_DELETE, "allow")) return 0;
    return refuse_now(refusal, 400, "InUseVirtualNetworkCannotBeDeleted",
                      "Virtual network %s is in use by %s and cannot be deleted.",
                      json_text_at(doc, "name"), link);
}

const struct resource_type virtual_network_type = {
    .type = "Microsoft.Network/virtualNetworks",
    .versions = "2024-03-01",
    .flags = RESOURCE_TRACKED | RESOURCE_PATCH_TAGS,
    .settle = SETTLE_PROVISIONING,
    .members = network_members,
    .members_patch = network_members_patch,
    .duration = SET_NETWORK_MS,
    .etag = "weak",
    .embedding = "Microsoft.Network/virtualNetworks/subnets",
    .absent_embedded = SET_ABSENT_SUBNETS,
    .monitor = "operations",
    .result = "operationResults",
    .name_valid = network_name_valid,
    .fill = network_fill,
    .check = network_check,
    .drop = network_drop,
};
