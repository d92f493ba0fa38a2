/* What a location offers: see capability.h. Made from the same tables that judge a create, so that
 * what is offered can be had. */
#include "postgres/capability.h"

#include <string.h>

#include "arm/location.h"
#include "control/sim.h"
#include "postgres/sku.h"

static json_t *disk_json(int64_t size_gb)
{
    json_t *tiers = json_array();
    const struct disk_tier *tier;
    for (size_t i = 0; (tier = disk_tier_at(size_gb, i)); i++)
        json_array_append_new(tiers,
                              json_pack("{s:s, s:i}", "name", tier->name, "iops", tier->iops));
    const struct disk_tier *baseline = disk_baseline(size_gb);
    return json_pack("{s:i, s:I, s:s, s:o}", "supportedIops", baseline->iops, "storageSizeMb",
                     (json_int_t)size_gb * 1024, "defaultIopsTier", baseline->name,
                     "supportedIopsTiers", tiers);
}

static json_t *storage_json(void)
{
    json_t *sizes = json_array();
    for (size_t i = 0; disk_size_at(i); i++)
        json_array_append_new(sizes, disk_json(disk_size_at(i)));
    return json_pack("[{s:s, s:i, s:o}]", "name", "ManagedDisk", "defaultStorageSizeMb", 32768,
                     "supportedStorageMb", sizes);
}

/* Korea South has no zones, hence no zone-redundant HA (the service's region table). */
static json_t *sku_json(const struct sku *sku, bool zonal)
{
    bool ha = strcmp(sku->tier, "Burstable") != 0;
    json_t *zones = zonal ? json_pack("[s,s,s]", "1", "2", "3") : json_array();
    json_t *modes = !ha     ? json_array()
                    : zonal ? json_pack("[s,s]", "SameZone", "ZoneRedundant")
                            : json_pack("[s]", "SameZone");
    return json_pack("{s:s, s:i, s:i, s:i, s:o, s:o}", "name", sku->name, "vCores", sku->vcores,
                     "supportedIops", sku->iops, "supportedMemoryPerVcoreMb",
                     sku->memory_gb * 1024 / sku->vcores, "supportedZones", zones,
                     "supportedHaMode", modes);
}

static json_t *edition_json(const char *tier, const char *first, bool zonal)
{
    json_t *skus = json_array();
    const struct sku *sku;
    for (size_t i = 0; (sku = sku_at(i)); i++) {
        if (strcmp(sku->tier, tier) == 0) json_array_append_new(skus, sku_json(sku, zonal));
    }
    return json_pack("{s:s, s:s, s:o, s:o}", "name", tier, "defaultSkuName", first,
                     "supportedStorageEditions", storage_json(), "supportedServerSkus", skus);
}

void capability_list(struct exchange *x)
{
    bool zonal = !location_same(x->args[1], "koreasouth");
    char version[12];
    snprintf(version, sizeof(version), "%d", x->sim->pg_major);
    const char *zone_redundant = zonal ? "Enabled" : "Disabled";
    json_t *features = json_pack("[{s:s,s:s},{s:s,s:s},{s:s,s:s}]", "name", "ZoneRedundantHa",
                                 "status", zone_redundant, "name", "GeoBackup", "status", "Enabled",
                                 "name", "StorageAutoGrowth", "status", "Enabled");
    json_t *editions = json_pack("[o,o,o]", edition_json("Burstable", "Standard_B1ms", zonal),
                                 edition_json("GeneralPurpose", "Standard_D2ds_v4", zonal),
                                 edition_json("MemoryOptimized", "Standard_E2ds_v4", zonal));
    json_t *capability =
        json_pack("{s:s, s:o, s:[{s:s, s:[]}], s:o, s:s, s:s, s:s, s:s, s:s}", "name",
                  "FlexibleServerCapabilities", "supportedServerEditions", editions,
                  "supportedServerVersions", "name", version, "supportedVersionsToUpgrade",
                  "supportedFeatures", features, "fastProvisioningSupported", "Disabled",
                  "geoBackupSupported", "Enabled", "zoneRedundantHaSupported", zone_redundant,
                  "storageAutoGrowthSupported", "Enabled", "restricted", "Disabled");
    json_t *all = json_pack("[o]", capability);
    reply_list(x, all);
}
