/* What Azure sells: see sku.h. Sources: the capabilities example of the 2024-08-01 swagger for
 * disks and tiers; max_connections as documented: 1718 on D4s_v3, 859 on D2s_v3, growing with
 * memory up to 5000, the rest computed from the same rule. */
#include "postgres/sku.h"

#include <strings.h>

#define SERIES(prefix, suffix, tier, per_core_gb)                                                  \
    {                                                                                              \
        "Standard_" prefix "2" suffix, tier, 2, 2 * per_core_gb,                                   \
        per_core_gb == 4 ? 859 : 1718, 3200},                                                      \
        {"Standard_" prefix "4" suffix,  tier, 4, 4 * per_core_gb,                                 \
         per_core_gb == 4 ? 1718 : 3437, 6400},                                                    \
        {"Standard_" prefix "8" suffix,  tier, 8, 8 * per_core_gb,                                 \
         per_core_gb == 4 ? 3437 : 5000, 12800},                                                   \
        {"Standard_" prefix "16" suffix, tier, 16, 16 * per_core_gb, 5000, 25600},                 \
        {"Standard_" prefix "32" suffix, tier, 32, 32 * per_core_gb, 5000, 51200},                 \
    {                                                                                              \
        "Standard_" prefix "64" suffix, tier, 64, 64 * per_core_gb, 5000, 80000                    \
    }

static const struct sku skus[] = {
    {"Standard_B1ms", "Burstable", 1, 2, 50, 640},
    {"Standard_B2s", "Burstable", 2, 4, 429, 1280},
    {"Standard_B2ms", "Burstable", 2, 8, 859, 1920},
    {"Standard_B4ms", "Burstable", 4, 16, 1718, 2880},
    {"Standard_B8ms", "Burstable", 8, 32, 3437, 4320},
    SERIES("D", "s_v3", "GeneralPurpose", 4),
    SERIES("D", "ds_v4", "GeneralPurpose", 4),
    SERIES("D", "ds_v5", "GeneralPurpose", 4),
    SERIES("D", "ads_v5", "GeneralPurpose", 4),
    SERIES("E", "s_v3", "MemoryOptimized", 8),
    SERIES("E", "ds_v4", "MemoryOptimized", 8),
    SERIES("E", "ds_v5", "MemoryOptimized", 8),
    SERIES("E", "ads_v5", "MemoryOptimized", 8),
};

/* Ascending; P1 to P3 are not offered for servers. */
static const struct disk_tier tiers[] = {
    {"P4", 120},   {"P6", 240},   {"P10", 500},   {"P15", 1100},  {"P20", 2300},  {"P30", 5000},
    {"P40", 7500}, {"P50", 7500}, {"P60", 16000}, {"P70", 18000}, {"P80", 20000},
};

enum { TIER_P50 = 7, TIER_N = sizeof(tiers) / sizeof(tiers[0]) };

static const struct {
    int64_t size_gb;
    int baseline, top; /* indices of the tiers it may have */
} disks[] = {
    {32, 0, TIER_P50},     {64, 1, TIER_P50},          {128, 2, TIER_P50},
    {256, 3, TIER_P50},    {512, 4, TIER_P50},         {1024, 5, TIER_P50},
    {2048, 6, TIER_P50},   {4095, TIER_P50, TIER_P50}, {4096, TIER_P50, TIER_N - 1},
    {8192, 8, TIER_N - 1}, {16384, 9, TIER_N - 1},     {32767, 10, TIER_N - 1},
};

enum { SKU_N = sizeof(skus) / sizeof(skus[0]), DISK_N = sizeof(disks) / sizeof(disks[0]) };

const struct sku *sku_at(size_t i)
{
    return i < SKU_N ? &skus[i] : NULL;
}

const struct sku *sku_find(const char *name)
{
    for (size_t i = 0; i < SKU_N; i++) {
        if (strcasecmp(skus[i].name, name) == 0) return &skus[i];
    }
    return NULL;
}

int64_t disk_size_at(size_t i)
{
    return i < DISK_N ? disks[i].size_gb : 0;
}

const struct disk_tier *disk_tier_at(int64_t size_gb, size_t i)
{
    for (size_t d = 0; d < DISK_N; d++) {
        if (disks[d].size_gb == size_gb)
            return disks[d].baseline + (int)i <= disks[d].top ? &tiers[disks[d].baseline + (int)i]
                                                              : NULL;
    }
    return NULL;
}

const struct disk_tier *disk_baseline(int64_t size_gb)
{
    return disk_tier_at(size_gb, 0);
}

const struct disk_tier *disk_tier_find(int64_t size_gb, const char *name)
{
    const struct disk_tier *tier;
    for (size_t i = 0; (tier = disk_tier_at(size_gb, i)); i++) {
        if (strcasecmp(tier->name, name) == 0) return tier;
    }
    return NULL;
}
