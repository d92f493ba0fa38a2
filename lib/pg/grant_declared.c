/* What is declared for a unit, and what its grantees shall hold by that. */
#include "pg/grant.h"

#include <string.h>

static uint32_t spell_out(const struct pg_grants *g, uint32_t mask, enum pg_kind kind)
{
    uint32_t all = pg_kind_all(kind, g->cluster->server_version);
    return mask & PG_ALL ? all : mask & all;
}

static const struct pg_want_table *declared_table(const struct pg_want_schema_grant *schema,
                                                  const struct pg_unit *u)
{
    for (size_t i = 0; u->count == 1 && i < schema->table_count; i++) {
        if (strcmp(schema->table_list[i].name, u->names[0]) == 0) return &schema->table_list[i];
    }
    return NULL;
}

uint32_t pg_grant_declared(const struct pg_grants *g, size_t managed, const struct pg_unit *u)
{
    const struct pg_want_grant *grant = g->managed[managed].grant;
    if (!grant) return 0;
    if (u->kind == PG_KIND_DATABASE) return spell_out(g, grant->database_mask, u->kind);
    const struct pg_want_schema_grant *s = g->wanted[u->schema_index * g->managed_count + managed];
    if (!s) return 0;
    uint32_t mask = 0;
    switch (u->kind) {
    case PG_KIND_SCHEMA: mask = s->schema; break;
    case PG_KIND_SEQUENCE: mask = s->sequences; break;
    case PG_KIND_ROUTINE: mask = s->routines; break;
    case PG_KIND_TABLE: {
        const struct pg_want_table *table = declared_table(s, u);
        mask = s->tables | (table ? table->mask : 0);
        break;
    }
    default: break;
    }
    return spell_out(g, mask, u->kind);
}

uint32_t pg_grant_declared_column(const struct pg_grants *g, size_t managed,
                                  const struct pg_unit *u, const char *column)
{
    const uint32_t all = PG_SELECT | PG_INSERT | PG_UPDATE | PG_REFERENCES;
    const struct pg_want_schema_grant *s = g->wanted[u->schema_index * g->managed_count + managed];
    const struct pg_want_table *table = s ? declared_table(s, u) : NULL;
    for (size_t i = 0; table && i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, column) != 0) continue;
        uint32_t mask = table->columns[i].mask;
        return mask & PG_ALL ? all : mask & all;
    }
    return 0;
}

static bool is_exact(const struct pg_managed *m, enum pg_kind kind)
{
    if (kind == PG_KIND_DATABASE) return m->exact_database;
    return kind == PG_KIND_ROUTINE ? m->routines : m->exact;
}

struct pg_held pg_grant_target(const struct pg_grants *g, size_t managed, const struct pg_unit *u,
                               const char *column, struct pg_held have)
{
    const struct pg_managed *m = &g->managed[managed];
    uint32_t mask =
        column ? pg_grant_declared_column(g, managed, u, column) : pg_grant_declared(g, managed, u);
    uint32_t option = m->grant && m->grant->with_grant_option ? mask : 0;
    if (is_exact(m, u->kind)) return (struct pg_held){.mask = mask, .option = option};
    return (struct pg_held){.mask = have.mask | mask, .option = have.option | option};
}
