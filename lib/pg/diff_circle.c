/* Would a membership close a circle? The server refuses one, and the whole transaction with it.
 * Asked of the memberships as they will be: those that are there without those that are revoked,
 * and those that are granted. Put together only when something is to be granted. */
#include "pg/diff_part.h"

#include <string.h>

struct edge {
    size_t member; /* numbers of roles: see number_of() */
    size_t role;
};

struct pg_circle {
    struct edge *edges;
    size_t count;
    size_t room;
};

static void add(struct pg_diff *d, size_t member, size_t role)
{
    struct pg_circle *c = d->circle;
    c->edges = pg_grow(d->build.arena, c->edges, c->count, &c->room, sizeof(*c->edges));
    c->edges[c->count++] = (struct edge){member, role};
}

/* Roles that are there come first, then those to be created. */
static size_t number_of(const struct pg_diff *d, const char *name)
{
    const struct pg_cluster *c = d->cluster;
    const struct pg_role *role = pg_cluster_role(c, name);
    if (role) return (size_t)(role - c->roles);
    size_t i = 0;
    while (i < d->want->role_count && strcmp(d->roles[i]->name, name) != 0) i++;
    return c->role_count + i;
}

static void gather(struct pg_diff *d)
{
    const struct pg_cluster *c = d->cluster;
    const struct pg_role *user = pg_cluster_role_by_oid(c, c->user);
    d->circle = arena_alloc(d->build.arena, sizeof(*d->circle));
    for (size_t i = 0; i < c->member_count; i++) {
        const struct pg_role *role = pg_cluster_role_by_oid(c, c->members[i].role);
        const struct pg_role *member = pg_cluster_role_by_oid(c, c->members[i].member);
        const struct pg_want_role *want = member ? pg_diff_want_role(d, member->name) : NULL;
        if (!role || !member || (want && pg_diff_is_revoked(c, want, &c->members[i]))) continue;
        add(d, (size_t)(member - c->roles), (size_t)(role - c->roles));
    }
    for (size_t i = 0; user && i < d->join_count; i++) {
        add(d, (size_t)(user - c->roles), number_of(d, d->joins[i]));
    }
}

/* Breadth first through the groups above 'from'; each membership is followed at most once. */
static bool reaches(const struct pg_diff *d, size_t from, size_t to)
{
    const struct pg_circle *c = d->circle;
    size_t *queue = arena_array(d->build.arena, c->count + 1, sizeof(*queue));
    bool *seen = arena_array(d->build.arena, c->count, sizeof(*seen));
    size_t end = 0;
    queue[end++] = from;
    for (size_t next = 0; next < end; next++) {
        if (queue[next] == to) return true;
        for (size_t i = 0; i < c->count; i++) {
            if (c->edges[i].member != queue[next] || seen[i]) continue;
            seen[i] = true;
            queue[end++] = c->edges[i].role;
        }
    }
    return false;
}

bool pg_diff_closes_circle(struct pg_diff *d, const char *member, const char *role)
{
    if (!d->circle) gather(d);
    return reaches(d, number_of(d, role), number_of(d, member));
}

void pg_diff_circle_add(struct pg_diff *d, const char *member, const char *role)
{
    if (!d->circle) gather(d);
    add(d, number_of(d, member), number_of(d, role));
}
