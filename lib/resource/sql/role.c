/* Roles: attributes, connection limit, settings, password at creation. Roles that are not declared
 * are left alone; a role is never dropped. */
#include "resource/compare.h"
#include "resource/resource.h"

#define PG_ROLE_SOURCE "PostgreSQL 15: CREATE ROLE"

const struct field role_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .help = "Name of the role; names that begin with pg_ or azure are not ours.",
     .source = PG_ROLE_SOURCE},
    {.path = "login", .kind = FIELD_BOOL, .help = "May log in.", .source = PG_ROLE_SOURCE},
    {.path = "superuser",
     .kind = FIELD_BOOL,
     .help = "Must be false: on Azure only Microsoft is superuser (rule SEC-001).",
     .source = "azure docs: security/security-manage-database-users"},
    {.path = "createdb",
     .kind = FIELD_BOOL,
     .help = "May make databases.",
     .source = PG_ROLE_SOURCE},
    {.path = "createrole", .kind = FIELD_BOOL, .help = "May make roles.", .source = PG_ROLE_SOURCE},
    {.path = "replication", .kind = FIELD_BOOL, .help = "May replicate.", .source = PG_ROLE_SOURCE},
    {.path = "bypassrls",
     .kind = FIELD_BOOL,
     .help = "Is not bound by row level security.",
     .source = PG_ROLE_SOURCE},
    {.path = "inherit",
     .kind = FIELD_BOOL,
     .help = "Has the privileges of the roles it is a member of.",
     .source = PG_ROLE_SOURCE},
    {.path = "connectionLimit",
     .kind = FIELD_INT,
     .min = -1,
     .max = 262143,
     .unit = "connections",
     .help = "How many sessions it may have at the same time; -1: no limit.",
     .source = PG_ROLE_SOURCE},
    {.path = "validUntil",
     .kind = FIELD_STRING,
     .help = "When its password ends: an RFC 3339 time, or infinity.",
     .source = PG_ROLE_SOURCE},
    {.path = "password",
     .kind = FIELD_STRING,
     .flags = FIELD_SECRET,
     .help =
         "Reference to the password, set when the role is made. Only its SCRAM-SHA-256 verifier "
         "is sent."},
    {.path = "memberOf",
     .kind = FIELD_SET,
     .help = "Roles it is a member of, exactly; where absent, memberships are left alone."},
    {.path = "settings",
     .kind = FIELD_MAP,
     .help = "ALTER ROLE ... SET; settings that are not declared are left alone.",
     .source = "PostgreSQL 15: ALTER ROLE"},
    {.path = "comment", .kind = FIELD_STRING, .help = "COMMENT ON ROLE."},
    {.path = "server",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY,
     .help = "The server it belongs to; needed where the document has several."},
    {.path = "mode", .kind = FIELD_ENUM, .choices = compare_modes, .help = "observe: report only."},
    {0},
};

const struct resource resource_role = {
    .name = "role",
    .summary = "A role with its attributes and settings",
    .key = "roles",
    .read = RESOURCE_READ_SQL,
    .write = RESOURCE_WRITE_SQL,
    .catalog = RESOURCE_CLUSTER,
    .fields = role_fields,
    .pg_changes = 1U << PG_CHANGE_ROLE_CREATE | 1U << PG_CHANGE_ROLE_ALTER |
                  1U << PG_CHANGE_UNDECLARED_LOGIN | 1U << PG_CHANGE_ROLE_PASSWORD |
                  1U << PG_CHANGE_ROLE_SETTING | 1U << PG_CHANGE_ROLE_DATABASE_SETTING,
};
