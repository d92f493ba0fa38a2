/* Default privileges: what a role's future objects will be open to. They always name the creator; a
 * global entry replaces the built-in default, an entry for a schema only adds to it (measured on
 * PostgreSQL 15). */
#include "pg/grant/grant.h"

#include <stdlib.h>
#include <string.h>

#include "pg/diff/texts.h"
#include "pg/ident.h"

/* --- what there is ---------------------------------------------------------------------------- */

static const char *default_schema_name(const struct pg_grants *g, uint32_t oid)
{
    size_t index = pg_grant_schema_index(g, oid);
    return index == SIZE_MAX ? NULL : g->schemas[index].name;
}

/* The entry for (role, schema, kind): the catalog gives them in that order. */
static const struct pg_default *default_find(const struct pg_grants *g, uint32_t role,
                                             const char *schema, enum pg_kind kind)
{
    const struct pg_grant_schema *s = schema ? pg_grant_schema(g, schema) : NULL;
    uint32_t oid = s ? s->oid : 0;
    size_t low = 0;
    size_t high = g->observed && (!schema || oid) ? g->observed->default_count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct pg_default *row = &g->observed->defaults[middle];
        int order = pg_default_compare(row, &(struct pg_default){role, oid, kind, {0}});
        if (order == 0) return row;
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static struct pg_held default_held(const struct pg_default *row, const struct pg_managed *m,
                                   const char *schema, enum pg_kind kind)
{
    if (row) return pg_acl_held(&row->acl, m->oid);
    /* No entry: the built-in default everywhere, nothing more in a schema. */
    uint32_t open = !schema && !m->name ? pg_kind_public(kind) : 0;
    return (struct pg_held){.mask = open};
}

/* --- what there shall be ---------------------------------------------------------------------- */

static void default_add(struct pg_grants *g, struct pg_default_op op, enum pg_op_action action,
                        bool option, uint32_t mask)
{
    if (!mask) return;
    op.action = action;
    op.option = option;
    op.mask = mask;
    g->found.defaults = pg_grow(g->build.arena, g->found.defaults, g->found.default_count,
                                &g->found.default_room, sizeof(*g->found.defaults));
    g->found.defaults[g->found.default_count++] = op;
}

/* What he shall not hold: taken away or, where that is withheld, reported. */
static void default_lose(struct pg_grants *g, struct pg_default_op op, struct pg_held have,
                         struct pg_held target)
{
    const char *withheld = g->managed[op.managed].withheld;
    uint32_t revoke = have.mask & ~target.mask;
    if (withheld) op.blocked = withheld;
    default_add(g, op, PG_OP_REVOKE, false, revoke);
    default_add(g, op, PG_OP_REVOKE_OPTION, false, have.option & ~target.option & ~revoke);
}

static void default_compare(struct pg_grants *g, const struct pg_default_op *op, uint32_t oid,
                            struct pg_held have, struct pg_held target)
{
    uint32_t option = target.option & ~have.option;
    uint32_t grant = target.mask & ~have.mask & ~option;
    struct pg_default_op o = *op;
    if (have.mask == target.mask && have.option == target.option) return;
    /* A creator holds everything on what he creates. */
    if (oid == g->managed[op->managed].oid) return;
    const struct pg_grant_schema *within = op->schema ? pg_grant_schema(g, op->schema) : NULL;
    if (!oid) {
        o.blocked = pg_wanted_no_role(&g->roles, op->role);
    } else if (op->schema && !within) {
        o.blocked = pg_grant_no_schema(g, op->schema);
    } else if (within && within->never) {
        o.blocked = within->never;
    } else if (grant || option || !g->managed[op->managed].withheld) {
        o.blocked = pg_grant_blocked(g, oid);
    }
    default_add(g, o, PG_OP_GRANT, false, grant);
    default_add(g, o, PG_OP_GRANT, true, option);
    default_lose(g, o, have, target);
}

/* Entries of one grantee that belong together stand together. */
static int compare_entries(const void *a, const void *b)
{
    const struct pg_want_default *const *x = a;
    const struct pg_want_default *const *y = b;
    int order = strcmp((*x)->for_role, (*y)->for_role);
    if (!order) order = pg_texts_compare((*x)->schema, (*y)->schema);
    return order ? order : (int)(*x)->kind - (int)(*y)->kind;
}

static const struct pg_want_default **default_sort(struct pg_grants *g,
                                                   const struct pg_want_grant *grant)
{
    const struct pg_want_default **list =
        arena_array(g->build.arena, grant->default_count, sizeof(*list));
    for (size_t i = 0; i < grant->default_count; i++) list[i] = &grant->defaults[i];
    if (grant->default_count) qsort(list, grant->default_count, sizeof(*list), compare_entries);
    return list;
}

static void default_declared(struct pg_grants *g, size_t m, const struct pg_want_default *d,
                             uint32_t mask)
{
    const struct pg_managed *managed = &g->managed[m];
    uint32_t oid = pg_grant_oid(g, d->for_role);
    struct pg_default_op op = {
        .managed = m, .kind = d->kind, .role = d->for_role, .schema = d->schema};
    mask = pg_grant_spell_out(g, mask, d->kind);
    struct pg_held have =
        default_held(default_find(g, oid, d->schema, d->kind), managed, d->schema, d->kind);
    struct pg_held target = {.mask = mask, .option = managed->grant->with_grant_option ? mask : 0};
    if (managed->born && !d->schema) target.mask |= have.mask & pg_kind_public(d->kind);
    if (g->pass == PG_PASS_UNDECLARED) {
        target.mask &= have.mask;
        target.option &= have.option;
    }
    if (!managed->exact) {
        target.mask |= have.mask;
        target.option |= have.option;
    }
    default_compare(g, &op, oid, have, target);
}

/* The entries may be declared in pieces. */
static void default_all_declared(struct pg_grants *g, size_t m)
{
    const struct pg_want_grant *grant = g->managed[m].grant;
    if (!grant) return;
    const struct pg_want_default **list = default_sort(g, grant);
    for (size_t i = 0, n = 1; i < grant->default_count; i += n) {
        uint32_t mask = list[i]->mask;
        for (n = 1; i + n < grant->default_count && !compare_entries(&list[i], &list[i + n]); n++)
            mask |= list[i + n]->mask;
        default_declared(g, m, list[i], mask);
    }
}

static bool default_is_declared(const struct pg_grants *g, const struct pg_want_default **list,
                                const struct pg_want_grant *grant, const struct pg_default *row,
                                const char *schema)
{
    const struct pg_want_default key = {
        .for_role = pg_grant_name(g, row->role), .schema = schema, .kind = row->kind};
    const struct pg_want_default *place = &key;
    return grant && grant->default_count &&
           bsearch(&place, list, grant->default_count, sizeof(*list), compare_entries);
}

/* An entry of an exact grantee that nobody declared; PUBLIC keeps what it has by birth. */
static void default_surplus(struct pg_grants *g, size_t m, const struct pg_default *row,
                            const struct pg_want_default **list)
{
    const struct pg_managed *managed = &g->managed[m];
    const char *schema = row->schema ? default_schema_name(g, row->schema) : NULL;
    if ((row->schema && !schema) || default_is_declared(g, list, managed->grant, row, schema))
        return;
    struct pg_held have = pg_acl_held(&row->acl, managed->oid);
    struct pg_held target = {0};
    if (!managed->name && !schema) target.mask = have.mask & pg_kind_public(row->kind);
    default_compare(
        g,
        &(struct pg_default_op){
            .managed = m, .kind = row->kind, .role = pg_grant_name(g, row->role), .schema = schema},
        row->role, have, target);
}

/* Over what the entries grant, not over entries and grantees. */
static void default_all_surplus(struct pg_grants *g)
{
    size_t count = g->observed ? g->observed->default_count : 0;
    const struct pg_want_default ***lists =
        arena_array(g->build.arena, g->managed_count, sizeof(*lists));
    const struct pg_default **seen = arena_array(g->build.arena, g->managed_count, sizeof(*seen));
    for (size_t i = 0; i < count; i++) {
        const struct pg_default *row = &g->observed->defaults[i];
        for (size_t k = 0; k < row->acl.count; k++) {
            size_t m = pg_grant_managed(g, row->acl.items[k].grantee);
            if (m == SIZE_MAX || !g->managed[m].exact || seen[m] == row) continue;
            seen[m] = row;
            if (!lists[m] && g->managed[m].grant) lists[m] = default_sort(g, g->managed[m].grant);
            default_surplus(g, m, row, lists[m]);
        }
    }
}

void pg_grant_default_walk(struct pg_grants *g)
{
    for (size_t m = 0; m < g->managed_count; m++) default_all_declared(g, m);
    default_all_surplus(g);
}

/* --- changes ---------------------------------------------------------------------------------- */

static int compare_default_ops(const void *a, const void *b)
{
    const struct pg_default_op *x = a;
    const struct pg_default_op *y = b;
    if (x->managed != y->managed) return x->managed < y->managed ? -1 : 1;
    int order = pg_texts_compare(x->blocked, y->blocked);
    if (!order) order = strcmp(x->role, y->role);
    if (!order) order = pg_texts_compare(x->schema, y->schema);
    if (!order) order = (int)x->kind - (int)y->kind;
    if (!order) order = (int)x->action - (int)y->action;
    return order ? order : x->option - y->option;
}

static void default_statement(struct pg_grants *g, const struct pg_default_op *op)
{
    struct buf *b = &g->build.sql;
    buf_str(b, "ALTER DEFAULT PRIVILEGES FOR ROLE ");
    pg_ident(b, op->role);
    if (op->schema) {
        buf_str(b, " IN SCHEMA ");
        pg_ident(b, op->schema);
    }
    buf_char(b, ' ');
    pg_grant_sql_verb(b, op->action, op->mask, NULL);
    buf_printf(b, " ON %s", pg_kind_sql(op->kind, true));
    pg_grant_sql_grantee(b, op->action, g->managed[op->managed].name, op->option);
    pg_build_statement(&g->build);
}

static void default_delta(struct pg_grants *g, const struct pg_default_op *op)
{
    struct buf b;
    bool grant = op->action == PG_OP_GRANT;
    buf_init(&b, 4096);
    if (op->action == PG_OP_REVOKE_OPTION) buf_str(&b, "grant option for ");
    pg_privilege_words(&b, op->mask, NULL);
    if (op->option) buf_str(&b, " with grant option");
    buf_printf(&b, " on new %s of %s", pg_kind_word(op->kind, true), op->role);
    if (op->schema) buf_printf(&b, " in %s", op->schema);
    pg_build_delta(&g->build, buf_text(&b), grant ? "missing" : "granted",
                   pg_grant_becomes(g, op->managed, op->action));
    buf_done(&b);
}

static void default_change(struct pg_grants *g, const struct pg_default_op *ops, size_t count)
{
    struct pg_build *b = &g->build;
    const struct pg_managed *m = &g->managed[ops[0].managed];
    if (g->pass == PG_PASS_UNDECLARED) {
        pg_build_begin(b, pg_grant_undeclared_change(m), g->name,
                       "undeclared default privileges of %s in %s", m->label, g->name);
    } else {
        pg_build_begin(b, PG_CHANGE_DEFAULT_PRIVILEGES, g->name,
                       "default privileges of %s in %s%s%s", m->label, g->name,
                       ops[0].blocked ? ": " : "", ops[0].blocked ? ops[0].blocked : "");
    }
    for (size_t i = 0; i < count; i++) {
        default_statement(g, &ops[i]);
        default_delta(g, &ops[i]);
        if (ops[i].action != PG_OP_GRANT) b->now.widening = true;
    }
    pg_grant_blocked_change(g, ops[0].managed, ops[0].blocked);
    pg_build_end(b);
}

void pg_grant_defaults(struct pg_grants *g)
{
    struct pg_default_op *ops = g->found.defaults;
    if (g->found.default_count)
        qsort(ops, g->found.default_count, sizeof(*ops), compare_default_ops);
    for (size_t i = 0; i < g->found.default_count;) {
        size_t n = 1;
        while (i + n < g->found.default_count && ops[i + n].managed == ops[i].managed &&
               pg_texts_compare(ops[i + n].blocked, ops[i].blocked) == 0) {
            n++;
        }
        default_change(g, &ops[i], n);
        i += n;
    }
}
