/* Azure Resource Manager: see arm.h. */
#include "arm/arm.h"

#include <stdio.h>
#include <string.h>

#include "arm/api_version.h"
#include "arm/lro.h"
#include "arm/management_lock.h"
#include "arm/path_pattern.h"
#include "arm/provider.h"
#include "arm/resource.h"
#include "arm/resource_group.h"
#include "arm/route.h"
#include "control/history.h"
#include "front/clock.h"
#include "front/throttle.h"
#include "front/token.h"
#include "postgres/server.h"

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
    if (route->flags & OF_TENANT) return true;
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
    if (api_version_right(x, route->type, route->versions) && arm_scope_found(x, route) &&
        !provider_refuses(x) && !management_lock_forbids(x))
        route->run(x);
}

static void arm_run_resource(struct exchange *x, const struct resource_path *path)
{
    const char *type = strchr(path->type->type, '/') + 1;
    if (api_version_right(x, type, path->type->versions) &&
        arm_group_found(x, path->group != NULL) && !provider_refuses(x) &&
        !management_lock_forbids(x))
        resource_serve(x, path);
}

static void arm_dispatch(struct exchange *x)
{
    const struct route *other = NULL;
    const struct route *route = route_find(x, &other);
    struct resource_path path;
    bool generic = !route && !other && resource_path_parse(x, &path);
    if (route || other) x->type = (route ? route : other)->type;
    if (generic) x->type = strchr(path.type->type, '/') + 1;
    bool open = route && route->flags & OPEN_TO_ALL;
    if (!open && !x->operator_ && (!arm_authorised(x) || !throttle_spend(x->sim->throttle, x)))
        return;
    if (open)
        route->run(x);
    else if (route)
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
               !path_matches("/checkNameAvailability", x->path); /* which only asks */
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
