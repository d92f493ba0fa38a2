/* Azure Resource Manager: see arm.h. The surface is one table of path patterns; a path that no row
 * knows is a type that does not exist here. */
#include "arm/arm.h"

#include <stdio.h>
#include <string.h>

#include "arm/lro.h"
#include "arm/management_lock.h"
#include "arm/name_availability.h"
#include "arm/path_pattern.h"
#include "arm/resource.h"
#include "arm/resource_group.h"
#include "control/history.h"
#include "front/clock.h"
#include "front/throttle.h"
#include "front/token.h"
#include "postgres/capability.h"
#include "postgres/configuration.h"
#include "postgres/database.h"
#include "postgres/firewall_rule.h"
#include "postgres/server.h"

#define GROUP "/subscriptions/{}/resourcegroups/{}"
#define LOCATION "/subscriptions/{}/providers/Microsoft.DBforPostgreSQL/locations/{}"
#define SERVERS GROUP "/providers/Microsoft.DBforPostgreSQL/flexibleServers"
#define NETWORK_LOCATION "/subscriptions/{}/providers/Microsoft.Network/locations/{}"
#define PRIVATE_DNS GROUP "/providers/Microsoft.Network/privateDns"
#define POSTGRES_VERSIONS "2025-08-01, 2024-08-01"
#define NETWORK_VERSIONS "2024-03-01"
#define PRIVATE_DNS_VERSIONS "2024-06-01"
#define GROUP_VERSIONS "2024-11-01, 2024-07-01"

typedef void route_fn(struct exchange *x);

enum route_flag {
    NEEDS_GROUP = 1,  /* the resource group must exist */
    NEEDS_SERVER = 2, /* and the server */
};

struct route {
    const char *method, *pattern, *type, *versions;
    route_fn *run;
    int flags;
};

#define PG POSTGRES_VERSIONS
#define CHILD (NEEDS_GROUP | NEEDS_SERVER)

static const struct route routes[] = {
    {"GET", "/subscriptions/{}/resourcegroups", "resourceGroups", GROUP_VERSIONS,
     resource_group_list, 0},
    {"GET", GROUP, "resourceGroups", GROUP_VERSIONS, resource_group_get, 0},
    {"HEAD", GROUP, "resourceGroups", GROUP_VERSIONS, resource_group_head, 0},
    {"PUT", GROUP, "resourceGroups", GROUP_VERSIONS, resource_group_put, 0},
    {"PATCH", GROUP, "resourceGroups", GROUP_VERSIONS, resource_group_patch, NEEDS_GROUP},
    {"DELETE", GROUP, "resourceGroups", GROUP_VERSIONS, resource_group_delete, NEEDS_GROUP},
    {"GET", GROUP "/resources", "resources", GROUP_VERSIONS, resource_list_group, NEEDS_GROUP},

    {"GET", "/subscriptions/{}/providers/Microsoft.DBforPostgreSQL/flexibleServers",
     "flexibleServers", PG, server_list, 0},
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

    {"GET", LOCATION "/azureAsyncOperation/{}", "azureAsyncOperation", PG, lro_get_status, 0},
    {"GET", LOCATION "/operationResults/{}", "operationResults", PG, lro_get_result, 0},
    {"GET", LOCATION "/capabilities", "capabilities", PG, capability_list, 0},
    {"POST", LOCATION "/checkNameAvailability", "checkNameAvailability", PG,
     name_availability_check, 0},
    {"POST", "/subscriptions/{}/providers/Microsoft.DBforPostgreSQL/checkNameAvailability",
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

/* The row for path and method; a row for the path alone goes to 'other'. */
static const struct route *arm_route(struct exchange *x, const struct route **other)
{
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (!route_matches(&routes[i], x)) continue;
        if (strcmp(routes[i].method, x->method) == 0) return &routes[i];
        *other = &routes[i];
    }
    return NULL;
}

static bool arm_authorised(struct exchange *x)
{
    static const struct {
        const char *code, *message;
    } refusals[] = {
        [TOKEN_MISSING] = {"AuthenticationFailed",
                           "Authentication failed. The 'Authorization' header is missing."},
        [TOKEN_EXPIRED] = {"ExpiredAuthenticationToken",
                           "The access token expiry UTC time is earlier than current UTC time."},
        [TOKEN_UNKNOWN] = {"InvalidAuthenticationToken", "The access token is invalid."},
    };
    enum token_verdict verdict = token_judge(x->sim, x->authorization);
    if (verdict == TOKEN_GOOD) return true;
    reply_header(
        x, "WWW-Authenticate",
        "Bearer authorization_uri=\"https://login.windows.net/%s\", error=\"invalid_token\","
        " error_description=\"%s\"",
        x->sim->tenant_id, refusals[verdict].message);
    reply_error(x, 401, refusals[verdict].code, "%s", refusals[verdict].message);
    return false;
}

static bool arm_version_right(struct exchange *x, const char *versions)
{
    const char *version = exchange_query(x, "api-version");
    if (!version)
        reply_error(x, 400, "MissingApiVersionParameter",
                    "The api-version query parameter (?api-version=) is required for all "
                    "requests.");
    else if (!strstr(versions, version) || strlen(version) != strlen("YYYY-MM-DD"))
        reply_error(x, 400, "InvalidApiVersionParameter",
                    "The api-version '%s' is invalid. The supported versions are '%s'.", version,
                    versions);
    else
        return true;
    return false;
}

/* Subscription and group of the path, outermost first. */
static bool arm_group_found(struct exchange *x, bool needs_group)
{
    if (strcasecmp(x->args[0], x->sim->subscription_id) != 0) {
        reply_error(x, 404, "SubscriptionNotFound", "The subscription '%s' could not be found.",
                    x->args[0]);
        return false;
    }
    if (needs_group && !resource_group_find(x->sim, x->args[1])) {
        reply_error(x, 404, "ResourceGroupNotFound", "Resource group '%s' could not be found.",
                    x->args[1]);
        return false;
    }
    return true;
}

static bool arm_scope_found(struct exchange *x, const struct route *route)
{
    if (!arm_group_found(x, route->flags & NEEDS_GROUP)) return false;
    if (!(route->flags & NEEDS_SERVER)) return true;
    x->server = server_find(x->sim, x->args[1], x->args[2]);
    if (x->server && (!server_hidden(x->server) || strstr(route->type, "/"))) return true;
    reply_not_found(x, "Microsoft.DBforPostgreSQL/flexibleServers", x->args[2]);
    return false;
}

static void arm_reply_ids(struct exchange *x)
{
    char request[GUID_TEXT], correlation[GUID_TEXT], now[CLOCK_TEXT];
    random_guid(request);
    random_guid(correlation);
    clock_text(now, 0);
    reply_header(x, "x-ms-request-id", "%s", x->op ? x->op->id : request);
    reply_header(x, "x-ms-correlation-request-id", "%s", correlation);
    reply_header(x, "x-ms-routing-request-id", "KOREACENTRAL:%s:%s", now, correlation);
    reply_header(x, "Cache-Control", "no-cache");
    if (x->client_request_id) reply_header(x, "x-ms-client-request-id", "%s", x->client_request_id);
}

static void arm_run_route(struct exchange *x, const struct route *route)
{
    if (arm_version_right(x, route->versions) && arm_scope_found(x, route) &&
        !management_lock_forbids(x))
        route->run(x);
}

static void arm_run_resource(struct exchange *x, const struct resource_path *path)
{
    if (arm_version_right(x, path->type->versions) && arm_group_found(x, path->group != NULL) &&
        !management_lock_forbids(x))
        resource_serve(x, path);
}

static void arm_dispatch(struct exchange *x)
{
    const struct route *other = NULL;
    const struct route *route = arm_route(x, &other);
    struct resource_path path;
    bool generic = !route && !other && resource_path_parse(x, &path);
    if (route || other) x->type = (route ? route : other)->type;
    if (generic) x->type = strchr(path.type->type, '/') + 1;
    if (!x->operator_ && (!arm_authorised(x) || !throttle_spend(x->sim->throttle, x))) return;
    if (route)
        arm_run_route(x, route);
    else if (generic)
        arm_run_resource(x, &path);
    else if (other)
        reply_error(x, 405, "MethodNotAllowed",
                    "The requested resource does not support http "
                    "method '%s'.",
                    x->method);
    else
        reply_error(x, 404, "InvalidResourceType",
                    "The resource type could not be found for the path '%s'.", x->path);
}

void arm_serve(struct exchange *x)
{
    struct sim *sim = x->sim;
    x->write = strcmp(x->method, "GET") != 0 && strcmp(x->method, "HEAD") != 0 &&
               !strstr(x->path, "/checkNameAvailability"); /* which only asks */
    sim->lag_ms = x->write ? 0 : lag_of(sim->lags, x->path);
    arm_dispatch(x);
    sim->lag_ms = 0;
    arm_reply_ids(x);
}

/* The newest version of what the path names. */
static const char *arm_newest_version(const char *path)
{
    static const struct {
        const char *provider, *version;
    } newest[] = {
        {"/providers/Microsoft.Authorization/", "2020-05-01"},
        {"/providers/Microsoft.Network/privateDns", PRIVATE_DNS_VERSIONS},
        {"/providers/Microsoft.Network/", NETWORK_VERSIONS},
        {"/providers/", "2025-08-01"},
    };
    for (size_t i = 0; i < sizeof(newest) / sizeof(newest[0]); i++) {
        if (path_matches(newest[i].provider, path)) return newest[i].version;
    }
    return "2024-07-01";
}

char *arm_target(const char *path)
{
    if (strstr(path, "api-version=")) return xstrdup(path);
    return xasprintf("%s%sapi-version=%s", path, strchr(path, '?') ? "&" : "?",
                     arm_newest_version(path));
}
