/* Which api-versions are offered: see api_version.h. Sources of the texts: a missing one is
 * cloudquery/cloudquery#6626; one that ARM itself does not know
 * hashicorp/vault-plugin-secrets-azure#13; one that a provider's type does not have
 * Azure/azure-powershell#2230; one of a type that belongs to no location Azure/acs-engine#4037. */
#include "arm/api_version.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "arm/location.h"
#include "arm/path_pattern.h"
#include "arm/resource_group.h"
#include "base/json.h"
#include "postgres/server.h"

static const char preview[] = "-preview";

/* YYYY-MM-DD, with -preview behind it or not. */
static bool version_well_formed(const char *version)
{
    static const char form[] = "dddd-dd-dd";
    size_t length = strlen(form);
    for (size_t i = 0; i < length; i++) {
        bool fits = form[i] == 'd' ? isdigit((unsigned char)version[i]) : version[i] == form[i];
        if (!fits) return false;
    }
    return !version[length] || strcasecmp(version + length, preview) == 0;
}

static bool version_listed(const char *versions, const char *version)
{
    for (const char *p = versions; *p; p += strspn(p, ", ")) {
        size_t length = strcspn(p, ",");
        if (strlen(version) == length && strncasecmp(p, version, length) == 0) return true;
        p += length;
    }
    return false;
}

/* The provider that the path names last; NULL where it is ARM's own. */
static const char *version_provider(const struct exchange *x, const char *type)
{
    const char *provider = NULL;
    for (const char *p = x->path; *p; p += strcspn(p, "/"), p += *p == '/') {
        if (strncasecmp(p, "providers/", strlen("providers/")) == 0)
            provider = p + strlen("providers/");
    }
    if (!provider || !strchr(provider, '/') || strcmp(type, "providers") == 0) return NULL;
    provider = arena_strndup(x->arena, provider, strcspn(provider, "/"));
    return strcasecmp(provider, "Microsoft.Resources") == 0 ? NULL : provider;
}

/* Where the resource of the path is; of one that is not there yet, where its group is. */
static const char *version_location(const struct exchange *x)
{
    const struct server *server =
        x->args[1] && x->args[2] ? server_find(x->sim, x->args[1], x->args[2]) : NULL;
    const json_t *group = x->args[1] ? resource_group_find(x->sim, x->args[1]) : NULL;
    if (path_matches("/locations/", x->path)) return x->args[1];
    if (server) return json_text_at(server->record, "doc.location");
    return group ? json_text_at(group, "location") : "";
}

static void version_unknown_to_provider(struct exchange *x, const char *provider, const char *type,
                                        const char *versions, const char *version)
{
    if (strcasecmp(provider, "Microsoft.Authorization") == 0) {
        reply_error(x, 404, "InvalidResourceType",
                    "The resource type '%s' could not be found in the namespace '%s' for api "
                    "version '%s'. The supported api-versions are '%s'.",
                    type, provider, version, versions);
        return;
    }
    char *locations = location_names();
    reply_error(x, 400, "NoRegisteredProviderFound",
                "No registered resource provider found for location '%s' and API version '%s' for "
                "type '%s'. The supported api-versions are '%s'. The supported locations are '%s'.",
                version_location(x), version, type, versions, locations);
    free(locations);
}

bool api_version_right(struct exchange *x, const char *type, const char *versions)
{
    const char *version = exchange_query(x, "api-version");
    const char *provider = version_provider(x, type);
    if (version && version_listed(versions, version)) return true;
    if (!version || !*version)
        reply_error(x, 400, "MissingApiVersionParameter",
                    "The api-version query parameter (?api-version=) is required for all "
                    "requests.");
    else if (provider && version_well_formed(version))
        version_unknown_to_provider(x, provider, type, versions, version);
    else
        reply_error(x, 400, "InvalidApiVersionParameter",
                    "The api-version '%s' is invalid. The supported versions are '%s'.", version,
                    versions);
    return false;
}

const char *api_version(const struct exchange *x)
{
    return exchange_query(x, "api-version");
}

/* Dates as texts are in the order of time; a preview comes before what follows it. */
bool api_version_since(const struct exchange *x, const char *since)
{
    return strcmp(api_version(x), since) >= 0;
}
