/* Microsoft.Network/virtualNetworks/subnets: see resource_type.h. The specification's examples
 * leave type and etag out; the wire has both, like the network's. */
#include "network/subnet.h"

#include <ctype.h>
#include <string.h>

#include "arm/resource_settle.h"
#include "arm/resource_type.h"
#include "arm/store.h"
#include "base/json.h"
#include "network/network_use.h"

#define FLEXIBLE_SERVERS "Microsoft.DBforPostgreSQL/flexibleServers"

static const struct member sub_resource[] = {
    MEMBER("id", MEMBER_TEXT, MEMBER_REQUIRED),
    MEMBER_END,
};

static const struct member delegation_properties[] = {
    MEMBER("serviceName", MEMBER_TEXT, MEMBER_REQUIRED),
    MEMBER("actions", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("provisioningState", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

static const struct member delegation[] = {
    MEMBER("id", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("name", MEMBER_TEXT, MEMBER_REQUIRED),
    MEMBER("etag", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("type", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER_INNER("properties", MEMBER_OBJECT, MEMBER_REQUIRED, delegation_properties),
    MEMBER_END,
};

static const struct member service_endpoint[] = {
    MEMBER("service", MEMBER_TEXT, MEMBER_REQUIRED),
    MEMBER_INNER("networkIdentifier", MEMBER_OBJECT, 0, sub_resource),
    MEMBER("locations", MEMBER_TEXTS, 0),
    MEMBER("provisioningState", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

static const struct member subnet_properties[] = {
    MEMBER("addressPrefix", MEMBER_TEXT, 0),
    MEMBER("addressPrefixes", MEMBER_TEXTS, 0),
    MEMBER_INNER("networkSecurityGroup", MEMBER_OBJECT, 0, sub_resource),
    MEMBER_INNER("routeTable", MEMBER_OBJECT, 0, sub_resource),
    MEMBER_INNER("natGateway", MEMBER_OBJECT, 0, sub_resource),
    MEMBER_INNER("serviceEndpoints", MEMBER_OBJECTS, 0, service_endpoint),
    MEMBER("privateEndpoints", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("ipConfigurations", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("ipConfigurationProfiles", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("resourceNavigationLinks", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("serviceAssociationLinks", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER_INNER("delegations", MEMBER_OBJECTS, 0, delegation),
    MEMBER("purpose", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("provisioningState", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_WORDS("privateEndpointNetworkPolicies", 0,
                 "Enabled|Disabled|NetworkSecurityGroupEnabled|RouteTableEnabled"),
    MEMBER_WORDS("privateLinkServiceNetworkPolicies", 0, "Enabled|Disabled"),
    MEMBER_WORDS("sharingScope", 0, "Tenant|DelegatedServices"),
    MEMBER("defaultOutboundAccess", MEMBER_BOOLEAN, 0),
    MEMBER_END,
};

static const struct member subnet_members[] = {
    MEMBER("id", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("name", MEMBER_TEXT, MEMBER_FIXED),
    MEMBER("type", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER_INNER("properties", MEMBER_OBJECT, MEMBER_REQUIRED, subnet_properties),
    MEMBER_END,
};

const struct member embedded_subnet_members[] = {
    MEMBER("id", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER("name", MEMBER_TEXT, MEMBER_REQUIRED),
    MEMBER("etag", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("type", MEMBER_ANY, MEMBER_READ_ONLY),
    MEMBER_INNER("properties", MEMBER_OBJECT, MEMBER_REQUIRED, subnet_properties),
    MEMBER_END,
};

bool network_name_valid(const char *name)
{
    enum { NAME_MAX_LENGTH = 80 };
    size_t length = strlen(name);
    if (!length || length > NAME_MAX_LENGTH || !isalnum((unsigned char)name[0])) return false;
    if (!isalnum((unsigned char)name[length - 1]) && name[length - 1] != '_') return false;
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") ==
           length;
}

const char *subnet_prefix(const json_t *subnet)
{
    const char *one = json_text_at(subnet, "properties.addressPrefix");
    const json_t *list = json_at(subnet, "properties.addressPrefixes");
    if (!one) one = json_string_value(json_array_get(list, 0));
    return one ? one : "";
}

/* Ids and the rest of what a delegation has; the actions are those of recorded delegations. */
static void delegations_fill(json_t *doc)
{
    const char *id = json_text_at(doc, "id");
    size_t i;
    json_t *item;
    json_array_foreach(json_at(doc, "properties.delegations"), i, item)
    {
        char *own = xasprintf("%s/delegations/%s", id, json_text_at(item, "name"));
        json_object_set_new(item, "id", json_string(own));
        json_object_set_new(item, "type",
                            json_string("Microsoft.Network/virtualNetworks/subnets/delegations"));
        json_put_at(item, "properties.provisioningState", json_string("Succeeded"));
        json_put_at(item, "properties.actions",
                    json_pack("[s]", "Microsoft.Network/virtualNetworks/subnets/join/action"));
        free(own);
    }
}

static void subnet_fill(struct sim *sim, json_t *doc, const json_t *old)
{
    (void)sim;
    (void)old;
    static const struct {
        const char *name, *text;
    } defaults[] = {
        {"privateEndpointNetworkPolicies", "Disabled"},
        {"privateLinkServiceNetworkPolicies", "Enabled"},
    };
    json_t *properties = json_object_get(doc, "properties");
    size_t i;
    json_t *item;
    for (i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
        if (!json_object_get(properties, defaults[i].name))
            json_object_set_new(properties, defaults[i].name, json_string(defaults[i].text));
    }
    if (!json_object_get(properties, "delegations"))
        json_object_set_new(properties, "delegations", json_array());
    json_array_foreach(json_object_get(properties, "serviceEndpoints"), i, item)
        json_object_set_new(item, "provisioningState", json_string("Succeeded"));
    delegations_fill(doc);
}

/* The network's etag is that of all its parts. */
static void subnet_view(const struct sim *sim, json_t *doc)
{
    const char *etag = json_text_at(resource_etag_holder(sim, doc), "etag");
    const char *id = json_text_at(doc, "id"), *name = json_text_at(doc, "name");
    size_t i;
    json_t *item;
    if (etag) json_object_set_new(doc, "etag", json_string(etag));
    json_array_foreach(json_at(doc, "properties.delegations"), i, item)
    {
        if (etag) json_object_set_new(item, "etag", json_string(etag));
    }
    if (!subnet_user(sim, id)) return;
    char *link = xasprintf("%s/serviceAssociationLinks/%s-service-association-link", id, name);
    json_put_at(doc, "properties.serviceAssociationLinks",
                json_pack("[{s:s, s:s, s:s, s:{s:s, s:s}}]", "name", strrchr(link, '/') + 1, "id",
                          link, "type",
                          "Microsoft.Network/virtualNetworks/subnets/serviceAssociationLinks",
                          "properties", "provisioningState", "Succeeded", "linkedResourceType",
                          FLEXIBLE_SERVERS));
    free(link);
}

static int subnet_check(struct resource_change *change, struct refusal *refusal)
{
    const json_t *doc = change->doc, *old = change->old;
    const json_t *list = json_at(doc, "properties.addressPrefixes");
    const char *name = json_text_at(doc, "name"), *id = json_text_at(doc, "id");
    if (!network_name_valid(name))
        return refuse_now(refusal, 400, "InvalidResourceName", "Resource name %s is invalid.",
                          name);
    if (json_array_size(list) > 1)
        return refuse_now(refusal, 400, "SubnetPrefixesNotOffered",
                          "This Azure offers one address prefix for a subnet.");
    if (!*subnet_prefix(doc) || (list && json_at(doc, "properties.addressPrefix")))
        return refuse_now(refusal, 400, "InvalidRequestFormat",
                          "Subnet '%s' needs addressPrefix or addressPrefixes, and not both.",
                          name);
    if (!old || !subnet_user(change->x->sim, id)) return 0;
    if (!subnet_delegated(doc))
        return refuse_now(refusal, 400, "SubnetDelegationsCannotChangeWhenSubnetUsedByResource",
                          "Delegations of subnet %s cannot be changed because it is being used by "
                          "the resource %s.",
                          id, subnet_user(change->x->sim, id));
    if (strcmp(subnet_prefix(doc), subnet_prefix(old)) != 0)
        return refuse_now(refusal, 400, "InUsePrefixCannotBeDeleted",
                          "IpPrefix %s on Subnet %s has active allocations and cannot be deleted.",
                          subnet_prefix(old), name);
    return 0;
}

static int subnet_drop(struct exchange *x, const json_t *doc, struct refusal *refusal)
{
    const char *id = json_text_at(doc, "id"), *name = json_text_at(doc, "name");
    if (!subnet_user(x->sim, id)) return 0;
    return refuse_now(
        refusal, 400, "InUseSubnetCannotBeDeleted",
        "Subnet %s is in use by %s/serviceAssociationLinks/%s-service-association-link "
        "and cannot be deleted. In order to delete the subnet, delete all the "
        "resources within the subnet. See aka.ms/deletesubnet.",
        name, id, name);
}

const struct resource_type subnet_type = {
    .type = "Microsoft.Network/virtualNetworks/subnets",
    .versions = "2024-03-01",
    .settle = SETTLE_PROVISIONING,
    .members = subnet_members,
    .duration = SET_NETWORK_MS,
    .embedded = "properties.subnets",
    .monitor = "operations",
    .result = "operationResults",
    .name_valid = network_name_valid,
    .fill = subnet_fill,
    .check = subnet_check,
    .view = subnet_view,
    .drop = subnet_drop,
};
