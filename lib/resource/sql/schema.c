/* Schemas of a declared database. They are declared with the database; none is ever dropped. */
#include "resource/resource.h"

const struct field schema_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .help = "Name of the schema."},
    {.path = "owner", .kind = FIELD_NAME, .help = "Its owner; by default the database's."},
    {0},
};

const struct resource resource_schema = {
    .name = "schema",
    .summary = "A schema and its owner",
    .key = "schemas",
    .read = RESOURCE_READ_SQL,
    .write = RESOURCE_WRITE_SQL,
    .catalog = RESOURCE_DATABASE,
    .fields = schema_fields,
    .pg_changes = 1U << PG_CHANGE_SCHEMA_CREATE | 1U << PG_CHANGE_SCHEMA_ALTER,
};
