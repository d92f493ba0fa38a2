/* SQL files that make the inside of a database, each run once: when the relation that it creates is
 * not there. No memory of our own is needed to know that (P8). The file goes out as one simple
 * query: it is one transaction, and the server splits it. */
#include <string.h>

#include "resource/compare.h"
#include "resource/resource.h"

static void schema_file_compare(const struct comparison *c);

const struct field schema_file_fields[] = {
    {.path = "file",
     .kind = FIELD_STRING,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .min = 1,
     .max = 4096,
     .help = "Path, relative to the document. Plain SQL: no psql commands, no COPY FROM STDIN, no "
             "COMMIT."},
    {.path = "createsRelation",
     .kind = FIELD_STRING,
     .flags = FIELD_REQUIRED,
     .pattern = "^[^.]+[.][^.]+$",
     .form = "schema.relation",
     .help = "A relation that the file creates: where it exists, the file has been run."},
    {0},
};

const struct resource resource_schema_file = {
    .name = "schema_file",
    .summary = "An SQL file that is run once",
    .key = "schemaFiles",
    .read = RESOURCE_READ_SQL,
    .write = RESOURCE_WRITE_SQL,
    .catalog = RESOURCE_DATABASE,
    .fields = schema_file_fields,
    .compare = schema_file_compare,
};

static bool group_has(const struct pg_group *g, const char *name)
{
    if (g->kind != PG_KIND_TABLE && g->kind != PG_KIND_SEQUENCE) return false;
    for (size_t i = 0; i < g->count; i++)
        if (strcmp(g->names[i], name) == 0) return true;
    return false;
}

/* Is "schema.relation" there? 'database' NULL: it does not exist yet. */
static bool relation_exists(const struct pg_database *database, const char *relation,
                            struct arena *arena)
{
    if (!database) return false;
    const char *dot = strchr(relation, '.');
    const char *name = arena_strndup(arena, relation, (size_t)(dot - relation));
    const struct pg_schema *schema = pg_database_schema(database, name);
    if (!schema) return false;
    for (size_t i = 0; i < database->group_count; i++)
        if (database->groups[i].schema == schema->oid && group_has(&database->groups[i], dot + 1))
            return true;
    return false;
}

static void schema_file_add(const struct comparison *c, const struct schema_file *f)
{
    struct arena *arena = c->plan->arena;
    struct sql_statement *statement = arena_alloc(arena, sizeof(*statement));
    statement->text = f->text;
    struct action *action = arena_alloc(arena, sizeof(*action));
    *action = (struct action){.kind = ACTION_SQL,
                              .database = f->database,
                              .mode = SQL_SIMPLE,
                              .statements = statement,
                              .count = 1};
    struct change *change = plan_add(c->plan, "schema_file", c->target->name, f->name);
    change->scope_index = c->scope;
    change->verb = CHANGE_CREATE;
    change->class = CHANGE_CREATE_CLASS;
    change->stage = STAGE_SCHEMA_FILE;
    change->observe_only = f->observe_only;
    change->action = action;
    change->reason =
        pg_database_unachievable(c->target->sql, f->database, c->cluster, c->plan->arena);
    if (change->reason) {
        change->verb = CHANGE_REPORT;
        change->verdict = CHANGE_UNACHIEVABLE;
        change->action = NULL;
    }
    plan_delta(c->plan, f->relation, NULL, "made by the file");
}

static void schema_file_compare(const struct comparison *c)
{
    const struct target *t = c->target;
    const struct observation *o = &c->seen->scopes[c->scope];
    const char *database = t->sql->databases[compare_scope(c)->database].name;
    for (size_t i = 0; i < t->schema_file_count; i++) {
        const struct schema_file *f = &t->schema_files[i];
        if (strcmp(database, f->database) == 0 && o->state != SEEN_FAILED &&
            !relation_exists(o->database, f->relation, c->plan->arena))
            schema_file_add(c, f);
    }
}
