/* See pg_oracle.h. */
#include "support/pg_oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* --- what SQL says ---------------------------------------------------------------------------- */

const char oracle_query[] =
    "WITH o AS ("
    "SELECT CASE relkind WHEN 'S' THEN 's' ELSE 'r' END AS kind, nspname AS nsp, relname AS name, "
    "'' AS col, relowner AS owner, coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE "
    "'r' END::\"char\", relowner)) AS acl, c.ctid::text || c.xmin AS version "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
    "WHERE relkind IN ('r', 'v', 'S') AND nspname IN ('s1', 'S 2', 'made') "
    "UNION ALL SELECT 'r', nspname, relname, attname, relowner, "
    "coalesce(attacl, acldefault('c', relowner)), a.ctid::text || a.xmin "
    "FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n "
    "ON n.oid = relnamespace WHERE attnum > 0 AND relkind IN ('r', 'v') "
    "AND nspname IN ('s1', 'S 2') "
    "UNION ALL SELECT 'f', nspname, proname || '(' || oidvectortypes(proargtypes) || ')', '', "
    "proowner, coalesce(proacl, acldefault('f', proowner)), p.ctid::text || p.xmin "
    "FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname IN ('s1', 'S 2') "
    "UNION ALL SELECT 'n', '', nspname, '', nspowner, coalesce(nspacl, acldefault('n', nspowner)), "
    "ctid::text || xmin FROM pg_namespace WHERE nspname IN ('s1', 'S 2', 'made', 'public') "
    "UNION ALL SELECT 'd', '', datname, '', datdba, coalesce(datacl, acldefault('d', datdba)), "
    "ctid::text || xmin FROM pg_database WHERE datname = current_database()), "
    "g AS (SELECT oid, rolname FROM pg_roles WHERE NOT rolname ~ '^(pg_|postgres)' "
    "UNION ALL SELECT 0, '') "
    "SELECT kind, nsp, name, col, pg_get_userbyid(owner), rolname, "
    "coalesce((SELECT string_agg(p || CASE WHEN option AND g.oid <> owner THEN '*' ELSE '' END, "
    "',' "
    "ORDER BY p) FROM (SELECT privilege_type AS p, bool_or(is_grantable) AS option "
    "FROM aclexplode(acl) WHERE grantee = g.oid GROUP BY 1) x), ''), version, "
    "current_setting('server_version_num') "
    "FROM o CROSS JOIN g ORDER BY kind, nsp, name, col, rolname COLLATE \"C\"";

const char *oracle_cell(const PGresult *r, int row, int column)
{
    return PQgetvalue(r, row, column);
}

/* "INSERT,SELECT*" */
struct pg_held oracle_held(const char *text)
{
    struct pg_held held = {0};
    while (*text) {
        char word[32];
        size_t length = strcspn(text, ",");
        bool option = text[length - 1] == '*';
        snprintf(word, sizeof(word), "%.*s", (int)(length - option), text);
        uint32_t bit = pg_privilege_parse(word);
        assert_int_not_equal(bit, 0);
        held.mask |= bit;
        if (option) held.option |= bit;
        text += length + (text[length] == ',');
    }
    return held;
}

/* --- what is declared, worked out once more ----------------------------------------------------
 */

static const struct pg_want_grant *declaration(const struct pg_want *want, const char *grantee)
{
    for (size_t i = 0; i < want->grant_count; i++) {
        const char *name = want->grants[i].grantee ? want->grants[i].grantee : "";
        if (strcmp(name, grantee) == 0) return &want->grants[i];
    }
    return NULL;
}

bool oracle_declares(const struct pg_want *want, const char *grantee)
{
    return declaration(want, grantee) != NULL;
}

static uint32_t spell_out(uint32_t mask, uint32_t all)
{
    return mask & PG_ALL ? all : mask & all;
}

static uint32_t declared_in_table(const struct pg_want_schema_grant *s, int version,
                                  const char *table, const char *column)
{
    uint32_t mask = *column ? 0 : s->tables;
    for (size_t i = 0; i < s->table_count; i++) {
        const struct pg_want_table *t = &s->table_list[i];
        if (strcmp(t->name, table) != 0) continue;
        if (!*column) mask |= t->mask;
        for (size_t k = 0; *column && k < t->column_count; k++) {
            if (strcmp(t->columns[k].name, column) == 0) mask = t->columns[k].mask;
        }
    }
    if (*column) return spell_out(mask, PG_SELECT | PG_INSERT | PG_UPDATE | PG_REFERENCES);
    return spell_out(mask, pg_kind_all(PG_KIND_TABLE, version));
}

static uint32_t declared(const struct pg_want_grant *g, const PGresult *r, int row)
{
    char kind = *oracle_cell(r, row, KIND);
    /* Six digits each. */
    int version = strcmp(oracle_cell(r, row, SERVER), "170000") >= 0 ? 170000 : 150000;
    const char *schema = kind == 'n' ? oracle_cell(r, row, NAME) : oracle_cell(r, row, SCHEMA);
    if (kind == 'd') return spell_out(g->database_mask, pg_kind_all(PG_KIND_DATABASE, 0));
    for (size_t i = 0; i < g->schema_count; i++) {
        const struct pg_want_schema_grant *s = &g->schemas[i];
        if (strcmp(s->name, schema) != 0) continue;
        if (kind == 'n') return spell_out(s->schema, pg_kind_all(PG_KIND_SCHEMA, 0));
        if (kind == 's') return spell_out(s->sequences, pg_kind_all(PG_KIND_SEQUENCE, 0));
        if (kind == 'f') return spell_out(s->routines, PG_EXECUTE);
        return declared_in_table(s, version, oracle_cell(r, row, NAME),
                                 oracle_cell(r, row, COLUMN));
    }
    return 0;
}

static bool manages_routines(const struct pg_want_grant *g)
{
    bool any = g->grantee != NULL;
    for (size_t i = 0; i < g->schema_count; i++) any = any || g->schemas[i].routines;
    return any;
}

/* What the grantee of 'row' shall hold, where he held 'before'. */
struct pg_held oracle_expected(const struct pg_want *want, const PGresult *r, int row,
                               struct pg_held before)
{
    const char *grantee = oracle_cell(r, row, GRANTEE);
    const struct pg_want_grant *g = declaration(want, grantee);
    char kind = *oracle_cell(r, row, KIND);
    bool closed =
        !*grantee && kind == 'd' && want->database_count && want->databases[0].revoke_public;
    if (strcmp(grantee, oracle_cell(r, row, OWNER)) == 0) return before;
    const struct pg_held nothing = {0};
    if (!g) return closed ? nothing : before;
    uint32_t mask = declared(g, r, row);
    struct pg_held held = {mask, g->with_grant_option ? mask : 0};
    if (closed || (g->exact && (kind != 'f' || manages_routines(g)))) return held;
    held.mask |= before.mask;
    held.option |= before.option;
    return held;
}
