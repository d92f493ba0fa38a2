/* What a location offers: see capability.h. Made from the same tables that judge a create, so that
 * what is offered can be had. Sources of the shapes: CapabilitiesByLocation of 2021-06-01 and
 * 2024-08-01, Capabilities.json of 2022-12-01, the models of 2025-08-01. */
#include "postgres/capability.h"

#include <stdio.h>
#include <string.h>

#include "arm/api_version.h"
#include "arm/location.h"
#include "control/sim.h"
#include "postgres/sku.h"

enum { VERSION_TEXT = 24 };

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

/* The features that 2025-08-01 lists by name, and the members that say the same of old. */
static json_t *feature_list(const char *zone_redundant)
{
    return json_pack("[{s:s,s:s},{s:s,s:s},{s:s,s:s}]", "name", "ZoneRedundantHa", "status",
                     zone_redundant, "name", "GeoBackup", "status", "Enabled", "name",
                     "StorageAutoGrowth", "status", "Enabled");
}

static json_t *capability_json(const struct exchange *x, bool zonal)
{
    char version[VERSION_TEXT];
    snprintf(version, sizeof(version), "%d", x->sim->pg_major);
    const char *zone_redundant = zonal ? "Enabled" : "Disabled";
    json_t *editions = json_pack("[o,o,o]", edition_json("Burstable", "Standard_B1ms", zonal),
                                 edition_json("GeneralPurpose", "Standard_D2ds_v4", zonal),
                                 edition_json("MemoryOptimized", "Standard_E2ds_v4", zonal));
    json_t *capability =
        json_pack("{s:s, s:o, s:[{s:s, s:[]}], s:s, s:s, s:s, s:s, s:s}", "name",
                  "FlexibleServerCapabilities", "supportedServerEditions", editions,
                  "supportedServerVersions", "name", version, "supportedVersionsToUpgrade",
                  "fastProvisioningSupported", "Disabled", "geoBackupSupported", "Enabled",
                  "zoneRedundantHaSupported", zone_redundant, "storageAutoGrowthSupported",
                  "Enabled", "restricted", "Disabled");
    if (api_version_since(x, "2025-08-01"))
        json_object_set_new(capability, "supportedFeatures", feature_list(zone_redundant));
    return capability;
}

/* 2021-06-01 and 2022-12-01: an item for each zone, Booleans, and the sizes below the versions. */
static json_t *zone_disks(void)
{
    json_t *sizes = json_array();
    for (size_t i = 0; disk_size_at(i); i++) {
        json_int_t mb = (json_int_t)disk_size_at(i) * 1024;
        char name[VERSION_TEXT];
        snprintf(name, sizeof(name), "%" JSON_INTEGER_FORMAT, mb);
        json_array_append_new(sizes,
                              json_pack("{s:s, s:i, s:I, s:s}", "name", name, "supportedIops",
                                        disk_baseline(disk_size_at(i))->iops, "storageSizeMB", mb,
                                        "status", "Available"));
    }
    return json_pack("[{s:s, s:o, s:s}]", "name", "ManagedDisk", "supportedStorageMB", sizes,
                     "status", "Default");
}

static json_t *zone_edition(const char *tier, int major)
{
    json_t *skus = json_array();
    const struct sku *sku;
    char version[VERSION_TEXT];
    snprintf(version, sizeof(version), "%d", major);
    for (size_t i = 0; (sku = sku_at(i)); i++) {
        if (strcmp(sku->tier, tier) != 0) continue;
        json_array_append_new(
            skus, json_pack("{s:s, s:i, s:i, s:i, s:s}", "name", sku->name, "vCores", sku->vcores,
                            "supportedIops", sku->iops, "supportedMemoryPerVcoreMB",
                            sku->memory_gb * 1024 / sku->vcores, "status", "Available"));
    }
    return json_pack("{s:s, s:o, s:[{s:s, s:o, s:s}], s:s}", "name", tier,
                     "supportedStorageEditions", zone_disks(), "supportedServerVersions", "name",
                     version, "supportedVcores", skus, "status", "Available", "status",
                     "Available");
}

static json_t *zone_json(const struct exchange *x, const char *zone, bool zonal)
{
    int major = x->sim->pg_major;
    json_t *item =
        json_pack("{s:s, s:b, s:b, s:b, s:[o,o,o], s:s}", "zone", zone, "geoBackupSupported", 1,
                  "zoneRedundantHaSupported", zonal, "zoneRedundantHaAndGeoBackupSupported", zonal,
                  "supportedFlexibleServerEditions", zone_edition("Burstable", major),
                  zone_edition("GeneralPurpose", major), zone_edition("MemoryOptimized", major),
                  "status", "Default");
    if (api_version_since(x, "2022-12-01"))
        json_object_set_new(item, "supportedHAMode",
                            zonal ? json_pack("[s,s]", "SameZone", "ZoneRedundant")
                                  : json_pack("[s]", "SameZone"));
    return item;
}

static json_t *capability_by_zone(const struct exchange *x, bool zonal)
{
    static const char *const zones[] = {"none", "1", "2", "3"};
    size_t n = zonal ? sizeof(zones) / sizeof(zones[0]) : 1;
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(all, zone_json(x, zones[i], zonal));
    return all;
}

void capability_list(struct exchange *x)
{
    bool zonal = !location_same(x->args[1], "koreasouth");
    reply_list(x, api_version_since(x, "2024-08-01") ? json_pack("[o]", capability_json(x, zonal))
                                                     : capability_by_zone(x, zonal));
}
