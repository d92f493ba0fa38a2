/* How grant options hang together, and where that is beyond the owner. A REVOKE ... CASCADE stops
 * at whoever still holds the option some other way: by another grantor, as a member of a holder, or
 * because he has the owner's privileges. Circles of grants therefore keep each other alive when the
 * owner lets go of all of them (measured on PostgreSQL 15). */
#include "pg/grant/grant.h"

#include <stdlib.h>

static bool follows(const struct pg_grants *g, const struct pg_acl *acl, uint32_t owner,
                    uint32_t from, uint32_t to, uint32_t bit)
{
    for (size_t i = 0; i < acl->count; i++) {
        const struct pg_acl_item *item = &acl->items[i];
        if (item->grantor == owner || item->grantor != from || item->grantee != to) continue;
        if (item->option & bit) return true;
    }
    return pg_cluster_is_member(g->cluster, to, from);
}

bool pg_grant_reaches(const struct pg_grants *g, const struct pg_acl *acl, uint32_t owner,
                      uint32_t from, uint32_t to, uint32_t bit)
{
    /* Everybody who counts is the grantee of some item: the walk is over items. */
    uint32_t *queue = xcalloc(acl->count + 1, sizeof(*queue));
    bool *met = xcalloc(acl->count + 1, sizeof(*met));
    size_t end = 0;
    bool found = from == to;
    queue[end++] = from;
    for (size_t next = 0; next < end && !found; next++) {
        found = follows(g, acl, owner, queue[next], to, bit);
        for (size_t i = 0; i < acl->count && !found; i++) {
            uint32_t grantee = acl->items[i].grantee;
            if (met[i] || grantee == owner || grantee == PG_PUBLIC) continue;
            if (!follows(g, acl, owner, queue[next], grantee, bit)) continue;
            met[i] = true;
            queue[end++] = grantee;
        }
    }
    free(queue);
    free(met);
    return found;
}

bool pg_grant_in_circle(const struct pg_grants *g, const struct pg_acl *acl, uint32_t owner,
                        const struct pg_acl_item *item, uint32_t bit)
{
    if (item->grantor == owner || item->grantee == owner || !(item->option & bit)) return false;
    return pg_grant_reaches(g, acl, owner, item->grantee, item->grantor, bit);
}

/* Whoever has the owner's privileges never loses a grant option. */
static bool acts_as_owner(const struct pg_grants *g, uint32_t role, uint32_t owner)
{
    if (pg_cluster_inherits(g->cluster, role, owner)) return true;
    return owner == PG_DATABASE_OWNER && pg_cluster_inherits(g->cluster, role, g->owner);
}

/* Only its grantor can break a circle: the administrator must be able to act for him, and he to
 * name the object. */
static uint32_t unbreakable(const struct pg_grants *g, const struct pg_unit *u,
                            const struct pg_acl *acl, const struct pg_acl_item *item, uint32_t mask)
{
    uint32_t stuck = 0;
    const struct pg_name *grantor = pg_names_by_oid(&g->names, item->grantor);
    bool can_act = g->cluster->superuser || (grantor && grantor->usable);
    bool can_name = !u->schema || pg_grant_schema_open(g, u->schema_index, item->grantor);
    if (can_act && can_name) return 0;
    for (uint32_t bit = 1; bit && bit <= mask; bit <<= 1) {
        if (mask & bit && pg_grant_in_circle(g, acl, u->owner, item, bit)) stuck |= bit;
    }
    return stuck;
}

static uint32_t stuck_in(const struct pg_grants *g, const struct pg_unit *u,
                         const struct pg_acl *acl, uint32_t mask, const char **why)
{
    uint32_t stuck = 0;
    for (size_t i = 0; i < acl->count; i++) {
        const struct pg_acl_item *item = &acl->items[i];
        uint32_t circular;
        if (item->grantor == u->owner || !(item->mask & mask)) continue;
        if (acts_as_owner(g, item->grantor, u->owner)) {
            stuck |= item->mask & mask;
            *why = arena_printf(g->build.arena,
                                "it was granted by %s, who has the owner's privileges by now: only "
                                "taking those away would let the grant be revoked",
                                pg_grant_name(g, item->grantor));
        } else if ((circular = unbreakable(g, u, acl, item, mask)) != 0) {
            stuck |= circular;
            *why = arena_printf(g->build.arena,
                                "%s granted it in a circle, which only that role can break",
                                pg_grant_name(g, item->grantor));
        }
    }
    return stuck;
}

uint32_t pg_grant_stuck(const struct pg_grants *g, const struct pg_unit *u, uint32_t mask,
                        const char **why)
{
    uint32_t stuck = stuck_in(g, u, &u->acl, mask, why);
    for (size_t i = 0; i < u->column_count; i++) {
        stuck |= stuck_in(g, u, &u->columns[i].acl, mask, why);
    }
    return stuck;
}
