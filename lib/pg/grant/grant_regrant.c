/* A unit whose grants by others than the owner stand in the way of a loss. The owner gives every
 * holder the option himself and takes all options back with CASCADE: whatever others granted falls,
 * and only his own grants are left. Then everybody gets what he shall have or, if he is not
 * managed, exactly what he had. All in one transaction: nobody else ever sees the gap. A table and
 * its columns are one unit, because a REVOKE on a table takes the columns along; so columns come
 * down first and go up last. */
#include "pg/grant/regrant.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "pg/diff/texts.h"
#include "pg/ident.h"

struct arena *pg_regrant_arena(const struct pg_work *w)
{
    return w->g->build.arena;
}

/* --- the model -------------------------------------------------------------------------------- */

/* Where the grantee is, or would be. */
static size_t state_slot(const struct pg_part *p, uint32_t grantee)
{
    size_t i = (grantee * UINT32_C(2654435761)) & (p->slot_count - 1);
    while (p->slots[i] && p->states[p->slots[i] - 1].grantee != grantee)
        i = (i + 1) & (p->slot_count - 1);
    return i;
}

size_t pg_regrant_state(const struct pg_part *p, uint32_t grantee)
{
    size_t slot = state_slot(p, grantee);
    must(p->slots[slot]);
    return p->slots[slot] - 1;
}

static struct pg_state *state_find(struct pg_part *p, uint32_t grantee)
{
    size_t slot = state_slot(p, grantee);
    return p->slots[slot] ? &p->states[p->slots[slot] - 1] : NULL;
}

static struct pg_state *state_add(struct pg_part *p, uint32_t grantee)
{
    size_t slot = state_slot(p, grantee);
    if (!p->slots[slot]) {
        p->states[p->count] = (struct pg_state){.grantee = grantee};
        p->slots[slot] = (uint32_t)++p->count;
    }
    return &p->states[p->slots[slot] - 1];
}

static void state_set_target(struct pg_work *w, const struct pg_part *p, struct pg_state *s)
{
    size_t m = pg_grant_managed(w->g, s->grantee);
    s->now = s->target = s->have;
    if (s->grantee == w->unit->owner) {
        /* An owner's grant options are implied, whatever the list says. */
        s->now.option = s->target.option = 0;
    } else if (m != SIZE_MAX) {
        s->target = pg_grant_target(w->g, m, w->unit, p->column, s->have);
        s->target.mask |= s->have.mask & w->stuck;
        s->target.option |= s->have.option & w->stuck;
    }
}

/* Everybody whom the list names, and those for whom something is declared. */
static void part_add_states(struct pg_work *w, struct pg_part *p)
{
    const struct pg_active *active = &w->g->active;
    for (size_t i = 0; i < p->acl.count; i++) {
        const struct pg_acl_item *item = &p->acl.items[i];
        struct pg_state *s = state_add(p, item->grantee);
        s->have.mask |= item->mask;
        s->have.option |= item->option;
        if (item->grantor == w->unit->owner) {
            s->own.mask |= item->mask;
            s->own.option |= item->option;
        }
        state_add(p, item->grantor)->granted |= item->mask;
    }
    for (size_t k = 0; k < active->count; k++) {
        (void)state_add(p, w->g->managed[active->items[k]].oid);
    }
    for (size_t i = 0; i < p->count; i++) state_set_target(w, p, &p->states[i]);
}

static void part_init(struct pg_work *w, struct pg_part *p, const char *column,
                      const struct pg_acl *acl)
{
    size_t room = 2 * acl->count + w->g->active.count;
    *p = (struct pg_part){.column = column, .acl = *acl, .slot_count = 8};
    while (p->slot_count < 2 * room) p->slot_count *= 2;
    p->states = arena_array(pg_regrant_arena(w), room, sizeof(*p->states));
    p->slots = arena_array(pg_regrant_arena(w), p->slot_count, sizeof(*p->slots));
    part_add_states(w, p);
    if (column) p->columns = pg_grant_column_list(w->g, column);
}

/* --- statements ------------------------------------------------------------------------------- */

void pg_regrant_privileges(struct pg_work *w, const struct pg_part *p, enum pg_op_action action,
                           uint32_t mask, uint32_t grantee, const char *end)
{
    struct pg_build *b = &w->g->build;
    const struct pg_unit *u = w->unit;
    if (!mask) return;
    pg_grant_sql_verb(&b->sql, action, mask, p->columns);
    pg_grant_sql_objects(&b->sql, u->kind, u->schema, u->names, u->count);
    pg_grant_sql_grantee(&b->sql, action,
                         grantee == PG_PUBLIC ? NULL : pg_grant_name(w->g, grantee), false);
    buf_str(&b->sql, end);
    pg_build_statement(b);
}

void pg_regrant_role(struct pg_work *w, const char *before, const char *role)
{
    struct pg_build *b = &w->g->build;
    buf_str(&b->sql, before);
    if (role) pg_ident(&b->sql, role);
    pg_build_statement(b);
}

/* Acts for the owner, if he has to be named for that. */
void pg_regrant_home(struct pg_work *w)
{
    if (w->as) {
        pg_regrant_role(w, "SET LOCAL ROLE ", w->as);
    } else {
        pg_regrant_role(w, "RESET ROLE", NULL);
    }
}

/* --- putting right ---------------------------------------------------------------------------- */

static void regrant_revoke_surplus(struct pg_work *w, struct pg_part *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct pg_state *s = &p->states[i];
        uint32_t revoke = s->now.mask & ~s->target.mask;
        uint32_t option = s->now.option & ~s->target.option & ~revoke;
        pg_regrant_privileges(w, p, PG_OP_REVOKE, revoke, s->grantee, "");
        pg_regrant_privileges(w, p, PG_OP_REVOKE_OPTION, option, s->grantee, "");
        s->now.mask &= ~revoke;
        s->now.option &= ~(revoke | option);
        for (size_t k = 0; !p->column && k + 1 < w->part_count; k++) {
            struct pg_state *c = state_find(&w->parts[k], s->grantee);
            if (!c) continue;
            c->now.mask &= ~revoke;
            c->now.option &= ~(revoke | option);
        }
    }
}

static void regrant_grant_missing(struct pg_work *w, struct pg_part *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct pg_state *s = &p->states[i];
        uint32_t option = s->target.option & ~s->now.option;
        uint32_t mask = s->target.mask & ~s->now.mask & ~option;
        pg_regrant_privileges(w, p, PG_OP_GRANT, mask, s->grantee, "");
        pg_regrant_privileges(w, p, PG_OP_GRANT, option, s->grantee, " WITH GRANT OPTION");
    }
}

/* --- deltas ----------------------------------------------------------------------------------- */

static void regrant_delta(struct pg_work *w, const struct pg_part *p, const struct pg_state *s,
                          enum pg_op_action action, uint32_t mask)
{
    struct buf text;
    const struct pg_unit *u = w->unit;
    if (!mask) return;
    buf_init(&text, 4096);
    pg_grant_text(&text,
                  &(struct pg_op){
                      .action = action,
                      .kind = u->kind,
                      .mask = mask,
                      .schema = u->schema,
                      .names = u->names,
                      .columns = p->columns,
                  },
                  u->count);
    buf_printf(&text, " for %s", s->grantee ? pg_grant_name(w->g, s->grantee) : "PUBLIC");
    bool grant = action == PG_OP_GRANT;
    pg_build_delta(&w->g->build, buf_text(&text), grant ? "missing" : "granted",
                   grant ? "granted" : "revoked");
    buf_done(&text);
}

static void regrant_describe(struct pg_work *w)
{
    for (size_t i = 0; i < w->part_count; i++) {
        const struct pg_part *p = &w->parts[i];
        for (size_t k = 0; k < p->count; k++) {
            const struct pg_state *s = &p->states[k];
            regrant_delta(w, p, s, PG_OP_GRANT, s->target.mask & ~s->now.mask);
            regrant_delta(w, p, s, PG_OP_REVOKE, s->now.mask & ~s->target.mask);
            regrant_delta(w, p, s, PG_OP_REVOKE_OPTION,
                          s->now.option & ~s->target.option & s->target.mask);
        }
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

static void regrant_begin(struct pg_work *w)
{
    struct pg_grants *g = w->g;
    const struct pg_unit *u = w->unit;
    const char *dot = u->schema ? "." : "";
    const char *schema = u->schema ? u->schema : "";
    enum pg_change_kind kind =
        g->pass == PG_PASS_DECLARED ? PG_CHANGE_REGRANT : PG_CHANGE_UNDECLARED_GRANTEE;
    if (u->count > 1) {
        pg_build_begin(&g->build, kind, g->name, "grants on %s%s%s and %zu more in %s", schema, dot,
                       u->names[0], u->count - 1, g->name);
    } else {
        pg_build_begin(&g->build, kind, g->name, "grants on %s %s%s%s in %s",
                       pg_kind_word(u->kind, false), schema, dot, u->names[0], g->name);
    }
    g->build.now.widening = true;
    g->build.now.destructive = true;
}

static void regrant_unit(struct pg_grants *g, const struct pg_regrant *r, const struct pg_unit *u)
{
    struct pg_work w = {.g = g, .unit = u, .flat = r->flat, .stuck = r->stuck, .as = r->as};
    w.part_count = u->column_count + 1;
    w.parts = arena_array(g->build.arena, w.part_count, sizeof(*w.parts));
    struct pg_part *object = &w.parts[u->column_count];
    pg_grant_activate(g, u);
    regrant_begin(&w);
    for (size_t i = 0; i < u->column_count; i++) {
        part_init(&w, &w.parts[i], u->columns[i].name, &u->columns[i].acl);
    }
    part_init(&w, object, NULL, &u->acl);
    regrant_describe(&w);
    if (w.as) pg_regrant_home(&w);
    for (size_t i = 0; i < w.part_count; i++) pg_regrant_flatten(&w, &w.parts[i]);
    regrant_revoke_surplus(&w, object);
    for (size_t i = 0; i < u->column_count; i++) regrant_revoke_surplus(&w, &w.parts[i]);
    regrant_grant_missing(&w, object);
    for (size_t i = 0; i < u->column_count; i++) regrant_grant_missing(&w, &w.parts[i]);
    if (w.as) pg_regrant_role(&w, "RESET ROLE", NULL);
    pg_build_end(&g->build);
}

static int compare_regrants(const void *a, const void *b)
{
    const struct pg_unit *x = &((const struct pg_regrant *)a)->unit;
    const struct pg_unit *y = &((const struct pg_regrant *)b)->unit;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    int order = strcmp(x->schema ? x->schema : "", y->schema ? y->schema : "");
    return order ? order : strcmp(x->names[0], y->names[0]);
}

static void regrant_sort(struct pg_grants *g)
{
    for (size_t i = 0; i < g->found.regrant_count; i++) {
        struct pg_unit *u = &g->found.regrants[i].unit;
        const char **names = arena_array(g->build.arena, u->count, sizeof(*names));
        memcpy(names, u->names, u->count * sizeof(*names));
        qsort(names, u->count, sizeof(*names), pg_texts_order);
        u->names = names;
    }
    if (g->found.regrant_count) {
        qsort(g->found.regrants, g->found.regrant_count, sizeof(*g->found.regrants),
              compare_regrants);
    }
}

void pg_grant_regrants(struct pg_grants *g, enum pg_stage stage)
{
    regrant_sort(g);
    for (size_t i = 0; i < g->found.regrant_count; i++) {
        struct pg_unit piece = g->found.regrants[i].unit;
        size_t left = piece.count;
        if ((piece.kind == PG_KIND_SCHEMA) != (stage == PG_STAGE_CLOSE)) continue;
        for (; left > 0; left -= piece.count, piece.names += piece.count) {
            piece.count = left < PG_BATCH_OBJECTS ? left : PG_BATCH_OBJECTS;
            regrant_unit(g, &g->found.regrants[i], &piece);
        }
    }
}
