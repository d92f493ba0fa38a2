/* The units of a database. A group of a hundred thousand tables is one unit, except for the tables
 * that need a look of their own: those with grants on columns, and those declared by name. */
#include "pg/grant.h"

#include <stdlib.h>
#include <string.h>

/* The tables of one schema that are units by themselves, by name. */
struct singles {
    const char **names;
    bool *seen;
    size_t count;
};

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first observed column at or behind (schema, table); 'table' "" is before all. */
static size_t first_column(const struct pg_database *d, uint32_t schema, const char *table)
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

/* --- which tables stand alone ----------------------------------------------------------------- */

static const struct pg_want_schema_grant *wanted(const struct pg_grants *g, size_t schema, size_t m)
{
    return g->wanted[schema * g->managed_count + m];
}

static struct singles find_singles(struct pg_grants *g, size_t schema)
{
    struct singles s = {0};
    const struct pg_database *d = g->observed;
    uint32_t oid = g->schemas[schema].oid;
    size_t first = first_column(d, oid, "");
    size_t last = first;
    while (d && last < d->column_count && d->columns[last].schema == oid) last++;
    size_t room = last - first;
    for (size_t m = 0; m < g->managed_count; m++) {
        room += wanted(g, schema, m) ? wanted(g, schema, m)->table_count : 0;
    }
    if (room == 0) return s;
    s.names = arena_array(g->build.arena, room, sizeof(*s.names));
    s.seen = arena_array(g->build.arena, room, sizeof(*s.seen));
    size_t count = 0;
    for (size_t i = first; i < last; i++) s.names[count++] = d->columns[i].table;
    for (size_t m = 0; m < g->managed_count; m++) {
        const struct pg_want_schema_grant *w = wanted(g, schema, m);
        for (size_t i = 0; w && i < w->table_count; i++) s.names[count++] = w->table_list[i].name;
    }
    qsort(s.names, count, sizeof(*s.names), compare_texts);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(s.names[i], s.names[s.count - 1]) == 0) continue;
        s.names[s.count++] = s.names[i];
    }
    return s;
}

static size_t single_index(const struct singles *s, const char *name)
{
    const char **found = bsearch(&name, s->names, s->count, sizeof(*s->names), compare_texts);
    return found ? (size_t)(found - s->names) : SIZE_MAX;
}

/* --- columns of one table --------------------------------------------------------------------- */

static int compare_unit_columns(const void *a, const void *b)
{
    const struct pg_unit_column *x = a;
    const struct pg_unit_column *y = b;
    return strcmp(x->name, y->name);
}

static void add_column(struct pg_unit_column *items, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(items[i].name, name) == 0) return;
    }
    items[(*count)++] = (struct pg_unit_column){.name = name};
}

static const struct pg_want_table *declared_table(const struct pg_want_schema_grant *w,
                                                  const char *name)
{
    for (size_t i = 0; w && i < w->table_count; i++) {
        if (strcmp(w->table_list[i].name, name) == 0) return &w->table_list[i];
    }
    return NULL;
}

/* Those that have a list of their own, and those that are declared. */
static void find_columns(struct pg_grants *g, struct pg_unit *u)
{
    const struct pg_database *d = g->observed;
    uint32_t oid = g->schemas[u->schema_index].oid;
    const char *table = u->names[0];
    size_t first = first_column(d, oid, table);
    size_t last = first;
    while (d && last < d->column_count && d->columns[last].schema == oid &&
           strcmp(d->columns[last].table, table) == 0) {
        last++;
    }
    size_t room = last - first;
    for (size_t m = 0; m < g->managed_count; m++) {
        const struct pg_want_table *t = declared_table(wanted(g, u->schema_index, m), table);
        room += t ? t->column_count : 0;
    }
    struct pg_unit_column *items = arena_array(g->build.arena, room, sizeof(*items));
    size_t count = 0;
    for (size_t i = first; i < last; i++) {
        items[count++] =
            (struct pg_unit_column){.name = d->columns[i].name, .acl = d->columns[i].acl};
    }
    for (size_t m = 0; m < g->managed_count; m++) {
        const struct pg_want_table *t = declared_table(wanted(g, u->schema_index, m), table);
        for (size_t i = 0; t && i < t->column_count; i++) {
            add_column(items, &count, t->columns[i].name);
        }
    }
    if (count) qsort(items, count, sizeof(*items), compare_unit_columns);
    u->columns = items;
    u->column_count = count;
}

/* --- walking ---------------------------------------------------------------------------------- */

static void walk_group(struct pg_grants *g, const struct pg_group *group, size_t schema,
                       struct singles *s)
{
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
        size_t index = single_index(s, group->names[i]);
        if (index == SIZE_MAX) {
            rest[rest_count++] = group->names[i];
            continue;
        }
        s->seen[index] = true;
        struct pg_unit one = u;
        one.names = &group->names[i];
        one.count = 1;
        find_columns(g, &one);
        pg_grant_unit(g, &one);
    }
    u.names = rest;
    u.count = rest_count;
    if (rest_count) pg_grant_unit(g, &u);
}

static size_t schema_index(const struct pg_grants *g, uint32_t oid, size_t last)
{
    if (last < g->schema_count && g->schemas[last].oid == oid) return last;
    for (size_t i = 0; i < g->schema_count; i++) {
        if (g->schemas[i].oid == oid) return i;
    }
    return SIZE_MAX;
}

static void walk_groups(struct pg_grants *g, struct singles *singles)
{
    size_t schema = SIZE_MAX;
    for (size_t i = 0; g->observed && i < g->observed->group_count; i++) {
        const struct pg_group *group = &g->observed->groups[i];
        schema = schema_index(g, group->schema, schema);
        if (schema == SIZE_MAX || group->extension || g->schemas[schema].extension) continue;
        walk_group(g, group, schema, &singles[schema]);
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

static void report_tables(struct pg_grants *g, size_t m, size_t schema, const struct singles *s)
{
    const struct pg_want_schema_grant *w = wanted(g, schema, m);
    for (size_t i = 0; w && i < w->table_count; i++) {
        const struct pg_want_table *t = &w->table_list[i];
        uint32_t mask = t->mask;
        for (size_t k = 0; k < t->column_count; k++) mask |= t->columns[k].mask;
        if (s->seen[single_index(s, t->name)]) continue;
        pg_grant_op(g, &(struct pg_op){
                           .managed = m,
                           .kind = PG_KIND_TABLE,
                           .mask = mask,
                           .schema = g->schemas[schema].name,
                           .names = &t->name,
                           .count = 1,
                           .blocked = "there is no such table",
                       });
    }
}

static void report_schemas(struct pg_grants *g, size_t m)
{
    const struct pg_want_grant *grant = g->managed[m].grant;
    for (size_t i = 0; grant && i < grant->schema_count; i++) {
        const struct pg_want_schema_grant *w = &grant->schemas[i];
        bool there = false;
        for (size_t k = 0; k < g->schema_count; k++) there = there || wanted(g, k, m) == w;
        if (there) continue;
        pg_grant_op(g, &(struct pg_op){
                           .managed = m,
                           .kind = PG_KIND_SCHEMA,
                           .mask = w->schema ? w->schema : PG_USAGE,
                           .names = &w->name,
                           .count = 1,
                           .blocked = "there is no such schema",
                       });
    }
}

void pg_grant_walk(struct pg_grants *g)
{
    struct singles *singles = arena_array(g->build.arena, g->schema_count, sizeof(*singles));
    for (size_t i = 0; i < g->schema_count; i++) singles[i] = find_singles(g, i);
    walk_database(g);
    walk_schemas(g);
    walk_groups(g, singles);
    for (size_t m = 0; m < g->managed_count; m++) {
        for (size_t i = 0; i < g->schema_count; i++) report_tables(g, m, i, &singles[i]);
        report_schemas(g, m);
    }
}
