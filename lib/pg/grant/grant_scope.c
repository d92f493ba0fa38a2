/* Names of one database's comparison, and whom the administrator can act for in it. */
#include "pg/grant/grant.h"

#include <string.h>

#include "pg/diff/act.h"
#include "pg/diff/diff_part.h"

/* --- names ------------------------------------------------------------------------------------ */

uint32_t pg_grant_oid(struct pg_grants *g, const char *name)
{
    const struct pg_name *found = pg_names_find(&g->names, name, strlen(name));
    if (found) return found->oid;
    if (!pg_wanted_role_exists(&g->roles, name)) return 0;
    /* From the far end of the range, which no real oid will meet; pg_diff_cluster() has the
     * administrator join a new owner, so he counts as usable. */
    uint32_t oid = UINT32_MAX - (uint32_t)g->names.count;
    pg_names_add(&g->names, oid, name, true);
    return oid;
}

const char *pg_grant_name(const struct pg_grants *g, uint32_t oid)
{
    const struct pg_name *found = pg_names_by_oid(&g->names, oid);
    return found ? found->name : "?";
}

static void scope_names(struct pg_grants *g)
{
    pg_names_copy(&g->names, g->observed ? &g->observed->names : &g->cluster->names,
                  g->build.arena);
    pg_diff_keep_usable(&g->roles, &g->names, g->build.arena);
}

static void scope_owner(struct pg_grants *g, const char *name)
{
    if (!name || pg_names_find(&g->act.owners, name, strlen(name))) return;
    pg_names_add(&g->act.owners, (uint32_t)g->act.owners.count, name, true);
}

/* The owners that pg_diff_cluster() makes the administrator join. */
static void scope_owners(struct pg_grants *g)
{
    pg_names_init(&g->act.owners, g->build.arena, g->want->database_count);
    for (size_t i = 0; i < g->want->database_count; i++) {
        const struct pg_want_database *db = &g->want->databases[i];
        const struct pg_database_row *row = pg_cluster_database(g->cluster, db->name);
        const struct pg_role *owner = row ? pg_cluster_role_by_oid(g->cluster, row->owner) : NULL;
        scope_owner(g, db->owner);
        scope_owner(g, owner ? owner->name : NULL);
        for (size_t k = 0; k < db->schema_count; k++) scope_owner(g, db->schemas[k].owner);
    }
}

static bool scope_is_declared_owner(const struct pg_grants *g, const char *name)
{
    return pg_names_find(&g->act.owners, name, strlen(name)) != NULL;
}

/* A membership that is declared, and comes with this one, may be the other way round. */
static bool scope_closes_circle(struct pg_grants *g, const char *owner)
{
    if (scope_is_declared_owner(g, owner)) return false;
    if (!g->act.members) {
        g->act.members = pg_diff_memberships_to_be(g->want, g->cluster, g->build.arena);
    }
    return pg_diff_is_above_user(g->act.members, owner);
}

const char *pg_grant_never(struct pg_grants *g, uint32_t owner)
{
    uint32_t role = owner == PG_DATABASE_OWNER ? g->owner : owner;
    const struct pg_name *name = pg_names_by_oid(&g->names, role);
    const char *never = pg_act_never(g->cluster, &g->names, role);
    if (never || !name || !pg_act_joins(g->cluster, &g->names, role)) return never;
    return scope_closes_circle(g, name->name)
               ? "its owner becomes a member of the administrator, who "
                 "can be no member of it in turn"
               : NULL;
}

/* Whoever 'owner' inherits from, whom he joins: each role is met once, whoever leads to it. */
static void scope_act_as(struct pg_grants *g, uint32_t owner)
{
    const struct pg_cluster *c = &g->act.later;
    size_t start = pg_cluster_number(c, owner);
    size_t end = 0;
    if (start == SIZE_MAX || g->act.reached[start]) return;
    g->act.reached[start] = true;
    g->act.queue[end++] = (uint32_t)start;
    for (size_t next = 0; next < end; next++) {
        uint32_t role = g->act.queue[next];
        for (uint32_t i = c->up.first[role]; i < c->up.first[role + 1]; i++) {
            const struct pg_member *m = &c->members[c->up.membership[i]];
            size_t above = pg_cluster_number(c, m->role);
            if (!m->inherit || g->act.reached[above]) continue;
            g->act.reached[above] = true;
            g->act.queue[end++] = (uint32_t)above;
        }
    }
}

const char *pg_grant_blocked(struct pg_grants *g, uint32_t owner)
{
    uint32_t role = owner == PG_DATABASE_OWNER ? g->owner : owner;
    const struct pg_name *name = pg_names_by_oid(&g->names, role);
    const char *never = pg_grant_never(g, role);
    if (never || !name || !pg_act_joins(g->cluster, &g->names, role)) return never;
    if (pg_names_by_oid(&g->act.joined, role)) return NULL;
    pg_names_add(&g->act.joined, role, name->name, false);
    scope_act_as(g, role);
    g->act.joins = pg_grow(g->build.arena, g->act.joins, g->act.join_count, &g->act.join_room,
                           sizeof(*g->act.joins));
    g->act.joins[g->act.join_count++] =
        (struct pg_join){.oid = role, .elsewhere = scope_is_declared_owner(g, name->name)};
    return NULL;
}

/* May it become another's? */
bool pg_grant_changes_hands(struct pg_grants *g, uint32_t from, uint32_t to)
{
    return to && !pg_grant_never(g, from) && !pg_grant_never(g, to);
}

const char *pg_grant_never_creates(struct pg_grants *g)
{
    const struct pg_database_row *row = pg_cluster_database(g->cluster, g->name);
    for (size_t i = 0; row && i < row->acl.count; i++) {
        const struct pg_acl_item *item = &row->acl.items[i];
        bool ours = item->grantee == PG_PUBLIC || pg_grant_acts_as(g, item->grantee);
        if (ours && item->mask & PG_CREATE) return NULL;
    }
    return pg_grant_blocked(g, g->owner)
               ? "the administrator has no CREATE privilege on the database"
               : NULL;
}

bool pg_grant_acts_as(const struct pg_grants *g, uint32_t role)
{
    const struct pg_name *name = pg_names_by_oid(&g->names, role);
    if ((name && name->usable) || role == g->cluster->user) return true;
    size_t number = pg_cluster_number(g->cluster, role);
    return number != SIZE_MAX && g->act.reached[number];
}

static uint32_t scope_rivals_in(const struct pg_grants *g, const struct pg_acl *acl, uint32_t owner)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < acl->count; i++) {
        const struct pg_acl_item *item = &acl->items[i];
        uint32_t grantor = item->grantor == owner ? 0 : item->grantor;
        if (item->grantee != owner && pg_grant_acts_as(g, item->grantee)) mask |= item->option;
        /* He may hold no option any more, but is given one while the unit is regranted. */
        if (grantor && pg_grant_acts_as(g, grantor)) mask |= item->mask;
    }
    return mask;
}

uint32_t pg_grant_rivals(const struct pg_grants *g, const struct pg_unit *u)
{
    uint32_t mask = 0;
    if (g->cluster->superuser) return 0;
    mask = scope_rivals_in(g, &u->acl, u->owner);
    for (size_t i = 0; i < u->column_count; i++) {
        mask |= scope_rivals_in(g, &u->columns[i].acl, u->owner);
    }
    /* Options that are only just being given. */
    for (size_t k = 0; k < g->active.count; k++) {
        size_t m = g->active.items[k];
        const struct pg_managed *managed = &g->managed[m];
        if (!managed->grant || !managed->grant->with_grant_option) continue;
        if (managed->oid == u->owner || !pg_grant_acts_as(g, managed->oid)) continue;
        mask |= pg_grant_declared(g, m, u);
        for (size_t i = 0; i < u->column_count; i++) {
            mask |= pg_grant_declared_column(g, m, u, u->columns[i].name);
        }
    }
    return mask;
}

bool pg_grant_schema_open(const struct pg_grants *g, size_t schema, uint32_t role)
{
    const struct pg_grant_schema *s = &g->schemas[schema];
    const struct pg_role *self = pg_cluster_role_by_oid(g->cluster, role);
    if (self && self->attributes[PG_ATTR_SUPERUSER]) return true;
    /* An owner may have revoked his own, so the list alone counts. */
    for (size_t i = 0; i < s->acl.count; i++) {
        const struct pg_acl_item *item = &s->acl.items[i];
        if (!(item->mask & PG_USAGE)) continue;
        uint32_t holder = item->grantee == PG_DATABASE_OWNER ? g->owner : item->grantee;
        if (holder == PG_PUBLIC || pg_cluster_inherits(g->cluster, role, holder)) return true;
    }
    return false;
}

/* Joined whether or not anything of theirs is to be changed here. */
static void scope_note_owners(struct pg_grants *g)
{
    for (size_t i = 0; i < g->names.count; i++) {
        const struct pg_name *name = &g->names.items[i];
        if (!g->cluster->superuser && !name->usable && scope_is_declared_owner(g, name->name)) {
            (void)pg_grant_blocked(g, name->oid);
        }
    }
}

static void scope_acting(struct pg_grants *g)
{
    struct arena *arena = g->build.arena;
    (void)pg_diff_later(&g->roles, &g->act.later, arena);
    g->act.reached = arena_array(arena, g->cluster->role_count, sizeof(*g->act.reached));
    g->act.queue = arena_array(arena, g->cluster->role_count, sizeof(*g->act.queue));
    pg_names_init(&g->act.joined, arena, 8);
}

static void scope_database(struct pg_grants *g)
{
    const struct pg_database_row *row = pg_cluster_database(g->cluster, g->name);
    size_t index = pg_wanted_database(&g->roles, g->name);
    if (index != SIZE_MAX) g->database = &g->want->databases[index];
    g->owner = row ? row->owner : g->cluster->user;
    if (g->pass == PG_PASS_DECLARED && g->database && g->database->owner) {
        uint32_t declared = pg_grant_oid(g, g->database->owner);
        if (declared && (!row || pg_grant_changes_hands(g, row->owner, declared)))
            g->owner = declared;
    }
}

void pg_grant_scope(struct pg_grants *g)
{
    pg_wanted_init(&g->roles, g->want, g->cluster, g->build.arena);
    scope_acting(g);
    scope_names(g);
    scope_owners(g);
    scope_database(g);
    if (g->pass == PG_PASS_DECLARED) scope_note_owners(g);
    if (g->pass == PG_PASS_DECLARED) pg_grant_scope_managed(g);
    if (g->pass == PG_PASS_UNDECLARED) pg_grant_scope_undeclared(g);
    pg_grant_scope_schemas(g);
    pg_grant_scope_withheld(g);
}
