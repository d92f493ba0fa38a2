/* The schemas of one database as they will be when the changes before have been applied, with what
 * is declared in each, and the tables that are looked at one by one. */
#include <stdlib.h>
#include <string.h>

#include "pg/diff/texts.h"
#include "pg/grant/grant.h"

static struct pg_acl schema_acl(struct pg_grants *g, uint32_t owner, uint32_t mask, uint32_t open)
{
    struct pg_acl_item *items = arena_array(g->build.arena, 2, sizeof(*items));
    items[0] = (struct pg_acl_item){.grantee = owner, .grantor = owner, .mask = mask};
    items[1] = (struct pg_acl_item){.grantee = PG_PUBLIC, .grantor = owner, .mask = open};
    return (struct pg_acl){.items = items, .count = open ? 2 : 1};
}

static void schema_add(struct pg_grants *g, struct pg_grant_schema schema)
{
    /* What is to be created has no oid: one from the far end of the range keeps it apart. */
    uint32_t oid = schema.oid ? schema.oid : UINT32_MAX - (uint32_t)g->schema_count;
    pg_names_add(&g->schema_names, oid, schema.name, false);
    g->schemas[g->schema_count++] = schema;
}

/* What a new database brings along: template0's public, as of PostgreSQL 15. */
static void schema_add_initial(struct pg_grants *g)
{
    uint32_t all = pg_kind_all(PG_KIND_SCHEMA, g->cluster->server_version);
    schema_add(g, (struct pg_grant_schema){
                      .name = "public",
                      .owner = PG_DATABASE_OWNER,
                      .acl = schema_acl(g, PG_DATABASE_OWNER, all, PG_USAGE),
                  });
}

struct pg_grant_schema *pg_grant_schema(const struct pg_grants *g, const char *name)
{
    const struct pg_name *found = pg_names_find(&g->schema_names, name, strlen(name));
    return found ? &g->schemas[found - g->schema_names.items] : NULL;
}

size_t pg_grant_schema_index(const struct pg_grants *g, uint32_t oid)
{
    const struct pg_name *found = pg_names_by_oid(&g->schema_names, oid);
    return found ? (size_t)(found - g->schema_names.items) : SIZE_MAX;
}

/* Not asked of those who may not: whether joining the owner will do shows when it is created. */
static const char *schema_never(struct pg_grants *g, const char *owner, uint32_t oid)
{
    return oid ? pg_grant_never(g, oid) : pg_wanted_no_role(&g->roles, owner);
}

static void schema_declare(struct pg_grants *g, const struct pg_want_schema *want)
{
    struct pg_grant_schema *schema = pg_grant_schema(g, want->name);
    uint32_t owner = want->owner ? pg_grant_oid(g, want->owner) : g->owner;
    if (!schema) {
        schema_add(g, (struct pg_grant_schema){
                          .name = want->name,
                          .create_for = want->owner ? want->owner : pg_grant_name(g, g->owner),
                          .owner = owner,
                          .acl = schema_acl(
                              g, owner, pg_kind_all(PG_KIND_SCHEMA, g->cluster->server_version), 0),
                          .never = schema_never(g, want->owner, owner),
                      });
    } else if (want->owner && owner != schema->owner) {
        schema->old_owner = pg_grant_name(g, schema->owner);
        schema->new_owner = want->owner;
        if (!pg_grant_changes_hands(g, schema->owner, owner) || pg_grant_never_creates(g)) return;
        schema->acl = pg_acl_new_owner(&schema->acl, schema->owner, owner, g->build.arena);
        schema->owner = owner;
    }
}

static void schemas_gather(struct pg_grants *g)
{
    size_t seen = g->observed ? g->observed->schema_count : 1;
    size_t declared = g->database && g->pass == PG_PASS_DECLARED ? g->database->schema_count : 0;
    g->schemas = arena_array(g->build.arena, seen + declared, sizeof(*g->schemas));
    pg_names_init(&g->schema_names, g->build.arena, seen + declared);
    for (size_t i = 0; g->observed && i < seen; i++) {
        const struct pg_schema *s = &g->observed->schemas[i];
        schema_add(g, (struct pg_grant_schema){
                          .oid = s->oid,
                          .name = s->name,
                          .owner = s->owner,
                          .extension = s->extension,
                          .acl = s->acl,
                      });
    }
    if (!g->observed) schema_add_initial(g);
    for (size_t i = 0; i < declared; i++) schema_declare(g, &g->database->schemas[i]);
}

/* --- what is declared in them ----------------------------------------------------------------- */

static int compare_tables(const void *a, const void *b)
{
    const struct pg_want_table *const *x = a;
    const struct pg_want_table *const *y = b;
    int order = strcmp((*x)->name, (*y)->name);
    return order ? order : (*x < *y ? -1 : *x > *y);
}

static void schema_add_row(struct pg_grants *g, struct pg_grant_schema *s, size_t managed,
                           const struct pg_want_schema_grant *wanted)
{
    struct pg_grant_row row = {.managed = managed, .wanted = wanted};
    /* Declared twice for one grantee: the last one counts. */
    bool again = s->row_count && s->rows[s->row_count - 1].managed == managed;
    row.tables = arena_array(g->build.arena, wanted->table_count, sizeof(*row.tables));
    for (size_t i = 0; i < wanted->table_count; i++) row.tables[i] = &wanted->table_list[i];
    if (wanted->table_count)
        qsort(row.tables, wanted->table_count, sizeof(*row.tables), compare_tables);
    s->rows[again ? s->row_count - 1 : s->row_count++] = row;
}

/* Counted first, because grantees come in the order in which the rows shall stand. */
static void schemas_fill_rows(struct pg_grants *g)
{
    size_t *room = arena_array(g->build.arena, g->schema_count, sizeof(*room));
    for (int fill = 0; fill <= 1; fill++) {
        for (size_t i = 0; fill && i < g->schema_count; i++) {
            g->schemas[i].rows = arena_array(g->build.arena, room[i], sizeof(*g->schemas[i].rows));
        }
        for (size_t m = 0; m < g->managed_count; m++) {
            const struct pg_want_grant *grant = g->managed[m].grant;
            for (size_t i = 0; grant && i < grant->schema_count; i++) {
                struct pg_grant_schema *s = pg_grant_schema(g, grant->schemas[i].name);
                if (!s) continue;
                if (fill) schema_add_row(g, s, m, &grant->schemas[i]);
                room[s - g->schemas]++;
            }
        }
    }
}

const struct pg_grant_row *pg_grant_row(const struct pg_grants *g, size_t schema, size_t managed)
{
    const struct pg_grant_schema *s = &g->schemas[schema];
    size_t low = 0;
    size_t high = s->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->rows[middle].managed == managed) return &s->rows[middle];
        if (s->rows[middle].managed < managed) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const struct pg_want_table *pg_grant_table(const struct pg_grant_row *row, const char *name)
{
    size_t low = 0;
    size_t high = row->wanted->table_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(row->tables[middle]->name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < row->wanted->table_count && strcmp(row->tables[low]->name, name) == 0;
    return found ? row->tables[low] : NULL;
}

/* --- tables that stand alone ------------------------------------------------------------------ */

size_t pg_grant_first_column(const struct pg_database *d, uint32_t schema, const char *table)
{
    size_t low = 0;
    size_t high = d ? d->column_count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct pg_column *c = &d->columns[middle];
        bool before = c->schema != schema ? c->schema < schema : strcmp(c->table, table) < 0;
        if (before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void schema_find_singles(struct pg_grants *g, struct pg_grant_schema *s)
{
    const struct pg_database *d = g->observed;
    size_t first = pg_grant_first_column(d, s->oid, "");
    size_t last = first;
    while (d && last < d->column_count && d->columns[last].schema == s->oid) last++;
    size_t room = last - first;
    for (size_t i = 0; i < s->row_count; i++) room += s->rows[i].wanted->table_count;
    if (room == 0) return;
    const char **names = arena_array(g->build.arena, room, sizeof(*names));
    size_t count = 0;
    for (size_t i = first; i < last; i++) names[count++] = d->columns[i].table;
    for (size_t r = 0; r < s->row_count; r++) {
        const struct pg_want_schema_grant *w = s->rows[r].wanted;
        for (size_t i = 0; i < w->table_count; i++) names[count++] = w->table_list[i].name;
    }
    count = pg_texts_sort(names, count);
    s->singles = (struct pg_singles){
        .names = names,
        .there = arena_array(g->build.arena, count, sizeof(bool)),
        .count = count,
    };
}

size_t pg_grant_single(const struct pg_singles *s, const char *table)
{
    return pg_texts_find(s->names, s->count, table);
}

/* A table that is an extension's is there, but is not managed. */
static void schemas_find_tables(struct pg_grants *g)
{
    for (size_t i = 0; g->observed && i < g->observed->group_count; i++) {
        const struct pg_group *group = &g->observed->groups[i];
        size_t schema = pg_grant_schema_index(g, group->schema);
        if (schema == SIZE_MAX || group->kind != PG_KIND_TABLE || group->extension) continue;
        struct pg_singles *s = &g->schemas[schema].singles;
        for (size_t k = 0; s->count && k < group->count; k++) {
            size_t single = pg_grant_single(s, group->names[k]);
            if (single != SIZE_MAX) s->there[single] = true;
        }
    }
}

void pg_grant_scope_schemas(struct pg_grants *g)
{
    schemas_gather(g);
    schemas_fill_rows(g);
    for (size_t i = 0; i < g->schema_count; i++) schema_find_singles(g, &g->schemas[i]);
    schemas_find_tables(g);
}
