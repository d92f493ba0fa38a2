/* Resource providers: see provider.h. The members are those of the 2024-07-01 swagger of
 * Microsoft.Resources; a provider that is not registered refuses writes with 409
 * MissingSubscriptionRegistration (hashicorp/terraform-provider-azurerm registers on that code; the
 * status is unverified). */
#include "arm/provider.h"

#include <stdlib.h>
#include <string.h>

#include "arm/api_version.h"
#include "arm/location.h"
#include "arm/path_pattern.h"
#include "arm/resource_type.h"
#include "base/json.h"
#include "control/sim.h"

static const char *const namespaces[] = {"Microsoft.Authorization", "Microsoft.DBforPostgreSQL",
                                         "Microsoft.Network", "Microsoft.Resources"};

enum { NAMESPACE_N = sizeof(namespaces) / sizeof(namespaces[0]) };

/* The types that are not generic: those of resource_type.c tell their versions themselves. */
static const struct {
    const char *provider, *type, *versions;
    bool located; /* has a location of its own */
} provider_types[] = {
    {"Microsoft.DBforPostgreSQL", "flexibleServers", PG_SINCE_2021, true},
    {"Microsoft.DBforPostgreSQL", "flexibleServers/administrators", PG_SINCE_2022, false},
    {"Microsoft.DBforPostgreSQL", "flexibleServers/backups", PG_SINCE_2022, false},
    {"Microsoft.DBforPostgreSQL", "flexibleServers/configurations", PG_SINCE_2021, false},
    {"Microsoft.DBforPostgreSQL", "flexibleServers/databases", PG_SINCE_2021, false},
    {"Microsoft.DBforPostgreSQL", "flexibleServers/firewallRules", PG_SINCE_2021, false},
    {"Microsoft.DBforPostgreSQL", "flexibleServers/virtualEndpoints", PG_SINCE_2024, false},
    {"Microsoft.DBforPostgreSQL", "flexibleServers/advancedThreatProtectionSettings", PG_SINCE_2024,
     false},
    {"Microsoft.DBforPostgreSQL", "flexibleServers/privateEndpointConnections", PG_SINCE_2024,
     false},
    {"Microsoft.DBforPostgreSQL", "flexibleServers/logFiles", PG_SINCE_2024, false},
    {"Microsoft.DBforPostgreSQL", "checkNameAvailability", PG_SINCE_2021, false},
    {"Microsoft.DBforPostgreSQL", "locations/capabilities", PG_SINCE_2021, true},
    {"Microsoft.DBforPostgreSQL", "locations/checkNameAvailability", PG_SINCE_2022, true},
    {"Microsoft.DBforPostgreSQL", "locations/azureAsyncOperation", PG_SINCE_2021, true},
    {"Microsoft.DBforPostgreSQL", "locations/operationResults", PG_SINCE_2021, true},
    {"Microsoft.Resources", "resourceGroups", GROUP_VERSIONS, true},
    {"Microsoft.Resources", "resources", GROUP_VERSIONS, false},
    {"Microsoft.Resources", "providers", GROUP_VERSIONS, false},
    {"Microsoft.Resources", "subscriptions", SUBSCRIPTION_VERSIONS, false},
    {"Microsoft.Resources", "tenants", SUBSCRIPTION_VERSIONS, false},
};

/* "2025-08-01, 2024-08-01" as a list. */
static json_t *provider_versions(const char *versions)
{
    json_t *list = json_array();
    for (const char *p = versions; *p;) {
        size_t length = strcspn(p, ",");
        json_array_append_new(list, json_stringn(p, length));
        p += length;
        p += strspn(p, ", ");
    }
    return list;
}

static json_t *provider_locations(bool located)
{
    json_t *list = json_array();
    for (size_t i = 0; located && location_at(i); i++)
        json_array_append_new(list, json_string(location_at(i)));
    return list;
}

static json_t *provider_type_json(const char *type, const char *versions, bool located,
                                  bool tracked)
{
    return json_pack("{s:s, s:o, s:o, s:s}", "resourceType", type, "locations",
                     provider_locations(located), "apiVersions", provider_versions(versions),
                     "capabilities", tracked ? "SupportsTags, SupportsLocation" : "None");
}

static json_t *provider_types_json(const char *provider)
{
    json_t *types = json_array();
    for (size_t i = 0; i < sizeof(provider_types) / sizeof(provider_types[0]); i++) {
        if (strcmp(provider_types[i].provider, provider) != 0) continue;
        bool located = provider_types[i].located;
        bool tracked = located && !strchr(provider_types[i].type, '/');
        json_array_append_new(types,
                              provider_type_json(provider_types[i].type, provider_types[i].versions,
                                                 located, tracked));
    }
    const struct resource_type *type;
    size_t length = strlen(provider);
    for (size_t i = 0; (type = resource_type_at(i)); i++) {
        if (strncmp(type->type, provider, length) != 0 || type->type[length] != '/') continue;
        bool tracked = type->flags & RESOURCE_TRACKED;
        json_array_append_new(
            types, provider_type_json(type->type + length + 1, type->versions, tracked, tracked));
    }
    return types;
}

/* As the namespace is written; NULL for one that is not here. */
static const char *provider_known(const char *name)
{
    for (size_t i = 0; i < NAMESPACE_N; i++) {
        if (strcasecmp(namespaces[i], name) == 0) return namespaces[i];
    }
    return NULL;
}

static bool provider_registered(const struct sim *sim, const char *provider)
{
    return !json_object_get(sim->unregistered, provider);
}

/* Of the tenant there is no registration. */
static json_t *provider_json(const struct exchange *x, const char *provider, bool of_tenant)
{
    json_t *item = json_pack("{s:s, s:o}", "namespace", provider, "resourceTypes",
                             provider_types_json(provider));
    const char *path =
        arena_printf(x->arena, "%s%s/providers/%s", of_tenant ? "" : "/subscriptions/",
                     of_tenant ? "" : x->sim->subscription_id, provider);
    json_object_set_new(item, "id", json_string(path));
    if (of_tenant) return item;
    const char *state = provider_registered(x->sim, provider) ? "Registered" : "NotRegistered";
    json_object_set_new(item, "registrationState", json_string(state));
    json_object_set_new(item, "registrationPolicy", json_string("RegistrationRequired"));
    return item;
}

static void provider_reply_list(struct exchange *x, bool of_tenant)
{
    json_t *items = json_array();
    for (size_t i = 0; i < NAMESPACE_N; i++)
        json_array_append_new(items, provider_json(x, namespaces[i], of_tenant));
    reply_list(x, items);
}

void provider_list(struct exchange *x)
{
    provider_reply_list(x, false);
}

void provider_list_tenant(struct exchange *x)
{
    provider_reply_list(x, true);
}

/* The provider called 'name'; NULL where the refusal is already made. */
static const char *provider_asked(struct exchange *x, const char *name)
{
    const char *provider = provider_known(name);
    if (!provider)
        reply_error(x, 404, "InvalidResourceNamespace", "The resource namespace '%s' is invalid.",
                    name);
    return provider;
}

void provider_get(struct exchange *x)
{
    const char *provider = provider_asked(x, x->args[1]);
    if (provider) reply_json(x, 200, provider_json(x, provider, false));
}

void provider_get_tenant(struct exchange *x)
{
    const char *provider = provider_asked(x, x->args[0]);
    if (provider) reply_json(x, 200, provider_json(x, provider, true));
}

void provider_register(struct exchange *x)
{
    const char *provider = provider_asked(x, x->args[1]);
    if (!provider) return;
    if (!x->ignore) json_object_del(x->sim->unregistered, provider);
    reply_json(x, 200, provider_json(x, provider, false));
}

void provider_unregister(struct exchange *x)
{
    const char *provider = provider_asked(x, x->args[1]);
    if (!provider) return;
    if (!x->ignore) json_object_set_new(x->sim->unregistered, provider, json_true());
    reply_json(x, 200, provider_json(x, provider, false));
}

/* Registering itself is no write of the provider. */
static bool provider_is_registered_by(const struct exchange *x, const char *provider)
{
    return path_matches(arena_printf(x->arena, "*/providers/%s/register", provider), x->path) ||
           path_matches(arena_printf(x->arena, "*/providers/%s/unregister", provider), x->path);
}

bool provider_refuses(struct exchange *x)
{
    const char *provider;
    json_t *value;
    if (!x->write || x->operator_) return false;
    json_object_foreach(x->sim->unregistered, provider, value)
    {
        if (!path_matches(arena_printf(x->arena, "/providers/%s/", provider), x->path) ||
            provider_is_registered_by(x, provider))
            continue;
        reply_error(x, 409, "MissingSubscriptionRegistration",
                    "The subscription is not registered to use namespace '%s'. See "
                    "https://aka.ms/rps-not-found for how to register subscriptions.",
                    provider);
        return true;
    }
    return false;
}
