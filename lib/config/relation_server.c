/* What a server's own values say about each other: compute, standby, disk, maintenance. See
 * relation.h. */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "config/relation_inside.h"

static const char *relation_path(const struct relations *r, size_t server, const char *path)
{
    return arena_printf(r->arena, "servers[%zu].%s", server, path);
}

/* "Enabled" and the like, without case, as ARM reads them; absent and "" are the default. */
static bool relation_is(const json_t *server, const char *path, const char *value)
{
    const char *text = json_text_at(server, path);
    return text && strcasecmp(text, value) == 0;
}

static const char *relation_text_at(const json_t *server, const char *path)
{
    const char *text = json_text_at(server, path);
    return text && *text ? text : NULL;
}

/* --- compute --------------------------------------------------------------------------------- */

/* The letter after "Standard_" is the series of virtual machines, and a series is of one tier. What
 * is not in the list, ARM may know. */
static const char *relation_tier_of(const char *sku)
{
    static const struct {
        char series;
        const char *tier;
    } tiers[] = {
        {'B', "Burstable"},
        {'D', "GeneralPurpose"},
        {'E', "MemoryOptimized"},
        {'M', "MemoryOptimized"},
    };
    static const char prefix[] = "Standard_";
    if (strncasecmp(sku, prefix, sizeof(prefix) - 1) != 0) return NULL;
    char series = sku[sizeof(prefix) - 1];
    for (size_t i = 0; i < sizeof(tiers) / sizeof(tiers[0]); i++)
        if (series == tiers[i].series || series == tiers[i].series + ('a' - 'A'))
            return tiers[i].tier;
    return NULL;
}

void relation_sku_tier(struct relations *r, size_t i, const json_t *server)
{
    const char *sku = json_text_at(server, "sku.name");
    const char *tier = relation_tier_of(sku);
    if (tier && !relation_is(server, "sku.tier", tier))
        relation_say(r, relation_path(r, i, "sku.tier"), "%s is of the tier %s, not %s", sku, tier,
                     json_text_at(server, "sku.tier"));
}

/* --- standby --------------------------------------------------------------------------------- */

#define HA_MODE "properties.highAvailability.mode"
#define HA_ZONE "properties.highAvailability.standbyAvailabilityZone"
#define ZONE "properties.availabilityZone"

static bool relation_has_standby(const json_t *server)
{
    return relation_is(server, HA_MODE, "ZoneRedundant") ||
           relation_is(server, HA_MODE, "SameZone");
}

void relation_burstable_standby(struct relations *r, size_t i, const json_t *server)
{
    if (relation_is(server, "sku.tier", "Burstable") && relation_has_standby(server))
        relation_say(r, relation_path(r, i, HA_MODE),
                     "the tier Burstable has no high availability; mode must be Disabled");
}

void relation_standby_zone(struct relations *r, size_t i, const json_t *server)
{
    const char *primary = relation_text_at(server, ZONE);
    const char *standby = relation_text_at(server, HA_ZONE);
    if (!primary || !standby) return;
    bool same = strcmp(primary, standby) == 0;
    if (relation_is(server, HA_MODE, "ZoneRedundant") && same)
        relation_say(r, relation_path(r, i, HA_ZONE),
                     "ZoneRedundant keeps the standby in another zone than the primary's, "
                     "which is %s too",
                     primary);
    if (relation_is(server, HA_MODE, "SameZone") && !same)
        relation_say(r, relation_path(r, i, HA_ZONE),
                     "SameZone keeps the standby in the primary's zone, which is %s", primary);
}

void relation_zone_without_standby(struct relations *r, size_t i, const json_t *server)
{
    if (relation_text_at(server, HA_ZONE) && !relation_has_standby(server))
        relation_say(r, relation_path(r, i, HA_ZONE),
                     "there is no standby while highAvailability.mode is Disabled; remove it");
}

/* --- disk ------------------------------------------------------------------------------------ */

/* A disk's first tier is that of its size; higher ones of the same row may be chosen. */
static const struct {
    int64_t size; /* GiB */
    const char *tiers;
} relation_disks[] = {
    {32, "P4 P6 P10 P15 P20 P30 P40 P50"},
    {64, "P6 P10 P15 P20 P30 P40 P50"},
    {128, "P10 P15 P20 P30 P40 P50"},
    {256, "P15 P20 P30 P40 P50"},
    {512, "P20 P30 P40 P50"},
    {1024, "P30 P40 P50"},
    {2048, "P40 P50"},
    {4095, "P50"},
    {4096, "P50"},
    {8192, "P60 P70 P80"},
    {16384, "P70 P80"},
    {32767, "P80"},
};

static bool relation_has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *p = words; *p; p += strcspn(p, " "), p += *p == ' ')
        if (strcspn(p, " ") == length && strncasecmp(p, word, length) == 0) return true;
    return false;
}

void relation_storage_tier(struct relations *r, size_t i, const json_t *server)
{
    int64_t size = json_int_at(server, "properties.storage.storageSizeGB", 0);
    const char *tier = relation_text_at(server, "properties.storage.tier");
    for (size_t k = 0; tier && k < sizeof(relation_disks) / sizeof(relation_disks[0]); k++)
        if (relation_disks[k].size == size && !relation_has_word(relation_disks[k].tiers, tier))
            relation_say(r, relation_path(r, i, "properties.storage.tier"),
                         "a disk of %lld GiB can have the tiers %s, not %s", (long long)size,
                         relation_disks[k].tiers, tier);
}

void relation_storage_v2(struct relations *r, size_t i, const json_t *server)
{
    if (!relation_is(server, "properties.storage.type", "PremiumV2_LRS")) return;
    if (relation_is(server, "properties.storage.autoGrow", "Enabled"))
        relation_say(r, relation_path(r, i, "properties.storage.autoGrow"),
                     "a disk of type PremiumV2_LRS does not grow by itself");
    if (relation_text_at(server, "properties.storage.tier"))
        relation_say(r, relation_path(r, i, "properties.storage.tier"),
                     "only disks of type Premium_LRS have performance tiers");
}

/* --- maintenance ----------------------------------------------------------------------------- */

void relation_maintenance(struct relations *r, size_t i, const json_t *server)
{
    static const char *const parts[] = {"dayOfWeek", "startHour", "startMinute"};
    const json_t *window = json_at(server, "properties.maintenanceWindow");
    if (!window || relation_is(window, "customWindow", "Enabled")) return;
    for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
        if (json_int_at(window, parts[k], 0) != 0)
            relation_say(
                r,
                arena_printf(r->arena, "servers[%zu].properties.maintenanceWindow.%s", i, parts[k]),
                "counts only where customWindow is Enabled");
}

/* --- administrator --------------------------------------------------------------------------- */

void relation_administrator(struct relations *r, size_t i, const json_t *server)
{
    static const char *const reserved[] = {
        "azure_superuser", "azure_pg_admin", "admin", "administrator", "root", "guest", "public"};
    const char *login = json_text_at(server, "properties.administratorLogin");
    bool refused = strncasecmp(login, "pg_", 3) == 0;
    for (size_t k = 0; k < sizeof(reserved) / sizeof(reserved[0]); k++)
        refused |= strcasecmp(login, reserved[k]) == 0;
    if (refused)
        relation_say(r, relation_path(r, i, "properties.administratorLogin"),
                     "Azure refuses \"%s\" as the administrator's name", login);
}
