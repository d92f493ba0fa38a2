/* The bodies of requests about a flexible server: see server_body.h. Recorded: a PATCH takes the
 * whole object that GET answered, so what is read-only is ignored. */
#include "postgres/server_body.h"

#include <string.h>

#include "arm/location.h"
#include "base/json.h"

static const struct member sku[] = {
    MEMBER("name", MEMBER_TEXT, 0),
    MEMBER("tier", MEMBER_TEXT, 0),
    MEMBER_END,
};

static const struct member storage[] = {
    MEMBER("storageSizeGB", MEMBER_INTEGER, 0),
    MEMBER("autoGrow", MEMBER_TEXT, 0),
    MEMBER("tier", MEMBER_TEXT, 0),
    MEMBER("iops", MEMBER_INTEGER, 0),
    MEMBER("throughput", MEMBER_INTEGER, 0),
    MEMBER("type", MEMBER_TEXT, 0),
    MEMBER_END,
};

static const struct member backup[] = {
    MEMBER("backupRetentionDays", MEMBER_INTEGER, 0),
    MEMBER("geoRedundantBackup", MEMBER_TEXT, 0),
    MEMBER("earliestRestoreDate", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

static const struct member network[] = {
    MEMBER("publicNetworkAccess", MEMBER_TEXT, 0),
    MEMBER("delegatedSubnetResourceId", MEMBER_TEXT, 0),
    MEMBER("privateDnsZoneArmResourceId", MEMBER_TEXT, 0),
    MEMBER_END,
};

static const struct member high_availability[] = {
    MEMBER("mode", MEMBER_TEXT, 0),
    MEMBER("standbyAvailabilityZone", MEMBER_TEXT, 0),
    MEMBER("state", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

static const struct member auth_config[] = {
    MEMBER("activeDirectoryAuth", MEMBER_TEXT, 0),
    MEMBER("passwordAuth", MEMBER_TEXT, 0),
    MEMBER("tenantId", MEMBER_TEXT, 0),
    MEMBER_END,
};

static const struct member data_encryption[] = {
    MEMBER("type", MEMBER_TEXT, 0),
    MEMBER_END,
};

static const struct member maintenance_window[] = {
    MEMBER("customWindow", MEMBER_TEXT, 0),
    MEMBER("dayOfWeek", MEMBER_INTEGER, 0),
    MEMBER("startHour", MEMBER_INTEGER, 0),
    MEMBER("startMinute", MEMBER_INTEGER, 0),
    MEMBER_END,
};

static const struct member replica[] = {
    MEMBER("role", MEMBER_TEXT, 0),
    MEMBER("promoteMode", MEMBER_TEXT, 0),
    MEMBER("promoteOption", MEMBER_TEXT, 0),
    MEMBER("capacity", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("replicationState", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

static const struct member server_properties[] = {
    MEMBER("createMode", MEMBER_TEXT, 0),
    MEMBER("version", MEMBER_TEXT, 0),
    MEMBER("administratorLogin", MEMBER_TEXT, 0),
    MEMBER("administratorLoginPassword", MEMBER_TEXT, 0),
    MEMBER("availabilityZone", MEMBER_TEXT, 0),
    MEMBER_INNER("storage", MEMBER_OBJECT, 0, storage),
    MEMBER_INNER("backup", MEMBER_OBJECT, 0, backup),
    MEMBER_INNER("network", MEMBER_OBJECT, 0, network),
    MEMBER_INNER("highAvailability", MEMBER_OBJECT, 0, high_availability),
    MEMBER_INNER("authConfig", MEMBER_OBJECT, 0, auth_config),
    MEMBER_INNER("dataEncryption", MEMBER_OBJECT, 0, data_encryption),
    MEMBER_INNER("maintenanceWindow", MEMBER_OBJECT, 0, maintenance_window),
    MEMBER_INNER("replica", MEMBER_OBJECT, 0, replica),
    MEMBER("replicationRole", MEMBER_TEXT, 0),
    MEMBER("sourceServerResourceId", MEMBER_TEXT, 0),
    MEMBER("pointInTimeUTC", MEMBER_TEXT, 0),
    MEMBER("minorVersion", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("state", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("fullyQualifiedDomainName", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("replicaCapacity", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("privateEndpointConnections", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

const struct member server_members[] = {
    MEMBER_HEAD,
    MEMBER("location", MEMBER_TEXT, 0),
    MEMBER("tags", MEMBER_TAGS, 0),
    MEMBER_INNER("sku", MEMBER_OBJECT, 0, sku),
    MEMBER_INNER("properties", MEMBER_OBJECT, 0, server_properties),
    MEMBER_END,
};

const struct member restart_members[] = {
    MEMBER("restartWithFailover", MEMBER_BOOLEAN, 0),
    MEMBER_WORDS("failoverMode", 0,
                 "PlannedFailover|ForcedFailover|PlannedSwitchover|ForcedSwitchover"),
    MEMBER_END,
};

static const struct member configuration_properties[] = {
    MEMBER("value", MEMBER_TEXT, MEMBER_REQUIRED),
    MEMBER("source", MEMBER_TEXT, 0),
    MEMBER("description", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("defaultValue", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("dataType", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("allowedValues", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("isDynamicConfig", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("isReadOnly", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("isConfigPendingRestart", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("unit", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("documentationLink", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

const struct member configuration_members[] = {
    MEMBER_HEAD,
    MEMBER_INNER("properties", MEMBER_OBJECT, MEMBER_REQUIRED, configuration_properties),
    MEMBER_END,
};

static const struct member database_properties[] = {
    MEMBER("charset", MEMBER_TEXT, 0),
    MEMBER("collation", MEMBER_TEXT, 0),
    MEMBER_END,
};

const struct member database_members[] = {
    MEMBER_HEAD,
    MEMBER_INNER("properties", MEMBER_OBJECT, 0, database_properties),
    MEMBER_END,
};

static const struct member firewall_rule_properties[] = {
    MEMBER("startIpAddress", MEMBER_TEXT, MEMBER_REQUIRED),
    MEMBER("endIpAddress", MEMBER_TEXT, MEMBER_REQUIRED),
    MEMBER_END,
};

const struct member firewall_rule_members[] = {
    MEMBER_HEAD,
    MEMBER_INNER("properties", MEMBER_OBJECT, MEMBER_REQUIRED, firewall_rule_properties),
    MEMBER_END,
};

bool server_body_right(struct exchange *x, const struct member *rows, bool optional)
{
    struct refusal refusal = {0};
    if (!x->json && optional) return true;
    json_t *body = json_deep_copy(x->json);
    int r = members_check(rows, body, NULL, false, &refusal);
    json_decref(body);
    if (r == 0) return true;
    reply_error(x, 400, "InvalidRequestContent",
                "The request content was invalid and could not be deserialized: %s",
                refusal.message);
    return false;
}

/* What only a replica, an elastic cluster or another kind of disk could have changed. */
static const char *const unchangeable[] = {
    "properties.storage.iops",        "properties.storage.throughput",
    "properties.replicationRole",     "properties.replica.role",
    "properties.replica.promoteMode", "properties.replica.promoteOption",
    "properties.pointInTimeUTC",      "properties.sourceServerResourceId",
};

int server_body_fits(const json_t *doc, const json_t *body, struct refusal *refusal)
{
    const char *location = json_text_at(body, "location");
    const char *mode = json_text_at(body, "properties.createMode");
    if (location && !location_same(location, json_text_at(doc, "location")))
        return refuse(refusal, "PropertyChangeNotAllowed",
                      "The property 'location' can only be set when the server is created.");
    if (mode && strcasecmp(mode, "Default") != 0 && strcasecmp(mode, "Create") != 0 &&
        strcasecmp(mode, "Update") != 0)
        return refuse(refusal, "PropertyChangeNotAllowed",
                      "The createMode '%s' is not for a server that exists.", mode);
    for (size_t i = 0; i < sizeof(unchangeable) / sizeof(unchangeable[0]); i++) {
        const json_t *given = json_at(body, unchangeable[i]);
        if (given && !json_is_null(given) && !json_equal(given, json_at(doc, unchangeable[i])))
            return refuse(refusal, "PropertyChangeNotAllowed",
                          "The property '%s' cannot be changed for this server.", unchangeable[i]);
    }
    return 0;
}
