/* What one database has that nobody declared: privileges of grantees whom no declaration names,
 * privileges beyond an additive declaration, PUBLIC's beyond birth, and owners. They are compared
 * by the same code as what is declared: as grantees for whom nothing is. */
#include <stdlib.h>
#include <string.h>

#include "pg/diff/texts.h"
#include "pg/diff/undeclared.h"
#include "pg/grant/grant.h"

/* --- grantees --------------------------------------------------------------------------------- */

struct finder {
    struct pg_grants *g;
    struct pg_names
        declared; /* grantees with a declaration in this database, or about to be added */
    size_t room;
    bool public_declared;
};

static enum pg_undeclared undeclared_policy_in(const struct pg_grants *g,
                                               enum pg_undeclared_kind kind)
{
    return g->want->undeclared[kind];
}

static void finder_add(struct finder *f, struct pg_managed m)
{
    struct pg_grants *g = f->g;
    m.label = m.name ? m.name : "PUBLIC";
    m.exact = m.routines = true;
    m.born = !m.name;
    m.exact_database = m.name || !(g->database && g->database->revoke_public);
    g->managed =
        pg_grow(g->build.arena, g->managed, g->managed_count, &f->room, sizeof(*g->managed));
    g->managed[g->managed_count++] = m;
}

/* Somebody an access list names. */
static void finder_meet(struct finder *f, uint32_t oid)
{
    struct pg_grants *g = f->g;
    const struct pg_name *name = pg_names_by_oid(&g->names, oid);
    enum pg_undeclared policy = undeclared_policy_in(g, PG_UNDECLARED_GRANTEE);
    if (oid == PG_PUBLIC || !name || policy == PG_UNDECLARED_IGNORE) return;
    if (pg_undeclared_is_builtin(g->cluster, oid, name->name)) return;
    if (pg_names_by_oid(&f->declared, oid)) return;
    pg_names_add(&f->declared, oid, name->name, false);
    finder_add(f, (struct pg_managed){
                      .oid = oid,
                      .name = name->name,
                      .undeclared = true,
                      .reported = policy == PG_UNDECLARED_REPORT,
                      .withheld = policy == PG_UNDECLARED_REPORT
                                      ? pg_undeclared_reason(PG_UNDECLARED_GRANTEE, policy)
                                      : NULL,
                  });
}

static void finder_meet_list(struct finder *f, const struct pg_acl *acl)
{
    for (size_t i = 0; i < acl->count; i++) finder_meet(f, acl->items[i].grantee);
}

static void finder_meet_all(struct finder *f)
{
    const struct pg_database *d = f->g->observed;
    const struct pg_database_row *row = pg_cluster_database(f->g->cluster, f->g->name);
    if (row) finder_meet_list(f, &row->acl);
    for (size_t i = 0; d && i < d->schema_count; i++) {
        if (!d->schemas[i].extension) finder_meet_list(f, &d->schemas[i].acl);
    }
    for (size_t i = 0; d && i < d->group_count; i++) {
        if (!d->groups[i].extension) finder_meet_list(f, &d->groups[i].acl);
    }
    for (size_t i = 0; d && i < d->column_count; i++) finder_meet_list(f, &d->columns[i].acl);
    for (size_t i = 0; d && i < d->default_count; i++) finder_meet_list(f, &d->defaults[i].acl);
}

/* What goes beyond an additive declaration is never taken away: that is what the word means. */
static void finder_add_declared(struct finder *f, const struct pg_want_grant *grant)
{
    struct pg_grants *g = f->g;
    enum pg_undeclared_kind kind = grant->grantee ? PG_UNDECLARED_GRANTEE : PG_UNDECLARED_PUBLIC;
    enum pg_undeclared policy = undeclared_policy_in(g, kind);
    uint32_t oid = grant->grantee ? pg_grant_oid(g, grant->grantee) : PG_PUBLIC;
    f->public_declared = f->public_declared || !grant->grantee;
    if (grant->grantee && !oid) {
        if (!g->missing_grantee) g->missing_grantee = grant->grantee;
        return;
    }
    if (grant->grantee) pg_names_add(&f->declared, oid, grant->grantee, false);
    if (grant->exact || policy == PG_UNDECLARED_IGNORE) return;
    finder_add(f, (struct pg_managed){
                      .oid = oid,
                      .name = grant->grantee,
                      .grant = grant,
                      .reported = true,
                      .withheld = pg_undeclared_reason(kind, PG_UNDECLARED_REPORT),
                  });
}

static void finder_add_public(struct finder *f)
{
    enum pg_undeclared policy = undeclared_policy_in(f->g, PG_UNDECLARED_PUBLIC);
    bool reported = policy == PG_UNDECLARED_REPORT;
    if (f->public_declared || policy == PG_UNDECLARED_IGNORE) return;
    finder_add(f,
               (struct pg_managed){
                   .oid = PG_PUBLIC,
                   .undeclared = true,
                   .reported = reported,
                   .withheld = reported ? pg_undeclared_reason(PG_UNDECLARED_PUBLIC, policy) : NULL,
               });
}

void pg_grant_scope_undeclared(struct pg_grants *g)
{
    struct finder f = {.g = g};
    pg_names_init(&f.declared, g->build.arena, 8);
    for (size_t i = 0; i < g->want->grant_count; i++) {
        const struct pg_want_grant *grant = &g->want->grants[i];
        if (strcmp(grant->database, g->name) == 0) finder_add_declared(&f, grant);
    }
    finder_add_public(&f);
    finder_meet_all(&f);
    pg_grant_index_managed(g);
}

enum pg_change_kind pg_grant_undeclared_change(const struct pg_managed *m)
{
    return m->name ? PG_CHANGE_UNDECLARED_GRANTEE : PG_CHANGE_UNDECLARED_PUBLIC;
}

void pg_grant_blocked_change(struct pg_grants *g, size_t managed, const char *blocked)
{
    const struct pg_managed *m = &g->managed[managed];
    if (m->reported && blocked == m->withheld) {
        g->build.now.reported = blocked;
    } else {
        g->build.now.unfixable = blocked;
    }
}

/* --- owners ----------------------------------------------------------------------------------- */

/* Something that belongs to somebody: 'count' objects of a kind in a schema, or the schema. */
struct owned {
    uint32_t owner;
    const char *name;
    const char *schema; /* NULL: schemas themselves */
    enum pg_kind kind;
    size_t count;
    const char *first; /* one of their names */
};

struct owned_list {
    struct pg_grants *g;
    struct owned *items;
    size_t count;
    size_t room;
    struct pg_names declared; /* owners that some declaration names */
};

static int compare_owned(const void *a, const void *b)
{
    const struct owned *x = a;
    const struct owned *y = b;
    int order = strcmp(x->name, y->name);
    if (!order) order = (int)x->kind - (int)y->kind;
    if (!order) order = pg_texts_compare(x->schema, y->schema);
    return order ? order : strcmp(x->first, y->first);
}

static void owned_add(struct owned_list *l, struct owned o)
{
    struct pg_grants *g = l->g;
    const struct pg_name *name = pg_names_by_oid(&g->names, o.owner);
    if (!name || !o.count || pg_undeclared_is_builtin(g->cluster, o.owner, name->name)) return;
    if (pg_names_find(&l->declared, name->name, strlen(name->name))) return;
    o.name = name->name;
    l->items = pg_grow(g->build.arena, l->items, l->count, &l->room, sizeof(*l->items));
    l->items[l->count++] = o;
}

static void owned_declare(struct owned_list *l, const char *name)
{
    if (!name || pg_names_find(&l->declared, name, strlen(name))) return;
    pg_names_add(&l->declared, (uint32_t)l->declared.count, name, false);
}

/* Roles, owners, and creators of default privileges. */
static void owned_declare_all(struct owned_list *l)
{
    const struct pg_want *want = l->g->want;
    pg_names_init(&l->declared, l->g->build.arena, want->role_count);
    for (size_t i = 0; i < want->role_count; i++) owned_declare(l, want->roles[i].name);
    for (size_t i = 0; i < l->g->act.owners.count; i++) {
        const char *name = l->g->act.owners.items[i].name;
        owned_declare(l, name);
    }
    for (size_t i = 0; i < want->grant_count; i++) {
        const struct pg_want_grant *grant = &want->grants[i];
        for (size_t k = 0; k < grant->default_count; k++)
            owned_declare(l, grant->defaults[k].for_role);
    }
}

static void owned_gather(struct owned_list *l)
{
    const struct pg_database *d = l->g->observed;
    for (size_t i = 0; d && i < d->schema_count; i++) {
        const struct pg_schema *s = &d->schemas[i];
        if (s->extension) continue;
        owned_add(l, (struct owned){s->owner, NULL, NULL, PG_KIND_SCHEMA, 1, s->name});
    }
    for (size_t i = 0; d && i < d->group_count; i++) {
        const struct pg_group *group = &d->groups[i];
        const struct pg_schema *s = pg_database_schema_by_oid(d, group->schema);
        if (group->extension || !s || s->extension) continue;
        owned_add(l, (struct owned){group->owner, NULL, s->name, group->kind, group->count,
                                    group->count ? group->names[0] : ""});
    }
}

/* Groups differ in their access lists too: those of one kind in one schema are told together. */
static size_t owned_same(const struct owned *o, size_t left, size_t *objects)
{
    size_t n = 0;
    for (*objects = 0; n < left; n++) {
        if (strcmp(o[n].name, o->name) != 0 || o[n].kind != o->kind) break;
        if (!o->schema ? n > 0 : strcmp(o[n].schema, o->schema) != 0) break;
        *objects += o[n].count;
    }
    return n;
}

static size_t owned_report(struct owned_list *l, size_t i)
{
    struct pg_build *b = &l->g->build;
    const struct owned *first = &l->items[i];
    pg_build_begin(b, PG_CHANGE_UNDECLARED_OWNER, l->g->name, "undeclared owner %s in %s",
                   first->name, l->g->name);
    while (i < l->count && strcmp(l->items[i].name, first->name) == 0) {
        const struct owned *o = &l->items[i];
        size_t objects;
        i += owned_same(o, l->count - i, &objects);
        const char *what = objects > 1 ? arena_printf(b->arena, "owner of %zu %s in %s", objects,
                                                      pg_kind_word(o->kind, true), o->schema)
                           : o->schema
                               ? arena_printf(b->arena, "owner of %s %s.%s",
                                              pg_kind_word(o->kind, false), o->schema, o->first)
                               : arena_printf(b->arena, "owner of schema %s", o->first);
        pg_build_delta(b, what, "yes", "not declared");
    }
    b->now.widening = true;
    b->now.reported =
        pg_undeclared_reason(PG_UNDECLARED_OWNER, undeclared_policy_in(l->g, PG_UNDECLARED_OWNER));
    pg_build_end(b);
    return i;
}

void pg_grant_undeclared_owners(struct pg_grants *g)
{
    struct owned_list l = {.g = g};
    if (undeclared_policy_in(g, PG_UNDECLARED_OWNER) == PG_UNDECLARED_IGNORE) return;
    owned_declare_all(&l);
    owned_gather(&l);
    if (l.count) qsort(l.items, l.count, sizeof(*l.items), compare_owned);
    for (size_t i = 0; i < l.count;) i = owned_report(&l, i);
}
