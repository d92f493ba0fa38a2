/* Tenant, subscription and regions: see subscription.h. The members are those of the 2022-12-01
 * swagger of Microsoft.Resources and its examples. */
#include "arm/subscription.h"

#include <stdlib.h>

#include "arm/location.h"
#include "base/json.h"
#include "control/sim.h"

void tenant_list(struct exchange *x)
{
    const char *tenant = x->sim->tenant_id;
    const char *id = arena_printf(x->arena, "/tenants/%s", tenant);
    reply_list(x, json_pack("[{s:s, s:s, s:s, s:s, s:s, s:s, s:[s]}]", "id", id, "tenantId", tenant,
                            "tenantCategory", "Home", "countryCode", "KR", "displayName", "azsim",
                            "defaultDomain", "azsim.onmicrosoft.com", "domains",
                            "azsim.onmicrosoft.com"));
}

static json_t *subscription_json(const struct exchange *x)
{
    const char *subscription = x->sim->subscription_id;
    const char *id = arena_printf(x->arena, "/subscriptions/%s", subscription);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:[], s:{s:s, s:s, s:s}}", "id", id,
                     "subscriptionId", subscription, "tenantId", x->sim->tenant_id, "displayName",
                     "azsim", "state", "Enabled", "authorizationSource", "RoleBased",
                     "managedByTenants", "subscriptionPolicies", "locationPlacementId",
                     "Public_2014-09-01", "quotaId", "PayAsYouGo_2014-09-01", "spendingLimit",
                     "Off");
}

void subscription_list(struct exchange *x)
{
    reply_list(x, json_pack("[o]", subscription_json(x)));
}

void subscription_get(struct exchange *x)
{
    reply_json(x, 200, subscription_json(x));
}

void location_list(struct exchange *x)
{
    json_t *items = json_array();
    for (size_t i = 0; location_at(i); i++) {
        char *name = location_name(location_at(i));
        const char *id =
            arena_printf(x->arena, "/subscriptions/%s/locations/%s", x->sim->subscription_id, name);
        json_array_append_new(items, json_pack("{s:s, s:s, s:s, s:s, s:{s:s}}", "id", id, "name",
                                               name, "displayName", location_at(i), "type",
                                               "Region", "metadata", "regionType", "Physical"));
        free(name);
    }
    reply_list(x, items);
}
