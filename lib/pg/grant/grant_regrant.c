/* A unit whose grants by others than the owner stand in the way of a loss. The owner gives every
 * holder the option himself and takes all options back with CASCADE: whatever others granted falls,
 * and only his own grants are left. Then everybody gets what he shall have or, if he is not
 * managed, exactly what he had. All in one transaction: nobody else ever sees the gap. A table and
 * its columns are one unit, because a REVOKE on a table takes the columns along; so columns come
 * down first and go up last. */
#include "pg/grant/grant.h"

#include <stdlib.h>
#include <string.h>

#include "pg/diff/texts.h"
#include "pg/ident.h"

/* One grantee on the object or on one column of it. */
struct state {
    uint32_t grantee;
    struct pg_held have; /* before */
    struct pg_held own;  /* of that, what the owner granted */
    uint32_t granted;    /* privileges that he granted to others */
    struct pg_held now;  /* as the statements so far leave it */
    struct pg_held target;
};

/* The object itself or one column. */
struct part {
    const char *column;  /* NULL: the object */
    const char *columns; /* " (a)" for statements */
    struct pg_acl acl;
    struct state *states;
    size_t count;
    uint32_t *slots; /* by grantee, open addressing: index + 1 into states, 0 = free */
    size_t slot_count;
};

struct work {
    struct pg_grants *g;
    const struct pg_unit *unit; /* a piece of at most PG_BATCH_OBJECTS */
    uint32_t flat;
    uint32_t stuck;
    const char *as;     /* whose name it is done in; NULL: the superuser's */
    struct part *parts; /* columns, then the object */
    size_t part_count;
};

static struct arena *arena_of(const struct work *w)
{
    return w->g->build.arena;
}

/* --- the model -------------------------------------------------------------------------------- */

/* Where the grantee is, or would be. */
static size_t find_slot(const struct part *p, uint32_t grantee)
{
    size_t i = (grantee * UINT32_C(2654435761)) & (p->slot_count - 1);
    while (p->slots[i] && p->states[p->slots[i] - 1].grantee != grantee)
        i = (i + 1) & (p->slot_count - 1);
    return i;
}

static struct state *find_state(struct part *p, uint32_t grantee)
{
    size_t slot = find_slot(p, grantee);
    return p->slots[slot] ? &p->states[p->slots[slot] - 1] : NULL;
}

static struct state *add_state(struct part *p, uint32_t grantee)
{
    size_t slot = find_slot(p, grantee);
    if (!p->slots[slot]) {
        p->states[p->count] = (struct state){.grantee = grantee};
        p->slots[slot] = (uint32_t)++p->count;
    }
    return &p->states[p->slots[slot] - 1];
}

static void set_target(struct work *w, const struct part *p, struct state *s)
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
static void add_states(struct work *w, struct part *p)
{
    const struct pg_active *active = &w->g->active;
    for (size_t i = 0; i < p->acl.count; i++) {
        const struct pg_acl_item *item = &p->acl.items[i];
        struct state *s = add_state(p, item->grantee);
        s->have.mask |= item->mask;
        s->have.option |= item->option;
        if (item->grantor == w->unit->owner) {
            s->own.mask |= item->mask;
            s->own.option |= item->option;
        }
        add_state(p, item->grantor)->granted |= item->mask;
    }
    for (size_t k = 0; k < active->count; k++) {
        (void)add_state(p, w->g->managed[active->items[k]].oid);
    }
    for (size_t i = 0; i < p->count; i++) set_target(w, p, &p->states[i]);
}

static void init_part(struct work *w, struct part *p, const char *column, const struct pg_acl *acl)
{
    size_t room = 2 * acl->count + w->g->active.count;
    *p = (struct part){.column = column, .acl = *acl, .slot_count = 8};
    while (p->slot_count < 2 * room) p->slot_count *= 2;
    p->states = arena_array(arena_of(w), room, sizeof(*p->states));
    p->slots = arena_array(arena_of(w), p->slot_count, sizeof(*p->slots));
    add_states(w, p);
    if (column) p->columns = pg_grant_column_list(w->g, column);
}

/* --- statements ------------------------------------------------------------------------------- */

static void emit(struct work *w, const struct part *p, enum pg_op_action action, uint32_t mask,
                 uint32_t grantee, const char *end)
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

static void say(struct work *w, const char *before, const char *role)
{
    struct pg_build *b = &w->g->build;
    buf_str(&b->sql, before);
    if (role) pg_ident(&b->sql, role);
    pg_build_statement(b);
}

/* Acts for the owner, if he has to be named for that. */
static void say_home(struct work *w)
{
    if (w->as) {
        say(w, "SET LOCAL ROLE ", w->as);
    } else {
        say(w, "RESET ROLE", NULL);
    }
}

/* --- flattening ------------------------------------------------------------------------------- */

/* The privileges of which the owner has to take an option from this grantee. */
static uint32_t held_bits(const struct work *w, const struct state *s)
{
    if (s->grantee == w->unit->owner || s->grantee == PG_PUBLIC) return 0;
    return w->flat & (s->have.option | s->granted);
}

/* Everybody has the option from the owner by now, so nothing depends on the grant that is taken out
 * of the circle; but only its grantor can take it out. */
static struct pg_acl break_circles(struct work *w, struct part *p)
{
    size_t size = p->acl.count * sizeof(struct pg_acl_item);
    struct pg_acl_item *items = arena_alloc(arena_of(w), size);
    struct pg_acl acl = {.items = items, .count = p->acl.count};
    if (size) memcpy(items, p->acl.items, size);
    for (size_t i = 0; i < acl.count; i++) {
        uint32_t mask = 0;
        for (uint32_t bit = 1; bit && bit <= w->flat; bit <<= 1) {
            if (!(w->flat & bit)) continue;
            if (!pg_grant_in_circle(w->g, &acl, w->unit->owner, &items[i], bit)) continue;
            mask |= bit;
            items[i].option &= ~bit;
        }
        if (!mask) continue;
        say(w, "SET LOCAL ROLE ", pg_grant_name(w->g, items[i].grantor));
        emit(w, p, PG_OP_REVOKE_OPTION, mask, items[i].grantee, "");
        say_home(w);
    }
    return acl;
}

/* May this one's options be taken now: does nobody who is still to come pass any on to him? */
static bool is_next(const struct work *w, const struct part *p, const struct pg_acl *acl,
                    const bool *done, size_t i)
{
    uint32_t bits = held_bits(w, &p->states[i]);
    for (size_t k = 0; k < p->count; k++) {
        if (done[k] || k == i) continue;
        uint32_t common = bits & held_bits(w, &p->states[k]);
        for (uint32_t bit = 1; bit && bit <= common; bit <<= 1) {
            if (common & bit && pg_grant_reaches(w->g, acl, w->unit->owner, p->states[k].grantee,
                                                 p->states[i].grantee, bit)) {
                return false;
            }
        }
    }
    return true;
}

/* CASCADE stops at whoever holds the option some other way, so sources go before those they feed.
 */
static void revoke_options(struct work *w, struct part *p, const struct pg_acl *acl)
{
    bool *done = arena_array(arena_of(w), p->count, sizeof(*done));
    for (size_t left = p->count; left > 0; left--) {
        size_t next = SIZE_MAX;
        for (size_t i = 0; i < p->count && next == SIZE_MAX; i++) {
            if (!done[i] && is_next(w, p, acl, done, i)) next = i;
        }
        for (size_t i = 0; i < p->count && next == SIZE_MAX; i++) {
            if (!done[i]) next = i;
        }
        done[next] = true;
        emit(w, p, PG_OP_REVOKE_OPTION, held_bits(w, &p->states[next]), p->states[next].grantee,
             " CASCADE");
    }
}

static bool needs_flattening(const struct work *w, const struct part *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (held_bits(w, &p->states[i])) return true;
    }
    return false;
}

static void flatten(struct work *w, struct part *p)
{
    if (!needs_flattening(w, p)) return;
    for (size_t i = 0; i < p->count; i++) {
        const struct state *s = &p->states[i];
        uint32_t lacking = held_bits(w, s) & ~s->own.option;
        emit(w, p, PG_OP_GRANT, lacking, s->grantee, " WITH GRANT OPTION");
    }
    struct pg_acl acl = break_circles(w, p);
    revoke_options(w, p, &acl);
    for (size_t i = 0; i < p->count; i++) {
        struct state *s = &p->states[i];
        uint32_t own = s->own.mask | held_bits(w, s);
        s->now.mask = (s->now.mask & ~w->flat) | (own & w->flat);
        s->now.option &= ~w->flat;
    }
}

/* --- putting right ---------------------------------------------------------------------------- */

static void revoke_surplus(struct work *w, struct part *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct state *s = &p->states[i];
        uint32_t revoke = s->now.mask & ~s->target.mask;
        uint32_t option = s->now.option & ~s->target.option & ~revoke;
        emit(w, p, PG_OP_REVOKE, revoke, s->grantee, "");
        emit(w, p, PG_OP_REVOKE_OPTION, option, s->grantee, "");
        s->now.mask &= ~revoke;
        s->now.option &= ~(revoke | option);
        for (size_t k = 0; !p->column && k + 1 < w->part_count; k++) {
            struct state *c = find_state(&w->parts[k], s->grantee);
            if (!c) continue;
            c->now.mask &= ~revoke;
            c->now.option &= ~(revoke | option);
        }
    }
}

static void grant_missing(struct work *w, struct part *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct state *s = &p->states[i];
        uint32_t option = s->target.option & ~s->now.option;
        uint32_t mask = s->target.mask & ~s->now.mask & ~option;
        emit(w, p, PG_OP_GRANT, mask, s->grantee, "");
        emit(w, p, PG_OP_GRANT, option, s->grantee, " WITH GRANT OPTION");
    }
}

/* --- deltas ----------------------------------------------------------------------------------- */

static void delta(struct work *w, const struct part *p, const struct state *s,
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

static void describe(struct work *w)
{
    for (size_t i = 0; i < w->part_count; i++) {
        const struct part *p = &w->parts[i];
        for (size_t k = 0; k < p->count; k++) {
            const struct state *s = &p->states[k];
            delta(w, p, s, PG_OP_GRANT, s->target.mask & ~s->now.mask);
            delta(w, p, s, PG_OP_REVOKE, s->now.mask & ~s->target.mask);
            delta(w, p, s, PG_OP_REVOKE_OPTION, s->now.option & ~s->target.option & s->target.mask);
        }
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

static void regrant_begin(struct work *w)
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

static void regrant(struct pg_grants *g, const struct pg_regrant *r, const struct pg_unit *u)
{
    struct work w = {.g = g, .unit = u, .flat = r->flat, .stuck = r->stuck, .as = r->as};
    w.part_count = u->column_count + 1;
    w.parts = arena_array(g->build.arena, w.part_count, sizeof(*w.parts));
    struct part *object = &w.parts[u->column_count];
    pg_grant_activate(g, u);
    regrant_begin(&w);
    for (size_t i = 0; i < u->column_count; i++) {
        init_part(&w, &w.parts[i], u->columns[i].name, &u->columns[i].acl);
    }
    init_part(&w, object, NULL, &u->acl);
    describe(&w);
    if (w.as) say_home(&w);
    for (size_t i = 0; i < w.part_count; i++) flatten(&w, &w.parts[i]);
    revoke_surplus(&w, object);
    for (size_t i = 0; i < u->column_count; i++) revoke_surplus(&w, &w.parts[i]);
    grant_missing(&w, object);
    for (size_t i = 0; i < u->column_count; i++) grant_missing(&w, &w.parts[i]);
    if (w.as) say(&w, "RESET ROLE", NULL);
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

static void sort_regrants(struct pg_grants *g)
{
    for (size_t i = 0; i < g->regrant_count; i++) {
        struct pg_unit *u = &g->regrants[i].unit;
        const char **names = arena_array(g->build.arena, u->count, sizeof(*names));
        memcpy(names, u->names, u->count * sizeof(*names));
        qsort(names, u->count, sizeof(*names), pg_texts_order);
        u->names = names;
    }
    if (g->regrant_count) {
        qsort(g->regrants, g->regrant_count, sizeof(*g->regrants), compare_regrants);
    }
}

void pg_grant_regrants(struct pg_grants *g, enum pg_stage stage)
{
    sort_regrants(g);
    for (size_t i = 0; i < g->regrant_count; i++) {
        struct pg_unit piece = g->regrants[i].unit;
        size_t left = piece.count;
        if ((piece.kind == PG_KIND_SCHEMA) != (stage == PG_STAGE_CLOSE)) continue;
        for (; left > 0; left -= piece.count, piece.names += piece.count) {
            piece.count = left < PG_BATCH_OBJECTS ? left : PG_BATCH_OBJECTS;
            regrant(g, &g->regrants[i], &piece);
        }
    }
}
