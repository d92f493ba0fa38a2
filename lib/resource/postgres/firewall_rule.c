/* Firewall rules of a server: address ranges that may reach the public endpoint. Rules that are not
 * declared are drift: what opens a door must be known. */
#include <arpa/inet.h>
#include <stdint.h>

#include "base/json.h"
#include "resource/compare.h"
#include "resource/resource.h"

const struct field firewall_rule_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .min = 1,
     .max = 80,
     .pattern = "^[a-zA-Z0-9]([-_a-zA-Z0-9]*[_a-zA-Z0-9])?$",
     .form = "letters, digits, - and _, not ending with -",
     .help = "Name of the rule.",
     .source = "Microsoft.DBforPostgreSQL 2025-08-01 swagger"},
    {.path = "properties.startIpAddress",
     .kind = FIELD_IPV4,
     .flags = FIELD_REQUIRED,
     .help = "First address; 0.0.0.0 to 0.0.0.0 lets all of Azure in.",
     .source = "Microsoft.DBforPostgreSQL 2025-08-01 swagger"},
    {.path = "properties.endIpAddress",
     .kind = FIELD_IPV4,
     .flags = FIELD_REQUIRED,
     .help = "Last address.",
     .source = "Microsoft.DBforPostgreSQL 2025-08-01 swagger"},
    COMPARE_MODE_ROW,
    {0},
};

static uint32_t firewall_rule_address(const json_t *rule, const char *path)
{
    struct in_addr address = {0};
    const char *text = json_text_at(rule, path);
    if (text) inet_pton(AF_INET, text, &address);
    return ntohl(address.s_addr);
}

/* Does the rule as it stands let in addresses that its declaration does not? */
static bool firewall_rule_widens(const json_t *want, const json_t *have)
{
    static const char first[] = "properties.startIpAddress", last[] = "properties.endIpAddress";
    return !want || (firewall_rule_address(have, first) < firewall_rule_address(want, first) ||
                     firewall_rule_address(have, last) > firewall_rule_address(want, last));
}

static const struct arm_shape firewall_rule_shape = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules",
    .members = (const struct arm_member[]){{"properties.startIpAddress", ARM_TEXT},
                                           {"properties.endIpAddress", ARM_TEXT},
                                           {0}},
};

const struct resource resource_firewall_rule = {
    .name = "firewall_rule",
    .summary =
        "Ranges of addresses that may reach the public endpoint; what is not listed is undeclared",
    .key = "firewallRules",
    .parent = &resource_server,
    .arm_type = "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules",
    .api_version = "2025-08-01",
    .shape = &firewall_rule_shape,
    .read = RESOURCE_READ_LIST,
    .write = RESOURCE_WRITE_PUT,
    .deletable = true,
    .fields = firewall_rule_fields,
    .widens = firewall_rule_widens,
};
