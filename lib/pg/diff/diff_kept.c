/* Whose privileges the connected administrator still has when roles are as declared: surplus
 * memberships go, and roles cease to inherit, before he needs them. Where he has an owner's
 * privileges by way of one of these, he has to join that owner. */
#include "pg/diff/diff_part.h"

struct kept {
    struct pg_member *members;
    bool *gone;
    bool fewer; /* some are gone, or inherit no longer */
};

/* Before PostgreSQL 16 a membership inherits as its member does. */
static void kept_lose(struct kept *k, const struct pg_wanted *w, size_t role, size_t i)
{
    struct pg_member *m = &k->members[i];
    bool barren = w->cluster->server_version < 160000 &&
                  w->want->roles[role].attributes[PG_ATTR_INHERIT] == PG_OFF;
    k->gone[i] = pg_wanted_revokes(w, role, m);
    k->fewer = k->fewer || k->gone[i] || (barren && m->inherit);
    if (barren) m->inherit = false;
}

static void kept_lose_all(struct kept *k, const struct pg_wanted *w)
{
    const struct pg_cluster *c = w->cluster;
    for (size_t r = 0; r < w->want->role_count; r++) {
        const struct pg_want_role *role = &w->want->roles[r];
        bool loses = role->members_exact || role->attributes[PG_ATTR_INHERIT] == PG_OFF;
        const struct pg_role *member = loses ? pg_cluster_role(c, role->name) : NULL;
        if (!member || member->oid == c->user) continue;
        size_t number = (size_t)(member - c->roles);
        for (uint32_t i = c->up.first[number]; i < c->up.first[number + 1]; i++) {
            kept_lose(k, w, r, c->up.membership[i]);
        }
    }
}

bool pg_diff_later(const struct pg_wanted *w, struct pg_cluster *later, struct arena *arena)
{
    const struct pg_cluster *c = w->cluster;
    *later = *c;
    if (c->superuser) return false;
    struct kept k = {.members = arena_array(arena, c->member_count, sizeof(*k.members)),
                     .gone = arena_array(arena, c->member_count, sizeof(*k.gone))};
    size_t count = 0;
    for (size_t i = 0; i < c->member_count; i++) k.members[i] = c->members[i];
    kept_lose_all(&k, w);
    if (!k.fewer) return false;
    for (size_t i = 0; i < c->member_count; i++) {
        if (!k.gone[i]) k.members[count++] = k.members[i];
    }
    later->members = k.members;
    later->member_count = count;
    pg_cluster_index(later, arena);
    return true;
}

void pg_diff_keep_usable(const struct pg_wanted *w, struct pg_names *names, struct arena *arena)
{
    const struct pg_cluster *cluster = w->cluster;
    struct pg_cluster later;
    if (!pg_diff_later(w, &later, arena)) return;
    for (size_t i = 0; i < names->count; i++) {
        struct pg_name *name = &names->items[i];
        if (!name->usable || !pg_cluster_inherits(cluster, cluster->user, name->oid)) continue;
        name->usable = pg_cluster_inherits(&later, cluster->user, name->oid);
    }
}
