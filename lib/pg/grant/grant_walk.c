/* The units of a database. A group of a hundred thousand tables is one unit, except for the tables
 * that need a look of their own: those with grants on columns, and those declared by name. */
#include "pg/grant/grant.h"

#include <stdlib.h>
#include <string.h>

/* --- columns of one table --------------------------------------------------------------------- */

static int compare_unit_columns(const void *a, const void *b)
{
    const struct pg_unit_column *x = a;
    const struct pg_unit_column *y = b;
    return strcmp(x->name, y->name);
}

/* A walk over those already there: a table has at most 1,600 columns. */
static void walk_add_column(struct pg_unit_column *items, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(items[i].name, name) == 0) return;
    }
    items[(*count)++] = (struct pg_unit_column){.name = name};
}

/* Those that have a list of their own, and those that are declared. */
static void walk_find_columns(struct pg_grants *g, struct pg_unit *u)
{
    const struct pg_database *d = g->observed;
    uint32_t oid = g->schemas[u->schema_index].oid;
    const char *table = u->names[0];
    size_t first = pg_grant_first_column(d, oid, table);
    size_t last = first;
    while (d && last < d->column_count && d->columns[last].schema == oid &&
           strcmp(d->columns[last].table, table) == 0) {
        last++;
    }
    size_t room = last - first;
    const struct pg_grant_schema *schema = &g->schemas[u->schema_index];
    for (size_t r = 0; r < schema->row_count; r++) {
        const struct pg_want_table *t = pg_grant_table(&schema->rows[r], table);
        room += t ? t->column_count : 0;
    }
    struct pg_unit_column *items = arena_array(g->build.arena, room, sizeof(*items));
    size_t count = 0;
    for (size_t i = first; i < last; i++) {
        items[count++] =
            (struct pg_unit_column){.name = d->columns[i].name, .acl = d->columns[i].acl};
    }
    for (size_t r = 0; r < schema->row_count; r++) {
        const struct pg_want_table *t = pg_grant_table(&schema->rows[r], table);
        for (size_t i = 0; t && i < t->column_count; i++) {
            walk_add_column(items, &count, t->columns[i].name);
        }
    }
    if (count) qsort(items, count, sizeof(*items), compare_unit_columns);
    u->columns = items;
    u->column_count = count;
}

/* --- walking ---------------------------------------------------------------------------------- */

static void walk_group(struct pg_grants *g, const struct pg_group *group, size_t schema)
{
    const struct pg_singles *s = &g->schemas[schema].singles;
    struct pg_unit u = {
        .kind = group->kind,
        .schema = g->schemas[schema].name,
        .schema_index = schema,
        .names = group->names,
        .count = group->count,
        .owner = group->owner,
        .acl = group->acl,
    };
    if (group->kind != PG_KIND_TABLE || s->count == 0) {
        pg_grant_unit(g, &u);
        return;
    }
    const char **rest = arena_array(g->build.arena, group->count, sizeof(*rest));
    size_t rest_count = 0;
    for (size_t i = 0; i < group->count; i++) {
        if (pg_grant_single(s, group->names[i]) == SIZE_MAX) {
            rest[rest_count++] = group->names[i];
            continue;
        }
        struct pg_unit one = u;
        one.names = &group->names[i];
        one.count = 1;
        walk_find_columns(g, &one);
        pg_grant_unit(g, &one);
    }
    u.names = rest;
    u.count = rest_count;
    if (rest_count) pg_grant_unit(g, &u);
}

static void walk_groups(struct pg_grants *g)
{
    for (size_t i = 0; g->observed && i < g->observed->group_count; i++) {
        const struct pg_group *group = &g->observed->groups[i];
        size_t schema = pg_grant_schema_index(g, group->schema);
        if (schema == SIZE_MAX || group->extension || g->schemas[schema].extension) continue;
        walk_group(g, group, schema);
    }
}

static void walk_database(struct pg_grants *g)
{
    const struct pg_database_row *row = pg_cluster_database(g->cluster, g->name);
    struct pg_acl_item initial[] = {
        {.grantee = PG_PUBLIC, .grantor = g->owner, .mask = pg_kind_public(PG_KIND_DATABASE)}};
    struct pg_unit u = {
        .kind = PG_KIND_DATABASE,
        .names = &g->name,
        .count = 1,
        .owner = g->owner,
        .acl = {.items = initial, .count = 1},
    };
    if (row) u.acl = pg_acl_new_owner(&row->acl, row->owner, g->owner, g->build.arena);
    pg_grant_unit(g, &u);
}

static void walk_schemas(struct pg_grants *g)
{
    for (size_t i = 0; i < g->schema_count; i++) {
        const struct pg_grant_schema *s = &g->schemas[i];
        if (s->extension) continue;
        pg_grant_unit(g, &(struct pg_unit){
                             .kind = PG_KIND_SCHEMA,
                             .schema_index = i,
                             .names = &s->name,
                             .count = 1,
                             .owner = s->owner,
                             .acl = s->acl,
                         });
    }
}

/* --- declared, but not there ------------------------------------------------------------------ */

static void walk_report_tables(struct pg_grants *g, const struct pg_grant_schema *s,
                               const struct pg_grant_row *row)
{
    for (size_t i = 0; i < row->wanted->table_count; i++) {
        const struct pg_want_table *t = &row->wanted->table_list[i];
        uint32_t mask = t->mask;
        for (size_t k = 0; k < t->column_count; k++) mask |= t->columns[k].mask;
        if (s->singles.there[pg_grant_single(&s->singles, t->name)]) continue;
        pg_grant_op(g, &(struct pg_op){
                           .managed = row->managed,
                           .kind = PG_KIND_TABLE,
                           .mask = mask,
                           .schema = s->name,
                           .names = &t->name,
                           .count = 1,
                           .blocked = pg_grant_no_table(g, s, t->name),
                       });
    }
}

static void walk_report_schemas(struct pg_grants *g, size_t m)
{
    const struct pg_want_grant *grant = g->managed[m].grant;
    for (size_t i = 0; grant && i < grant->schema_count; i++) {
        const struct pg_want_schema_grant *w = &grant->schemas[i];
        if (pg_grant_schema(g, w->name)) continue;
        pg_grant_op(g, &(struct pg_op){
                           .managed = m,
                           .kind = PG_KIND_SCHEMA,
                           .mask = w->schema ? w->schema : PG_USAGE,
                           .names = &w->name,
                           .count = 1,
                           .blocked = pg_grant_no_schema(g, w->name),
                       });
    }
}

static void walk_report(struct pg_grants *g)
{
    for (size_t i = 0; i < g->schema_count; i++) {
        const struct pg_grant_schema *s = &g->schemas[i];
        for (size_t r = 0; r < s->row_count; r++) walk_report_tables(g, s, &s->rows[r]);
    }
    for (size_t m = 0; m < g->managed_count; m++) walk_report_schemas(g, m);
}

void pg_grant_walk(struct pg_grants *g)
{
    walk_database(g);
    walk_schemas(g);
    walk_groups(g);
    if (g->pass == PG_PASS_DECLARED) walk_report(g);
}
