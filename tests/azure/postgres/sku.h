/* What Azure sells: compute sizes and managed disks, with the rules between them. */
#ifndef AZSIM_SKU_H
#define AZSIM_SKU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sku {
    const char *name, *tier;
    int vcores;
    int memory_gb;
    int max_connections; /* default of the parameter */
    int iops;
};

/* NULL for a name that is not sold. Names have no case. */
const struct sku *sku_find(const char *name);
/* The i-th sku, NULL after the last. */
const struct sku *sku_at(size_t i);

struct disk_tier {
    const char *name;
    int iops;
};

/* The tier that comes with a Premium_LRS disk of 'size_gb'; NULL for a size that does not exist. */
const struct disk_tier *disk_baseline(int64_t size_gb);
/* 'name' as a tier that a disk of 'size_gb' may have; NULL where it may not. */
const struct disk_tier *disk_tier_find(int64_t size_gb, const char *name);
/* The i-th size in GB, 0 after the last. */
int64_t disk_size_at(size_t i);
/* The i-th tier that a disk of 'size_gb' may have, NULL after the last. */
const struct disk_tier *disk_tier_at(int64_t size_gb, size_t i);

#endif
