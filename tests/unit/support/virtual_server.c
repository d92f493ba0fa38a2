/* A flexible server as ARM answers for it: what a new one is, what a change makes of it, its
 * virtual_parameters. Sources: tests/azure/server_field.c and the answers recorded there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "support/virtual_inside.h"

#define DOT_STORAGE "properties.storage."
#define DOT_HA "properties.highAvailability."

static json_t *server_blank(const char *id, const char *name)
{
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
        "fullyQualifiedDomainName", host, "version", "15", "minorVersion", "8",
        "administratorLogin", "", "state", "Ready", "availabilityZone", "1",  /* */
        "backup", "backupRetentionDays", 7, "geoRedundantBackup", "Disabled", /* */
        "highAvailability", "mode", "Disabled", "state", "NotEnabled",        /* */
        "maintenanceWindow", "customWindow", "Disabled", "dayOfWeek", 0, "startHour", 0,
        "startMinute", 0, /* */
        "replicationRole", "Primary", "replicaCapacity", 5);
    return json_pack("{s:{s:s, s:s}, s:{s:s}, s:o, s:s, s:s, s:s, s:s}", "sku", "name",
                     "Standard_D2ds_v4", "tier", "GeneralPurpose", "systemData", "createdAt",
                     "2026-01-07T03:41:49.5506303Z", "properties", properties, "location",
                     "Korea Central", "id", id, "name", name, "type",
                     "Microsoft.DBforPostgreSQL/flexibleServers");
}

/* Where a standby is chosen; without one there is nothing to choose. */
static void server_settle_standby(json_t *server)
{
    const char *mode = json_text_at(server, DOT_HA "mode");
    const char *zone = json_text_at(server, "properties.availabilityZone");
    if (!mode || strcasecmp(mode, "Disabled") == 0) {
        json_put_at(server, "properties.highAvailability",
                    json_pack("{s:s, s:s}", "mode", "Disabled", "state", "NotEnabled"));
        return;
    }
    json_put_at(server, DOT_HA "state", json_string("Healthy"));
    if (json_text_at(server, DOT_HA "standbyAvailabilityZone")) return;
    bool first = zone && strcmp(zone, "1") == 0;
    json_put_at(server, DOT_HA "standbyAvailabilityZone", json_string(first ? "2" : "1"));
}

/* What is answered differently than it was sent: never a password, no mode of creation, an empty
 * kind of disk for the usual one, no tags where there are none. */
static void server_normalise(json_t *server)
{
    json_t *properties = json_object_get(server, "properties");
    const char *disk = json_text_at(server, DOT_STORAGE "type");
    json_object_del(properties, "administratorLoginPassword");
    json_object_del(properties, "createMode");
    if (disk && strcmp(disk, "Premium_LRS") == 0)
        json_put_at(server, DOT_STORAGE "type", json_string(""));
    if (!json_object_size(json_object_get(server, "tags"))) json_object_del(server, "tags");
    server_settle_standby(server);
}

json_t *virtual_server_made(const char *id, const char *name, const json_t *body)
{
    json_t *made = server_blank(id, name), *given = json_deep_copy(body);
    /* Recorded: the window is ignored at creation, not refused. */
    json_object_del(json_object_get(given, "properties"), "maintenanceWindow");
    json_object_del(given, "location");
    virtual_merge(made, given);
    server_normalise(made);
    json_decref(given);
    return made;
}

static bool server_differs(const json_t *have, const json_t *next, const char *path)
{
    const json_t *a = json_at(have, path), *b = json_at(next, path);
    return a && b && !json_equal(a, b);
}

/* What is chosen once: the code of the late refusal. */
static const char *server_refuses(const json_t *have, const json_t *next)
{
    static const char *const once[] = {
        "properties.version",          "properties.administratorLogin",
        "properties.availabilityZone", "properties.backup.geoRedundantBackup",
        "properties.storage.type",     "properties.network.delegatedSubnetResourceId"};
    for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
        if (server_differs(have, next, once[i])) return "PropertyChangeNotAllowed";
    if (json_int_at(next, DOT_STORAGE "storageSizeGB", 0) <
        json_int_at(have, DOT_STORAGE "storageSizeGB", 0))
        return "StorageSizeDecreaseNotAllowed";
    if (!server_differs(have, next, DOT_HA "mode") &&
        server_differs(have, next, DOT_HA "standbyAvailabilityZone"))
        return "StandbyZoneChangeNotAllowed";
    return NULL;
}

json_t *virtual_server_changed(const json_t *have, const json_t *body, bool *restarts,
                               const char **code)
{
    json_t *next = json_deep_copy(have), *given = json_deep_copy(body);
    json_object_del(given, "location");
    if (json_object_get(given, "tags")) json_object_del(next, "tags"); /* all of them */
    virtual_merge(next, given);
    server_normalise(next);
    *code = server_refuses(have, next);
    *restarts = server_differs(have, next, "sku.name") || server_differs(have, next, "sku.tier") ||
                server_differs(have, next, "properties.authConfig.activeDirectoryAuth");
    json_put_at(next, "properties.state", json_string("Ready"));
    json_decref(given);
    return next;
}

void virtual_server_state(struct virtual *v, const char *key, const char *state)
{
    const json_t *have = json_object_get(virtual_store(v), key);
    if (!have) return;
    json_t *next = json_deep_copy(have);
    json_put_at(next, "properties.state", json_string(state));
    virtual_store_set(v, key, next);
}

/* --- virtual_parameters
 * --------------------------------------------------------------------------------
 */

static const struct {
    const char *name, *value, *type, *allowed, *unit;
    bool dynamic, read_only;
} virtual_parameters[] = {
    {"azure.extensions", "", "Set", "pg_stat_statements,pgaudit,pgcrypto,uuid-ossp", NULL, true,
     false},
    {"log_min_duration_statement", "-1", "Integer", "-1-2147483647", "ms", true, false},
    {"max_connections", "859", "Integer", "25-5000", NULL, false, false},
    {"metrics.collector_database_activity", "off", "Boolean", "on,off", NULL, true, false},
    {"password_encryption", "scram-sha-256", "Enumeration", "md5,scram-sha-256", NULL, true, false},
    {"pg_qs.interval_length_minutes", "15", "Integer", "1-30", "min", false, false},
    {"pg_qs.query_capture_mode", "none", "Enumeration", "top,all,none", NULL, true, false},
    {"pgaudit.log", "none", "Set", "none,read,write,function,role,ddl,misc,all", NULL, true, false},
    {"pgms_wait_sampling.query_capture_mode", "none", "Enumeration", "all,none", NULL, true, false},
    {"require_secure_transport", "on", "Boolean", "on,off", NULL, true, false},
    {"shared_preload_libraries", "pg_cron,pg_stat_statements", "Set",
     "pg_cron,pg_stat_statements,pgaudit", NULL, false, false},
    {"ssl", "on", "Boolean", "on", NULL, false, true},
    {"ssl_min_protocol_version", "TLSv1.2", "Enumeration", "TLSv1.2,TLSv1.3", NULL, true, false},
    {"work_mem", "4096", "Integer", "4096-2097151", "kB", true, false},
};

void virtual_server_configure(struct virtual *v, const char *key, const char *id)
{
    for (size_t i = 0; i < sizeof(virtual_parameters) / sizeof(virtual_parameters[0]); i++) {
        char *own = xasprintf("%s/configurations/%s", id, virtual_parameters[i].name);
        char *own_key = xasprintf("%s/configurations/%s", key, virtual_parameters[i].name);
        json_t *properties = json_pack(
            "{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b}", "value", virtual_parameters[i].value,
            "description", "A parameter.", "defaultValue", virtual_parameters[i].value, "dataType",
            virtual_parameters[i].type, "allowedValues", virtual_parameters[i].allowed, "source",
            "system-default", "isDynamicConfig", (int)virtual_parameters[i].dynamic, "isReadOnly",
            (int)virtual_parameters[i].read_only, "isConfigPendingRestart", 0);
        if (virtual_parameters[i].unit)
            json_object_set_new(properties, "unit", json_string(virtual_parameters[i].unit));
        virtual_store_set(v, own_key,
                          json_pack("{s:o, s:s, s:s, s:s}", "properties", properties, "id", own,
                                    "name", virtual_parameters[i].name, "type",
                                    "Microsoft.DBforPostgreSQL/flexibleServers/configurations"));
        free(own);
        free(own_key);
    }
}

void virtual_server_restarted(struct virtual *v, const char *key)
{
    for (size_t i = 0; i < sizeof(virtual_parameters) / sizeof(virtual_parameters[0]); i++) {
        char *own_key = xasprintf("%s/configurations/%s", key, virtual_parameters[i].name);
        const json_t *have = json_object_get(virtual_store(v), own_key);
        if (json_bool_at(have, "properties.isConfigPendingRestart", false)) {
            json_t *next = json_deep_copy(have);
            json_put_at(next, "properties.isConfigPendingRestart", json_false());
            virtual_store_set(v, own_key, next);
        }
        free(own_key);
    }
}
