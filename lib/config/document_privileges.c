/* One item of a document's "privileges": see document_privileges.h. */
#include "config/document_privileges.h"

#include <string.h>

#include "base/json.h"

static uint32_t privileges_mask_at(const json_t *item, const char *key)
{
    uint32_t mask = 0;
    size_t i;
    const json_t *word;
    json_array_foreach(json_object_get(item, key), i, word) mask |=
        pg_privilege_parse(json_string_value(word));
    return mask;
}

static void privileges_read_tables(struct arena *arena, const json_t *list,
                                   struct pg_want_schema_grant *out)
{
    struct pg_want_table *tables = arena_array(arena, json_array_size(list), sizeof(*tables));
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        tables[i].name = json_text_at(item, "name");
        tables[i].mask = privileges_mask_at(item, "privileges");
    }
    out->table_list = tables;
    out->table_count = json_array_size(list);
}

/* A row of the document names up to three kinds of objects; each is an entry of its own. */
static size_t privileges_read_defaults(const json_t *list, const char *schema,
                                       struct pg_want_default *out)
{
    static const struct {
        const char *key;
        enum pg_kind kind;
    } kinds[] = {
        {"tables", PG_KIND_TABLE},
        {"sequences", PG_KIND_SEQUENCE},
        {"functions", PG_KIND_ROUTINE},
    };
    size_t n = 0, i;
    const json_t *item;
    json_array_foreach(list, i, item) for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
    {
        uint32_t mask = privileges_mask_at(item, kinds[k].key);
        if (!mask) continue;
        out[n++] = (struct pg_want_default){
            .for_role = json_text_at(item, "forRole"),
            .schema = schema,
            .kind = kinds[k].kind,
            .mask = mask,
        };
    }
    return n;
}

static size_t privileges_default_rows(const json_t *schemas)
{
    size_t n = 0, i;
    const json_t *schema;
    json_array_foreach(schemas, i, schema) n +=
        json_array_size(json_object_get(schema, "defaultPrivileges"));
    return n;
}

void document_privileges(struct arena *arena, const json_t *item, struct pg_want_grant *out)
{
    const json_t *list = json_object_get(item, "schemas");
    const char *grantee = json_text_at(item, "grantee");
    struct pg_want_schema_grant *schemas =
        arena_array(arena, json_array_size(list), sizeof(*schemas));
    struct pg_want_default *defaults =
        arena_array(arena, 3 * privileges_default_rows(list), sizeof(*defaults));
    size_t default_count = 0, i;
    const json_t *schema;
    json_array_foreach(list, i, schema)
    {
        schemas[i] = (struct pg_want_schema_grant){
            .name = json_text_at(schema, "name"),
            .schema = privileges_mask_at(schema, "privileges"),
            .tables = privileges_mask_at(schema, "allTables"),
            .sequences = privileges_mask_at(schema, "allSequences"),
            .routines = privileges_mask_at(schema, "allFunctions"),
        };
        privileges_read_tables(arena, json_object_get(schema, "tables"), &schemas[i]);
        default_count += privileges_read_defaults(json_object_get(schema, "defaultPrivileges"),
                                                  schemas[i].name, defaults + default_count);
    }
    *out = (struct pg_want_grant){
        .database = json_text_at(item, "database"),
        .grantee = strcmp(grantee, "PUBLIC") == 0 ? NULL : grantee,
        .exact = json_bool_at(item, "exact", false),
        .with_grant_option = json_bool_at(item, "withGrantOption", false),
        .database_mask = privileges_mask_at(item, "databasePrivileges"),
        .schemas = schemas,
        .schema_count = json_array_size(list),
        .defaults = defaults,
        .default_count = default_count,
    };
}
