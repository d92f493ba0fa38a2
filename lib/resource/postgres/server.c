/* The flexible server itself: created, patched, never deleted or replaced. */
#include <string.h>

#include <strings.h>

#include "base/json.h"
#include "resource/compare.h"
#include "resource/resource.h"

#define SWAGGER "Microsoft.DBforPostgreSQL 2025-08-01 swagger"
#define CREATE_ONLY_STORE "azure docs: backup-restore/concepts-backup-restore"

static const char *const tiers[] = {"Burstable", "GeneralPurpose", "MemoryOptimized", NULL};
static const char *const switches[] = {"Enabled", "Disabled", NULL};
static const char *const storage_types[] = {"Premium_LRS", "PremiumV2_LRS", "UltraSSD_LRS", NULL};
static const char *const storage_sizes[] = {"32",    "64",    "128",  "256",  "512",
                                            "1024",  "2048",  "4095", "4096", "8192",
                                            "16384", "32767", NULL};
static const char *const storage_tiers[] = {"P1",  "P2",  "P3",  "P4",  "P6",  "P10", "P15", "P20",
                                            "P30", "P40", "P50", "P60", "P70", "P80", NULL};
static const char *const ha_modes[] = {"Disabled", "SameZone", "ZoneRedundant", NULL};
static const char *const zones[] = {"1", "2", "3", NULL};

const struct field server_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .min = 3,
     .max = 63,
     .pattern = "^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$",
     .form = "letters and digits, with single hyphens between them",
     .help = "Name of the server; the first label of its host name.",
     .source = SWAGGER},
    {.path = "location",
     .kind = FIELD_LOCATION,
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .help = "Azure region.",
     .source = "ARM resource API reference: location never changes"},
    {.path = "tags",
     .kind = FIELD_MAP,
     .flags = FIELD_WHOLE_OBJECT,
     .help = "Tags; all of them, where any are declared.",
     .source = "ARM: tags in a PATCH replace all tags"},
    {.path = "sku",
     .kind = FIELD_OBJECT,
     .flags = FIELD_REQUIRED | FIELD_WHOLE_OBJECT,
     .help = "Compute.",
     .source = SWAGGER},
    {.path = "sku.name",
     .kind = FIELD_STRING,
     .flags = FIELD_REQUIRED | FIELD_DISRUPTIVE,
     .min = 1,
     .max = 64,
     .help = "Compute size, as Standard_D4s_v3. Scaling restarts the server.",
     .source = SWAGGER},
    {.path = "sku.tier",
     .kind = FIELD_ENUM,
     .flags = FIELD_REQUIRED | FIELD_DISRUPTIVE,
     .choices = tiers,
     .help = "Compute tier; it must match the size.",
     .source = SWAGGER},
    {.path = "properties.version",
     .kind = FIELD_STRING,
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .pattern = "^[0-9]+$",
     .form = "a major version as text",
     .help = "Major version. An upgrade is a project of its own: a difference is reported.",
     .source = SWAGGER},
    {.path = "properties.administratorLogin",
     .kind = FIELD_NAME,
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .help =
         "The administrator, as whom the daemon connects; member of azure_pg_admin, no superuser.",
     .source = SWAGGER},
    {.path = "properties.administratorLoginPassword",
     .kind = FIELD_STRING,
     .flags = FIELD_REQUIRED | FIELD_SECRET,
     .help = "Reference to the administrator's password: sent at creation, used to connect.",
     .source = SWAGGER ": never returned"},
    {.path = "properties.availabilityZone",
     .kind = FIELD_ENUM,
     .flags = FIELD_CREATE_ONLY,
     .choices = zones,
     .help =
         "Zone of the primary. It swaps with the standby's at every failover, which is no drift.",
     .source = "azure docs: high-availability/concepts-high-availability"},
    {.path = "properties.storage.storageSizeGB",
     .kind = FIELD_INT,
     .flags = FIELD_AT_LEAST | FIELD_ALONE,
     .choices = storage_sizes,
     .unit = "GiB",
     .help = "Size of the disk. It only grows, by itself too: more than declared is no drift.",
     .source = "terraform-provider-azurerm: sizes of Premium_LRS"},
    {.path = "properties.storage.type",
     .kind = FIELD_ENUM,
     .flags = FIELD_CREATE_ONLY,
     .choices = storage_types,
     .fallback = "Premium_LRS",
     .help = "Kind of disk. Premium_LRS is answered as an empty text.",
     .source = "recorded answers, api-version 2025-08-01"},
    {.path = "properties.storage.tier",
     .kind = FIELD_ENUM,
     .flags = FIELD_ALONE,
     .choices = storage_tiers,
     .help = "Performance tier of the disk.",
     .source = SWAGGER},
    {.path = "properties.storage.autoGrow",
     .kind = FIELD_ENUM,
     .flags = FIELD_ALONE,
     .choices = switches,
     .help = "Whether the disk grows by itself.",
     .source = SWAGGER},
    {.path = "properties.backup.backupRetentionDays",
     .kind = FIELD_INT,
     .min = 7,
     .max = 35,
     .fallback = "7",
     .unit = "days",
     .help = "How long backups are kept.",
     .source = SWAGGER},
    {.path = "properties.backup.geoRedundantBackup",
     .kind = FIELD_ENUM,
     .flags = FIELD_CREATE_ONLY,
     .choices = switches,
     .fallback = "Disabled",
     .help = "Whether backups are copied to the paired region.",
     .source = CREATE_ONLY_STORE},
    {.path = "properties.highAvailability",
     .kind = FIELD_OBJECT,
     .flags = FIELD_WHOLE_OBJECT,
     .help = "The standby.",
     .source = "terraform-provider-azurerm: the standby's zone goes with the mode only"},
    {.path = "properties.highAvailability.mode",
     .kind = FIELD_ENUM,
     .choices = ha_modes,
     .fallback = "Disabled",
     .help = "Whether and where a standby is kept.",
     .source = SWAGGER},
    {.path = "properties.highAvailability.standbyAvailabilityZone",
     .kind = FIELD_ENUM,
     .choices = zones,
     .help = "Zone of the standby; see availabilityZone.",
     .source = SWAGGER},
    {.path = "properties.network.publicNetworkAccess",
     .kind = FIELD_ENUM,
     .choices = switches,
     .help = "Whether the public endpoint answers.",
     .source = SWAGGER},
    {.path = "properties.network.delegatedSubnetResourceId",
     .kind = FIELD_ARM_ID,
     .flags = FIELD_CREATE_ONLY,
     .help = "Subnet of a VNet-integrated server.",
     .source = SWAGGER},
    {.path = "properties.network.privateDnsZoneArmResourceId",
     .kind = FIELD_ARM_ID,
     .flags = FIELD_CREATE_ONLY,
     .help = "Private DNS zone of a VNet-integrated server.",
     .source = SWAGGER},
    {.path = "properties.authConfig",
     .kind = FIELD_OBJECT,
     .flags = FIELD_WHOLE_OBJECT,
     .help = "Who may log in how.",
     .source = SWAGGER},
    {.path = "properties.authConfig.activeDirectoryAuth",
     .kind = FIELD_ENUM,
     .flags = FIELD_DISRUPTIVE,
     .choices = switches,
     .fallback = "Disabled",
     .help = "Microsoft Entra authentication. Enabling it restarts the server.",
     .source = "azure docs: security/security-entra-concepts"},
    {.path = "properties.authConfig.passwordAuth",
     .kind = FIELD_ENUM,
     .flags = FIELD_DISRUPTIVE,
     .choices = switches,
     .fallback = "Enabled",
     .help = "Password authentication.",
     .source = SWAGGER},
    {.path = "properties.authConfig.tenantId",
     .kind = FIELD_STRING,
     .flags = FIELD_NOCASE | FIELD_DISRUPTIVE,
     .help = "Entra tenant.",
     .source = SWAGGER},
    {.path = "properties.maintenanceWindow",
     .kind = FIELD_OBJECT,
     .flags = FIELD_NOT_AT_CREATE | FIELD_WHOLE_OBJECT,
     .help = "When Azure may patch the server, in UTC.",
     .source = "terraform-provider-azurerm: cannot be given at creation"},
    {.path = "properties.maintenanceWindow.customWindow",
     .kind = FIELD_ENUM,
     .flags = FIELD_NOT_AT_CREATE,
     .choices = switches,
     .fallback = "Disabled",
     .help = "Whether the window is one's own.",
     .source = SWAGGER},
    {.path = "properties.maintenanceWindow.dayOfWeek",
     .kind = FIELD_INT,
     .flags = FIELD_NOT_AT_CREATE,
     .min = 0,
     .max = 6,
     .fallback = "0",
     .help = "0 is Sunday.",
     .source = SWAGGER},
    {.path = "properties.maintenanceWindow.startHour",
     .kind = FIELD_INT,
     .flags = FIELD_NOT_AT_CREATE,
     .min = 0,
     .max = 23,
     .fallback = "0",
     .unit = "hours",
     .help = "UTC.",
     .source = SWAGGER},
    {.path = "properties.maintenanceWindow.startMinute",
     .kind = FIELD_INT,
     .flags = FIELD_NOT_AT_CREATE,
     .min = 0,
     .max = 59,
     .fallback = "0",
     .unit = "minutes",
     .help = "UTC.",
     .source = SWAGGER},
    {.path = "mode",
     .kind = FIELD_ENUM,
     .flags = FIELD_LOCAL,
     .choices = compare_modes,
     .help = "observe: report only. Parameters, rules, roles and so on have a mode of their own."},
    {0},
};

static const char primary_zone[] = "properties.availabilityZone";
static const char standby_zone[] = "properties.highAvailability.standbyAvailabilityZone";
static const char ha_mode[] = "properties.highAvailability.mode";
static const char admin_login[] = "properties.administratorLogin";

/* After a failover the two zones have changed places: a fact, not drift (terraform-provider-azurerm
 * issues 13443 and 25538). Then they are wanted the other way round, which also sends a standby
 * that must be made anew to the zone where the primary is not. */
static void server_adopt_zones(json_t *want, const json_t *have)
{
    const char *primary = json_text_at(want, primary_zone);
    const char *standby = json_text_at(want, standby_zone);
    const char *now = json_text_at(have, primary_zone);
    if (!primary || !standby || !now) return;
    if (strcmp(primary, standby) == 0 || strcmp(now, standby) != 0) return;
    json_put_at(want, standby_zone, json_string(primary));
    json_put_at(want, primary_zone, json_string(now));
}

/* The place of a tier in the list above; its length where it is none. */
static size_t server_tier_rank(const char *tier)
{
    size_t rank = 0;
    while (storage_tiers[rank] && (!tier || strcasecmp(storage_tiers[rank], tier) != 0)) rank++;
    return rank;
}

/* A disk that has grown by itself has grown into a higher tier: below the default of its size there
 * is none (source: capabilities example of the 2024-08-01 swagger), so that asking for the declared
 * one would be refused for ever. */
static void server_adopt_tier(json_t *want, const json_t *have)
{
    static const char size[] = "properties.storage.storageSizeGB";
    static const char tier[] = "properties.storage.tier";
    const char *declared = json_text_at(want, tier), *now = json_text_at(have, tier);
    int64_t wanted = json_int_at(want, size, 0);
    if (!declared || !now || !wanted || json_int_at(have, size, 0) <= wanted) return;
    if (server_tier_rank(now) > server_tier_rank(declared))
        json_put_at(want, tier, json_string(now));
}

/* Not answered where passwords are off (terraform-provider-azurerm): no answer is no difference. */
static void server_adopt_login(json_t *want, const json_t *have)
{
    if (!json_text_at(have, admin_login))
        json_object_del(json_object_get(want, "properties"), strchr(admin_login, '.') + 1);
}

/* While there is a standby in another zone its zone cannot be chosen (terraform-provider-azurerm,
 * from the service team). Asking would make ARM refuse everything else in the same PATCH. */
static void server_report_standby_zone(const struct comparison *c, json_t *want, const json_t *have)
{
    const char *wanted = json_text_at(want, standby_zone);
    const char *now = json_text_at(have, standby_zone);
    const char *mode = json_text_at(have, ha_mode);
    const char *wanted_mode = json_text_at(want, ha_mode);
    if (!wanted || !now || !*now || strcmp(wanted, now) == 0) return;
    if (!mode || !wanted_mode || strcasecmp(mode, wanted_mode) != 0) return;
    struct change *change =
        compare_change(c, arena_printf(c->plan->arena, "%s/standby-zone", c->target->name),
                       c->target->arm_id, CHANGE_REPORT, STAGE_ROOT);
    change->verdict = CHANGE_UNACHIEVABLE;
    change->reason = "the standby's zone can only be chosen while high availability is off";
    change->observe_only = c->target->observe_only;
    plan_delta(c->plan, standby_zone, now, wanted);
    json_put_at(want, standby_zone, json_string(now));
}

static void server_adopt(const struct comparison *c, json_t *want, const json_t *have)
{
    server_adopt_zones(want, have);
    server_adopt_login(want, have);
    server_adopt_tier(want, have);
    server_report_standby_zone(c, want, have);
}

/* The words of properties.state (source: Microsoft.DBforPostgreSQL 2025-08-01 swagger,
 * ServerState). An unknown word is taken for an operation: nothing is written then. */
static const struct {
    const char *word;
    enum resource_state state;
} states[] = {
    {"Ready", RESOURCE_SETTLED},   {"Provisioning", RESOURCE_MAKING},
    {"Creating", RESOURCE_MAKING}, {"Disabled", RESOURCE_STOPPED},
    {"Stopped", RESOURCE_STOPPED}, {"Inaccessible", RESOURCE_STOPPED},
};

static enum resource_state server_state(const json_t *have, const char **word)
{
    const char *state = json_text_at(have, "properties.state");
    *word = state ? state : "";
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcasecmp(states[i].word, *word) == 0) return states[i].state;
    return RESOURCE_MOVING;
}

/* What changes without anybody's wish and that people want to know. */
static const char *const server_facts[] = {primary_zone, standby_zone, "properties.minorVersion",
                                           NULL};

static const struct arm_shape server_shape = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers",
    .members = (const struct arm_member[]){{"location", ARM_TEXT},
                                           {"sku.name", ARM_TEXT},
                                           {"sku.tier", ARM_TEXT},
                                           {"properties.state", ARM_TEXT},
                                           {"properties.version", ARM_TEXT},
                                           {"properties.fullyQualifiedDomainName", ARM_TEXT},
                                           {"properties.storage.storageSizeGB", ARM_NUMBER},
                                           {"properties.backup.backupRetentionDays", ARM_NUMBER},
                                           {"properties.backup.geoRedundantBackup", ARM_TEXT},
                                           {"properties.highAvailability.mode", ARM_TEXT},
                                           {"properties.network.publicNetworkAccess", ARM_TEXT},
                                           {0}},
};

const struct resource resource_server = {
    .name = "server",
    .summary = "Flexible servers",
    .key = "servers",
    .arm_type = "Microsoft.DBforPostgreSQL/flexibleServers",
    .api_version = "2025-08-01",
    .shape = &server_shape,
    .read = RESOURCE_READ_SELF,
    .write = RESOURCE_WRITE_PATCH,
    .settling = ARM_SETTLES_BY_STATE,
    .has_sql = true,
    .name_is_global = true,
    .fields = server_fields,
    .adopt = server_adopt,
    .state = server_state,
    .facts = server_facts,
};
