/* Discovery: see discovery.h. The members are those of
 * https://login.microsoftonline.com/TENANT/[v2.0/].well-known/openid-configuration and of the
 * instance discovery that MSAL begins with (Entra documentation, MSAL authority.py); signing keys
 * are not offered: tokens here are opaque. */
#include "front/discovery.h"

#include <string.h>

#include "control/sim.h"
#include "front/login_refusal.h"

bool authority_is_adfs(const char *authority)
{
    return strcasecmp(authority, "adfs") == 0;
}

bool authority_is_tenant(const struct sim *sim, const char *authority)
{
    return strcasecmp(authority, sim->tenant_id) == 0 ||
           strcasecmp(authority, "azsim.onmicrosoft.com") == 0;
}

/* Whose tenant is found by who signs in: good for discovery, not for an application's token. */
static bool authority_is_shared(const char *authority)
{
    return strcasecmp(authority, "common") == 0 || strcasecmp(authority, "organizations") == 0;
}

static void openid_answer(struct exchange *x, const char *tenant, bool v2)
{
    const char *base = arena_printf(x->arena, "%s/%s", x->sim->login_url, tenant);
    const char *oauth = arena_printf(x->arena, "%s/oauth2%s", base, v2 ? "/v2.0" : "");
    const char *issuer = v2 ? arena_printf(x->arena, "%s/v2.0", base)
                            : arena_printf(x->arena, "https://sts.windows.net/%s/", tenant);
    const char *token = arena_printf(x->arena, "%s/token", oauth);
    const char *authorize = arena_printf(x->arena, "%s/authorize", oauth);
    reply_json(x, 200,
               json_pack("{s:s, s:s, s:s, s:[s,s,s], s:[s,s,s], s:[s], s:[s], s:[s], s:s, s:s}",
                         "issuer", issuer, "token_endpoint", token, "authorization_endpoint",
                         authorize, "token_endpoint_auth_methods_supported", "client_secret_post",
                         "private_key_jwt", "client_secret_basic", "response_modes_supported",
                         "query", "fragment", "form_post", "response_types_supported", "code",
                         "subject_types_supported", "pairwise",
                         "id_token_signing_alg_values_supported", "RS256", "cloud_instance_name",
                         "microsoftonline.com", "tenant_region_scope", "AS"));
}

/* AD FS: one authority for everybody, no versions (AD FS documentation). */
static void openid_answer_adfs(struct exchange *x)
{
    const char *base = arena_printf(x->arena, "%s/adfs", x->sim->login_url);
    const char *token = arena_printf(x->arena, "%s/oauth2/token", base);
    const char *authorize = arena_printf(x->arena, "%s/oauth2/authorize", base);
    reply_json(x, 200,
               json_pack("{s:s, s:s, s:s, s:[s,s], s:[s], s:[s], s:[s]}", "issuer", base,
                         "token_endpoint", token, "authorization_endpoint", authorize,
                         "token_endpoint_auth_methods_supported", "client_secret_post",
                         "client_secret_basic", "response_types_supported", "code",
                         "subject_types_supported", "pairwise",
                         "id_token_signing_alg_values_supported", "RS256"));
}

static void openid_serve(struct exchange *x, const char *authority, bool v2)
{
    if (authority_is_adfs(authority) && !v2)
        openid_answer_adfs(x);
    else if (authority_is_tenant(x->sim, authority))
        openid_answer(x, x->sim->tenant_id, v2);
    else if (authority_is_shared(authority))
        openid_answer(x, authority, v2);
    else
        login_refuse(x, 400, "invalid_tenant", 90002, "Tenant not found. Check the tenant id.");
}

/* The aliases are one host: what is cached for one is good for the others. */
static void instance_answer(struct exchange *x)
{
    const char *host = x->sim->login_url + strlen("https://");
    const char *endpoint = arena_printf(x->arena, "%s/%s/v2.0/.well-known/openid-configuration",
                                        x->sim->login_url, x->sim->tenant_id);
    reply_json(x, 200,
               json_pack("{s:s, s:s, s:[{s:s, s:s, s:[s]}]}", "tenant_discovery_endpoint", endpoint,
                         "api-version", "1.1", "metadata", "preferred_network", host,
                         "preferred_cache", host, "aliases", host));
}

static void instance_serve(struct exchange *x)
{
    const char *endpoint = exchange_query(x, "authorization_endpoint");
    if (endpoint && strncmp(endpoint, x->sim->login_url, strlen(x->sim->login_url)) == 0)
        instance_answer(x);
    else
        login_refuse(x, 400, "invalid_instance", 50049, "Unknown or invalid instance.");
}

bool discovery_serve(struct exchange *x, const char *authority, const char *rest)
{
    if (strcasecmp(rest, "/v2.0/.well-known/openid-configuration") == 0)
        openid_serve(x, authority, true);
    else if (strcasecmp(rest, "/.well-known/openid-configuration") == 0)
        openid_serve(x, authority, false);
    else if (authority_is_shared(authority) && strcasecmp(rest, "/discovery/instance") == 0)
        instance_serve(x);
    else
        return false;
    return true;
}
