/* The table of paths: see route.h. A path that no row knows, and that names no generic type, is a
 * type that does not exist here. */
#include "arm/route.h"

#include <string.h>

#include "arm/api_version.h"
#include "arm/cloud_metadata.h"
#include "arm/lro.h"
#include "arm/name_availability.h"
#include "arm/provider.h"
#include "arm/resource.h"
#include "arm/resource_group.h"
#include "arm/subscription.h"
#include "postgres/administrator.h"
#include "postgres/backup.h"
#include "postgres/capability.h"
#include "postgres/configuration.h"
#include "postgres/database.h"
#include "postgres/firewall_rule.h"
#include "postgres/private_endpoint_connection.h"
#include "postgres/server.h"
#include "postgres/threat_protection.h"
#include "postgres/virtual_endpoint.h"

#define SUBSCRIPTION "/subscriptions/{}"
#define GROUP SUBSCRIPTION "/resourcegroups/{}"
#define LOCATION SUBSCRIPTION "/providers/Microsoft.DBforPostgreSQL/locations/{}"
#define SERVERS GROUP "/providers/Microsoft.DBforPostgreSQL/flexibleServers"
#define NETWORK_LOCATION SUBSCRIPTION "/providers/Microsoft.Network/locations/{}"
#define PRIVATE_DNS GROUP "/providers/Microsoft.Network/privateDns"

#define PG PG_SINCE_2021
#define CHILD (NEEDS_GROUP | NEEDS_SERVER)

static const struct route routes[] = {
    {"GET", "/metadata/endpoints", "metadata", "", cloud_metadata_get, OF_TENANT | OPEN_TO_ALL},
    {"GET", "/tenants", "tenants", SUBSCRIPTION_VERSIONS, tenant_list, OF_TENANT},
    {"GET", "/subscriptions", "subscriptions", SUBSCRIPTION_VERSIONS, subscription_list, OF_TENANT},
    {"GET", SUBSCRIPTION, "subscriptions", SUBSCRIPTION_VERSIONS, subscription_get, 0},
    {"GET", SUBSCRIPTION "/locations", "locations", SUBSCRIPTION_VERSIONS, location_list, 0},
    {"GET", "/providers", "providers", GROUP_VERSIONS, provider_list_tenant, OF_TENANT},
    {"GET", "/providers/{}", "providers", GROUP_VERSIONS, provider_get_tenant, OF_TENANT},
    {"GET", SUBSCRIPTION "/providers", "providers", GROUP_VERSIONS, provider_list, 0},
    {"GET", SUBSCRIPTION "/providers/{}", "providers", GROUP_VERSIONS, provider_get, 0},
    {"POST", SUBSCRIPTION "/providers/{}/register", "providers", GROUP_VERSIONS, provider_register,
     0},
    {"POST", SUBSCRIPTION "/providers/{}/unregister", "providers", GROUP_VERSIONS,
     provider_unregister, 0},

    {"GET", SUBSCRIPTION "/resourcegroups", "resourceGroups", GROUP_VERSIONS, resource_group_list,
     0},
    {"GET", GROUP, "resourceGroups", GROUP_VERSIONS, resource_group_get, 0},
    {"HEAD", GROUP, "resourceGroups", GROUP_VERSIONS, resource_group_head, 0},
    {"PUT", GROUP, "resourceGroups", GROUP_VERSIONS, resource_group_put, 0},
    {"PATCH", GROUP, "resourceGroups", GROUP_VERSIONS, resource_group_patch, NEEDS_GROUP},
    {"DELETE", GROUP, "resourceGroups", GROUP_VERSIONS, resource_group_delete, NEEDS_GROUP},
    {"GET", GROUP "/resources", "resources", GROUP_VERSIONS, resource_list_group, NEEDS_GROUP},

    {"GET", SUBSCRIPTION "/providers/Microsoft.DBforPostgreSQL/flexibleServers", "flexibleServers",
     PG, server_list, 0},
    {"GET", SERVERS, "flexibleServers", PG, server_list, NEEDS_GROUP},
    {"GET", SERVERS "/{}", "flexibleServers", PG, server_get, NEEDS_GROUP},
    {"PUT", SERVERS "/{}", "flexibleServers", PG, server_put, NEEDS_GROUP},
    {"PATCH", SERVERS "/{}", "flexibleServers", PG, server_patch, CHILD},
    {"DELETE", SERVERS "/{}", "flexibleServers", PG, server_delete, NEEDS_GROUP},
    {"POST", SERVERS "/{}/start", "flexibleServers/start", PG, server_start, CHILD},
    {"POST", SERVERS "/{}/stop", "flexibleServers/stop", PG, server_stop, CHILD},
    {"POST", SERVERS "/{}/restart", "flexibleServers/restart", PG, server_restart, CHILD},

    {"GET", SERVERS "/{}/configurations", "flexibleServers/configurations", PG, configuration_list,
     CHILD},
    {"GET", SERVERS "/{}/configurations/{}", "flexibleServers/configurations", PG,
     configuration_get, CHILD},
    {"PUT", SERVERS "/{}/configurations/{}", "flexibleServers/configurations", PG,
     configuration_write, CHILD},
    {"PATCH", SERVERS "/{}/configurations/{}", "flexibleServers/configurations", PG,
     configuration_write, CHILD},
    {"GET", SERVERS "/{}/firewallRules", "flexibleServers/firewallRules", PG, firewall_rule_list,
     CHILD},
    {"GET", SERVERS "/{}/firewallRules/{}", "flexibleServers/firewallRules", PG, firewall_rule_get,
     CHILD},
    {"PUT", SERVERS "/{}/firewallRules/{}", "flexibleServers/firewallRules", PG, firewall_rule_put,
     CHILD},
    {"DELETE", SERVERS "/{}/firewallRules/{}", "flexibleServers/firewallRules", PG,
     firewall_rule_delete, CHILD},
    {"GET", SERVERS "/{}/databases", "flexibleServers/databases", PG, database_list, CHILD},
    {"GET", SERVERS "/{}/databases/{}", "flexibleServers/databases", PG, database_get, CHILD},
    {"PUT", SERVERS "/{}/databases/{}", "flexibleServers/databases", PG, database_put, CHILD},
    {"DELETE", SERVERS "/{}/databases/{}", "flexibleServers/databases", PG, database_delete, CHILD},
    {"GET", SERVERS "/{}/administrators", "flexibleServers/administrators", PG_SINCE_2022,
     administrator_list, CHILD},
    {"GET", SERVERS "/{}/administrators/{}", "flexibleServers/administrators", PG_SINCE_2022,
     administrator_get, CHILD},
    {"PUT", SERVERS "/{}/administrators/{}", "flexibleServers/administrators", PG_SINCE_2022,
     administrator_put, CHILD},
    {"DELETE", SERVERS "/{}/administrators/{}", "flexibleServers/administrators", PG_SINCE_2022,
     administrator_delete, CHILD},
    {"GET", SERVERS "/{}/backups", "flexibleServers/backups", PG_SINCE_2022, backup_list, CHILD},
    {"GET", SERVERS "/{}/backups/{}", "flexibleServers/backups", PG_SINCE_2022, backup_get, CHILD},
    {"PUT", SERVERS "/{}/backups/{}", "flexibleServers/backups", PG_SINCE_2024, backup_put, CHILD},
    {"DELETE", SERVERS "/{}/backups/{}", "flexibleServers/backups", PG_SINCE_2024, backup_delete,
     CHILD},
    {"GET", SERVERS "/{}/logFiles", "flexibleServers/logFiles", PG_SINCE_2024, log_file_list,
     CHILD},

    {"GET", SERVERS "/{}/virtualEndpoints", "flexibleServers/virtualEndpoints", PG_SINCE_2024,
     virtual_endpoint_serve, CHILD},
    {"GET", SERVERS "/{}/virtualEndpoints/{}", "flexibleServers/virtualEndpoints", PG_SINCE_2024,
     virtual_endpoint_serve, CHILD},
    {"PUT", SERVERS "/{}/virtualEndpoints/{}", "flexibleServers/virtualEndpoints", PG_SINCE_2024,
     virtual_endpoint_serve, CHILD},
    {"PATCH", SERVERS "/{}/virtualEndpoints/{}", "flexibleServers/virtualEndpoints", PG_SINCE_2024,
     virtual_endpoint_serve, CHILD},
    {"DELETE", SERVERS "/{}/virtualEndpoints/{}", "flexibleServers/virtualEndpoints", PG_SINCE_2024,
     virtual_endpoint_serve, CHILD},
    {"GET", SERVERS "/{}/advancedThreatProtectionSettings",
     "flexibleServers/advancedThreatProtectionSettings", PG_SINCE_2024, threat_protection_serve,
     CHILD},
    {"GET", SERVERS "/{}/advancedThreatProtectionSettings/{}",
     "flexibleServers/advancedThreatProtectionSettings", PG_SINCE_2024, threat_protection_serve,
     CHILD},
    {"PUT", SERVERS "/{}/advancedThreatProtectionSettings/{}",
     "flexibleServers/advancedThreatProtectionSettings", PG_SINCE_2024, threat_protection_serve,
     CHILD},
    {"GET", SERVERS "/{}/privateEndpointConnections", "flexibleServers/privateEndpointConnections",
     PG_SINCE_2024, private_endpoint_connection_serve, CHILD},
    {"GET", SERVERS "/{}/privateEndpointConnections/{}",
     "flexibleServers/privateEndpointConnections", PG_SINCE_2024, private_endpoint_connection_serve,
     CHILD},
    {"PUT", SERVERS "/{}/privateEndpointConnections/{}",
     "flexibleServers/privateEndpointConnections", PG_SINCE_2024, private_endpoint_connection_serve,
     CHILD},
    {"DELETE", SERVERS "/{}/privateEndpointConnections/{}",
     "flexibleServers/privateEndpointConnections", PG_SINCE_2024, private_endpoint_connection_serve,
     CHILD},

    {"GET", LOCATION "/azureAsyncOperation/{}", "azureAsyncOperation", PG, lro_get_status, 0},
    {"GET", LOCATION "/operationResults/{}", "operationResults", PG, lro_get_result, 0},
    {"GET", LOCATION "/capabilities", "locations/capabilities", PG, capability_list, 0},
    {"POST", LOCATION "/checkNameAvailability", "locations/checkNameAvailability", PG_SINCE_2022,
     name_availability_check, 0},
    {"POST", SUBSCRIPTION "/providers/Microsoft.DBforPostgreSQL/checkNameAvailability",
     "checkNameAvailability", PG, name_availability_check, 0},

    {"GET", NETWORK_LOCATION "/operations/{}", "operations", NETWORK_VERSIONS, lro_get_status, 0},
    {"GET", NETWORK_LOCATION "/operationResults/{}", "operationResults", NETWORK_VERSIONS,
     lro_get_result, 0},
    {"GET", PRIVATE_DNS "OperationStatuses/{}", "operations", PRIVATE_DNS_VERSIONS, lro_get_status,
     0},
    {"GET", PRIVATE_DNS "OperationResults/{}", "operationResults", PRIVATE_DNS_VERSIONS,
     lro_get_result, 0},
};

/* Matches segment by segment, letters without case, and collects what the braces stand for. */
static bool route_matches(const struct route *route, struct exchange *x)
{
    const char *args[ARGS_MAX] = {0};
    const char *p = route->pattern, *s = x->path;
    int n = 0;
    while (*p == '/' && *s == '/') {
        size_t want = strcspn(++p, "/"), have = strcspn(++s, "/");
        if (want == 2 && p[0] == '{') {
            if (!have || n == ARGS_MAX) return false;
            args[n++] = arena_strndup(x->arena, s, have);
        } else if (want != have || strncasecmp(p, s, want) != 0) {
            return false;
        }
        p += want;
        s += have;
    }
    if (*p || *s) return false;
    memcpy(x->args, args, sizeof(args));
    return true;
}

const struct route *route_find(struct exchange *x, const struct route **other)
{
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (!route_matches(&routes[i], x)) continue;
        if (strcmp(routes[i].method, x->method) == 0) return &routes[i];
        *other = &routes[i];
    }
    return NULL;
}
