/* What the making and the wanting of random worlds share. */
#ifndef TEST_PG_WORLD_INSIDE_H
#define TEST_PG_WORLD_INSIDE_H

#include "support/pg_world.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define PICK(r, array) (array)[world_below((r), (unsigned)COUNT(array))]

enum {
    WORLD_OWNERS = 2,
    WORLD_MANAGED = 4,
    WORLD_SCHEMAS = 2,
    WORLD_TABLES = 4,
    WORLD_COLUMNS = 2,
};

extern const char *const world_owners[WORLD_OWNERS];
extern const char *const world_managed[WORLD_MANAGED];
extern const char *const world_schemas[WORLD_SCHEMAS];
extern const char *const world_tables[WORLD_TABLES];
extern const char *const world_columns[WORLD_COLUMNS];

#endif
