/* Databases, made and kept through SQL. Encoding and locale are fixed at creation: a difference is
 * reported, and a database is never dropped. */
#include "resource/compare.h"
#include "resource/resource.h"

#define CREATE_DATABASE "PostgreSQL 15: CREATE DATABASE"

const struct field database_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .help = "Name of the database.",
     .source = CREATE_DATABASE},
    {.path = "owner", .kind = FIELD_NAME, .help = "Its owner.", .source = CREATE_DATABASE},
    {.path = "encoding",
     .kind = FIELD_STRING,
     .help = "Character set; fixed at creation.",
     .source = CREATE_DATABASE},
    {.path = "lcCollate",
     .kind = FIELD_STRING,
     .help = "Sort order, as ko_KR.utf8; fixed at creation.",
     .source = CREATE_DATABASE},
    {.path = "lcCtype",
     .kind = FIELD_STRING,
     .help = "Character classes; fixed at creation.",
     .source = CREATE_DATABASE},
    {.path = "template",
     .kind = FIELD_NAME,
     .help = "What it is copied from; template0 where encoding or locale differ from the server's.",
     .source = CREATE_DATABASE},
    {.path = "connectionLimit",
     .kind = FIELD_INT,
     .min = -1,
     .max = 262143,
     .unit = "connections",
     .help = "How many sessions it takes at the same time; -1: no limit.",
     .source = CREATE_DATABASE},
    {.path = "settings",
     .kind = FIELD_MAP,
     .help = "ALTER DATABASE ... SET; settings that are not declared are left alone.",
     .source = "PostgreSQL 15: ALTER DATABASE"},
    {.path = "comment", .kind = FIELD_STRING, .help = "COMMENT ON DATABASE."},
    {.path = "revokeAllFromPublic",
     .kind = FIELD_BOOL,
     .help = "PUBLIC holds nothing on the database itself (by default it may connect).",
     .source = "PostgreSQL 15: default privileges, table 5.2"},
    {.path = "schemas", .kind = FIELD_LIST, .fields = schema_fields, .help = "Schemas."},
    {.path = "schemaFiles",
     .kind = FIELD_LIST,
     .fields = schema_file_fields,
     .help = "SQL files that make what is inside, each run once."},
    {.path = "server",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY,
     .help = "The server it belongs to; needed where the document has several."},
    {.path = "mode", .kind = FIELD_ENUM, .choices = compare_modes, .help = "observe: report only."},
    {0},
};

const struct resource resource_database = {
    .name = "database",
    .summary = "A database with its owner, locale and settings",
    .key = "databases",
    .read = RESOURCE_READ_SQL,
    .write = RESOURCE_WRITE_SQL,
    .catalog = RESOURCE_CLUSTER,
    .fields = database_fields,
    .pg_changes = 1U << PG_CHANGE_DATABASE_CREATE | 1U << PG_CHANGE_DATABASE_ALTER |
                  1U << PG_CHANGE_UNDECLARED_OWNER | 1U << PG_CHANGE_UNDECLARED_DATABASE |
                  1U << PG_CHANGE_DATABASE_IMMUTABLE | 1U << PG_CHANGE_DATABASE_SETTING,
};
