/* Who and what is managed in one database: grantees with their declarations, schemas as they will
 * be, and what is declared for a given unit. */
#include "pg/grant.h"

#include <stdlib.h>
#include <string.h>

#include "pg/act.h"
#include "pg/diff_part.h"

/* pg_database_owner: whoever owns the database is its only member. Its oid is fixed
 * (pg_authid.dat). */
enum { PG_DATABASE_OWNER = 6171 };

/* --- names ------------------------------------------------------------------------------------ */

static bool will_exist(const struct pg_grants *g, const char *name)
{
    for (size_t i = 0; i < g->want->role_count; i++) {
        const struct pg_want_role *role = &g->want->roles[i];
        if (role->create_allowed && strcmp(role->name, name) == 0) return true;
    }
    return false;
}

uint32_t pg_grant_oid(struct pg_grants *g, const char *name)
{
    const struct pg_name *found = pg_names_find(&g->names, name, strlen(name));
    if (found) return found->oid;
    if (!will_exist(g, name)) return 0;
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

static void copy_names(struct pg_grants *g)
{
    const struct pg_names *from = g->observed ? &g->observed->names : &g->cluster->names;
    pg_names_init(&g->names, g->build.arena, from->count + 8);
    for (size_t i = 0; i < from->count; i++) {
        pg_names_add(&g->names, from->items[i].oid, from->items[i].name, from->items[i].usable);
    }
    pg_diff_keep_usable(g->want, g->cluster, &g->names, g->build.arena);
}

/* The owners that pg_diff_cluster() makes the administrator join. */
static bool is_declared_owner(const struct pg_grants *g, const char *name)
{
    for (size_t i = 0; i < g->want->database_count; i++) {
        const struct pg_want_database *db = &g->want->databases[i];
        const struct pg_database_row *row = pg_cluster_database(g->cluster, db->name);
        const struct pg_role *owner = row ? pg_cluster_role_by_oid(g->cluster, row->owner) : NULL;
        if (db->owner && strcmp(db->owner, name) == 0) return true;
        if (owner && strcmp(owner->name, name) == 0) return true;
        for (size_t k = 0; k < db->schema_count; k++) {
            if (db->schemas[k].owner && strcmp(db->schemas[k].owner, name) == 0) return true;
        }
    }
    return false;
}

/* A membership that is declared, and comes with this one, may be the other way round. */
static bool closes_circle(struct pg_grants *g, const char *owner)
{
    const struct pg_role *user = pg_cluster_role_by_oid(g->cluster, g->cluster->user);
    if (!user || is_declared_owner(g, owner)) return false;
    if (!g->members) {
        g->members = pg_diff_memberships_to_be(g->want, g->cluster, g->build.arena);
    }
    return pg_diff_closes_circle(g->members, user->name, owner);
}

const char *pg_grant_never(struct pg_grants *g, uint32_t owner)
{
    uint32_t role = owner == PG_DATABASE_OWNER ? g->owner : owner;
    const struct pg_name *name = pg_names_by_oid(&g->names, role);
    const char *never = pg_act_never(g->cluster, &g->names, role);
    if (never || !name || !pg_act_joins(g->cluster, &g->names, role)) return never;
    return closes_circle(g, name->name) ? "its owner becomes a member of the administrator, who "
                                          "can be no member of it in turn"
                                        : NULL;
}

const char *pg_grant_blocked(struct pg_grants *g, uint32_t owner)
{
    uint32_t role = owner == PG_DATABASE_OWNER ? g->owner : owner;
    const struct pg_name *name = pg_names_by_oid(&g->names, role);
    const char *never = pg_grant_never(g, role);
    if (never || !name || !pg_act_joins(g->cluster, &g->names, role)) return never;
    for (size_t i = 0; i < g->join_count; i++) {
        if (g->joins[i].oid == role) return NULL;
    }
    g->joins = pg_grow(g->build.arena, g->joins, g->join_count, &g->join_room, sizeof(*g->joins));
    g->joins[g->join_count++] =
        (struct pg_join){.oid = role, .elsewhere = is_declared_owner(g, name->name)};
    return NULL;
}

/* May it become another's? */
static bool changes_hands(struct pg_grants *g, uint32_t from, uint32_t to)
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
    for (size_t i = 0; i < g->join_count; i++) {
        if (pg_cluster_inherits(&g->later, g->joins[i].oid, role)) return true;
    }
    return false;
}

static uint32_t rivals_in(const struct pg_grants *g, const struct pg_acl *acl, uint32_t owner)
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
    mask = rivals_in(g, &u->acl, u->owner);
    for (size_t i = 0; i < u->column_count; i++) {
        mask |= rivals_in(g, &u->columns[i].acl, u->owner);
    }
    /* Options that are only just being given. */
    for (size_t m = 0; m < g->managed_count; m++) {
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

/* --- grantees --------------------------------------------------------------------------------- */

static int compare_managed(const void *a, const void *b)
{
    const struct pg_managed *x = a;
    const struct pg_managed *y = b;
    if (!x->name || !y->name) return (x->name != NULL) - (y->name != NULL);
    return strcmp(x->name, y->name);
}

static bool declares_routines(const struct pg_want_grant *grant)
{
    for (size_t i = 0; i < grant->schema_count; i++) {
        if (grant->schemas[i].routines) return true;
    }
    return false;
}

static void report_unknown(struct pg_grants *g, const struct pg_want_grant *grant)
{
    struct pg_build *b = &g->build;
    pg_build_begin(b, PG_CHANGE_GRANT, g->name, "privileges of %s in %s", grant->grantee, g->name);
    pg_build_delta(b, "grantee", "missing", "present");
    b->now.unfixable = "there is no such role";
    pg_build_end(b);
}

static void add_managed(struct pg_grants *g, const struct pg_want_grant *grant, bool revoke_public)
{
    struct pg_managed m = {
        .name = grant ? grant->grantee : NULL,
        .grant = grant,
        .exact = grant && grant->exact,
        .exact_database = revoke_public || (grant && grant->exact),
        .routines = grant && grant->exact && (grant->grantee || declares_routines(grant)),
    };
    m.label = m.name ? m.name : "PUBLIC";
    m.oid = m.name ? pg_grant_oid(g, m.name) : PG_PUBLIC;
    if (m.name && !m.oid) {
        report_unknown(g, grant);
        return;
    }
    g->managed[g->managed_count++] = m;
}

/* Insertion by oid: there are few, and they come in the order of names. */
static void index_managed(struct pg_grants *g)
{
    g->by_oid = arena_array(g->build.arena, g->managed_count, sizeof(*g->by_oid));
    for (size_t i = 0; i < g->managed_count; i++) {
        size_t k = i;
        for (; k > 0 && g->managed[g->by_oid[k - 1]].oid > g->managed[i].oid; k--) {
            g->by_oid[k] = g->by_oid[k - 1];
        }
        g->by_oid[k] = i;
    }
}

size_t pg_grant_managed(const struct pg_grants *g, uint32_t oid)
{
    size_t low = 0;
    size_t high = g->managed_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint32_t there = g->managed[g->by_oid[middle]].oid;
        if (there == oid) return g->by_oid[middle];
        if (there < oid) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return SIZE_MAX;
}

static void scope_managed(struct pg_grants *g)
{
    const struct pg_want *want = g->want;
    bool revoke_public = g->database && g->database->revoke_public;
    bool public_declared = false;
    g->managed = arena_array(g->build.arena, want->grant_count + 1, sizeof(*g->managed));
    for (size_t i = 0; i < want->grant_count; i++) {
        const struct pg_want_grant *grant = &want->grants[i];
        if (strcmp(grant->database, g->name) != 0) continue;
        public_declared = public_declared || !grant->grantee;
        add_managed(g, grant, revoke_public && !grant->grantee);
    }
    if (revoke_public && !public_declared) add_managed(g, NULL, true);
    qsort(g->managed, g->managed_count, sizeof(*g->managed), compare_managed);
    index_managed(g);
    g->have = arena_array(g->build.arena, g->managed_count, sizeof(*g->have));
}

/* --- schemas ---------------------------------------------------------------------------------- */

static struct pg_acl own_acl(struct pg_grants *g, uint32_t owner, uint32_t mask, uint32_t open)
{
    struct pg_acl_item *items = arena_array(g->build.arena, 2, sizeof(*items));
    items[0] = (struct pg_acl_item){.grantee = owner, .grantor = owner, .mask = mask};
    items[1] = (struct pg_acl_item){.grantee = PG_PUBLIC, .grantor = owner, .mask = open};
    return (struct pg_acl){.items = items, .count = open ? 2 : 1};
}

/* What a new database brings along: template0's public, as of PostgreSQL 15. */
static void add_initial_schema(struct pg_grants *g)
{
    uint32_t all = pg_kind_all(PG_KIND_SCHEMA, g->cluster->server_version);
    g->schemas[g->schema_count++] = (struct pg_grant_schema){
        .name = "public",
        .owner = PG_DATABASE_OWNER,
        .acl = own_acl(g, PG_DATABASE_OWNER, all, PG_USAGE),
    };
}

static struct pg_grant_schema *find_schema(struct pg_grants *g, const char *name)
{
    for (size_t i = 0; i < g->schema_count; i++) {
        if (strcmp(g->schemas[i].name, name) == 0) return &g->schemas[i];
    }
    return NULL;
}

static void declare_schema(struct pg_grants *g, const struct pg_want_schema *want)
{
    struct pg_grant_schema *schema = find_schema(g, want->name);
    uint32_t owner = want->owner ? pg_grant_oid(g, want->owner) : g->owner;
    if (!schema) {
        g->schemas[g->schema_count++] = (struct pg_grant_schema){
            .name = want->name,
            .create_for = want->owner ? want->owner : pg_grant_name(g, g->owner),
            .owner = owner,
            .acl = own_acl(g, owner, pg_kind_all(PG_KIND_SCHEMA, g->cluster->server_version), 0),
        };
    } else if (want->owner && owner != schema->owner) {
        schema->old_owner = pg_grant_name(g, schema->owner);
        schema->new_owner = want->owner;
        if (!changes_hands(g, schema->owner, owner) || pg_grant_never_creates(g)) return;
        schema->acl = pg_acl_new_owner(&schema->acl, schema->owner, owner, g->build.arena);
        schema->owner = owner;
    }
}

static void scope_schemas(struct pg_grants *g)
{
    size_t seen = g->observed ? g->observed->schema_count : 1;
    size_t declared = g->database ? g->database->schema_count : 0;
    g->schemas = arena_array(g->build.arena, seen + declared, sizeof(*g->schemas));
    for (size_t i = 0; g->observed && i < seen; i++) {
        const struct pg_schema *s = &g->observed->schemas[i];
        g->schemas[g->schema_count++] = (struct pg_grant_schema){
            .oid = s->oid,
            .name = s->name,
            .owner = s->owner,
            .extension = s->extension,
            .acl = s->acl,
        };
    }
    if (!g->observed) add_initial_schema(g);
    for (size_t i = 0; i < declared; i++) declare_schema(g, &g->database->schemas[i]);
}

static void scope_wanted(struct pg_grants *g)
{
    g->wanted = arena_array(g->build.arena, g->schema_count * g->managed_count, sizeof(*g->wanted));
    for (size_t m = 0; m < g->managed_count; m++) {
        const struct pg_want_grant *grant = g->managed[m].grant;
        for (size_t i = 0; grant && i < grant->schema_count; i++) {
            const struct pg_grant_schema *s = find_schema(g, grant->schemas[i].name);
            if (s) g->wanted[(size_t)(s - g->schemas) * g->managed_count + m] = &grant->schemas[i];
        }
    }
}

/* Joined whether or not anything of theirs is to be changed here. */
static void note_declared_owners(struct pg_grants *g)
{
    for (size_t i = 0; i < g->names.count; i++) {
        const struct pg_name *name = &g->names.items[i];
        if (!g->cluster->superuser && !name->usable && is_declared_owner(g, name->name)) {
            (void)pg_grant_blocked(g, name->oid);
        }
    }
}

void pg_grant_scope(struct pg_grants *g)
{
    const struct pg_database_row *row = pg_cluster_database(g->cluster, g->name);
    (void)pg_diff_later(g->want, g->cluster, &g->later, g->build.arena);
    copy_names(g);
    for (size_t i = 0; i < g->want->database_count; i++) {
        if (strcmp(g->want->databases[i].name, g->name) == 0) g->database = &g->want->databases[i];
    }
    g->owner = row ? row->owner : g->cluster->user;
    if (g->database && g->database->owner) {
        uint32_t declared = pg_grant_oid(g, g->database->owner);
        if (declared && (!row || changes_hands(g, row->owner, declared))) g->owner = declared;
    }
    note_declared_owners(g);
    scope_managed(g);
    scope_schemas(g);
    scope_wanted(g);
}
