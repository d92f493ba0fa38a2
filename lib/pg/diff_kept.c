/* Whose privileges the connected administrator still has when roles are as declared: surplus
 * memberships go, and roles cease to inherit, before he needs them. Where he has an owner's
 * privileges by way of one of these, he has to join that owner. */
#include "pg/diff_part.h"

struct kept {
    struct pg_member *members;
    bool *gone;
    bool fewer; /* some are gone, or inherit no longer */
};

/* Before PostgreSQL 16 a membership inherits as its member does. */
static void lose(struct kept *k, const struct pg_cluster *c, const struct pg_want_role *want,
                 size_t i)
{
    struct pg_member *m = &k->members[i];
    bool barren = c->server_version < 160000 && want->attributes[PG_ATTR_INHERIT] == PG_OFF;
    k->gone[i] = pg_diff_is_revoked(c, want, m);
    k->fewer = k->fewer || k->gone[i] || (barren && m->inherit);
    if (barren) m->inherit = false;
}

bool pg_diff_later(const struct pg_want *want, const struct pg_cluster *c, struct pg_cluster *later,
                   struct arena *arena)
{
    *later = *c;
    if (c->superuser) return false;
    struct kept k = {.members = arena_array(arena, c->member_count, sizeof(*k.members)),
                     .gone = arena_array(arena, c->member_count, sizeof(*k.gone))};
    size_t count = 0;
    for (size_t i = 0; i < c->member_count; i++) k.members[i] = c->members[i];
    for (size_t r = 0; r < want->role_count; r++) {
        const struct pg_want_role *w = &want->roles[r];
        bool loses = w->members_exact || w->attributes[PG_ATTR_INHERIT] == PG_OFF;
        const struct pg_role *member = loses ? pg_cluster_role(c, w->name) : NULL;
        if (!member || member->oid == c->user) continue;
        for (size_t i = 0; i < c->member_count; i++) {
            if (c->members[i].member == member->oid) lose(&k, c, w, i);
        }
    }
    for (size_t i = 0; i < c->member_count; i++) {
        if (!k.gone[i]) k.members[count++] = k.members[i];
    }
    later->members = k.members;
    later->member_count = count;
    return k.fewer;
}

void pg_diff_keep_usable(const struct pg_want *want, const struct pg_cluster *cluster,
                         struct pg_names *names, struct arena *arena)
{
    struct pg_cluster later;
    if (!pg_diff_later(want, cluster, &later, arena)) return;
    for (size_t i = 0; i < names->count; i++) {
        struct pg_name *name = &names->items[i];
        if (!name->usable || !pg_cluster_inherits(cluster, cluster->user, name->oid)) continue;
        name->usable = pg_cluster_inherits(&later, cluster->user, name->oid);
    }
}
