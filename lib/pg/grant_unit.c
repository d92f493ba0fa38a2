/* One unit: what each managed grantee gains and loses, and whether that can be said in plain GRANTs
 * and REVOKEs. It cannot where a loser was granted it by somebody else than the owner, or granted
 * it on: REVOKE removes only what the owner gave (measured on PostgreSQL 15 to 18). */
#include "pg/grant.h"

#include <string.h>

#include "pg/ident.h"

/* What has to be done for one grantee on the object or on one column. */
struct difference {
    uint32_t grant;
    uint32_t grant_option; /* granted with grant option; also where only that is missing */
    uint32_t revoke;
    uint32_t revoke_option;
};

static struct difference differ(struct pg_held have, struct pg_held target)
{
    struct difference d;
    d.grant_option = target.option & ~have.option;
    d.grant = target.mask & ~have.mask & ~d.grant_option;
    d.revoke = have.mask & ~target.mask;
    d.revoke_option = have.option & ~target.option & ~d.revoke;
    return d;
}

static struct difference of_object(const struct pg_grants *g, const struct pg_unit *u, size_t m)
{
    return differ(g->have[m], pg_grant_target(g, m, u, NULL, g->have[m]));
}

static struct difference of_column(const struct pg_grants *g, const struct pg_unit *u, size_t m,
                                   const struct pg_unit_column *c)
{
    struct pg_held have = pg_acl_held(&c->acl, g->managed[m].oid);
    return differ(have, pg_grant_target(g, m, u, c->name, have));
}

/* --- is it plain? ----------------------------------------------------------------------------- */

/* The privileges in 'acl' in which another than the owner and 'grantee' are partners. */
static uint32_t entangled(const struct pg_acl *acl, uint32_t owner, uint32_t grantee)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < acl->count; i++) {
        const struct pg_acl_item *item = &acl->items[i];
        if (item->grantor == owner) continue;
        if (item->grantee == grantee || item->grantor == grantee) mask |= item->mask;
    }
    return mask;
}

/* The privileges that this grantee's losses make it necessary to regrant. */
static uint32_t flat_for(const struct pg_grants *g, const struct pg_unit *u, size_t m)
{
    struct difference d = of_object(g, u, m);
    uint32_t losing = d.revoke | d.revoke_option;
    uint32_t partners = 0;
    for (size_t i = 0; i < u->column_count; i++) {
        struct difference c = of_column(g, u, m, &u->columns[i]);
        losing |= c.revoke | c.revoke_option;
    }
    if (!losing) return 0;
    partners = entangled(&u->acl, u->owner, g->managed[m].oid);
    for (size_t i = 0; i < u->column_count; i++) {
        partners |= entangled(&u->columns[i].acl, u->owner, g->managed[m].oid);
    }
    return losing & partners;
}

/* A REVOKE on a table takes the columns along, also those that shall stay. */
static bool takes_columns_along(const struct pg_grants *g, const struct pg_unit *u, size_t m)
{
    struct difference d = of_object(g, u, m);
    for (size_t i = 0; i < u->column_count; i++) {
        struct pg_held have = pg_acl_held(&u->columns[i].acl, g->managed[m].oid);
        struct pg_held target = pg_grant_target(g, m, u, u->columns[i].name, have);
        if (d.revoke & target.mask || d.revoke_option & target.option) return true;
    }
    return false;
}

/* --- plain operations ------------------------------------------------------------------------- */

void pg_grant_op(struct pg_grants *g, const struct pg_op *op)
{
    if (!op->mask) return;
    g->ops = pg_grow(g->build.arena, g->ops, g->op_count, &g->op_room, sizeof(*g->ops));
    g->ops[g->op_count++] = *op;
}

static void add_ops(struct pg_grants *g, const struct difference *d, const struct pg_op *base)
{
    struct pg_op op = *base;
    op.action = PG_OP_GRANT;
    op.mask = d->grant;
    pg_grant_op(g, &op);
    op.option = true;
    op.mask = d->grant_option;
    pg_grant_op(g, &op);
    op.option = false;
    op.action = PG_OP_REVOKE;
    op.mask = d->revoke;
    pg_grant_op(g, &op);
    op.action = PG_OP_REVOKE_OPTION;
    op.mask = d->revoke_option;
    pg_grant_op(g, &op);
}

static bool same(const struct difference *a, const struct difference *b)
{
    return a->grant == b->grant && a->grant_option == b->grant_option && a->revoke == b->revoke &&
           a->revoke_option == b->revoke_option;
}

static bool is_nothing(const struct difference *d)
{
    return !(d->grant | d->grant_option | d->revoke | d->revoke_option);
}

/* " (a, b)" of the columns from 'first' on whose difference is the same; those are marked done. */
static const char *column_list(struct pg_grants *g, const struct pg_unit *u,
                               const struct difference *differences, bool *done, size_t first)
{
    struct buf list;
    buf_init(&list, PG_BATCH_BYTES);
    for (size_t i = first; i < u->column_count; i++) {
        if (done[i] || !same(&differences[i], &differences[first])) continue;
        done[i] = true;
        buf_str(&list, list.length ? ", " : " (");
        pg_ident(&list, u->columns[i].name);
    }
    buf_char(&list, ')');
    const char *text = arena_strdup(g->build.arena, buf_text(&list));
    buf_done(&list);
    return text;
}

static void add_column_ops(struct pg_grants *g, const struct pg_unit *u, size_t m, uint32_t stuck,
                           const struct difference *object, const struct pg_op *base)
{
    struct difference *differences =
        arena_array(g->build.arena, u->column_count, sizeof(*differences));
    bool *done = arena_array(g->build.arena, u->column_count, sizeof(*done));
    for (size_t i = 0; i < u->column_count; i++) {
        struct difference d = of_column(g, u, m, &u->columns[i]);
        d.revoke &= ~(stuck | object->revoke);
        d.revoke_option &= ~(stuck | object->revoke | object->revoke_option);
        differences[i] = d;
        done[i] = is_nothing(&d);
    }
    for (size_t i = 0; i < u->column_count; i++) {
        if (done[i]) continue;
        struct pg_op op = *base;
        op.columns = column_list(g, u, differences, done, i);
        add_ops(g, &differences[i], &op);
    }
}

static void add_plain(struct pg_grants *g, const struct pg_unit *u, size_t m, uint32_t stuck,
                      const char *blocked)
{
    struct difference d = of_object(g, u, m);
    struct pg_op base = {
        .managed = m,
        .kind = u->kind,
        .schema = u->schema,
        .names = u->names,
        .count = u->count,
        .blocked = blocked,
    };
    d.revoke &= ~stuck;
    d.revoke_option &= ~stuck;
    add_ops(g, &d, &base);
    if (u->column_count) add_column_ops(g, u, m, stuck, &d, &base);
}

/* What cannot be taken away is reported. */
static void add_stuck(struct pg_grants *g, const struct pg_unit *u, size_t m, uint32_t stuck,
                      const char *why)
{
    uint32_t losing = 0;
    for (size_t i = 0; i < u->column_count; i++) {
        struct difference c = of_column(g, u, m, &u->columns[i]);
        losing |= c.revoke | c.revoke_option;
    }
    struct difference d = of_object(g, u, m);
    losing |= d.revoke | d.revoke_option;
    pg_grant_op(g, &(struct pg_op){
                       .managed = m,
                       .action = PG_OP_REVOKE,
                       .kind = u->kind,
                       .mask = losing & stuck,
                       .schema = u->schema,
                       .names = u->names,
                       .count = u->count,
                       .blocked = why,
                   });
}

static void add_regrant(struct pg_grants *g, const struct pg_unit *u, uint32_t flat, uint32_t stuck)
{
    g->regrants = pg_grow(g->build.arena, g->regrants, g->regrant_count, &g->regrant_room,
                          sizeof(*g->regrants));
    g->regrants[g->regrant_count++] = (struct pg_regrant){.unit = *u, .flat = flat, .stuck = stuck};
}

/* --- the whole -------------------------------------------------------------------------------- */

static void find_held(struct pg_grants *g, const struct pg_unit *u)
{
    memset(g->have, 0, g->managed_count * sizeof(*g->have));
    for (size_t i = 0; i < u->acl.count; i++) {
        const struct pg_acl_item *item = &u->acl.items[i];
        size_t m = pg_grant_managed(g, item->grantee);
        if (m == SIZE_MAX) continue;
        g->have[m].mask |= item->mask;
        g->have[m].option |= item->option;
    }
}

static bool has_difference(const struct pg_grants *g, const struct pg_unit *u, size_t m)
{
    struct difference d = of_object(g, u, m);
    bool any = !is_nothing(&d);
    for (size_t i = 0; !any && i < u->column_count; i++) {
        d = of_column(g, u, m, &u->columns[i]);
        any = !is_nothing(&d);
    }
    return any;
}

void pg_grant_unit(struct pg_grants *g, const struct pg_unit *u)
{
    uint32_t flat = 0;
    uint32_t stuck = 0;
    bool any = false;
    bool columns = false;
    const char *why = NULL;
    find_held(g, u);
    for (size_t m = 0; m < g->managed_count; m++) {
        if (g->managed[m].oid == u->owner || !has_difference(g, u, m)) continue;
        any = true;
        flat |= flat_for(g, u, m);
        columns = columns || takes_columns_along(g, u, m);
    }
    if (!any) return;
    const char *blocked = pg_grant_blocked(g, u->owner);
    if (u->schema && !pg_grant_schema_open(g, u->schema_index, g->cluster->user)) {
        /* Nothing in it can even be named; where joining is impossible, the statement says so. */
        (void)pg_grant_blocked(g, g->schemas[u->schema_index].owner);
    }
    if (flat && !blocked) stuck = pg_grant_stuck(g, u, flat, &why);
    bool regrant = !blocked && ((flat & ~stuck) || columns);
    if (regrant) add_regrant(g, u, flat & ~stuck, stuck);
    for (size_t m = 0; m < g->managed_count; m++) {
        if (g->managed[m].oid == u->owner) continue;
        if (!regrant) add_plain(g, u, m, stuck, blocked);
        if (stuck) add_stuck(g, u, m, stuck, why);
    }
}
