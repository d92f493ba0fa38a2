/* Default privileges: what a role's future objects will be open to. They always name the creator; a
 * global entry replaces the built-in default, an entry for a schema only adds to it (measured on
 * PostgreSQL 15). */
#include "pg/grant.h"

#include <stdlib.h>
#include <string.h>

#include "pg/ident.h"

/* --- what there is ---------------------------------------------------------------------------- */

static const char *schema_name(const struct pg_grants *g, uint32_t oid)
{
    for (size_t i = 0; i < g->schema_count; i++) {
        if (g->schemas[i].oid == oid) return g->schemas[i].name;
    }
    return NULL;
}

static bool same_schema(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static const struct pg_default *find_row(const struct pg_grants *g, uint32_t role,
                                         const char *schema, enum pg_kind kind)
{
    for (size_t i = 0; g->observed && i < g->observed->default_count; i++) {
        const struct pg_default *row = &g->observed->defaults[i];
        if (row->role != role || row->kind != kind) continue;
        if (same_schema(row->schema ? schema_name(g, row->schema) : NULL, schema)) return row;
    }
    return NULL;
}

static struct pg_held held(const struct pg_default *row, const struct pg_managed *m,
                           const char *schema, enum pg_kind kind)
{
    if (row) return pg_acl_held(&row->acl, m->oid);
    /* No entry: the built-in default everywhere, nothing more in a schema. */
    uint32_t open = !schema && !m->name ? pg_kind_public(kind) : 0;
    return (struct pg_held){.mask = open};
}

/* --- what there shall be ---------------------------------------------------------------------- */

static void add(struct pg_grants *g, struct pg_default_op op, enum pg_op_action action, bool option,
                uint32_t mask)
{
    if (!mask) return;
    op.action = action;
    op.option = option;
    op.mask = mask;
    g->defaults = pg_grow(g->build.arena, g->defaults, g->default_count, &g->default_room,
                          sizeof(*g->defaults));
    g->defaults[g->default_count++] = op;
}

static void compare(struct pg_grants *g, const struct pg_default_op *op, uint32_t oid,
                    struct pg_held have, struct pg_held target)
{
    uint32_t option = target.option & ~have.option;
    uint32_t revoke = have.mask & ~target.mask;
    struct pg_default_op o = *op;
    if (have.mask == target.mask && have.option == target.option) return;
    /* A creator holds everything on what he creates. */
    if (oid == g->managed[op->managed].oid) return;
    if (!oid) {
        o.blocked = "the role that is to create the objects does not exist";
    } else {
        o.blocked = pg_grant_blocked(g, oid);
    }
    add(g, o, PG_OP_GRANT, false, target.mask & ~have.mask & ~option);
    add(g, o, PG_OP_GRANT, true, option);
    add(g, o, PG_OP_REVOKE, false, revoke);
    add(g, o, PG_OP_REVOKE_OPTION, false, have.option & ~target.option & ~revoke);
}

static uint32_t spell_out(const struct pg_grants *g, uint32_t mask, enum pg_kind kind)
{
    uint32_t all = pg_kind_all(kind, g->cluster->server_version);
    return mask & PG_ALL ? all : mask & all;
}

static bool same_entry(const struct pg_want_default *a, const struct pg_want_default *b)
{
    return a->kind == b->kind && same_schema(a->schema, b->schema) &&
           strcmp(a->for_role, b->for_role) == 0;
}

/* The entries may be declared in pieces: the first one stands for all of its kind. */
static bool sum_up(const struct pg_want_grant *grant, size_t i, uint32_t *mask)
{
    const struct pg_want_default *d = &grant->defaults[i];
    *mask = 0;
    for (size_t k = 0; k < grant->default_count; k++) {
        if (!same_entry(d, &grant->defaults[k])) continue;
        if (k < i) return false;
        *mask |= grant->defaults[k].mask;
    }
    return true;
}

static void declared(struct pg_grants *g, size_t m)
{
    const struct pg_want_grant *grant = g->managed[m].grant;
    for (size_t i = 0; grant && i < grant->default_count; i++) {
        const struct pg_want_default *d = &grant->defaults[i];
        uint32_t oid = pg_grant_oid(g, d->for_role);
        struct pg_default_op op = {
            .managed = m, .kind = d->kind, .role = d->for_role, .schema = d->schema};
        uint32_t mask;
        if (!sum_up(grant, i, &mask)) continue;
        mask = spell_out(g, mask, d->kind);
        struct pg_held have =
            held(find_row(g, oid, d->schema, d->kind), &g->managed[m], d->schema, d->kind);
        struct pg_held target = {.mask = mask, .option = grant->with_grant_option ? mask : 0};
        if (!grant->exact) {
            target.mask |= have.mask;
            target.option |= have.option;
        }
        compare(g, &op, oid, have, target);
    }
}

static bool is_declared(const struct pg_grants *g, const struct pg_want_grant *grant,
                        const struct pg_default *row, const char *schema)
{
    for (size_t i = 0; i < grant->default_count; i++) {
        const struct pg_want_default *d = &grant->defaults[i];
        if (d->kind == row->kind && same_schema(d->schema, schema) &&
            strcmp(d->for_role, pg_grant_name(g, row->role)) == 0) {
            return true;
        }
    }
    return false;
}

/* Entries of an exact grantee that nobody declared; PUBLIC keeps what it has by birth. */
static void surplus(struct pg_grants *g, size_t m)
{
    const struct pg_managed *managed = &g->managed[m];
    if (!managed->exact || !g->observed) return;
    for (size_t i = 0; i < g->observed->default_count; i++) {
        const struct pg_default *row = &g->observed->defaults[i];
        const char *schema = row->schema ? schema_name(g, row->schema) : NULL;
        if ((row->schema && !schema) || is_declared(g, managed->grant, row, schema)) continue;
        struct pg_held have = pg_acl_held(&row->acl, managed->oid);
        struct pg_held target = {0};
        if (!managed->name && !schema) target.mask = have.mask & pg_kind_public(row->kind);
        compare(g,
                &(struct pg_default_op){.managed = m,
                                        .kind = row->kind,
                                        .role = pg_grant_name(g, row->role),
                                        .schema = schema},
                row->role, have, target);
    }
}

void pg_grant_default_walk(struct pg_grants *g)
{
    for (size_t m = 0; m < g->managed_count; m++) {
        declared(g, m);
        surplus(g, m);
    }
}

/* --- changes ---------------------------------------------------------------------------------- */

static int compare_texts(const char *a, const char *b)
{
    if (!a || !b) return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int compare_ops(const void *a, const void *b)
{
    const struct pg_default_op *x = a;
    const struct pg_default_op *y = b;
    if (x->managed != y->managed) return x->managed < y->managed ? -1 : 1;
    int order = compare_texts(x->blocked, y->blocked);
    if (!order) order = strcmp(x->role, y->role);
    if (!order) order = compare_texts(x->schema, y->schema);
    if (!order) order = (int)x->kind - (int)y->kind;
    if (!order) order = (int)x->action - (int)y->action;
    return order ? order : x->option - y->option;
}

static void add_statement(struct pg_grants *g, const struct pg_default_op *op)
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

static void add_delta(struct pg_grants *g, const struct pg_default_op *op)
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
                   grant ? "granted" : "revoked");
    buf_done(&b);
}

static void add_change(struct pg_grants *g, const struct pg_default_op *ops, size_t count)
{
    struct pg_build *b = &g->build;
    pg_build_begin(b, PG_CHANGE_DEFAULT_PRIVILEGES, g->name, "default privileges of %s in %s%s%s",
                   g->managed[ops[0].managed].label, g->name, ops[0].blocked ? ": " : "",
                   ops[0].blocked ? ops[0].blocked : "");
    for (size_t i = 0; i < count; i++) {
        add_statement(g, &ops[i]);
        add_delta(g, &ops[i]);
        if (ops[i].action != PG_OP_GRANT) b->now.widening = true;
    }
    b->now.unfixable = ops[0].blocked;
    pg_build_end(b);
}

void pg_grant_defaults(struct pg_grants *g)
{
    struct pg_default_op *ops = g->defaults;
    if (g->default_count) qsort(ops, g->default_count, sizeof(*ops), compare_ops);
    for (size_t i = 0; i < g->default_count;) {
        size_t n = 1;
        while (i + n < g->default_count && ops[i + n].managed == ops[i].managed &&
               compare_texts(ops[i + n].blocked, ops[i].blocked) == 0) {
            n++;
        }
        add_change(g, &ops[i], n);
        i += n;
    }
}
