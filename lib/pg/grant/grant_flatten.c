/* Flattening: of some privileges of an object or a column, nothing is left but what the owner
 * granted. Why, and a worked example: README.md. */
#include <string.h>

#include "base/must.h"
#include "pg/grant/regrant.h"

/* The privileges of which the owner has to take an option from this grantee. */
static uint32_t state_held_bits(const struct pg_work *w, const struct pg_state *s)
{
    if (s->grantee == w->unit->owner || s->grantee == PG_PUBLIC) return 0;
    return w->flat & (s->have.option | s->granted);
}

/* Everybody has the option from the owner by now, so nothing depends on the grant that is taken out
 * of the circle; but only its grantor can take it out. What is left of 'items' has no circle. */
static void flatten_break_circles(struct pg_work *w, struct pg_part *p, const struct pg_options *o,
                                  struct pg_acl_item *items)
{
    size_t count = p->acl.count;
    uint32_t *circular = arena_array(pg_regrant_arena(w), count, sizeof(*circular));
    pg_options_circular(o, items, count, w->flat, circular);
    for (size_t i = 0; i < count; i++) {
        uint32_t mask = circular[i];
        if (!mask) continue;
        items[i].option &= ~mask;
        pg_regrant_role(w, "SET LOCAL ROLE ", pg_grant_name(w->g, items[i].grantor));
        pg_regrant_privileges(w, p, PG_OP_REVOKE_OPTION, mask, items[i].grantee, "");
        pg_regrant_home(w);
        pg_options_circular(o, items, count, w->flat, circular);
    }
}

/* The states of a part in an order: 'waits' counts the arcs from states that are not done yet. */
struct order {
    struct pg_arc *arcs;
    size_t count;
    size_t room;
    uint32_t *waits;
    bool *done;
};

static void order_add(struct pg_work *w, struct order *o, const struct pg_part *p, size_t from,
                      size_t to, uint32_t mask)
{
    uint32_t common =
        state_held_bits(w, &p->states[from]) & state_held_bits(w, &p->states[to]) & mask;
    if (!common || from == to) return;
    o->arcs = pg_grow(pg_regrant_arena(w), o->arcs, o->count, &o->room, sizeof(*o->arcs));
    o->arcs[o->count] = (struct pg_arc){(uint32_t)from, (uint32_t)to, (uint32_t)o->count};
    o->count++;
    o->waits[to]++;
}

static void order_init(struct pg_work *w, struct order *o, struct pg_part *p,
                       const struct pg_options *options, const struct pg_acl_item *items)
{
    *o = (struct order){.waits = arena_array(pg_regrant_arena(w), p->count, sizeof(*o->waits)),
                        .done = arena_array(pg_regrant_arena(w), p->count, sizeof(*o->done))};
    for (size_t i = 0; i < p->acl.count; i++) {
        if (items[i].grantor == w->unit->owner || items[i].grantee == PG_PUBLIC) continue;
        order_add(w, o, p, pg_regrant_state(p, items[i].grantor),
                  pg_regrant_state(p, items[i].grantee), items[i].option);
    }
    for (size_t i = 0; i < options->member_count; i++) {
        const struct pg_arc *arc = &options->members[i];
        order_add(w, o, p, pg_regrant_state(p, options->holders[arc->from]),
                  pg_regrant_state(p, options->holders[arc->to]), UINT32_MAX);
    }
}

/* The first one that nobody who is still to come passes an option on to. Where each waits for
 * another, which takes memberships, the first of all. */
static size_t order_next(const struct order *o, size_t count)
{
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        if (o->done[i]) continue;
        if (!o->waits[i]) return i;
        if (first == SIZE_MAX) first = i;
    }
    must(first != SIZE_MAX);
    return first;
}

/* CASCADE stops at whoever holds the option some other way, so sources go before those they feed.
 * Looking for the next one is O(states) each: a walk over numbers. */
static void flatten_revoke_options(struct pg_work *w, struct pg_part *p,
                                   const struct pg_options *options,
                                   const struct pg_acl_item *items)
{
    struct order o;
    order_init(w, &o, p, options, items);
    struct pg_edges from =
        pg_graph_index(o.arcs, o.count, p->count, PG_ARC_FROM, pg_regrant_arena(w));
    for (size_t left = p->count; left > 0; left--) {
        size_t next = order_next(&o, p->count);
        o.done[next] = true;
        for (uint32_t i = from.first[next]; i < from.first[next + 1]; i++)
            o.waits[o.arcs[from.membership[i]].to]--;
        pg_regrant_privileges(w, p, PG_OP_REVOKE_OPTION, state_held_bits(w, &p->states[next]),
                              p->states[next].grantee, " CASCADE");
    }
}

static bool flatten_is_needed(const struct pg_work *w, const struct pg_part *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (state_held_bits(w, &p->states[i])) return true;
    }
    return false;
}

void pg_regrant_flatten(struct pg_work *w, struct pg_part *p)
{
    if (!flatten_is_needed(w, p)) return;
    for (size_t i = 0; i < p->count; i++) {
        const struct pg_state *s = &p->states[i];
        uint32_t lacking = state_held_bits(w, s) & ~s->own.option;
        pg_regrant_privileges(w, p, PG_OP_GRANT, lacking, s->grantee, " WITH GRANT OPTION");
    }
    size_t size = p->acl.count * sizeof(struct pg_acl_item);
    struct pg_acl_item *items = arena_alloc(pg_regrant_arena(w), size);
    struct pg_options options;
    if (size) memcpy(items, p->acl.items, size);
    pg_options_init(&options, w->g, &p->acl, w->unit->owner);
    flatten_break_circles(w, p, &options, items);
    flatten_revoke_options(w, p, &options, items);
    for (size_t i = 0; i < p->count; i++) {
        struct pg_state *s = &p->states[i];
        uint32_t own = s->own.mask | state_held_bits(w, s);
        s->now.mask = (s->now.mask & ~w->flat) | (own & w->flat);
        s->now.option &= ~w->flat;
    }
}
