/* What the cluster's catalogs have that nobody declared: roles that can log in, memberships,
 * databases. See pg/undeclared.h. */
#include <stdlib.h>
#include <string.h>

#include "pg/diff/diff_part.h"
#include "pg/diff/undeclared.h"

/* The superuser that initdb makes has this oid, whatever its name (pg_authid.dat). */
enum { BOOTSTRAP_SUPERUSER = 10 };

bool pg_undeclared_is_builtin(const struct pg_cluster *c, uint32_t oid, const char *name)
{
    return oid == BOOTSTRAP_SUPERUSER || oid == c->user || !name || pg_role_is_protected(name);
}

uint32_t pg_undeclared_born(const struct pg_cluster *c, enum pg_kind kind, const char *name)
{
    if (kind != PG_KIND_SCHEMA) return pg_kind_public(kind);
    if (strcmp(name, "public") != 0) return 0;
    return c->server_version < 150000 ? PG_USAGE | PG_CREATE : PG_USAGE;
}

/* --- who belongs to whom ---------------------------------------------------------------------- */

struct undeclared {
    struct pg_diff *d;
    bool *declared; /* of the cluster's roles */
};

static enum pg_undeclared undeclared_policy(const struct undeclared *u, enum pg_undeclared_kind k)
{
    return u->d->want->undeclared[k];
}

static void undeclared_find(struct undeclared *u)
{
    const struct pg_cluster *c = u->d->cluster;
    u->declared = arena_array(u->d->build.arena, c->role_count, sizeof(*u->declared));
    for (size_t i = 0; i < c->role_count; i++) {
        u->declared[i] = pg_wanted_role(&u->d->wanted, c->roles[i].name) != SIZE_MAX;
    }
}

static bool undeclared_is_foreign(const struct undeclared *u, const struct pg_role *role)
{
    const struct pg_cluster *c = u->d->cluster;
    return !u->declared[role - c->roles] && !pg_undeclared_is_builtin(c, role->oid, role->name);
}

/* --- logins ----------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    bool initial;
} attributes[PG_ATTR_N] = {
#define X(name, sql, word, initial) [PG_ATTR_##name] = {word, initial},
    PG_ATTRIBUTES(X)
#undef X
};

static const char not_declared[] = "not declared";

/* What it is and where it belongs, so that more of that is a difference of its own. */
static void undeclared_login(struct undeclared *u, const struct pg_role *role)
{
    struct pg_build *b = &u->d->build;
    const struct pg_cluster *c = u->d->cluster;
    size_t number = (size_t)(role - c->roles);
    pg_build_begin(b, PG_CHANGE_UNDECLARED_LOGIN, NULL, "undeclared login %s", role->name);
    for (size_t i = 0; i < PG_ATTR_N; i++) {
        if (role->attributes[i] && !attributes[i].initial)
            pg_build_delta(b, attributes[i].word, "on", not_declared);
    }
    for (uint32_t i = c->up.first[number]; i < c->up.first[number + 1]; i++) {
        const struct pg_role *group =
            pg_cluster_role_by_oid(c, c->members[c->up.membership[i]].role);
        pg_build_delta(b, arena_printf(b->arena, "member of %s", group->name), "yes", not_declared);
    }
    b->now.widening = true;
    b->now.reported =
        pg_undeclared_reason(PG_UNDECLARED_LOGIN, undeclared_policy(u, PG_UNDECLARED_LOGIN));
    pg_build_end(b);
}

static void undeclared_logins(struct undeclared *u)
{
    const struct pg_cluster *c = u->d->cluster;
    if (undeclared_policy(u, PG_UNDECLARED_LOGIN) == PG_UNDECLARED_IGNORE) return;
    for (size_t i = 0; i < c->role_count; i++) {
        const struct pg_role *role = &c->roles[i];
        if (role->attributes[PG_ATTR_LOGIN] && undeclared_is_foreign(u, role))
            undeclared_login(u, role);
    }
}

/* --- memberships ------------------------------------------------------------------------------ */

/* Nobody speaks of it: the member's are not declared exactly and this one not at all; or the member
 * is a stranger in a declared role or in the administrator. The administrator's own are what the
 * program acts by. */
static bool undeclared_is_membership(const struct undeclared *u, const struct pg_member *m)
{
    const struct pg_cluster *c = u->d->cluster;
    const struct pg_role *role = pg_cluster_role_by_oid(c, m->role);
    const struct pg_role *member = pg_cluster_role_by_oid(c, m->member);
    if (!role || !member || m->member == c->user) return false;
    size_t index = pg_wanted_role(&u->d->wanted, member->name);
    if (index != SIZE_MAX) {
        return !u->d->want->roles[index].members_exact &&
               !pg_wanted_member(&u->d->wanted, index, role->name);
    }
    return undeclared_is_foreign(u, member) && (m->role == c->user || u->declared[role - c->roles]);
}

static void undeclared_add_membership(struct undeclared *u, const struct pg_member *m)
{
    struct pg_build *b = &u->d->build;
    const struct pg_role *role = pg_cluster_role_by_oid(u->d->cluster, m->role);
    pg_build_delta(
        b,
        arena_printf(b->arena, "member of %s%s", role->name, m->admin ? " with admin option" : ""),
        "yes", not_declared);
    pg_diff_revoke_membership(b, u->d->cluster, m);
}

/* Those of one role; what can be taken back apart from what cannot. */
static void undeclared_memberships_of(struct undeclared *u, size_t number, bool possible)
{
    struct pg_build *b = &u->d->build;
    const struct pg_cluster *c = u->d->cluster;
    enum pg_undeclared policy = undeclared_policy(u, PG_UNDECLARED_MEMBERSHIP);
    bool removes = policy == PG_UNDECLARED_REMOVE;
    if (!removes && !possible) return;
    pg_build_begin(b, PG_CHANGE_UNDECLARED_MEMBERSHIP, NULL, "%s memberships of role %s",
                   possible ? "undeclared" : "irrevocable undeclared", c->roles[number].name);
    for (uint32_t i = c->up.first[number]; i < c->up.first[number + 1]; i++) {
        const struct pg_member *m = &c->members[c->up.membership[i]];
        if (!undeclared_is_membership(u, m)) continue;
        if (!removes || pg_wanted_can_revoke(c, m) == possible) undeclared_add_membership(u, m);
    }
    b->now.widening = true;
    b->now.destructive = removes && possible;
    if (!removes) b->now.reported = pg_undeclared_reason(PG_UNDECLARED_MEMBERSHIP, policy);
    if (!possible) b->now.unfixable = "only a superuser may revoke it";
    if (removes && possible) b->now.unfixable = pg_wanted_missing_role(&u->d->wanted);
    pg_build_end(b);
}

static void undeclared_memberships(struct undeclared *u)
{
    if (undeclared_policy(u, PG_UNDECLARED_MEMBERSHIP) == PG_UNDECLARED_IGNORE) return;
    for (size_t i = 0; i < u->d->cluster->role_count; i++) {
        undeclared_memberships_of(u, i, true);
        undeclared_memberships_of(u, i, false);
    }
}

/* --- databases -------------------------------------------------------------------------------- */

static void undeclared_owner_of(struct undeclared *u, const struct pg_database_row *row)
{
    struct pg_build *b = &u->d->build;
    const struct pg_cluster *c = u->d->cluster;
    const struct pg_role *owner = pg_cluster_role_by_oid(c, row->owner);
    enum pg_undeclared policy = undeclared_policy(u, PG_UNDECLARED_OWNER);
    size_t index = pg_wanted_database(&u->d->wanted, row->name);
    if (policy == PG_UNDECLARED_IGNORE || !owner || !undeclared_is_foreign(u, owner)) return;
    /* Where an owner is declared, another one is a difference already. */
    if (u->d->want->databases[index].owner) return;
    pg_build_begin(b, PG_CHANGE_UNDECLARED_OWNER, NULL, "undeclared owner %s of database %s",
                   owner->name, row->name);
    pg_build_delta(b, "owner", owner->name, not_declared);
    b->now.widening = true;
    b->now.reported = pg_undeclared_reason(PG_UNDECLARED_OWNER, policy);
    pg_build_end(b);
}

static void undeclared_database(struct undeclared *u, const struct pg_database_row *row)
{
    struct pg_build *b = &u->d->build;
    const struct pg_role *owner = pg_cluster_role_by_oid(u->d->cluster, row->owner);
    enum pg_undeclared policy = undeclared_policy(u, PG_UNDECLARED_DATABASE);
    /* It is there from the beginning, for whoever has no database of his own. */
    if (policy == PG_UNDECLARED_IGNORE || strcmp(row->name, "postgres") == 0) return;
    if (pg_database_is_protected(row->name)) return;
    pg_build_begin(b, PG_CHANGE_UNDECLARED_DATABASE, NULL, "undeclared database %s", row->name);
    pg_build_delta(b, "database", "present", not_declared);
    pg_build_delta(b, "owner", owner ? owner->name : "?", not_declared);
    b->now.widening = true;
    b->now.reported = pg_undeclared_reason(PG_UNDECLARED_DATABASE, policy);
    pg_build_end(b);
}

struct pg_changes pg_undeclared_cluster(const struct pg_want *want,
                                        const struct pg_cluster *cluster, struct arena *arena)
{
    struct pg_diff d;
    struct undeclared u = {.d = &d};
    pg_diff_begin(&d, want, cluster, arena);
    undeclared_find(&u);
    undeclared_logins(&u);
    undeclared_memberships(&u);
    for (size_t i = 0; i < cluster->database_count; i++) {
        const struct pg_database_row *row = &cluster->databases[i];
        if (pg_wanted_database(&d.wanted, row->name) == SIZE_MAX) {
            undeclared_database(&u, row);
        } else {
            undeclared_owner_of(&u, row);
        }
    }
    return pg_build_done(&d.build);
}
