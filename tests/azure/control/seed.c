/* Many servers at once: see seed.h. */
#include "control/seed.h"

#include <stdio.h>
#include <stdlib.h>

#include "arm/resource_group.h"
#include "base/json.h"
#include "base/mem.h"
#include "front/clock.h"
#include "postgres/server.h"
#include "postgres/server_field.h"

#define LOCATION "koreacentral"

static void seed_group(struct sim *sim, const char *group)
{
    if (resource_group_find(sim, group)) return;
    char *id = xasprintf("/subscriptions/%s/resourceGroups/%s", sim->subscription_id, group);
    json_object_set_new(sim->groups, group,
                        json_pack("{s:s, s:s, s:s, s:s, s:{s:s}}", "id", id, "name", group, "type",
                                  "Microsoft.Resources/resourceGroups", "location", LOCATION,
                                  "properties", "provisioningState", "Succeeded"));
    free(id);
}

static int seed_server(struct sim *sim, const char *group, const char *name, struct err *err)
{
    struct refusal refusal;
    bool restart = false;
    char version[12];
    snprintf(version, sizeof(version), "%d", sim->pg_major);
    char *id = xasprintf("/subscriptions/%s/resourceGroups/%s/providers/"
                         "Microsoft.DBforPostgreSQL/flexibleServers/%s",
                         sim->subscription_id, group, name);
    json_t *doc = server_document(id, name, LOCATION);
    free(id);
    json_t *body =
        json_pack("{s:{s:s, s:s}, s:{s:s, s:s, s:{s:i, s:s}}}", "sku", "name", "Standard_D4s_v3",
                  "tier", "GeneralPurpose", "properties", "version", version, "administratorLogin",
                  "seeded", "storage", "storageSizeGB", 256, "autoGrow", "Enabled");
    int r = server_apply(doc, body, true, &restart, &refusal);
    json_decref(body);
    if (r < 0) {
        json_decref(doc);
        return err_set(err, ERR_REFUSED, "%s", refusal.message);
    }
    json_put_at(doc, "properties.state", json_string("Ready"));
    json_put_at(doc, "properties.minorVersion", json_string(sim->pg_minor));
    json_t *record = server_record(doc);
    json_object_set_new(record, "createdUnix", json_integer(clock_unix()));
    json_object_set_new(record, "createdSku", json_string("Standard_D4s_v3"));
    return server_add(sim, group, record, err) ? 0 : -1;
}

int seed_servers(struct sim *sim, const char *group, const char *prefix, int count, struct err *err)
{
    if (sim->clusters) return err_set(err, ERR_REFUSED, "seeding needs --no-clusters");
    seed_group(sim, group);
    for (int i = 1; i <= count; i++) {
        char name[64];
        snprintf(name, sizeof(name), "%s%d", prefix, i);
        if (!server_find(sim, NULL, name) && seed_server(sim, group, name, err) < 0) return -1;
    }
    return sim_write_hosts(sim, err);
}
