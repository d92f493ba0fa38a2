/* Who uses whom: see network_use.h. What a server needs of its network is documented; the codes of
 * the refusals other than PrivateDnsZoneNameNotValid are unverified. */
#include "network/network_use.h"

#include <stdlib.h>
#include <string.h>

#include "arm/location.h"
#include "arm/resource_path.h"
#include "arm/store.h"
#include "base/json.h"
#include "network/cidr.h"
#include "network/subnet.h"
#include "postgres/server.h"

#define SUBNET_PATH "properties.network.delegatedSubnetResourceId"
#define ZONE_PATH "properties.network.privateDnsZoneArmResourceId"
#define ZONE_SUFFIX ".postgres.database.azure.com"

enum { SMALLEST_SUBNET_BITS = 28 };

const char *subnet_user(const struct sim *sim, const char *id)
{
    for (size_t i = 0; i < sim->server_n; i++) {
        const json_t *doc = server_doc(sim->servers[i]);
        const char *subnet = json_text_at(doc, SUBNET_PATH);
        if (subnet && strcasecmp(subnet, id) == 0) return json_text_at(doc, "id");
    }
    return NULL;
}

bool subnet_delegated(const json_t *subnet)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_at(subnet, "properties.delegations"), i, item)
    {
        const char *service = json_text_at(item, "properties.serviceName");
        if (strcasecmp(service, "Microsoft.DBforPostgreSQL/flexibleServers") == 0) return true;
    }
    return false;
}

const char *network_link(const struct sim *sim, const char *id)
{
    const char *key;
    json_t *doc;
    json_each_member(sim->resources, key, doc)
    {
        const char *network = json_text_at(doc, "properties.virtualNetwork.id");
        if (network && strcasecmp(network, id) == 0) return json_text_at(doc, "id");
    }
    return NULL;
}

static const json_t *resource_named(const struct sim *sim, struct arena *arena, const char *id)
{
    return store_find(sim, lower_text(arena, id));
}

static int subnet_fits(const struct sim *sim, struct arena *arena, const json_t *doc,
                       struct refusal *refusal)
{
    const char *id = json_text_at(doc, SUBNET_PATH);
    const json_t *subnet = resource_named(sim, arena, id);
    const json_t *network = subnet ? resource_named(sim, arena, id_parent(arena, id)) : NULL;
    struct cidr block;
    if (!network)
        return refuse(refusal, "VnetSubnetNotFound", "The subnet '%s' was not found.", id);
    if (!subnet_delegated(subnet))
        return refuse(
            refusal, "SubnetNotDelegated",
            "The subnet '%s' is not delegated to Microsoft.DBforPostgreSQL/flexibleServers.", id);
    if (!location_same(json_text_at(network, "location"), json_text_at(doc, "location")))
        return refuse(refusal, "VnetLocationMismatch",
                      "The virtual network must be in the server's region.");
    if (cidr_parse(subnet_prefix(subnet), &block) && block.bits > SMALLEST_SUBNET_BITS)
        return refuse(refusal, "SubnetTooSmall", "A delegated subnet is /%d or larger.",
                      SMALLEST_SUBNET_BITS);
    return 0;
}

/* Is the zone linked to the network? */
static bool zone_linked(const struct sim *sim, const char *zone, const char *network)
{
    json_t *links = store_children(sim->resources, private_dns_link_type.type, zone);
    size_t i;
    const json_t *link;
    bool linked = false;
    json_array_foreach(links, i, link)
    {
        const char *id = json_text_at(link, "properties.virtualNetwork.id");
        linked = linked || strcasecmp(id, network) == 0;
    }
    json_decref(links);
    return linked;
}

static int zone_fits(const struct sim *sim, struct arena *arena, const json_t *doc,
                     struct refusal *refusal)
{
    const char *id = json_text_at(doc, ZONE_PATH), *subnet = json_text_at(doc, SUBNET_PATH);
    const char *name = id_name(id),
               *host = json_text_at(doc, "properties.fullyQualifiedDomainName");
    size_t length = strlen(name), tail = strlen(ZONE_SUFFIX);
    if (!resource_named(sim, arena, id))
        return refuse(refusal, "PrivateDnsZoneNotFound", "The private DNS zone '%s' was not found.",
                      id);
    if (length <= tail || strcasecmp(name + length - tail, ZONE_SUFFIX) != 0 ||
        (host && strcasecmp(name, host) == 0))
        return refuse(refusal, "PrivateDnsZoneNameNotValid",
                      "The private DNS zone name '%s' is not valid: it must end with '%s' and must "
                      "not be the server's own name.",
                      name, ZONE_SUFFIX);
    if (subnet && !zone_linked(sim, id, id_parent(arena, subnet)))
        return refuse(refusal, "PrivateDnsZoneNotLinked",
                      "The private DNS zone '%s' is not linked to the server's virtual network.",
                      name);
    return 0;
}

int server_network_check(const struct sim *sim, const json_t *doc, struct refusal *refusal)
{
    if (setting_is(&sim->settings, SET_LINKED_IDS, "ignore")) return 0;
    struct arena *arena = arena_new();
    int r = 0;
    if (json_text_at(doc, SUBNET_PATH)) r = subnet_fits(sim, arena, doc, refusal);
    if (r == 0 && json_text_at(doc, ZONE_PATH)) r = zone_fits(sim, arena, doc, refusal);
    arena_free(arena);
    if (r < 0 && setting_is(&sim->settings, SET_LINKED_IDS, "sync"))
        return refuse_now(
            refusal, 403, "LinkedAuthorizationFailed",
            "The client has permission to perform action "
            "'Microsoft.DBforPostgreSQL/flexibleServers/write' on scope '%s'; however, "
            "the linked scope(s) are invalid.",
            json_text_at(doc, "id"));
    return r;
}
