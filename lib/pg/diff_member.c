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
    if (!role) {
        /* To be created: from 16 on its creator can be made a member at once, before it cannot. */
        if (pg_diff_role_exists(d, owner)) pg_act_join(&d->build, d->cluster, owner);
        return;
    }
    if (pg_act_never(d->cluster, &d->cluster->names, role->oid)) return;
    if (pg_act_joins(d->cluster, &d->cluster->names, role->oid)) {
        pg_act_join(&d->build, d->cluster, owner);
    }
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

static void grant_memberships(struct pg_diff *d, const struct pg_want_role *want, bool possible)
{
    struct pg_build *b = &d->build;
    const struct pg_role *member = pg_cluster_role(d->cluster, want->name);
    const char **roles = arena_array(b->arena, want->member_of_count, sizeof(*roles));
    for (size_t i = 0; i < want->member_of_count; i++) roles[i] = want->member_of[i];
    qsort(roles, want->member_of_count, sizeof(*roles), compare_texts);
    pg_build_begin(b, PG_CHANGE_MEMBERSHIP_GRANT, NULL, "%s of role %s",
                   possible ? "memberships" : "impossible memberships", want->name);
    for (size_t i = 0; i < want->member_of_count; i++) {
        const struct pg_role *role = pg_cluster_role(d->cluster, roles[i]);
        if (pg_diff_role_exists(d, roles[i]) != possible) continue;
        if (i > 0 && strcmp(roles[i], roles[i - 1]) == 0) continue;
        if (role && member && has_membership(d->cluster, member->oid, role->oid)) continue;
        pg_build_delta(b, arena_printf(b->arena, "member of %s", roles[i]), "no", "yes");
        buf_str(&b->sql, "GRANT ");
        pg_ident(&b->sql, roles[i]);
        buf_str(&b->sql, " TO ");
        pg_ident(&b->sql, want->name);
        pg_build_statement(b);
    }
    if (!possible) b->now.unfixable = "there is no such role to be a member of";
    pg_build_end(b);
}

static bool is_declared(const struct pg_want_role *want, const char *role)
{
    for (size_t i = 0; i < want->member_of_count; i++) {
        if (strcmp(want->member_of[i], role) == 0) return true;
    }
    return false;
}

static bool is_superuser(const struct pg_cluster *c, uint32_t oid)
{
    const struct pg_role *role = pg_cluster_role_by_oid(c, oid);
    return role && role->attributes[PG_ATTR_SUPERUSER];
}

/* Before 16 a membership has one row, and its grantor does not matter; from then on everybody takes
 * back what he gave, and what a superuser gave is out of the administrator's reach. */
static bool can_revoke(const struct pg_cluster *c, const struct pg_member *m)
{
    if (c->superuser) return true;
    if (is_superuser(c, m->role)) return false;
    return c->server_version < 160000 || !is_superuser(c, m->grantor);
}

static void revoke_memberships(struct pg_diff *d, const struct pg_want_role *want,
                               const struct pg_role *member, bool possible)
{
    struct pg_build *b = &d->build;
    const struct pg_cluster *c = d->cluster;
    pg_build_begin(b, PG_CHANGE_MEMBERSHIP_REVOKE, NULL, "%s of role %s",
                   possible ? "surplus memberships" : "irrevocable memberships", want->name);
    for (size_t i = 0; i < c->member_count; i++) {
        const struct pg_member *m = &c->members[i];
        const struct pg_role *role = pg_cluster_role_by_oid(c, m->role);
        const struct pg_role *grantor = pg_cluster_role_by_oid(c, m->grantor);
        if (m->member != member->oid || !role || is_declared(want, role->name)) continue;
        if (can_revoke(c, m) != possible) continue;
        pg_build_delta(b, arena_printf(b->arena, "member of %s", role->name), "yes", "no");
        buf_str(&b->sql, "REVOKE ");
        pg_ident(&b->sql, role->name);
        buf_str(&b->sql, " FROM ");
        pg_ident(&b->sql, want->name);
        if (c->server_version >= 160000 && grantor) {
            buf_str(&b->sql, " GRANTED BY ");
            pg_ident(&b->sql, grantor->name);
        }
        pg_build_statement(b);
    }
    b->now.widening = true;
    b->now.destructive = possible;
    if (!possible) b->now.unfixable = "only a superuser may revoke it";
    pg_build_end(b);
}

void pg_diff_memberships(struct pg_diff *d)
{
    for (size_t i = 0; i < d->want->role_count; i++) {
        if (!pg_diff_role_exists(d, d->roles[i]->name)) continue;
        grant_memberships(d, d->roles[i], true);
        grant_memberships(d, d->roles[i], false);
    }
    for (size_t i = 0; i < d->want->role_count; i++) {
        const struct pg_role *member = pg_cluster_role(d->cluster, d->roles[i]->name);
        /* The administrator's own are what the program acts by: never taken away. */
        if (!member || !d->roles[i]->members_exact || member->oid == d->cluster->user) continue;
        revoke_memberships(d, d->roles[i], member, true);
        revoke_memberships(d, d->roles[i], member, false);
    }
}
