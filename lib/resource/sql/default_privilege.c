/* Default privileges: what objects that a role will make are born with. They are declared with the
 * privileges of a grantee. */
#include "resource/resource.h"
#include "resource/sql/privilege_words.h"

const struct field default_privilege_fields[] = {
    {.path = "forRole",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .help = "The role whose new objects are meant: default privileges bind to the creator.",
     .source = "PostgreSQL 15: ALTER DEFAULT PRIVILEGES"},
    {.path = "tables",
     .kind = FIELD_SET,
     .choices = privilege_table_words,
     .help = "On tables and views that it will make."},
    {.path = "sequences",
     .kind = FIELD_SET,
     .choices = privilege_sequence_words,
     .help = "On sequences that it will make."},
    {.path = "functions",
     .kind = FIELD_SET,
     .choices = privilege_routine_words,
     .help = "On functions and procedures that it will make."},
    {0},
};

const struct resource resource_default_privilege = {
    .name = "default_privilege",
    .summary = "What new objects of a role are born with",
    .key = "defaultPrivileges",
    .read = RESOURCE_READ_SQL,
    .write = RESOURCE_WRITE_SQL,
    .catalog = RESOURCE_DATABASE,
    .fields = default_privilege_fields,
    .pg_changes = 1U << PG_CHANGE_DEFAULT_PRIVILEGES,
};
