/* Memberships: the declared ones of roles, and those that the administrator needs to act for
 * owners. */
#include "pg/diff/diff_part.h"

#include "pg/diff/act.h"
#include "pg/diff/texts.h"
#include "pg/ident.h"

/* --- the administrator's ---------------------------------------------------------------------- */

static void member_join(struct pg_diff *d, const char *owner)
{
    const struct pg_role *role = pg_cluster_role(d->cluster, owner);
    const struct pg_names *names = &d->names;
    /* To be created: from 16 on its creator can be made a member at once, before it cannot. */
    bool joins = role ? !pg_act_never(d->cluster, names, role->oid) &&
                            pg_act_joins(d->cluster, names, role->oid)
                      : pg_wanted_role_exists(&d->wanted, owner);
    if (!joins) return;
    pg_act_join(&d->build, d->cluster, owner);
    d->joins[d->join_count++] = owner;
}

/* The owners that are declared, and the present owners of databases to be altered. */
void pg_diff_own_memberships(struct pg_diff *d)
{
    const struct pg_want *want = d->want;
    size_t room = 0;
    size_t count = 0;
    if (d->cluster->superuser) return;
    for (size_t i = 0; i < want->database_count; i++) room += 2 + want->databases[i].schema_count;
    const char **owners = arena_array(d->build.arena, room, sizeof(*owners));
    d->joins = arena_array(d->build.arena, room, sizeof(*d->joins));
    for (size_t i = 0; i < want->database_count; i++) {
        const struct pg_want_database *db = &want->databases[i];
        const struct pg_database_row *row = pg_cluster_database(d->cluster, db->name);
        const struct pg_role *owner = row ? pg_cluster_role_by_oid(d->cluster, row->owner) : NULL;
        if (db->owner) owners[count++] = db->owner;
        if (owner) owners[count++] = owner->name;
        for (size_t k = 0; k < db->schema_count; k++) {
            if (db->schemas[k].owner) owners[count++] = db->schemas[k].owner;
        }
    }
    count = pg_texts_sort(owners, count);
    for (size_t i = 0; i < count; i++) member_join(d, owners[i]);
}

/* --- declared --------------------------------------------------------------------------------- */

/* From 16 on a row may carry nothing but ADMIN OPTION: that is no membership in the usual sense. */
static bool member_counts(const struct pg_member *m)
{
    return m->inherit || m->set;
}

/* What is to be granted to one role: a part of 'missing' below. */
struct member_gain {
    const char *role;
    enum pg_obstacle met;
    size_t planned; /* where it stands in 'planned', if nothing else was met */
};

struct member_role {
    size_t index; /* in want->roles */
    struct member_gain *gains;
    size_t count;
};

/* The declared roles that exist or will, with what they lack. */
struct member_plan {
    struct pg_diff *d;
    struct member_role *roles;
    size_t role_count;
    struct pg_planned *planned;
    size_t planned_count;
    uint32_t *has; /* of the cluster's roles: 1 + the last declared one that is a member */
};

static void member_note_present(struct member_plan *p, const struct pg_want_role *want)
{
    const struct pg_cluster *c = p->d->cluster;
    const struct pg_role *member = pg_cluster_role(c, want->name);
    size_t number = member ? (size_t)(member - c->roles) : 0;
    for (uint32_t i = member ? c->up.first[number] : 0; member && i < c->up.first[number + 1];
         i++) {
        const struct pg_member *m = &c->members[c->up.membership[i]];
        if (!member_counts(m)) continue;
        p->has[pg_cluster_number(c, m->role)] = (uint32_t)(p->role_count + 1);
    }
}

/* Those that are declared and not there, sorted, each once. */
static void member_plan_role(struct member_plan *p, size_t index)
{
    struct pg_diff *d = p->d;
    const struct pg_want_role *want = &d->want->roles[index];
    const struct pg_wanted_role *wanted = &d->wanted.roles[index];
    struct member_role *r = &p->roles[p->role_count];
    *r = (struct member_role){.index = index};
    r->gains = arena_array(d->build.arena, wanted->member_of_count, sizeof(*r->gains));
    member_note_present(p, want);
    for (size_t i = 0; i < wanted->member_of_count; i++) {
        const char *name = wanted->member_of[i];
        const struct pg_role *role = pg_cluster_role(d->cluster, name);
        if (role && p->has[role - d->cluster->roles] == p->role_count + 1) continue;
        struct member_gain *gain = &r->gains[r->count++];
        *gain = (struct member_gain){.role = name, .met = pg_wanted_obstacle(&d->wanted, name)};
        if (gain->met != PG_OBSTACLE_NONE) continue;
        gain->planned = p->planned_count++;
        p->planned[gain->planned] = (struct pg_planned){.member = pg_diff_node(d, want->name),
                                                        .role = pg_diff_node(d, name)};
    }
    p->role_count++;
}

static void member_plan_all(struct member_plan *p)
{
    struct pg_diff *d = p->d;
    struct arena *arena = d->build.arena;
    size_t room = 0;
    for (size_t i = 0; i < d->want->role_count; i++) room += d->wanted.roles[i].member_of_count;
    p->roles = arena_array(arena, d->want->role_count, sizeof(*p->roles));
    p->planned = arena_array(arena, room, sizeof(*p->planned));
    p->has = arena_array(arena, d->cluster->role_count, sizeof(*p->has));
    for (size_t i = 0; i < d->want->role_count; i++) {
        size_t index = (size_t)(d->roles[i] - d->want->roles);
        if (pg_wanted_role_exists(&d->wanted, d->roles[i]->name)) member_plan_role(p, index);
    }
}

/* Holds back what would be taken from roles that a circle keeps from being given something. Is that
 * new? Then there is more in the way of others than was thought. */
static bool member_hold_circular(struct member_plan *p)
{
    struct pg_diff *d = p->d;
    bool more = false;
    for (size_t i = 0; i < p->role_count; i++) {
        const struct member_role *r = &p->roles[i];
        struct pg_wanted_role *wanted = &d->wanted.roles[r->index];
        for (size_t k = 0; k < r->count; k++) {
            const struct member_gain *gain = &r->gains[k];
            if (gain->met != PG_OBSTACLE_NONE || !p->planned[gain->planned].circular) continue;
            if (wanted->held || !d->want->roles[r->index].members_exact) continue;
            wanted->held = arena_printf(
                d->build.arena, "nothing is taken away before it can be made a member of \"%s\"",
                gain->role);
            more = true;
        }
    }
    return more;
}

/* --- changes ---------------------------------------------------------------------------------- */

static const struct {
    const char *object;
    const char *why; /* PG_OBSTACLE_MISSING says it with the name */
} obstacles[PG_OBSTACLE_N] = {
    [PG_OBSTACLE_NONE] = {"memberships", NULL},
    [PG_OBSTACLE_MISSING] = {"impossible memberships", NULL},
    [PG_OBSTACLE_RESERVED] = {"reserved memberships",
                              "only a superuser may make members of a superuser"},
    [PG_OBSTACLE_CIRCLE] = {"circular memberships", "that role is itself a member of it"},
};

static void member_add_grant(struct pg_build *b, const char *member, const char *role)
{
    pg_build_delta(b, arena_printf(b->arena, "member of %s", role), "no", "yes");
    buf_str(&b->sql, "GRANT ");
    pg_ident(&b->sql, role);
    buf_str(&b->sql, " TO ");
    pg_ident(&b->sql, member);
    pg_build_statement(b);
}

static void member_grant(struct member_plan *p, const struct member_role *r, enum pg_obstacle met)
{
    struct pg_diff *d = p->d;
    struct pg_build *b = &d->build;
    const char *member = d->want->roles[r->index].name;
    pg_build_begin(b, PG_CHANGE_MEMBERSHIP_GRANT, NULL, "%s of role %s", obstacles[met].object,
                   member);
    b->now.unfixable = obstacles[met].why;
    for (size_t i = 0; i < r->count; i++) {
        const struct member_gain *gain = &r->gains[i];
        enum pg_obstacle its = gain->met;
        if (its == PG_OBSTACLE_NONE && p->planned[gain->planned].circular) its = PG_OBSTACLE_CIRCLE;
        if (its != met) continue;
        member_add_grant(b, member, gain->role);
        if (met == PG_OBSTACLE_MISSING && !b->now.unfixable)
            b->now.unfixable = pg_wanted_no_role(&d->wanted, gain->role);
    }
    pg_build_end(b);
}

static void member_add_revoke(struct pg_build *b, const struct pg_cluster *c,
                              const struct pg_member *m)
{
    const struct pg_role *role = pg_cluster_role_by_oid(c, m->role);
    pg_build_delta(b, arena_printf(b->arena, "member of %s", role->name), "yes", "no");
    pg_diff_revoke_membership(b, c, m);
}

void pg_diff_revoke_membership(struct pg_build *b, const struct pg_cluster *c,
                               const struct pg_member *m)
{
    const struct pg_role *role = pg_cluster_role_by_oid(c, m->role);
    const struct pg_role *member = pg_cluster_role_by_oid(c, m->member);
    const struct pg_role *grantor = pg_cluster_role_by_oid(c, m->grantor);
    buf_str(&b->sql, "REVOKE ");
    pg_ident(&b->sql, role->name);
    buf_str(&b->sql, " FROM ");
    pg_ident(&b->sql, member->name);
    if (c->server_version >= 160000 && grantor) {
        buf_str(&b->sql, " GRANTED BY ");
        pg_ident(&b->sql, grantor->name);
    }
    pg_build_statement(b);
}

static void member_revoke(struct pg_diff *d, const struct pg_want_role *want, bool possible)
{
    struct pg_build *b = &d->build;
    const struct pg_cluster *c = d->cluster;
    const struct pg_role *member = pg_cluster_role(c, want->name);
    size_t index = (size_t)(want - d->want->roles);
    if (!member || !want->members_exact) return;
    pg_build_begin(b, PG_CHANGE_MEMBERSHIP_REVOKE, NULL, "%s of role %s",
                   possible ? "surplus memberships" : "irrevocable memberships", want->name);
    size_t number = (size_t)(member - c->roles);
    for (uint32_t i = c->up.first[number]; i < c->up.first[number + 1]; i++) {
        const struct pg_member *m = &c->members[c->up.membership[i]];
        if (!pg_wanted_surplus(&d->wanted, index, m)) continue;
        if (pg_wanted_can_revoke(c, m) == possible) member_add_revoke(b, c, m);
    }
    b->now.widening = true;
    b->now.destructive = possible;
    b->now.unfixable = possible ? d->wanted.roles[index].held : "only a superuser may revoke it";
    pg_build_end(b);
}

void pg_diff_memberships(struct pg_diff *d)
{
    struct member_plan p = {.d = d};
    member_plan_all(&p);
    /* Once, unless the document has a circle: then at most once more for each role in it. */
    do {
        pg_diff_circle_judge(d, p.planned, p.planned_count);
    } while (member_hold_circular(&p));
    for (size_t i = 0; i < d->want->role_count; i++) {
        member_revoke(d, d->roles[i], true);
        member_revoke(d, d->roles[i], false);
    }
    for (size_t i = 0; i < p.role_count; i++) {
        for (int met = PG_OBSTACLE_NONE; met < PG_OBSTACLE_N; met++) {
            member_grant(&p, &p.roles[i], (enum pg_obstacle)met);
        }
    }
}
