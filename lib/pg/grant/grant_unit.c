/* One unit: what each managed grantee gains and loses, and whether that can be said in plain GRANTs
 * and REVOKEs. It cannot where a loser was granted it by somebody else than the owner, or granted
 * it on: REVOKE removes only what the owner gave (measured on PostgreSQL 15 to 18). */
#include "pg/grant/grant.h"

#include <string.h>

#include "pg/ident.h"

/* What has to be done for one grantee on the object or on one column. */
struct difference {
    uint32_t grant;
    uint32_t grant_option; /* granted with grant option; also where only that is missing */
    uint32_t revoke;
    uint32_t revoke_option;
};

static struct difference unit_differ(struct pg_held have, struct pg_held target)
{
    struct difference d;
    d.grant_option = target.option & ~have.option;
    d.grant = target.mask & ~have.mask & ~d.grant_option;
    d.revoke = have.mask & ~target.mask;
    d.revoke_option = have.option & ~target.option & ~d.revoke;
    return d;
}

static struct difference unit_object(const struct pg_grants *g, const struct pg_unit *u, size_t m)
{
    return unit_differ(g->have[m], pg_grant_target(g, m, u, NULL, g->have[m]));
}

static struct difference unit_column(const struct pg_grants *g, const struct pg_unit *u, size_t m,
                                     const struct pg_unit_column *c)
{
    struct pg_held have = pg_acl_held(&c->acl, g->managed[m].oid);
    return unit_differ(have, pg_grant_target(g, m, u, c->name, have));
}

/* --- is it plain? ----------------------------------------------------------------------------- */

/* The privileges in 'acl' in which another than the owner and 'grantee' are partners. */
static uint32_t unit_entangled(const struct pg_acl *acl, uint32_t owner, uint32_t grantee)
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
static uint32_t unit_flat_for(const struct pg_grants *g, const struct pg_unit *u, size_t m,
                              uint32_t foreign)
{
    struct difference d = unit_object(g, u, m);
    uint32_t losing = d.revoke | d.revoke_option;
    uint32_t partners = 0;
    for (size_t i = 0; i < u->column_count; i++) {
        struct difference c = unit_column(g, u, m, &u->columns[i]);
        losing |= c.revoke | c.revoke_option;
    }
    /* Most lists have nobody but the owner as grantor: seen once for the unit. */
    if (!(losing & foreign)) return 0;
    partners = unit_entangled(&u->acl, u->owner, g->managed[m].oid);
    for (size_t i = 0; i < u->column_count; i++) {
        partners |= unit_entangled(&u->columns[i].acl, u->owner, g->managed[m].oid);
    }
    return losing & partners;
}

/* A REVOKE on a table takes the columns along, also those that shall stay. */
static bool unit_takes_columns(const struct pg_grants *g, const struct pg_unit *u, size_t m)
{
    struct difference d = unit_object(g, u, m);
    for (size_t i = 0; i < u->column_count; i++) {
        struct pg_held have = pg_acl_held(&u->columns[i].acl, g->managed[m].oid);
        struct pg_held target = pg_grant_target(g, m, u, u->columns[i].name, have);
        if (d.revoke & target.mask || d.revoke_option & target.option) return true;
    }
    return false;
}

/* Does he gain something on a column and lose something beside it? In one transaction then: a
 * column that is misspelt, which only the server knows, takes nothing away. */
static bool unit_mixes_columns(const struct pg_grants *g, const struct pg_unit *u, size_t m)
{
    struct difference d = unit_object(g, u, m);
    uint32_t gains = 0;
    uint32_t losses = d.revoke | d.revoke_option;
    for (size_t i = 0; i < u->column_count; i++) {
        struct difference c = unit_column(g, u, m, &u->columns[i]);
        gains |= c.grant | c.grant_option;
        losses |= c.revoke | c.revoke_option;
    }
    return gains && losses;
}

/* --- plain operations ------------------------------------------------------------------------- */

/* What the operations for one grantee on one unit have in common. */
struct plain {
    const struct pg_unit *unit;
    size_t managed;
    uint32_t stuck;      /* not to be taken away */
    uint32_t rivals;     /* to be done as the owner */
    const char *blocked; /* not to be done at all */
    const char *mute;    /* not to be done as the owner */
};

void pg_grant_op(struct pg_grants *g, const struct pg_op *op)
{
    if (!op->mask) return;
    g->found.ops = pg_grow(g->build.arena, g->found.ops, g->found.op_count, &g->found.op_room,
                           sizeof(*g->found.ops));
    g->found.ops[g->found.op_count++] = *op;
}

static void plain_add_op(struct pg_grants *g, const struct plain *p, enum pg_op_action action,
                         bool option, uint32_t mask, const char *columns)
{
    bool rival = mask & p->rivals;
    struct pg_op op = {
        .managed = p->managed,
        .action = action,
        .option = option,
        .kind = p->unit->kind,
        .mask = mask,
        .schema = p->unit->schema,
        .names = p->unit->names,
        .count = p->unit->count,
        .columns = columns,
        .blocked = rival && !p->blocked ? p->mute : p->blocked,
        .as = rival ? pg_grant_name(g, p->unit->owner) : NULL,
    };
    pg_grant_op(g, &op);
}

static void plain_add_ops(struct pg_grants *g, const struct plain *p, const struct difference *d,
                          const char *columns)
{
    plain_add_op(g, p, PG_OP_GRANT, false, d->grant, columns);
    plain_add_op(g, p, PG_OP_GRANT, true, d->grant_option, columns);
    plain_add_op(g, p, PG_OP_REVOKE, false, d->revoke, columns);
    plain_add_op(g, p, PG_OP_REVOKE_OPTION, false, d->revoke_option, columns);
}

static bool same_difference(const struct difference *a, const struct difference *b)
{
    return a->grant == b->grant && a->grant_option == b->grant_option && a->revoke == b->revoke &&
           a->revoke_option == b->revoke_option;
}

static bool no_difference(const struct difference *d)
{
    return !(d->grant | d->grant_option | d->revoke | d->revoke_option);
}

/* " (a, b)" of the columns from 'first' on whose difference is the same; those are marked done. */
static const char *plain_column_list(struct pg_grants *g, const struct pg_unit *u,
                                     const struct difference *differences, bool *done, size_t first)
{
    struct buf list;
    buf_init(&list, PG_BATCH_BYTES);
    for (size_t i = first; i < u->column_count; i++) {
        if (done[i] || !same_difference(&differences[i], &differences[first])) continue;
        done[i] = true;
        buf_str(&list, list.length ? ", " : " (");
        pg_ident(&list, u->columns[i].name);
    }
    buf_char(&list, ')');
    const char *text = arena_strdup(g->build.arena, buf_text(&list));
    buf_done(&list);
    return text;
}

static void plain_add_columns(struct pg_grants *g, const struct plain *p,
                              const struct difference *object)
{
    const struct pg_unit *u = p->unit;
    struct difference *differences =
        arena_array(g->build.arena, u->column_count, sizeof(*differences));
    bool *done = arena_array(g->build.arena, u->column_count, sizeof(*done));
    for (size_t i = 0; i < u->column_count; i++) {
        struct difference d = unit_column(g, u, p->managed, &u->columns[i]);
        d.revoke &= ~(p->stuck | object->revoke);
        d.revoke_option &= ~(p->stuck | object->revoke | object->revoke_option);
        differences[i] = d;
        done[i] = no_difference(&d);
    }
    for (size_t i = 0; i < u->column_count; i++) {
        if (done[i]) continue;
        plain_add_ops(g, p, &differences[i], plain_column_list(g, u, differences, done, i));
    }
}

static void plain_add(struct pg_grants *g, const struct plain *p)
{
    struct difference d = unit_object(g, p->unit, p->managed);
    d.revoke &= ~p->stuck;
    d.revoke_option &= ~p->stuck;
    plain_add_ops(g, p, &d, NULL);
    if (p->unit->column_count) plain_add_columns(g, p, &d);
}

/* What cannot be taken away is reported. */
static void unit_add_stuck(struct pg_grants *g, const struct pg_unit *u, size_t m, uint32_t stuck,
                           const char *why)
{
    uint32_t losing = 0;
    for (size_t i = 0; i < u->column_count; i++) {
        struct difference c = unit_column(g, u, m, &u->columns[i]);
        losing |= c.revoke | c.revoke_option;
    }
    struct difference d = unit_object(g, u, m);
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

static void unit_add_regrant(struct pg_grants *g, const struct pg_regrant *r)
{
    g->found.regrants = pg_grow(g->build.arena, g->found.regrants, g->found.regrant_count,
                                &g->found.regrant_room, sizeof(*g->found.regrants));
    g->found.regrants[g->found.regrant_count++] = *r;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* What a grantee keeps only because it is withheld, see struct pg_managed: reported. */
static void unit_add_withheld(struct pg_grants *g, const struct pg_unit *u, size_t m,
                              const char *column, const struct pg_acl *acl)
{
    const struct pg_managed *managed = &g->managed[m];
    struct pg_held have = acl ? pg_acl_held(acl, managed->oid) : g->have[m];
    uint32_t allowed = pg_grant_allowed(g, m, u, column);
    uint32_t option = managed->grant && managed->grant->with_grant_option ? allowed : 0;
    struct pg_op op = {
        .managed = m,
        .action = PG_OP_REVOKE,
        .kind = u->kind,
        .mask = have.mask & ~allowed,
        .schema = u->schema,
        .names = u->names,
        .count = u->count,
        .columns = column ? pg_grant_column_list(g, column) : NULL,
        .blocked = managed->withheld,
    };
    pg_grant_op(g, &op);
    op.action = PG_OP_REVOKE_OPTION;
    op.mask = have.option & ~option & ~op.mask;
    pg_grant_op(g, &op);
}

static void unit_add_all_withheld(struct pg_grants *g, const struct pg_unit *u)
{
    for (size_t k = 0; k < g->active.count; k++) {
        size_t m = g->active.items[k];
        const struct pg_managed *managed = &g->managed[m];
        if (!managed->withheld || managed->oid == u->owner || !pg_grant_exact(managed, u->kind))
            continue;
        unit_add_withheld(g, u, m, NULL, NULL);
        for (size_t i = 0; i < u->column_count; i++) {
            const struct pg_unit_column *c = &u->columns[i];
            if (c->acl.count) unit_add_withheld(g, u, m, c->name, &c->acl);
        }
    }
}

static bool unit_has_difference(const struct pg_grants *g, const struct pg_unit *u, size_t m)
{
    struct difference d = unit_object(g, u, m);
    bool any = !no_difference(&d);
    for (size_t i = 0; !any && i < u->column_count; i++) {
        d = unit_column(g, u, m, &u->columns[i]);
        any = !no_difference(&d);
    }
    return any;
}

/* Why nothing can be done about the unit, or NULL. Notes whom the administrator has to join. */
static const char *unit_obstacle(struct pg_grants *g, const struct pg_unit *u)
{
    const struct pg_grant_schema *within = &g->schemas[u->schema_index];
    if (u->kind != PG_KIND_DATABASE && within->never) return within->never;
    const char *blocked = pg_grant_blocked(g, u->owner);
    if (u->schema && !pg_grant_schema_open(g, u->schema_index, g->cluster->user)) {
        /* Nothing in it can even be named; where joining is impossible, the statement says so. */
        (void)pg_grant_blocked(g, g->schemas[u->schema_index].owner);
    }
    return blocked;
}

static const char *unit_mute(const struct pg_grants *g, const struct pg_unit *u)
{
    if (!u->schema || pg_grant_schema_open(g, u->schema_index, u->owner)) return NULL;
    return "it has to be done as its owner, who may not use the schema";
}

/* Is there anything that cannot be said plainly? */
static bool unit_needs_regrant(struct pg_grants *g, const struct pg_unit *u, uint32_t *flat,
                               uint32_t *stuck, const char **why)
{
    bool columns = false;
    uint32_t foreign = pg_acl_foreign(&u->acl, u->owner);
    for (size_t i = 0; i < u->column_count; i++) {
        foreign |= pg_acl_foreign(&u->columns[i].acl, u->owner);
    }
    for (size_t k = 0; k < g->active.count; k++) {
        size_t m = g->active.items[k];
        if (g->managed[m].oid == u->owner || !unit_has_difference(g, u, m)) continue;
        *flat |= unit_flat_for(g, u, m, foreign);
        columns = columns || unit_takes_columns(g, u, m) || unit_mixes_columns(g, u, m);
    }
    if (*flat) *stuck = pg_grant_stuck(g, u, *flat, why);
    *flat &= ~*stuck;
    return *flat || columns;
}

static void unit_add_all(struct pg_grants *g, struct plain *p, bool regrant, const char *why)
{
    for (size_t k = 0; k < g->active.count; k++) {
        size_t m = g->active.items[k];
        if (g->managed[m].oid == p->unit->owner) continue;
        p->managed = m;
        if (!regrant) plain_add(g, p);
        if (p->stuck) unit_add_stuck(g, p->unit, m, p->stuck, why);
    }
}

void pg_grant_unit(struct pg_grants *g, const struct pg_unit *u)
{
    bool any = false;
    uint32_t flat = 0;
    const char *why = NULL;
    struct plain p = {.unit = u};
    pg_grant_activate(g, u);
    unit_add_all_withheld(g, u);
    for (size_t k = 0; k < g->active.count && !any; k++) {
        size_t m = g->active.items[k];
        any = g->managed[m].oid != u->owner && unit_has_difference(g, u, m);
    }
    if (!any) return;
    p.blocked = unit_obstacle(g, u);
    p.mute = unit_mute(g, u);
    p.rivals = pg_grant_rivals(g, u);
    bool regrant = !p.blocked && unit_needs_regrant(g, u, &flat, &p.stuck, &why);
    if (regrant && p.rivals && p.mute) {
        p.blocked = p.mute;
        regrant = false;
    }
    if (regrant) {
        unit_add_regrant(g, &(struct pg_regrant){
                                .unit = *u,
                                .flat = flat,
                                .stuck = p.stuck,
                                .as = p.rivals ? pg_grant_name(g, u->owner) : NULL,
                            });
    }
    unit_add_all(g, &p, regrant, why);
}
