/* Advanced threat protection of a server: one setting, called Default, that is always there. */
#include <strings.h>

#include "base/json.h"
#include "resource/compare.h"
#include "resource/resource.h"

#define SWAGGER "Microsoft.DBforPostgreSQL 2025-08-01 swagger"

static const char *const protection_states[] = {"Enabled", "Disabled", NULL};

const struct field threat_protection_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .pattern = "^[Dd]efault$",
     .form = "Default: there is one",
     .help = "Default.",
     .source = SWAGGER ": threatProtectionName"},
    {.path = "properties.state",
     .kind = FIELD_ENUM,
     .flags = FIELD_REQUIRED,
     .choices = protection_states,
     .help = "Whether unusual use of the server raises alerts of Microsoft Defender.",
     .source = SWAGGER},
    {.path = "properties.creationTime", .kind = FIELD_STRING, .flags = FIELD_READ_ONLY},
    COMPARE_MODE_ROW,
    {0},
};

/* Nobody is warned any more. */
static bool threat_protection_widens(const json_t *want, const json_t *have)
{
    const char *now = json_text_at(have, "properties.state");
    const char *wanted = json_text_at(want, "properties.state");
    return wanted && strcasecmp(wanted, "Enabled") == 0 && (!now || strcasecmp(now, wanted) != 0);
}

static const struct arm_shape threat_protection_shape = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers/advancedThreatProtectionSettings",
    .members = (const struct arm_member[]){{"properties.state", ARM_TEXT}, {0}},
};

const struct resource resource_threat_protection = {
    .name = "threat_protection",
    .summary = "Advanced threat protection",
    .key = "advancedThreatProtectionSettings",
    .parent = &resource_server,
    .arm_type = "Microsoft.DBforPostgreSQL/flexibleServers/advancedThreatProtectionSettings",
    .api_version = "2025-08-01",
    .shape = &threat_protection_shape,
    .read = RESOURCE_READ_LIST,
    .write = RESOURCE_WRITE_PUT,
    .fields = threat_protection_fields,
    .widens = threat_protection_widens,
};
