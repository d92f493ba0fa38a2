/* Instance metadata: see instance_metadata.h. Source: MicrosoftDocs/azure-docs,
 * virtual-machines/instance-metadata-service (members, versions, the texts of refusals; a part of
 * the tree is asked for by its path, a leaf with format=text). */
#include "front/instance_metadata.h"

#include <string.h>

#include "control/sim.h"
#include "front/managed_identity.h"
#include "front/number.h"

#define INSTANCE "/metadata/instance"

static const char *const instance_versions[] = {"2021-02-01", "2020-10-01", "2020-09-01",
                                                "2020-06-01", "2019-11-01", "2019-06-01",
                                                "2018-10-01", "2018-02-01", "2017-08-01"};

enum { VERSION_N = sizeof(instance_versions) / sizeof(instance_versions[0]), NEWEST_N = 3 };

static json_t *version_list(size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(list, json_string(instance_versions[i]));
    return list;
}

static bool version_known(const char *version)
{
    for (size_t i = 0; i < VERSION_N; i++) {
        if (strcmp(instance_versions[i], version) == 0) return true;
    }
    return false;
}

static json_t *instance_compute(const struct exchange *x)
{
    const char *subscription = x->sim->subscription_id;
    const char *id = arena_printf(x->arena,
                                  "/subscriptions/%s/resourceGroups/azsim/providers/"
                                  "Microsoft.Compute/virtualMachines/azsim",
                                  subscription);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:[]}",
                     "azEnvironment", "AzurePublicCloud", "location", "koreacentral", "name",
                     "azsim", "osType", "Linux", "provider", "Microsoft.Compute",
                     "resourceGroupName", "azsim", "resourceId", id, "subscriptionId", subscription,
                     "vmId", x->sim->client_id, "vmSize", "Standard_D2s_v3", "zone", "1",
                     "tagsList");
}

static json_t *instance_json(const struct exchange *x)
{
    json_t *address =
        json_pack("{s:s, s:s}", "privateIpAddress", "10.0.0.4", "publicIpAddress", "");
    return json_pack("{s:o, s:{s:[{s:{s:[o], s:[{s:s, s:s}]}, s:{s:[]}, s:s}]}}", "compute",
                     instance_compute(x), "network", "interface", "ipv4", "ipAddress", address,
                     "subnet", "address", "10.0.0.0", "prefix", "24", "ipv6", "ipAddress",
                     "macAddress", "000D3A000001");
}

/* The part of 'all' that the path below INSTANCE names; NULL where there is none. */
static json_t *instance_part(const struct exchange *x, json_t *all)
{
    const char *p = x->path + strlen(INSTANCE);
    json_t *part = all;
    while (part && *p == '/' && p[1]) {
        size_t length = strcspn(++p, "/");
        const char *name = arena_strndup(x->arena, p, length);
        part = json_is_array(part) ? json_array_get(part, (size_t)number_or(name, INT64_MAX))
                                   : json_object_get(part, name);
        p += length;
    }
    return part;
}

static void instance_serve(struct exchange *x)
{
    const char *format = exchange_query(x, "format");
    bool text = format && strcasecmp(format, "text") == 0;
    json_t *all = instance_json(x), *part = instance_part(x, all);
    bool leaf = json_is_string(part);
    if (!part)
        reply_json(x, 404, json_pack("{s:s}", "error", "Not found"));
    else if (leaf != text)
        reply_json(
            x, 400,
            json_pack("{s:s}", "error", "Bad request. A leaf is a text and needs format=text"));
    else if (leaf)
        reply_text(x, 200, json_string_value(part));
    else
        reply_json(x, 200, json_incref(part));
    json_decref(all);
}

/* Answers a refusal and returns false, or returns true. */
static bool instance_asked_well(struct exchange *x, bool versioned)
{
    const char *version = exchange_query(x, "api-version");
    if (!x->metadata || strcasecmp(x->metadata, "true") != 0)
        reply_json(
            x, 400,
            json_pack("{s:s}", "error", "Bad request. Required metadata header not specified"));
    else if (versioned && (!version || !version_known(version)))
        reply_json(x, 400,
                   json_pack("{s:s, s:o}", "error",
                             version
                                 ? "Bad request. api-version is invalid or was not specified in "
                                   "the request."
                                 : "Bad request. api-version was not specified in the request",
                             "newest-versions", version_list(NEWEST_N)));
    else
        return true;
    return false;
}

void imds_serve(struct exchange *x)
{
    bool token = strcmp(x->path, "/metadata/identity/oauth2/token") == 0;
    bool versions = strcmp(x->path, "/metadata/versions") == 0;
    size_t length = strlen(INSTANCE);
    bool instance =
        strncmp(x->path, INSTANCE, length) == 0 && (x->path[length] == '/' || !x->path[length]);
    x->type = token ? "token" : "instance";
    if (!token && !versions && !instance)
        reply_json(x, 404, json_pack("{s:s}", "error", "Not found"));
    else if (strcmp(x->method, "GET") != 0)
        reply_json(x, 405, json_pack("{s:s}", "error", "Method not allowed"));
    else if (token)
        imds_token(x);
    else if (!instance_asked_well(x, instance))
        x->error_code = "bad_request";
    else if (versions)
        reply_json(x, 200, json_pack("{s:o}", "apiVersions", version_list(VERSION_N)));
    else
        instance_serve(x);
}
