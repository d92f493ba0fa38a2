/* Who may reach a server: see relation.h. */
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "config/relation_inside.h"

#define SUBNET "properties.network.delegatedSubnetResourceId"
#define DNS_ZONE "properties.network.privateDnsZoneArmResourceId"
#define PUBLIC_ACCESS "properties.network.publicNetworkAccess"

static bool relation_address(const json_t *rule, const char *path, uint32_t *out)
{
    struct in_addr address;
    const char *text = json_text_at(rule, path);
    if (!text || inet_pton(AF_INET, text, &address) != 1) return false;
    *out = ntohl(address.s_addr);
    return true;
}

void relation_addresses(struct relations *r, size_t i, const json_t *server)
{
    static const char first[] = "properties.startIpAddress", last[] = "properties.endIpAddress";
    size_t k;
    const json_t *rule;
    json_array_foreach(json_object_get(server, "firewallRules"), k, rule)
    {
        uint32_t from, to;
        if (!relation_address(rule, first, &from) || !relation_address(rule, last, &to) ||
            from <= to)
            continue;
        relation_say(r, arena_printf(r->arena, "servers[%zu].firewallRules[%zu].%s", i, k, last),
                     "%s comes before startIpAddress, %s", json_text_at(rule, last),
                     json_text_at(rule, first));
    }
}

static bool relation_is_integrated(const json_t *server)
{
    const char *subnet = json_text_at(server, SUBNET);
    return subnet && *subnet;
}

void relation_integrated_public(struct relations *r, size_t i, const json_t *server)
{
    const char *access = json_text_at(server, PUBLIC_ACCESS);
    if (relation_is_integrated(server) && access && strcasecmp(access, "Enabled") == 0)
        relation_say(r, arena_printf(r->arena, "servers[%zu]." PUBLIC_ACCESS, i),
                     "a server in a virtual network has no public endpoint");
}

void relation_integrated_v6(struct relations *r, size_t i, const json_t *server)
{
    const char *sku = json_text_at(server, "sku.name");
    size_t length = strlen(sku);
    if (relation_is_integrated(server) && length > 3 && strcasecmp(sku + length - 3, "_v6") == 0)
        relation_say(r, arena_printf(r->arena, "servers[%zu].sku.name", i),
                     "compute of the sixth version cannot be in a virtual network");
}

void relation_dns_zone(struct relations *r, size_t i, const json_t *server)
{
    static const char ending[] = ".postgres.database.azure.com";
    const char *id = json_text_at(server, DNS_ZONE);
    const char *name = json_text_at(server, "name");
    if (!id || !*id) return;
    const char *slash = strrchr(id, '/');
    const char *zone = slash ? slash + 1 : id;
    size_t length = strlen(zone), end = sizeof(ending) - 1, label = strcspn(zone, ".");
    const char *path = arena_printf(r->arena, "servers[%zu]." DNS_ZONE, i);
    if (length <= end || strcasecmp(zone + length - end, ending) != 0)
        relation_say(r, path, "the zone's name must end in %s", ending);
    else if (label == strlen(name) && strncasecmp(zone, name, label) == 0)
        relation_say(r, path, "the zone's first label must not be the server's name");
}
