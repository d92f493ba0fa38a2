/* The privileges of one database: scope, walk, and the changes in their order. Gains come before
 * losses, so that nobody who shall keep working is without his rights in between. */
#include "pg/grant/grant.h"

#include <stdlib.h>
#include <string.h>

#include "pg/diff/act.h"
#include "pg/diff/texts.h"
#include "pg/ident.h"

static void grant_add_joins(struct pg_grants *g)
{
    const char **names = arena_array(g->build.arena, g->act.join_count, sizeof(*names));
    size_t count = 0;
    for (size_t i = 0; i < g->act.join_count; i++) {
        if (!g->act.joins[i].elsewhere) names[count++] = pg_grant_name(g, g->act.joins[i].oid);
    }
    count = pg_texts_sort(names, count);
    for (size_t i = 0; i < count; i++) pg_act_join(&g->build, g->cluster, names[i]);
}

static void grant_create_schema(struct pg_grants *g, const struct pg_grant_schema *s)
{
    struct pg_build *b = &g->build;
    if (!s->create_for) return;
    pg_build_begin(b, PG_CHANGE_SCHEMA_CREATE, g->name, "schema %s in %s", s->name, g->name);
    pg_build_delta(b, "schema", NULL, "present");
    pg_build_delta(b, "owner", NULL, s->create_for);
    buf_str(&b->sql, "CREATE SCHEMA ");
    pg_ident(&b->sql, s->name);
    buf_str(&b->sql, " AUTHORIZATION ");
    pg_ident(&b->sql, s->create_for);
    pg_build_statement(b);
    b->now.unfixable = s->never ? s->never : pg_grant_blocked(g, s->owner);
    if (!b->now.unfixable) b->now.unfixable = pg_grant_never_creates(g);
    pg_build_end(b);
}

static const char *grant_schema_never_altered(struct pg_grants *g, const struct pg_grant_schema *s)
{
    const struct pg_name *old = pg_names_find(&g->names, s->old_owner, strlen(s->old_owner));
    uint32_t owner = pg_grant_oid(g, s->new_owner);
    if (!owner) return pg_wanted_no_role(&g->roles, s->new_owner);
    const char *never = old ? pg_grant_never(g, old->oid) : NULL;
    if (!never) never = pg_grant_never(g, owner);
    if (!never) never = pg_grant_never_creates(g);
    if (never) return never;
    /* Nobody is joined for nothing. */
    if (old) (void)pg_grant_blocked(g, old->oid);
    return pg_grant_blocked(g, owner);
}

static void grant_alter_schema(struct pg_grants *g, const struct pg_grant_schema *s)
{
    struct pg_build *b = &g->build;
    if (!s->new_owner) return;
    pg_build_begin(b, PG_CHANGE_SCHEMA_ALTER, g->name, "schema %s in %s", s->name, g->name);
    pg_build_delta(b, "owner", s->old_owner, s->new_owner);
    buf_str(&b->sql, "ALTER SCHEMA ");
    pg_ident(&b->sql, s->name);
    buf_str(&b->sql, " OWNER TO ");
    pg_ident(&b->sql, s->new_owner);
    pg_build_statement(b);
    b->now.widening = true;
    b->now.destructive = true;
    b->now.unfixable = grant_schema_never_altered(g, s);
    pg_build_end(b);
}

static int compare_grant_schemas(const void *a, const void *b)
{
    const struct pg_grant_schema *const *x = a;
    const struct pg_grant_schema *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static void grant_add_schemas(struct pg_grants *g)
{
    const struct pg_grant_schema **order =
        arena_array(g->build.arena, g->schema_count, sizeof(*order));
    for (size_t i = 0; i < g->schema_count; i++) order[i] = &g->schemas[i];
    if (g->schema_count) qsort(order, g->schema_count, sizeof(*order), compare_grant_schemas);
    for (size_t i = 0; i < g->schema_count; i++) grant_create_schema(g, order[i]);
    for (size_t i = 0; i < g->schema_count; i++) grant_alter_schema(g, order[i]);
}

/* Asked for here, so that joining them comes first. */
static void grant_note_schema_owners(struct pg_grants *g)
{
    for (size_t i = 0; i < g->schema_count; i++) {
        const struct pg_grant_schema *s = &g->schemas[i];
        if (s->old_owner) (void)grant_schema_never_altered(g, s);
        if (s->create_for && s->owner) (void)pg_grant_blocked(g, s->owner);
        if (s->old_owner || s->create_for) (void)pg_grant_never_creates(g);
    }
}

/* What has to be done depends on whom the administrator joins to do it: until that stands still,
 * which is at once for a superuser and, in steady state, for everybody. */
static void grant_walk_all(struct pg_grants *g)
{
    size_t joined;
    do {
        joined = g->act.join_count;
        g->found.op_count = 0;
        g->found.regrant_count = 0;
        g->found.default_count = 0;
        pg_grant_walk(g);
        pg_grant_default_walk(g);
    } while (g->act.join_count != joined);
}

static void grant_add_privileges(struct pg_grants *g)
{
    pg_grant_defaults(g);
    pg_grant_batches(g, PG_STAGE_GRANT);
    pg_grant_regrants(g, PG_STAGE_REVOKE);
    pg_grant_batches(g, PG_STAGE_REVOKE);
    pg_grant_regrants(g, PG_STAGE_CLOSE);
    pg_grant_batches(g, PG_STAGE_CLOSE);
}

struct pg_changes pg_diff_database(const struct pg_want *want, const char *name,
                                   const struct pg_cluster *cluster,
                                   const struct pg_database *database, struct arena *arena)
{
    struct pg_grants g = {.want = want, .cluster = cluster, .observed = database, .name = name};
    pg_build_init(&g.build, arena);
    g.build.never = pg_database_unachievable(want, name, cluster, arena);
    pg_grant_scope(&g);
    grant_note_schema_owners(&g);
    grant_walk_all(&g);
    if (!g.build.never) grant_add_joins(&g);
    grant_add_schemas(&g);
    grant_add_privileges(&g);
    return pg_build_done(&g.build);
}

struct pg_changes pg_undeclared_database(const struct pg_want *want, const char *name,
                                         const struct pg_cluster *cluster,
                                         const struct pg_database *database, struct arena *arena)
{
    struct pg_grants g = {.pass = PG_PASS_UNDECLARED,
                          .want = want,
                          .cluster = cluster,
                          .observed = database,
                          .name = name};
    pg_build_init(&g.build, arena);
    g.build.never = pg_database_unachievable(want, name, cluster, arena);
    pg_grant_scope(&g);
    grant_walk_all(&g);
    if (!g.build.never) grant_add_joins(&g);
    grant_add_privileges(&g);
    pg_grant_undeclared_owners(&g);
    return pg_build_done(&g.build);
}
