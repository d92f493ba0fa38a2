/* Memberships: the declared ones of roles, and those that the administrator needs to act for
 * owners. */
#include "pg/diff_part.h"

#include <stdlib.h>
#include <string.h>

#include "pg/act.h"
#include "pg/ident.h"

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* --- the administrator's ---------------------------------------------------------------------- */

static void join(struct pg_diff *d, const char *owner)
{
    const struct pg_role *role = pg_cluster_role(d->cluster, owner);
    const struct pg_names *names = &d->names;
    /* To be created: from 16 on its creator can be made a member at once, before it cannot. */
    bool joins = role ? !pg_act_never(d->cluster, names, role->oid) &&
                            pg_act_joins(d->cluster, names, role->oid)
                      : pg_diff_role_exists(d, owner);
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
    qsort(owners, count, sizeof(*owners), compare_texts);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(owners[i], owners[i - 1]) != 0) join(d, owners[i]);
    }
}

/* --- declared --------------------------------------------------------------------------------- */

/* From 16 on a row may carry nothing but ADMIN OPTION: that is no membership in the usual sense. */
static bool counts(const struct pg_member *m)
{
    return m->inherit || m->set;
}

static bool has_membership(const struct pg_cluster *c, uint32_t member, uint32_t role)
{
    for (size_t i = 0; i < c->member_count; i++) {
        const struct pg_member *m = &c->members[i];
        if (m->member == member && m->role == role && counts(m)) return true;
    }
    return false;
}

/* Why a membership cannot be granted. */
enum obstacle { NO_OBSTACLE, MISSING, RESERVED, CIRCLE, OBSTACLE_N };

static const struct {
    const char *object;
    const char *why;
} obstacles[OBSTACLE_N] = {
    [NO_OBSTACLE] = {"memberships", NULL},
    [MISSING] = {"impossible memberships", "there is no such role to be a member of"},
    [RESERVED] = {"reserved memberships", "only a superuser may make members of a superuser"},
    [CIRCLE] = {"circular memberships", "that role is itself a member of it"},
};

static enum obstacle obstacle_to(struct pg_diff *d, const char *member, const char *role)
{
    if (!pg_diff_role_exists(d, role)) return MISSING;
    if (pg_diff_is_out_of_reach(d->cluster, pg_cluster_role(d->cluster, role))) return RESERVED;
    return pg_diff_closes_circle(d, member, role) ? CIRCLE : NO_OBSTACLE;
}

static void add_grant(struct pg_build *b, const char *member, const char *role)
{
    pg_build_delta(b, arena_printf(b->arena, "member of %s", role), "no", "yes");
    buf_str(&b->sql, "GRANT ");
    pg_ident(&b->sql, role);
    buf_str(&b->sql, " TO ");
    pg_ident(&b->sql, member);
    pg_build_statement(b);
}

/* Those that are declared and not there, sorted, each once. */
static const char **missing_memberships(const struct pg_diff *d, const struct pg_want_role *want,
                                        size_t *count)
{
    const struct pg_role *member = pg_cluster_role(d->cluster, want->name);
    const char **roles = arena_array(d->build.arena, want->member_of_count, sizeof(*roles));
    size_t n = 0;
    for (size_t i = 0; i < want->member_of_count; i++) {
        const struct pg_role *role = pg_cluster_role(d->cluster, want->member_of[i]);
        if (role && member && has_membership(d->cluster, member->oid, role->oid)) continue;
        roles[n++] = want->member_of[i];
    }
    qsort(roles, n, sizeof(*roles), compare_texts);
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(roles[i], roles[i - 1]) != 0) roles[(*count)++] = roles[i];
    }
    return roles;
}

static void grant_memberships(struct pg_diff *d, const struct pg_want_role *want)
{
    struct pg_build *b = &d->build;
    size_t count;
    const char **roles = missing_memberships(d, want, &count);
    enum obstacle *met = arena_array(b->arena, count, sizeof(*met));
    for (size_t i = 0; i < count; i++) {
        met[i] = obstacle_to(d, want->name, roles[i]);
        if (met[i] == NO_OBSTACLE) pg_diff_circle_add(d, want->name, roles[i]);
    }
    for (enum obstacle o = NO_OBSTACLE; o < OBSTACLE_N; o++) {
        pg_build_begin(b, PG_CHANGE_MEMBERSHIP_GRANT, NULL, "%s of role %s", obstacles[o].object,
                       want->name);
        for (size_t i = 0; i < count; i++) {
            if (met[i] == o) add_grant(b, want->name, roles[i]);
        }
        b->now.unfixable = obstacles[o].why;
        pg_build_end(b);
    }
}

static bool is_declared(const struct pg_want_role *want, const char *role)
{
    for (size_t i = 0; i < want->member_of_count; i++) {
        if (strcmp(want->member_of[i], role) == 0) return true;
    }
    return false;
}

/* Before 16 a membership has one row, and its grantor does not matter; from then on everybody takes
 * back what he gave, and what a superuser gave is out of the administrator's reach. */
static bool can_revoke(const struct pg_cluster *c, const struct pg_member *m)
{
    if (pg_diff_is_out_of_reach(c, pg_cluster_role_by_oid(c, m->role))) return false;
    return c->server_version < 160000 ||
           !pg_diff_is_out_of_reach(c, pg_cluster_role_by_oid(c, m->grantor));
}

/* Nobody declares it, and its member's are declared exactly. The administrator's own are what the
 * program acts by: never taken away. */
static bool is_surplus(const struct pg_cluster *c, const struct pg_want_role *want,
                       const struct pg_member *m)
{
    const struct pg_role *role = pg_cluster_role_by_oid(c, m->role);
    return want->members_exact && m->member != c->user && role && !is_declared(want, role->name);
}

bool pg_diff_is_revoked(const struct pg_cluster *cluster, const struct pg_want_role *want,
                        const struct pg_member *m)
{
    return is_surplus(cluster, want, m) && can_revoke(cluster, m);
}

static void add_revoke(struct pg_build *b, const struct pg_cluster *c, const struct pg_member *m,
                       const char *member)
{
    const struct pg_role *role = pg_cluster_role_by_oid(c, m->role);
    const struct pg_role *grantor = pg_cluster_role_by_oid(c, m->grantor);
    pg_build_delta(b, arena_printf(b->arena, "member of %s", role->name), "yes", "no");
    buf_str(&b->sql, "REVOKE ");
    pg_ident(&b->sql, role->name);
    buf_str(&b->sql, " FROM ");
    pg_ident(&b->sql, member);
    if (c->server_version >= 160000 && grantor) {
        buf_str(&b->sql, " GRANTED BY ");
        pg_ident(&b->sql, grantor->name);
    }
    pg_build_statement(b);
}

static void revoke_memberships(struct pg_diff *d, const struct pg_want_role *want, bool possible)
{
    struct pg_build *b = &d->build;
    const struct pg_cluster *c = d->cluster;
    const struct pg_role *member = pg_cluster_role(c, want->name);
    if (!member || !want->members_exact) return;
    pg_build_begin(b, PG_CHANGE_MEMBERSHIP_REVOKE, NULL, "%s of role %s",
                   possible ? "surplus memberships" : "irrevocable memberships", want->name);
    for (size_t i = 0; i < c->member_count; i++) {
        const struct pg_member *m = &c->members[i];
        if (m->member != member->oid || !is_surplus(c, want, m)) continue;
        if (can_revoke(c, m) == possible) add_revoke(b, c, m, want->name);
    }
    b->now.widening = true;
    b->now.destructive = possible;
    if (!possible) b->now.unfixable = "only a superuser may revoke it";
    pg_build_end(b);
}

void pg_diff_memberships(struct pg_diff *d)
{
    for (size_t i = 0; i < d->want->role_count; i++) {
        revoke_memberships(d, d->roles[i], true);
        revoke_memberships(d, d->roles[i], false);
    }
    for (size_t i = 0; i < d->want->role_count; i++) {
        if (pg_diff_role_exists(d, d->roles[i]->name)) grant_memberships(d, d->roles[i]);
    }
}
