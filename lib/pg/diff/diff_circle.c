/* Would a membership close a circle? The server refuses one, and the whole transaction with it.
 * Asked of the memberships as they will be: those that are there without those that are revoked,
 * those by which the administrator joins owners, and those that are granted, in their order.
 *
 * All of them together are a graph. A membership that joins two of its strongly connected
 * components can close no circle, whatever is granted before it; that is all of them unless the
 * document itself has a circle, and costs O(roles + memberships) (Tarjan's algorithm, without
 * recursion). Only inside a component, which is a circle in the document, is each one looked for by
 * a walk through that component: quadratic in its size. */
#include "pg/diff/diff_part.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "pg/catalog/graph.h"

struct pg_circle {
    struct pg_arc *arcs; /* 'id' is the arc's own place */
    size_t count;
    size_t room;
    bool *open; /* of arcs: it is there, or will be */
    struct pg_edges up;
    size_t nodes;
    uint32_t *component; /* of nodes */
    uint32_t *queue;
    uint32_t *met; /* of nodes: the walk that met it last */
    uint32_t walk;
    bool *above_user; /* of nodes; NULL until asked */
    size_t steps;
};

/* Roles that are there come first, then those to be created. */
uint32_t pg_diff_node(const struct pg_diff *d, const char *role)
{
    const struct pg_role *there = pg_cluster_role(d->cluster, role);
    if (there) return (uint32_t)(there - d->cluster->roles);
    size_t index = pg_wanted_role(&d->wanted, role);
    must(index != SIZE_MAX);
    return (uint32_t)(d->cluster->role_count + index);
}

/* --- the graph -------------------------------------------------------------------------------- */

static void circle_add(struct pg_diff *d, uint32_t member, uint32_t role)
{
    struct pg_circle *c = d->circle;
    c->arcs = pg_grow(d->build.arena, c->arcs, c->count, &c->room, sizeof(*c->arcs));
    c->arcs[c->count] = (struct pg_arc){member, role, (uint32_t)c->count};
    c->count++;
}

static void circle_gather(struct pg_diff *d)
{
    const struct pg_cluster *c = d->cluster;
    const struct pg_role *user = pg_cluster_role_by_oid(c, c->user);
    for (size_t r = 0; r < c->role_count; r++) {
        size_t want = pg_wanted_role(&d->wanted, c->roles[r].name);
        for (uint32_t i = c->up.first[r]; i < c->up.first[r + 1]; i++) {
            const struct pg_member *m = &c->members[c->up.membership[i]];
            if (want != SIZE_MAX && pg_wanted_revokes(&d->wanted, want, m)) continue;
            circle_add(d, (uint32_t)r, (uint32_t)pg_cluster_number(c, m->role));
        }
    }
    for (size_t i = 0; user && i < d->join_count; i++) {
        circle_add(d, (uint32_t)(user - c->roles), pg_diff_node(d, d->joins[i]));
    }
}

static void circle_prepare(struct pg_diff *d, const struct pg_planned *planned, size_t count)
{
    struct arena *arena = d->build.arena;
    size_t steps = d->circle ? d->circle->steps : 0;
    struct pg_circle *c = d->circle = arena_alloc(arena, sizeof(*c));
    c->steps = steps;
    c->nodes = d->cluster->role_count + d->want->role_count;
    circle_gather(d);
    size_t there = c->count;
    for (size_t i = 0; i < count; i++) circle_add(d, planned[i].member, planned[i].role);
    c->open = arena_array(arena, c->count, sizeof(*c->open));
    for (size_t i = 0; i < there; i++) c->open[i] = true;
    c->up = pg_graph_index(c->arcs, c->count, c->nodes, PG_ARC_FROM, arena);
    c->component = arena_array(arena, c->nodes, sizeof(*c->component));
    c->queue = arena_array(arena, c->nodes, sizeof(*c->queue));
    c->met = arena_array(arena, c->nodes, sizeof(*c->met));
}

/* --- questions -------------------------------------------------------------------------------- */

/* Breadth first over what is open in one component. */
static bool circle_reaches(struct pg_circle *c, uint32_t from, uint32_t to)
{
    size_t end = 0;
    c->walk++;
    c->met[from] = c->walk;
    c->queue[end++] = from;
    for (size_t next = 0; next < end; next++) {
        uint32_t node = c->queue[next];
        if (node == to) return true;
        for (uint32_t i = c->up.first[node]; i < c->up.first[node + 1]; i++) {
            const struct pg_arc *arc = &c->arcs[c->up.membership[i]];
            c->steps++;
            if (!c->open[arc->id] || c->met[arc->to] == c->walk) continue;
            if (c->component[arc->to] != c->component[from]) continue;
            c->met[arc->to] = c->walk;
            c->queue[end++] = arc->to;
        }
    }
    return false;
}

void pg_diff_circle_judge(struct pg_diff *d, struct pg_planned *planned, size_t count)
{
    circle_prepare(d, planned, count);
    struct pg_circle *c = d->circle;
    size_t first = c->count - count;
    if (count) c->steps += pg_graph_components(c->arcs, &c->up, c->nodes, c->component);
    for (size_t i = 0; i < count; i++) {
        struct pg_planned *p = &planned[i];
        bool apart = c->component[p->member] != c->component[p->role];
        p->circular = !apart && circle_reaches(c, p->role, p->member);
        c->open[first + i] = !p->circular;
    }
}

/* Downwards from the user, once. */
static void circle_find_above_user(struct pg_diff *d, uint32_t user)
{
    struct pg_circle *c = d->circle;
    struct pg_edges down = pg_graph_index(c->arcs, c->count, c->nodes, PG_ARC_TO, d->build.arena);
    size_t end = 0;
    c->above_user = arena_array(d->build.arena, c->nodes, sizeof(*c->above_user));
    c->queue[end++] = user;
    for (size_t next = 0; next < end; next++) {
        uint32_t node = c->queue[next];
        for (uint32_t i = down.first[node]; i < down.first[node + 1]; i++) {
            const struct pg_arc *arc = &c->arcs[down.membership[i]];
            c->steps++;
            if (!c->open[arc->id] || c->above_user[arc->from]) continue;
            c->above_user[arc->from] = true;
            c->queue[end++] = arc->from;
        }
    }
}

bool pg_diff_is_above_user(struct pg_diff *d, const char *role)
{
    size_t user = pg_cluster_number(d->cluster, d->cluster->user);
    if (user == SIZE_MAX || !pg_wanted_role_exists(&d->wanted, role)) return false;
    if (!d->circle->above_user) circle_find_above_user(d, (uint32_t)user);
    uint32_t node = pg_diff_node(d, role);
    return node == user || d->circle->above_user[node];
}

size_t pg_diff_circle_steps(const struct pg_diff *d)
{
    return d->circle ? d->circle->steps : 0;
}
