/* Random desired states: see pg_world.h. */
#include "support/pg_world_inside.h"

static uint32_t random_mask(struct world_random *r, uint32_t all)
{
    uint32_t mask = 0;
    if (world_chance(r, 30)) return 0;
    if (world_chance(r, 8)) return PG_ALL;
    for (uint32_t bit = 1; bit && bit <= all; bit <<= 1) {
        if (all & bit && world_chance(r, 35)) mask |= bit;
    }
    return mask;
}

static void want_tables(struct world_random *r, struct arena *arena, struct pg_want_schema_grant *s)
{
    struct pg_want_table *list = arena_array(arena, COUNT(world_tables), sizeof(*list));
    s->table_list = list;
    for (size_t i = 0; i < COUNT(world_tables); i++) {
        if (!world_chance(r, 35)) continue;
        struct pg_want_table *t = &list[s->table_count++];
        struct pg_want_column *c = arena_array(arena, COUNT(world_columns), sizeof(*c));
        t->name = world_tables[i];
        t->mask = random_mask(r, PG_SELECT | PG_UPDATE);
        t->columns = c;
        for (size_t k = 0; k < COUNT(world_columns); k++) {
            if (!world_chance(r, 40)) continue;
            c[t->column_count++] =
                (struct pg_want_column){world_columns[k], random_mask(r, PG_SELECT | PG_UPDATE)};
        }
    }
}

static void want_defaults(struct world_random *r, struct arena *arena, struct pg_want_grant *g)
{
    static const enum pg_kind kinds[] = {PG_KIND_TABLE, PG_KIND_SEQUENCE, PG_KIND_ROUTINE};
    struct pg_want_default *list = arena_array(arena, 4, sizeof(*list));
    g->defaults = list;
    for (size_t i = 0; i < 4; i++) {
        if (!world_chance(r, 40)) continue;
        struct pg_want_default *d = &list[g->default_count++];
        d->for_role = PICK(r, world_owners);
        d->schema = world_chance(r, 60) ? PICK(r, world_schemas) : NULL;
        d->kind = PICK(r, kinds);
        d->mask = random_mask(r, pg_kind_all(d->kind, 150000));
    }
}

static void want_grant(struct world_random *r, struct arena *arena, struct pg_want_grant *g,
                       const char *grantee)
{
    struct pg_want_schema_grant *list = arena_array(arena, COUNT(world_schemas), sizeof(*list));
    /* One by one: initialisers have no order, and the same seed shall be the same world. */
    *g = (struct pg_want_grant){.database = WORLD_DATABASE, .grantee = grantee, .schemas = list};
    g->exact = world_chance(r, 65);
    g->with_grant_option = grantee && world_chance(r, 25);
    g->database_mask = random_mask(r, pg_kind_all(PG_KIND_DATABASE, 150000));
    for (size_t i = 0; i < COUNT(world_schemas); i++) {
        if (!world_chance(r, 75)) continue;
        struct pg_want_schema_grant *s = &list[g->schema_count++];
        s->name = world_schemas[i];
        s->schema = random_mask(r, pg_kind_all(PG_KIND_SCHEMA, 150000));
        s->tables = random_mask(r, PG_SELECT | PG_INSERT | PG_UPDATE | PG_DELETE);
        s->sequences = random_mask(r, pg_kind_all(PG_KIND_SEQUENCE, 150000));
        s->routines = random_mask(r, PG_EXECUTE);
        want_tables(r, arena, s);
    }
    want_defaults(r, arena, g);
}

static void want_database(struct world_random *r, struct arena *arena, struct pg_want *want)
{
    struct pg_want_database *db = arena_alloc(arena, sizeof(*db));
    struct pg_want_schema *list = arena_array(arena, 3, sizeof(*list));
    *db = (struct pg_want_database){
        .name = WORLD_DATABASE, .revoke_public = world_chance(r, 30), .schemas = list};
    if (world_chance(r, 15)) db->owner = PICK(r, world_owners);
    if (world_chance(r, 15)) {
        struct pg_want_schema *schema = &list[db->schema_count++];
        schema->name = PICK(r, world_schemas);
        schema->owner = PICK(r, world_owners);
    }
    if (world_chance(r, 15))
        list[db->schema_count++] = (struct pg_want_schema){"made", world_owners[1]};
    want->databases = db;
    want->database_count = 1;
}

struct pg_want *world_want(struct world_random *r, struct arena *arena)
{
    struct pg_want *want = arena_alloc(arena, sizeof(*want));
    struct pg_want_grant *grants = arena_array(arena, COUNT(world_managed) + 1, sizeof(*grants));
    want->grants = grants;
    for (size_t i = 0; i < COUNT(world_managed); i++) {
        if (world_chance(r, 75))
            want_grant(r, arena, &grants[want->grant_count++], world_managed[i]);
    }
    if (world_chance(r, 40)) want_grant(r, arena, &grants[want->grant_count++], NULL);
    if (world_chance(r, 60)) want_database(r, arena, want);
    return want;
}
