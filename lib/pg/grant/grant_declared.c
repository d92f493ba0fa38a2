/* Whom a unit is about, what is declared for it, and what its grantees shall hold by that. */
#include "pg/grant/grant.h"

#include <stdlib.h>
#include <string.h>

#include "pg/diff/undeclared.h"

static void active_add(struct pg_grants *g, size_t m)
{
    struct pg_active *a = &g->active;
    if (m == SIZE_MAX || a->marks[m] == a->unit) return;
    a->marks[m] = a->unit;
    a->items[a->count++] = m;
    g->have[m] = (struct pg_held){0};
}

static int compare_places(const void *a, const void *b)
{
    size_t x = *(const size_t *)a;
    size_t y = *(const size_t *)b;
    return x < y ? -1 : x > y;
}

static void active_add_declared(struct pg_grants *g, const struct pg_unit *u)
{
    if (u->kind == PG_KIND_DATABASE) {
        for (size_t m = 0; m < g->managed_count; m++) {
            if (g->managed[m].grant && g->managed[m].grant->database_mask) active_add(g, m);
        }
        return;
    }
    const struct pg_grant_schema *s = &g->schemas[u->schema_index];
    for (size_t r = 0; r < s->row_count; r++) active_add(g, s->rows[r].managed);
}

void pg_grant_activate(struct pg_grants *g, const struct pg_unit *u)
{
    struct pg_active *a = &g->active;
    a->unit++;
    a->count = 0;
    active_add_declared(g, u);
    for (size_t i = 0; i < u->acl.count; i++) {
        const struct pg_acl_item *item = &u->acl.items[i];
        size_t m = pg_grant_managed(g, item->grantee);
        if (m == SIZE_MAX) continue;
        active_add(g, m);
        g->have[m].mask |= item->mask;
        g->have[m].option |= item->option;
    }
    for (size_t c = 0; c < u->column_count; c++) {
        const struct pg_acl *acl = &u->columns[c].acl;
        for (size_t i = 0; i < acl->count; i++) {
            active_add(g, pg_grant_managed(g, acl->items[i].grantee));
        }
    }
    if (a->count) qsort(a->items, a->count, sizeof(*a->items), compare_places);
}

uint32_t pg_grant_spell_out(const struct pg_grants *g, uint32_t mask, enum pg_kind kind)
{
    uint32_t all = pg_kind_all(kind, g->cluster->server_version);
    return mask & PG_ALL ? all : mask & all;
}

uint32_t pg_grant_declared(const struct pg_grants *g, size_t managed, const struct pg_unit *u)
{
    const struct pg_want_grant *grant = g->managed[managed].grant;
    if (!grant) return 0;
    if (u->kind == PG_KIND_DATABASE) return pg_grant_spell_out(g, grant->database_mask, u->kind);
    const struct pg_grant_row *row = pg_grant_row(g, u->schema_index, managed);
    if (!row) return 0;
    const struct pg_want_schema_grant *s = row->wanted;
    uint32_t mask = 0;
    switch (u->kind) {
    case PG_KIND_SCHEMA: mask = s->schema; break;
    case PG_KIND_SEQUENCE: mask = s->sequences; break;
    case PG_KIND_ROUTINE: mask = s->routines; break;
    case PG_KIND_TABLE: {
        const struct pg_want_table *table = u->count == 1 ? pg_grant_table(row, u->names[0]) : NULL;
        mask = s->tables | (table ? table->mask : 0);
        break;
    }
    default: break;
    }
    return pg_grant_spell_out(g, mask, u->kind);
}

uint32_t pg_grant_declared_column(const struct pg_grants *g, size_t managed,
                                  const struct pg_unit *u, const char *column)
{
    const uint32_t all = PG_SELECT | PG_INSERT | PG_UPDATE | PG_REFERENCES;
    const struct pg_grant_row *row = pg_grant_row(g, u->schema_index, managed);
    const struct pg_want_table *table =
        row && u->count == 1 ? pg_grant_table(row, u->names[0]) : NULL;
    for (size_t i = 0; table && i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, column) != 0) continue;
        uint32_t mask = table->columns[i].mask;
        return mask & PG_ALL ? all : mask & all;
    }
    return 0;
}

bool pg_grant_exact(const struct pg_managed *m, enum pg_kind kind)
{
    if (kind == PG_KIND_DATABASE) return m->exact_database;
    return kind == PG_KIND_ROUTINE ? m->routines : m->exact;
}

uint32_t pg_grant_allowed(const struct pg_grants *g, size_t managed, const struct pg_unit *u,
                          const char *column)
{
    uint32_t mask =
        column ? pg_grant_declared_column(g, managed, u, column) : pg_grant_declared(g, managed, u);
    if (column || !g->managed[managed].born) return mask;
    return mask | pg_undeclared_born(g->cluster, u->kind, u->names[0]);
}

struct pg_held pg_grant_target(const struct pg_grants *g, size_t managed, const struct pg_unit *u,
                               const char *column, struct pg_held have)
{
    const struct pg_managed *m = &g->managed[managed];
    uint32_t mask = pg_grant_allowed(g, managed, u, column);
    uint32_t option = m->grant && m->grant->with_grant_option ? mask : 0;
    struct pg_held target = {.mask = mask, .option = option};
    if (g->pass == PG_PASS_UNDECLARED) {
        /* Nothing is given here. */
        target.mask &= have.mask;
        target.option &= have.option;
    }
    if (pg_grant_exact(m, u->kind) && !m->withheld) return target;
    return (struct pg_held){.mask = have.mask | target.mask, .option = have.option | target.option};
}
