/* How grant options hang together, and where that is beyond the owner. A REVOKE ... CASCADE stops
 * at whoever still holds the option some other way: by another grantor, as a member of a holder, or
 * because he has the owner's privileges. Circles of grants therefore keep each other alive when the
 * owner lets go of all of them (measured on PostgreSQL 15). */
#include "pg/grant/grant.h"

#include <stdlib.h>

/* --- how options hang together ---------------------------------------------------------------- */

static int compare_holders(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Grantees and grantors but the owner and PUBLIC, each once. */
static void options_find_holders(struct pg_options *o, const struct pg_acl *acl)
{
    size_t count = 0;
    o->holders = arena_array(o->arena, 2 * acl->count, sizeof(*o->holders));
    for (size_t i = 0; i < acl->count; i++) {
        uint32_t ends[] = {acl->items[i].grantor, acl->items[i].grantee};
        for (int k = 0; k < 2; k++) {
            if (ends[k] != o->owner && ends[k] != PG_PUBLIC) o->holders[count++] = ends[k];
        }
    }
    if (count) qsort(o->holders, count, sizeof(*o->holders), compare_holders);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || o->holders[i] != o->holders[o->count - 1])
            o->holders[o->count++] = o->holders[i];
    }
}

size_t pg_options_place(const struct pg_options *o, uint32_t holder)
{
    const uint32_t *found =
        o->count ? bsearch(&holder, o->holders, o->count, sizeof(*o->holders), compare_holders)
                 : NULL;
    return found ? (size_t)(found - o->holders) : SIZE_MAX;
}

/* A member has what the role holds, so whatever reaches that reaches him. Pairs of holders are
 * asked about, but only those that are members of anything at all. */
static void options_find_members(struct pg_options *o, const struct pg_cluster *c)
{
    size_t room = 0;
    for (size_t to = 0; to < o->count; to++) {
        size_t number = pg_cluster_number(c, o->holders[to]);
        if (number == SIZE_MAX || c->up.first[number] == c->up.first[number + 1]) continue;
        for (size_t from = 0; from < o->count; from++) {
            if (!pg_cluster_is_member(c, o->holders[to], o->holders[from])) continue;
            o->members = pg_grow(o->arena, o->members, o->member_count, &room, sizeof(*o->members));
            o->members[o->member_count++] = (struct pg_arc){(uint32_t)from, (uint32_t)to, 0};
        }
    }
}

void pg_options_init(struct pg_options *o, struct pg_grants *g, const struct pg_acl *acl,
                     uint32_t owner)
{
    *o = (struct pg_options){.arena = g->build.arena, .owner = owner};
    options_find_holders(o, acl);
    options_find_members(o, g->cluster);
}

/* Grants by others than the owner that carry the option on. */
static size_t options_arcs(const struct pg_options *o, const struct pg_acl_item *items,
                           size_t count, uint32_t bit, struct pg_arc *arcs)
{
    size_t n = 0;
    for (size_t i = 0; i < o->member_count; i++) arcs[n++] = o->members[i];
    for (size_t i = 0; i < count; i++) {
        size_t from = pg_options_place(o, items[i].grantor);
        size_t to = pg_options_place(o, items[i].grantee);
        if (from == SIZE_MAX || to == SIZE_MAX || !(items[i].option & bit)) continue;
        arcs[n++] = (struct pg_arc){(uint32_t)from, (uint32_t)to, 0};
    }
    for (size_t i = 0; i < n; i++) arcs[i].id = (uint32_t)i;
    return n;
}

void pg_options_circular(const struct pg_options *o, const struct pg_acl_item *items, size_t count,
                         uint32_t mask, uint32_t *circular)
{
    struct arena *arena = arena_new();
    struct pg_arc *arcs = arena_array(arena, o->member_count + count, sizeof(*arcs));
    uint32_t *component = arena_array(arena, o->count, sizeof(*component));
    for (size_t i = 0; i < count; i++) circular[i] = 0;
    for (uint32_t bit = 1; bit && bit <= mask; bit <<= 1) {
        if (!(mask & bit)) continue;
        size_t n = options_arcs(o, items, count, bit, arcs);
        if (n == o->member_count) continue;
        struct pg_edges from = pg_graph_index(arcs, n, o->count, PG_ARC_FROM, arena);
        (void)pg_graph_components(arcs, &from, o->count, component);
        for (size_t i = 0; i < count; i++) {
            size_t a = pg_options_place(o, items[i].grantor);
            size_t b = pg_options_place(o, items[i].grantee);
            if (a == SIZE_MAX || b == SIZE_MAX || !(items[i].option & bit)) continue;
            if (component[a] == component[b]) circular[i] |= bit;
        }
    }
    arena_free(arena);
}

/* --- what the owner cannot take away ---------------------------------------------------------- */

/* Whoever has the owner's privileges never loses a grant option. */
static bool stuck_acts_as_owner(const struct pg_grants *g, uint32_t role, uint32_t owner)
{
    if (pg_cluster_inherits(g->cluster, role, owner)) return true;
    return owner == PG_DATABASE_OWNER && pg_cluster_inherits(g->cluster, role, g->owner);
}

/* Only its grantor can break a circle: the administrator must be able to act for him, and he to
 * name the object. */
static bool stuck_unbreakable(const struct pg_grants *g, const struct pg_unit *u,
                              const struct pg_acl_item *item)
{
    const struct pg_name *grantor = pg_names_by_oid(&g->names, item->grantor);
    bool can_act = g->cluster->superuser || (grantor && grantor->usable);
    bool can_name = !u->schema || pg_grant_schema_open(g, u->schema_index, item->grantor);
    return !can_act || !can_name;
}

static uint32_t stuck_in_list(struct pg_grants *g, const struct pg_unit *u,
                              const struct pg_acl *acl, uint32_t mask, const char **why)
{
    struct pg_options options;
    uint32_t stuck = 0;
    if (!(pg_acl_foreign(acl, u->owner) & mask)) return 0;
    uint32_t *circular = arena_array(g->build.arena, acl->count, sizeof(*circular));
    pg_options_init(&options, g, acl, u->owner);
    pg_options_circular(&options, acl->items, acl->count, mask, circular);
    for (size_t i = 0; i < acl->count; i++) {
        const struct pg_acl_item *item = &acl->items[i];
        if (item->grantor == u->owner || !(item->mask & mask)) continue;
        if (stuck_acts_as_owner(g, item->grantor, u->owner)) {
            stuck |= item->mask & mask;
            *why = arena_printf(g->build.arena,
                                "it was granted by %s, who has the owner's privileges by now: only "
                                "taking those away would let the grant be revoked",
                                pg_grant_name(g, item->grantor));
        } else if (circular[i] && stuck_unbreakable(g, u, item)) {
            stuck |= circular[i];
            *why = arena_printf(g->build.arena,
                                "%s granted it in a circle, which only that role can break",
                                pg_grant_name(g, item->grantor));
        }
    }
    return stuck;
}

uint32_t pg_grant_stuck(struct pg_grants *g, const struct pg_unit *u, uint32_t mask,
                        const char **why)
{
    uint32_t stuck = stuck_in_list(g, u, &u->acl, mask, why);
    for (size_t i = 0; i < u->column_count; i++) {
        stuck |= stuck_in_list(g, u, &u->columns[i].acl, mask, why);
    }
    return stuck;
}
