/* The property matrix of flexibleServers: see server_field.h. Codes of refusals other than
 * ServerEditionIncompatibleWithSkuSize (recorded) are unverified. */
#include "postgres/server_field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arm/location.h"
#include "base/json.h"
#include "front/clock.h"
#include "front/number.h"
#include "postgres/sku.h"

enum field_kind { FIELD_TEXT, FIELD_INT, FIELD_ENUM };
enum field_flag {
    AT_CREATE = 1,
    BY_PATCH = 2,
    RESTARTS = 4,
    EMPTY_IS_NONE = 8, /* "" is the specification's default: no wish */
};

enum { ENUM_WORDS = 6 };

struct field {
    const char *path;
    enum field_kind kind;
    int flags;
    int64_t min, max;
    const char *words[ENUM_WORDS];
};

#define EITHER (AT_CREATE | BY_PATCH)
#define ABLE                                                                                       \
    {                                                                                              \
        "Disabled", "Enabled"                                                                      \
    }

static const struct field fields[] = {
    {"sku.name", FIELD_TEXT, EITHER | RESTARTS, 0, 0, {0}},
    {"sku.tier",
     FIELD_ENUM,
     EITHER | RESTARTS,
     0,
     0,
     {"Burstable", "GeneralPurpose", "MemoryOptimized"}},
    {"properties.version", FIELD_TEXT, EITHER, 0, 0, {0}},
    {"properties.administratorLogin", FIELD_TEXT, AT_CREATE, 0, 0, {0}},
    {"properties.availabilityZone", FIELD_ENUM, AT_CREATE | EMPTY_IS_NONE, 0, 0, {"1", "2", "3"}},
    {"properties.storage.storageSizeGB", FIELD_INT, EITHER, 32, 65536, {0}},
    {"properties.storage.tier", FIELD_TEXT, EITHER, 0, 0, {0}},
    {"properties.storage.type", FIELD_ENUM, AT_CREATE, 0, 0, {"", "Premium_LRS"}},
    {"properties.storage.autoGrow", FIELD_ENUM, EITHER, 0, 0, ABLE},
    {"properties.backup.backupRetentionDays", FIELD_INT, EITHER, 7, 35, {0}},
    {"properties.backup.geoRedundantBackup", FIELD_ENUM, AT_CREATE, 0, 0, ABLE},
    {"properties.network.delegatedSubnetResourceId", FIELD_TEXT, AT_CREATE, 0, 0, {0}},
    {"properties.network.privateDnsZoneArmResourceId", FIELD_TEXT, EITHER, 0, 0, {0}},
    {"properties.network.publicNetworkAccess", FIELD_ENUM, EITHER, 0, 0, ABLE},
    {"properties.highAvailability.mode",
     FIELD_ENUM,
     EITHER,
     0,
     0,
     {"Disabled", "SameZone", "ZoneRedundant"}},
    {"properties.highAvailability.standbyAvailabilityZone",
     FIELD_ENUM,
     EITHER | EMPTY_IS_NONE,
     0,
     0,
     {"1", "2", "3"}},
    {"properties.authConfig.activeDirectoryAuth", FIELD_ENUM, EITHER | RESTARTS, 0, 0, ABLE},
    {"properties.authConfig.passwordAuth", FIELD_ENUM, EITHER, 0, 0, ABLE},
    {"properties.authConfig.tenantId", FIELD_TEXT, EITHER, 0, 0, {0}},
    {"properties.dataEncryption.type", FIELD_ENUM, AT_CREATE, 0, 0, {"SystemManaged"}},
    {"properties.maintenanceWindow.customWindow", FIELD_ENUM, BY_PATCH, 0, 0, ABLE},
    {"properties.maintenanceWindow.dayOfWeek", FIELD_INT, BY_PATCH, 0, 6, {0}},
    {"properties.maintenanceWindow.startHour", FIELD_INT, BY_PATCH, 0, 23, {0}},
    {"properties.maintenanceWindow.startMinute", FIELD_INT, BY_PATCH, 0, 59, {0}},
};

enum { OLDEST_MAJOR = 11, NEWEST_MAJOR = 18 };

static int installed_version;

void server_field_version(int installed_major)
{
    installed_version = installed_major;
}

json_t *server_document(const char *id, const char *name, const char *location)
{
    char created[CLOCK_TEXT];
    clock_text(created, 7);
    char host[128];
    snprintf(host, sizeof(host), "%s.postgres.database.azure.com", name);
    json_t *properties = json_pack(
        "{s:{s:s, s:i}, s:{s:s, s:i, s:s, s:i, s:s}, s:{s:s}, s:[], s:{s:s}, s:{s:s, s:s}, s:s, "
        "s:s, s:s, s:s, s:s, s:s, s:{s:i, s:s}, s:{s:s, s:s}, s:{s:s, s:i, s:i, s:i}, s:s, s:i}",
        "replica", "role", "Primary", "capacity", 5, /* */
        "storage", "type", "", "iops", 120, "tier", "P4", "storageSizeGB", 32, "autoGrow",
        "Disabled",                                  /* */
        "network", "publicNetworkAccess", "Enabled", /* */
        "privateEndpointConnections",                /* */
        "dataEncryption", "type", "SystemManaged",   /* */
        "authConfig", "activeDirectoryAuth", "Disabled", "passwordAuth", "Enabled",
        "fullyQualifiedDomainName", host, "version", "", "minorVersion", "", "administratorLogin",
        "", "state", "Provisioning", "availabilityZone", "1",                 /* */
        "backup", "backupRetentionDays", 7, "geoRedundantBackup", "Disabled", /* */
        "highAvailability", "mode", "Disabled", "state", "NotEnabled",        /* */
        "maintenanceWindow", "customWindow", "Disabled", "dayOfWeek", 0, "startHour", 0,
        "startMinute", 0, /* */
        "replicationRole", "Primary", "replicaCapacity", 5);
    return json_pack("{s:{s:s, s:s}, s:{s:s}, s:o, s:s, s:s, s:s, s:s}", "sku", "name",
                     "Standard_D2ds_v4", "tier", "GeneralPurpose", "systemData", "createdAt",
                     created, "properties", properties, "location", location, "id", id, "name",
                     name, "type", "Microsoft.DBforPostgreSQL/flexibleServers");
}

/* The value as it will be stored (new), or NULL with 'refusal'. */
static json_t *field_value(const struct field *f, const json_t *given, struct refusal *refusal)
{
    bool is_number = f->kind == FIELD_INT;
    if (is_number ? !json_is_integer(given) : !json_is_string(given)) {
        refusal->at_once = true;
        refuse(refusal, "InvalidRequestContent", "The property '%s' has the wrong type.", f->path);
        return NULL;
    }
    if (is_number) {
        json_int_t n = json_integer_value(given);
        if (n >= f->min && n <= f->max) return json_integer(n);
        refuse(refusal, "InvalidParameterValue",
               "Invalid value given for parameter %s. Specify a valid parameter value.", f->path);
        return NULL;
    }
    if (f->kind == FIELD_TEXT) return json_string(json_string_value(given));
    for (int i = 0; i < ENUM_WORDS && f->words[i]; i++) {
        if (strcasecmp(f->words[i], json_string_value(given)) == 0) return json_string(f->words[i]);
    }
    refuse(refusal, "InvalidParameterValue",
           "Invalid value given for parameter %s. Specify a valid parameter value.", f->path);
    return NULL;
}

static bool field_same(const json_t *now, const json_t *next)
{
    if (json_equal(now, next)) return true;
    const char *a = json_string_value(now), *b = json_string_value(next);
    return b && (a ? strcasecmp(a, b) == 0 : !*b);
}

static int field_apply(const struct field *f, json_t *doc, const json_t *given, bool create,
                       bool *restart, struct refusal *refusal)
{
    json_t *next = field_value(f, given, refusal);
    if (!next) return -1;
    if (create && !(f->flags & AT_CREATE)) { /* recorded: ignored, not refused */
        json_decref(next);
        return 0;
    }
    if (field_same(json_at(doc, f->path), next)) {
        json_decref(next);
        return 0;
    }
    if (!create && !(f->flags & BY_PATCH)) {
        json_decref(next);
        return refuse(refusal, "PropertyChangeNotAllowed",
                      "The property '%s' can only be set when the server is created.", f->path);
    }
    if (f->flags & RESTARTS) *restart = true;
    json_put_at(doc, f->path, next);
    return 0;
}

static int check_sku(json_t *doc, struct refusal *refusal)
{
    const char *name = json_text_at(doc, "sku.name"), *tier = json_text_at(doc, "sku.tier");
    const struct sku *sku = sku_find(name);
    if (sku && strcmp(sku->tier, tier) == 0) {
        json_put_at(doc, "sku.name", json_string(sku->name));
        return 0;
    }
    return refuse(refusal, "ServerEditionIncompatibleWithSkuSize",
                  "The requested server edition is incompatible with requested Sku Size. Requested "
                  "edition: %s, requested sku: %s.",
                  tier, name);
}

static int check_version(json_t *doc, const json_t *old, struct refusal *refusal)
{
    const char *text = json_text_at(doc, "properties.version");
    const char *before = json_text_at(old, "properties.version");
    int64_t major = number_or(text, 0);
    if (major < OLDEST_MAJOR || major > NEWEST_MAJOR ||
        (installed_version && major != installed_version))
        return refuse(refusal, "InvalidParameterValue",
                      "The version '%s' is not available; a real cluster of version %d is.", text,
                      installed_version);
    if (*before && major < number_or(before, 0))
        return refuse(refusal, "InvalidParameterValue", "The version cannot be lowered from %s.",
                      before);
    return 0;
}

static int check_storage(json_t *doc, const json_t *old, bool create, struct refusal *refusal)
{
    int64_t size = json_int_at(doc, "properties.storage.storageSizeGB", 0);
    int64_t before = json_int_at(old, "properties.storage.storageSizeGB", 0);
    const char *tier = json_text_at(doc, "properties.storage.tier");
    const char *tier_before = json_text_at(old, "properties.storage.tier");
    const struct disk_tier *baseline = disk_baseline(size);
    if (!baseline)
        return refuse(refusal, "InvalidParameterValue",
                      "Invalid value given for parameter storageSizeGB: %lld.", (long long)size);
    if (!create && size < before)
        return refuse(refusal, "StorageSizeDecreaseNotAllowed",
                      "The storage size cannot be decreased from %lld to %lld GB.",
                      (long long)before, (long long)size);
    bool follows = size != before && strcmp(tier, tier_before) == 0;
    const struct disk_tier *chosen = disk_tier_find(size, tier);
    if (!chosen && follows) chosen = baseline;
    if (chosen && follows && (create || strcmp(tier, disk_baseline(before)->name) == 0))
        chosen = baseline;
    if (!chosen)
        return refuse(refusal, "InvalidStorageTier",
                      "The storage tier '%s' is not available for %lld GB.", tier, (long long)size);
    json_put_at(doc, "properties.storage.tier", json_string(chosen->name));
    json_put_at(doc, "properties.storage.iops", json_integer(chosen->iops));
    json_put_at(doc, "properties.storage.type", json_string(""));
    return 0;
}

/* The zone of the standby where none was asked for: the one beside the server's own. */
static const char *standby_zone(const char *zone)
{
    return strcmp(zone, "1") == 0 ? "2" : "1";
}

static int check_availability(json_t *doc, const json_t *old, struct refusal *refusal)
{
    json_t *ha = json_at(doc, "properties.highAvailability");
    const char *mode = json_text_at(ha, "mode");
    const char *zone = json_text_at(doc, "properties.availabilityZone");
    const char *standby = json_text_at(ha, "standbyAvailabilityZone");
    const char *old_mode = json_text_at(old, "properties.highAvailability.mode");
    const char *old_standby =
        json_text_at(old, "properties.highAvailability.standbyAvailabilityZone");
    if (strcmp(mode, "Disabled") == 0) {
        json_put_at(doc, "properties.highAvailability",
                    json_pack("{s:s, s:s}", "mode", mode, "state", "NotEnabled"));
        return 0;
    }
    if (strcmp(json_text_at(doc, "sku.tier"), "Burstable") == 0)
        return refuse(refusal, "HANotSupportedForBurstable",
                      "High availability is not supported for the Burstable tier.");
    if (strcmp(mode, old_mode) == 0 && old_standby && standby && strcmp(standby, old_standby) != 0)
        return refuse(refusal, "StandbyZoneChangeNotAllowed",
                      "The standby availability zone cannot be changed while high availability is "
                      "enabled.");
    bool zonal = strcmp(mode, "ZoneRedundant") == 0;
    if (!standby) standby = zonal ? standby_zone(zone) : zone;
    if (zonal == (strcmp(standby, zone) == 0))
        return refuse(refusal, "InvalidStandbyAvailabilityZone",
                      "The standby availability zone '%s' does not fit mode %s.", standby, mode);
    json_put_at(doc, "properties.highAvailability",
                json_pack("{s:s, s:s, s:s}", "mode", mode, "state", "Healthy",
                          "standbyAvailabilityZone", standby));
    return 0;
}

static int check_network(json_t *doc, const json_t *body, struct refusal *refusal)
{
    if (!json_at(doc, "properties.network.delegatedSubnetResourceId")) return 0;
    if (json_at(body, "properties.network.delegatedSubnetResourceId") &&
        !json_at(doc, "properties.network.privateDnsZoneArmResourceId"))
        return refuse(refusal, "InvalidParameterValue",
                      "A private DNS zone is needed with a delegated subnet.");
    json_put_at(doc, "properties.network.publicNetworkAccess", json_string("Disabled"));
    return 0;
}

static int check_all(json_t *doc, const json_t *old, const json_t *body, bool create,
                     struct refusal *refusal)
{
    if (check_sku(doc, refusal) < 0 || check_version(doc, old, refusal) < 0 ||
        check_storage(doc, old, create, refusal) < 0 || check_availability(doc, old, refusal) < 0)
        return -1;
    return check_network(doc, body, refusal);
}

static int apply_rows(json_t *doc, const json_t *body, bool create, bool *restart,
                      struct refusal *refusal)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const json_t *given = json_at(body, fields[i].path);
        if (!given || json_is_null(given)) continue;
        const char *text = json_string_value(given);
        if (fields[i].flags & EMPTY_IS_NONE && text && !*text) continue;
        if (field_apply(&fields[i], doc, given, create, restart, refusal) < 0) return -1;
    }
    return 0;
}

int server_apply(json_t *doc, const json_t *body, bool create, bool *restart,
                 struct refusal *refusal)
{
    json_t *old = json_deep_copy(doc);
    json_t *tags = json_object_get(body, "tags");
    *refusal = (struct refusal){0};
    int r = apply_rows(doc, body, create, restart, refusal);
    if (r == 0) r = check_all(doc, old, body, create, refusal);
    if (json_is_object(tags)) {
        json_object_del(doc, "tags");
        if (json_object_size(tags)) json_object_set_new(doc, "tags", json_deep_copy(tags));
    }
    json_decref(old);
    return r;
}
