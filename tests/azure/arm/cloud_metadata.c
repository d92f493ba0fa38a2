/* Where the cloud's services are: see cloud_metadata.h. Sources: versions before 2019-05-01 are one
 * object with galleryEndpoint (MicrosoftDocs/azure-docs, "Azure Stack: register the target
 * environment"); later ones a list of clouds (Azure/azure-cli azure.cli.core.cloud reads 2019-05-01
 * and 2022-09-01, hashicorp/go-azure-sdk sdk/environments 2022-09-01, which takes the first). */
#include "arm/cloud_metadata.h"

#include <string.h>

#include "arm/api_version.h"
#include "base/json.h"
#include "control/sim.h"

#define LIST_SINCE "2019-05-01"
#define OBJECT_VERSIONS "2017-12-01, 2015-11-01, 2015-01-01, 1.0"
#define VERSIONS "2022-09-01, 2020-06-01, " LIST_SINCE ", " OBJECT_VERSIONS

static json_t *metadata_audiences(void)
{
    return json_pack("[s,s]", "https://management.core.windows.net/",
                     "https://management.azure.com/");
}

static json_t *metadata_old(const struct exchange *x)
{
    const char *login = arena_printf(x->arena, "%s/", x->sim->login_url);
    return json_pack("{s:s, s:s, s:s, s:{s:s, s:o}}", "galleryEndpoint",
                     "https://gallery.azure.com/", "graphEndpoint", "https://graph.windows.net/",
                     "portalEndpoint", "https://portal.azure.com/", "authentication",
                     "loginEndpoint", login, "audiences", metadata_audiences());
}

static json_t *metadata_suffixes(void)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "keyVaultDns", "vault.azure.net", "storage",
                     "core.windows.net", "sqlServerHostname", "database.windows.net",
                     "postgresqlServerEndpoint", "postgres.database.azure.com");
}

static json_t *metadata_cloud(const struct exchange *x)
{
    const char *login = arena_printf(x->arena, "%s/", x->sim->login_url);
    const char *manager = arena_printf(x->arena, "%s/", x->sim->arm_url);
    json_t *authentication =
        json_pack("{s:s, s:o, s:s, s:s}", "loginEndpoint", login, "audiences", metadata_audiences(),
                  "tenant", "common", "identityProvider", "AAD");
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:o}", "name", "AzureCloud", "portal",
                     "https://portal.azure.com", "authentication", authentication, "graphAudience",
                     "https://graph.windows.net/", "graph", "https://graph.windows.net/",
                     "microsoftGraphResourceId", "https://graph.microsoft.com/", "resourceManager",
                     manager, "suffixes", metadata_suffixes());
}

void cloud_metadata_get(struct exchange *x)
{
    if (!api_version_right(x, "metadata", VERSIONS)) return;
    /* "1.0" is older than any date. */
    bool list = api_version_since(x, LIST_SINCE);
    reply_json(x, 200, list ? json_pack("[o]", metadata_cloud(x)) : metadata_old(x));
}
