/* Whose privileges are compared in one database, and from whom nothing is taken for now. */
#include "pg/grant/grant.h"

#include <stdlib.h>
#include <string.h>

static int compare_managed(const void *a, const void *b)
{
    const struct pg_managed *x = a;
    const struct pg_managed *y = b;
    if (!x->name || !y->name) return (x->name != NULL) - (y->name != NULL);
    return strcmp(x->name, y->name);
}

static bool managed_routines(const struct pg_want_grant *grant)
{
    for (size_t i = 0; i < grant->schema_count; i++) {
        if (grant->schemas[i].routines) return true;
    }
    return false;
}

static void managed_report_unknown(struct pg_grants *g, const struct pg_want_grant *grant)
{
    struct pg_build *b = &g->build;
    if (!g->missing_grantee) g->missing_grantee = grant->grantee;
    pg_build_begin(b, PG_CHANGE_GRANT, g->name, "privileges of %s in %s", grant->grantee, g->name);
    pg_build_delta(b, "grantee", "missing", "present");
    b->now.unfixable = pg_wanted_no_role(&g->roles, grant->grantee);
    pg_build_end(b);
}

static void managed_add(struct pg_grants *g, const struct pg_want_grant *grant, bool revoke_public)
{
    struct pg_managed m = {
        .name = grant ? grant->grantee : NULL,
        .grant = grant,
        .exact = grant && grant->exact,
        .exact_database = revoke_public || (grant && grant->exact),
        .routines = grant && grant->exact && (grant->grantee || managed_routines(grant)),
    };
    m.label = m.name ? m.name : "PUBLIC";
    m.oid = m.name ? pg_grant_oid(g, m.name) : PG_PUBLIC;
    if (m.name && !m.oid) {
        managed_report_unknown(g, grant);
        return;
    }
    g->managed[g->managed_count++] = m;
}

static int compare_oids(const void *a, const void *b)
{
    const struct pg_managed_place *x = a;
    const struct pg_managed_place *y = b;
    return x->oid < y->oid ? -1 : x->oid > y->oid;
}

void pg_grant_index_managed(struct pg_grants *g)
{
    struct arena *arena = g->build.arena;
    size_t n = g->managed_count;
    if (n) qsort(g->managed, n, sizeof(*g->managed), compare_managed);
    g->by_oid = arena_array(arena, n, sizeof(*g->by_oid));
    for (size_t i = 0; i < n; i++) {
        g->by_oid[i] = (struct pg_managed_place){g->managed[i].oid, i};
    }
    if (n) qsort(g->by_oid, n, sizeof(*g->by_oid), compare_oids);
    g->have = arena_array(arena, n, sizeof(*g->have));
    g->active.items = arena_array(arena, n, sizeof(*g->active.items));
    g->active.marks = arena_array(arena, n, sizeof(*g->active.marks));
}

size_t pg_grant_managed(const struct pg_grants *g, uint32_t oid)
{
    size_t low = 0;
    size_t high = g->managed_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint32_t there = g->by_oid[middle].oid;
        if (there == oid) return g->by_oid[middle].managed;
        if (there < oid) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return SIZE_MAX;
}

void pg_grant_scope_managed(struct pg_grants *g)
{
    const struct pg_want *want = g->want;
    bool revoke_public = g->database && g->database->revoke_public;
    bool public_declared = false;
    g->managed = arena_array(g->build.arena, want->grant_count + 1, sizeof(*g->managed));
    for (size_t i = 0; i < want->grant_count; i++) {
        const struct pg_want_grant *grant = &want->grants[i];
        if (strcmp(grant->database, g->name) != 0) continue;
        public_declared = public_declared || !grant->grantee;
        managed_add(g, grant, revoke_public && !grant->grantee);
    }
    if (revoke_public && !public_declared) managed_add(g, NULL, true);
    pg_grant_index_managed(g);
}

/* --- what is withheld ------------------------------------------------------------------------- */

/* The name that keeps the declared default privileges from being made, or NULL. */
static const char *withheld_default(struct pg_grants *g, const struct pg_want_default *d)
{
    if (!pg_grant_oid(g, d->for_role)) return d->for_role;
    const struct pg_grant_schema *s = d->schema ? pg_grant_schema(g, d->schema) : NULL;
    return d->schema && (!s || s->never) ? d->schema : NULL;
}

/* The name that keeps what is declared in a schema from being granted, or NULL. */
static const char *withheld_schema(const struct pg_grants *g, const struct pg_want_schema_grant *w)
{
    const struct pg_grant_schema *s = pg_grant_schema(g, w->name);
    if (!s || s->never) return w->name;
    for (size_t i = 0; i < w->table_count; i++) {
        if (!s->singles.there[pg_grant_single(&s->singles, w->table_list[i].name)])
            return w->table_list[i].name;
    }
    return NULL;
}

/* A name of his declaration that resolves to nothing may be meant for what he would lose. */
static const char *withheld_name(struct pg_grants *g, const struct pg_want_grant *grant)
{
    const char *name = NULL;
    for (size_t i = 0; i < grant->schema_count && !name; i++) {
        name = withheld_schema(g, &grant->schemas[i]);
    }
    for (size_t i = 0; i < grant->default_count && !name; i++) {
        name = withheld_default(g, &grant->defaults[i]);
    }
    return name;
}

void pg_grant_scope_withheld(struct pg_grants *g)
{
    struct arena *arena = g->build.arena;
    for (size_t m = 0; m < g->managed_count; m++) {
        struct pg_managed *managed = &g->managed[m];
        const char *name = managed->grant ? withheld_name(g, managed->grant) : NULL;
        if (managed->withheld) continue;
        if (name) {
            managed->withheld = arena_printf(
                arena, "nothing is taken away while \"%s\", declared for it, does not exist", name);
        } else if (g->missing_grantee && (!managed->name || managed->undeclared)) {
            managed->withheld = arena_printf(
                arena, "nothing is taken away while role \"%s\", declared here, does not exist",
                g->missing_grantee);
        }
    }
}
