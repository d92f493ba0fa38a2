/* Who is a member of whom, directly or not. Memberships are indexed by both ends, in
 * O(roles + memberships). A question is answered from the set of roles that one of its ends
 * reaches: found breadth first, each membership followed at most once, and kept until another end
 * is asked about. So a series of questions that share an end, which is how the comparison asks, is
 * O(roles + memberships) for all of it. */
#include "pg/catalog.h"

#include <stdlib.h>

#include "pg/catalog/graph.h"

enum way { WAY_UP, WAY_DOWN, WAY_N };

/* Whom 'start' reaches. A role belongs to it whose mark is 'stamp': nothing has to be cleared. */
struct reached {
    bool known;
    size_t start;
    uint32_t stamp;
    uint32_t *marks;
};

struct pg_reach {
    struct reached sets[WAY_N][2]; /* of [way][only by inheriting memberships] */
    uint32_t *queue;
    size_t last_role[2]; /* the role that was asked about last; [only by inheriting ones] */
    size_t steps;
};

/* --- the index -------------------------------------------------------------------------------- */

static size_t reach_arcs(const struct pg_cluster *c, struct pg_arc *arcs)
{
    size_t count = 0;
    for (size_t i = 0; i < c->member_count; i++) {
        size_t member = pg_cluster_number(c, c->members[i].member);
        size_t role = pg_cluster_number(c, c->members[i].role);
        if (member == SIZE_MAX || role == SIZE_MAX) continue;
        arcs[count++] = (struct pg_arc){(uint32_t)member, (uint32_t)role, (uint32_t)i};
    }
    return count;
}

void pg_cluster_index(struct pg_cluster *c, struct arena *arena)
{
    struct pg_arc *arcs = xcalloc(c->member_count + 1, sizeof(*arcs));
    size_t count = reach_arcs(c, arcs);
    c->up = pg_graph_index(arcs, count, c->role_count, PG_ARC_FROM, arena);
    c->down = pg_graph_index(arcs, count, c->role_count, PG_ARC_TO, arena);
    free(arcs);
    c->reach = arena_alloc(arena, sizeof(*c->reach));
    c->reach->last_role[false] = c->reach->last_role[true] = SIZE_MAX;
    c->reach->queue = arena_array(arena, c->role_count + 1, sizeof(*c->reach->queue));
    for (int way = 0; way < WAY_N; way++) {
        for (int inherit = 0; inherit < 2; inherit++) {
            c->reach->sets[way][inherit].marks =
                arena_array(arena, c->role_count + 1, sizeof(uint32_t));
        }
    }
}

size_t pg_cluster_steps(const struct pg_cluster *c)
{
    return c->reach->steps;
}

/* --- questions -------------------------------------------------------------------------------- */

static void reach_all(const struct pg_cluster *c, struct reached *set, size_t start, enum way way,
                      bool inherit)
{
    const struct pg_edges *edges = way == WAY_UP ? &c->up : &c->down;
    uint32_t *queue = c->reach->queue;
    size_t end = 0;
    set->known = true;
    set->start = start;
    set->stamp++;
    set->marks[start] = set->stamp;
    queue[end++] = (uint32_t)start;
    for (size_t next = 0; next < end; next++) {
        for (uint32_t i = edges->first[queue[next]]; i < edges->first[queue[next] + 1]; i++) {
            const struct pg_member *m = &c->members[edges->membership[i]];
            c->reach->steps++;
            if (inherit && !m->inherit) continue;
            size_t other = pg_cluster_number(c, way == WAY_UP ? m->role : m->member);
            if (set->marks[other] == set->stamp) continue;
            set->marks[other] = set->stamp;
            queue[end++] = (uint32_t)other;
        }
    }
}

/* From the end whose answer is known, or that many ask about: the connected user, or the role that
 * the question shares with the one before. */
static bool reach_asks(const struct pg_cluster *c, uint32_t member, uint32_t role, bool inherit)
{
    size_t from = pg_cluster_number(c, member);
    size_t to = pg_cluster_number(c, role);
    if (from == SIZE_MAX || to == SIZE_MAX || from == to) return false;
    struct reached *up = &c->reach->sets[WAY_UP][inherit];
    struct reached *down = &c->reach->sets[WAY_DOWN][inherit];
    bool up_known = up->known && up->start == from;
    bool down_known = down->known && down->start == to;
    bool shared = role == c->user || c->reach->last_role[inherit] == to;
    bool by_role = down_known || (!up_known && member != c->user && shared);
    c->reach->last_role[inherit] = to;
    if (by_role) {
        if (!down_known) reach_all(c, down, to, WAY_DOWN, inherit);
        return down->marks[from] == down->stamp;
    }
    if (!up_known) reach_all(c, up, from, WAY_UP, inherit);
    return up->marks[to] == up->stamp;
}

bool pg_cluster_is_member(const struct pg_cluster *c, uint32_t member, uint32_t role)
{
    return reach_asks(c, member, role, false);
}

bool pg_cluster_inherits(const struct pg_cluster *c, uint32_t member, uint32_t role)
{
    const struct pg_role *self = pg_cluster_role_by_oid(c, member);
    if (member == role || (self && self->attributes[PG_ATTR_SUPERUSER])) return true;
    return reach_asks(c, member, role, true);
}
