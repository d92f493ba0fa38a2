/* The flexible server itself: created, patched, never deleted or replaced. What may be declared of
 * it stands in server_fields.c. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/number.h"
#include "resource/compare.h"
#include "resource/postgres/replication.h"
#include "resource/resource.h"

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

/* 30 of P30; 0 where there is no number. */
static uint64_t server_tier_number(const char *name)
{
    static const char digits[] = "0123456789";
    char number[16] = "";
    uint64_t size = 0;
    const char *first = name + strcspn(name, digits);
    snprintf(number, sizeof(number), "%.*s", (int)strspn(first, digits), first);
    return number_parse(number, &size) == 0 ? size : 0;
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
    if (server_tier_number(now) > server_tier_number(declared))
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
    compare_unachievable(c, arena_printf(c->plan->arena, "%s/standby-zone", c->target->name),
                         "the standby's zone can only be chosen while high availability is off");
    plan_delta(c->plan, standby_zone, now, wanted);
    json_put_at(want, standby_zone, json_string(now));
}

/* Between the two kinds of a standby lies none (azure docs: high-availability/how-to-configure):
 * first it is taken away, and the next look makes the other. */
static void server_adopt_standby(json_t *want, const json_t *have)
{
    const char *wanted = json_text_at(want, ha_mode), *now = json_text_at(have, ha_mode);
    if (!wanted || !now || strcasecmp(wanted, now) == 0) return;
    if (strcasecmp(wanted, "Disabled") == 0 || strcasecmp(now, "Disabled") == 0) return;
    json_object_del(json_at(want, "properties.highAvailability"), "standbyAvailabilityZone");
    json_put_at(want, ha_mode, json_string("Disabled"));
}

/* Whose keys are used is chosen once; the key of the other choice cannot be asked for. */
static void server_adopt_key(json_t *want, const json_t *have)
{
    static const char type[] = "properties.dataEncryption.type";
    const char *wanted = json_text_at(want, type), *now = json_text_at(have, type);
    if (wanted && now && strcasecmp(wanted, now) != 0)
        json_put_at(want, "properties.dataEncryption",
                    json_pack("{s:o}", "type", json_string(wanted)));
}

/* Of a disk of the first kind the size and the tier say how fast it is; asking for anything else is
 * refused (source: 2025-08-01 swagger, Storage). */
static void server_report_speed(const struct comparison *c, json_t *want, const json_t *have)
{
    static const char *const speeds[] = {"properties.storage.iops",
                                         "properties.storage.throughput"};
    const char *kind = json_text_at(have, "properties.storage.type");
    if (kind && *kind && strcasecmp(kind, "Premium_LRS") != 0) return;
    for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
        const json_t *wanted = json_at(want, speeds[i]), *now = json_at(have, speeds[i]);
        const struct field *row = field_find(server_fields, speeds[i]);
        const char *member = strrchr(speeds[i], '.') + 1;
        if (!wanted) continue;
        if (!field_equal(row, wanted, now)) {
            compare_unachievable(c, arena_printf(c->plan->arena, "%s.%s", c->target->name, member),
                                 "of a Premium_LRS disk its size and its tier say how fast it is");
            plan_delta(c->plan, speeds[i], field_value_text(row, now, c->plan->arena),
                       field_value_text(row, wanted, c->plan->arena));
        }
        json_object_del(json_at(want, "properties.storage"), member);
    }
}

static void server_adopt(const struct comparison *c, json_t *want, const json_t *have)
{
    replication_adopt_role(c, want, have);
    server_adopt_zones(want, have);
    server_adopt_login(want, have);
    server_adopt_tier(want, have);
    server_adopt_standby(want, have);
    server_adopt_key(want, have);
    server_report_speed(c, want, have);
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
static const char *const server_facts[] = {
    primary_zone,
    standby_zone,
    "properties.minorVersion",
    "properties.highAvailability.state",
    "properties.replica.role",
    "properties.replica.replicationState",
    NULL,
};

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
    .prepare = replication_prepare,
    .state = server_state,
    .facts = server_facts,
};
