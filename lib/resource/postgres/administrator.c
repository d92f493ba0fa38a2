/* Microsoft Entra administrators of a server. One is known by the object id of its principal, never
 * by a mail address; it is a role in the server too, which PostgreSQL's side leaves alone. One that
 * nobody declared can do everything: that is what must be known first. */
#include "resource/compare.h"
#include "resource/resource.h"

#define SWAGGER "Microsoft.DBforPostgreSQL 2025-08-01 swagger"

static const char *const principal_types[] = {"Group", "ServicePrincipal", "User", NULL};

const struct field administrator_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .min = 36,
     .max = 36,
     .pattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
     .form = "an object id, as 01234567-89ab-cdef-0123-456789abcdef",
     .help = "Object id of the principal in Microsoft Entra.",
     .source = SWAGGER ": administrators/{objectId}"},
    {.path = "properties.principalName",
     .kind = FIELD_NAME,
     .flags = FIELD_REQUIRED,
     .help = "Its name: that of its role in the server, so case counts. Of a group its display "
             "name.",
     .source = "azure docs: security/security-entra-configure"},
    {.path = "properties.principalType",
     .kind = FIELD_ENUM,
     .flags = FIELD_REQUIRED,
     .choices = principal_types,
     .help = "What it is.",
     .source = SWAGGER},
    {.path = "properties.tenantId",
     .kind = FIELD_STRING,
     .flags = FIELD_NOCASE | FIELD_WRITE_ONLY,
     .help = "Its Entra tenant.",
     .source = SWAGGER ": write-only"},
    {.path = "properties.objectId", .kind = FIELD_STRING, .flags = FIELD_READ_ONLY},
    COMPARE_MODE_ROW,
    {0},
};

/* Whoever administers and was not declared: a declared one is who it is by its object id. */
static bool administrator_widens(const json_t *want, const json_t *have)
{
    (void)have;
    return !want;
}

/* In the specification's examples the name is the principal's, or missing. */
static const struct arm_shape administrator_shape = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers/administrators",
    .members = (const struct arm_member[]){{"properties.principalName", ARM_TEXT},
                                           {"properties.principalType", ARM_TEXT},
                                           {0}},
    .flags = ARM_NAME_IS_FREE,
};

const struct resource resource_administrator = {
    .name = "administrator",
    .summary = "Microsoft Entra administrators; what is not listed is undeclared",
    .key = "administrators",
    .parent = &resource_server,
    .arm_type = "Microsoft.DBforPostgreSQL/flexibleServers/administrators",
    .api_version = "2025-08-01",
    .shape = &administrator_shape,
    .read = RESOURCE_READ_LIST,
    .write = RESOURCE_WRITE_PUT,
    .deletable = true,
    .fields = administrator_fields,
    .widens = administrator_widens,
};
