/* Privileges of a grantee in one database: on the database, its schemas, tables, sequences and
 * routines; PUBLIC is a grantee like others. Exact: what is more is taken back. */
#include "resource/compare.h"
#include "resource/resource.h"
#include "resource/sql/privilege_words.h"

const char *const privilege_database_words[] = {"CREATE", "CONNECT", "TEMPORARY", "ALL", NULL};
const char *const privilege_schema_words[] = {"CREATE", "USAGE", "ALL", NULL};
const char *const privilege_table_words[] = {
    "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "ALL", NULL};
const char *const privilege_sequence_words[] = {"USAGE", "SELECT", "UPDATE", "ALL", NULL};
const char *const privilege_routine_words[] = {"EXECUTE", "ALL", NULL};

static const struct field table_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .help = "Name of the table or view."},
    {.path = "privileges",
     .kind = FIELD_SET,
     .flags = FIELD_REQUIRED,
     .choices = privilege_table_words,
     .help = "In addition to allTables."},
    {0},
};

static const struct field schema_grant_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .help = "Name of the schema."},
    {.path = "privileges",
     .kind = FIELD_SET,
     .choices = privilege_schema_words,
     .help = "On the schema itself."},
    {.path = "allTables",
     .kind = FIELD_SET,
     .choices = privilege_table_words,
     .help = "On every table and view in it, also those that come later."},
    {.path = "allSequences",
     .kind = FIELD_SET,
     .choices = privilege_sequence_words,
     .help = "On every sequence in it."},
    {.path = "allFunctions",
     .kind = FIELD_SET,
     .choices = privilege_routine_words,
     .help = "On every function and procedure in it."},
    {.path = "tables", .kind = FIELD_LIST, .fields = table_fields, .help = "Tables with more."},
    {.path = "defaultPrivileges",
     .kind = FIELD_LIST,
     .fields = default_privilege_fields,
     .help = "What new objects in this schema are born with."},
    {0},
};

const struct field privilege_fields[] = {
    {.path = "database",
     .kind = FIELD_NAME,
     .flags = FIELD_REQUIRED,
     .help = "The database; it must be declared too."},
    {.path = "grantee",
     .kind = FIELD_NAME,
     .flags = FIELD_REQUIRED,
     .help = "A role, or PUBLIC for everybody."},
    {.path = "exact",
     .kind = FIELD_BOOL,
     .fallback = "false",
     .help = "true: these and no others, in this database; false: at least these."},
    {.path = "withGrantOption",
     .kind = FIELD_BOOL,
     .fallback = "false",
     .help = "It may pass them on."},
    {.path = "databasePrivileges",
     .kind = FIELD_SET,
     .choices = privilege_database_words,
     .help = "On the database itself."},
    {.path = "schemas",
     .kind = FIELD_LIST,
     .fields = schema_grant_fields,
     .help = "Schema by schema."},
    {.path = "server",
     .kind = FIELD_NAME,
     .help = "The server it belongs to; needed where the document has several."},
    {.path = "mode", .kind = FIELD_ENUM, .choices = compare_modes, .help = "observe: report only."},
    {0},
};

const struct resource resource_privilege = {
    .name = "privilege",
    .summary = "What a grantee may do in a database",
    .key = "privileges",
    .read = RESOURCE_READ_SQL,
    .write = RESOURCE_WRITE_SQL,
    .catalog = RESOURCE_DATABASE,
    .fields = privilege_fields,
    .pg_changes = 1U << PG_CHANGE_GRANT | 1U << PG_CHANGE_REGRANT | 1U << PG_CHANGE_REVOKE |
                  1U << PG_CHANGE_UNDECLARED_GRANTEE | 1U << PG_CHANGE_UNDECLARED_PUBLIC,
};
