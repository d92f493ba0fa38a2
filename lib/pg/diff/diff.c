/* Roles, memberships, settings and databases, in the order of the change kinds. */
#include "pg/diff.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pg/diff/act.h"
#include "pg/diff/diff_part.h"
#include "pg/ident.h"
#include "pg/settings.h"

static int compare_want_roles(const void *a, const void *b)
{
    const struct pg_want_role *const *x = a;
    const struct pg_want_role *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static int compare_want_databases(const void *a, const void *b)
{
    const struct pg_want_database *const *x = a;
    const struct pg_want_database *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static void diff_sort_wanted(struct pg_diff *d, struct arena *arena)
{
    const struct pg_want *want = d->want;
    d->roles = arena_array(arena, want->role_count, sizeof(*d->roles));
    d->databases = arena_array(arena, want->database_count, sizeof(*d->databases));
    for (size_t i = 0; i < want->role_count; i++) d->roles[i] = &want->roles[i];
    for (size_t i = 0; i < want->database_count; i++) d->databases[i] = &want->databases[i];
    qsort(d->roles, want->role_count, sizeof(*d->roles), compare_want_roles);
    qsort(d->databases, want->database_count, sizeof(*d->databases), compare_want_databases);
}

bool pg_diff_database_exists(struct pg_diff *d, const char *name)
{
    size_t index = pg_wanted_database(&d->wanted, name);
    if (pg_cluster_database(d->cluster, name)) return true;
    if (index == SIZE_MAX) return false;
    const struct pg_want_database *w = &d->want->databases[index];
    return w->create_allowed && !(w->owner && pg_diff_never_owner(d, w->owner));
}

const char *pg_diff_never_owner(struct pg_diff *d, const char *name)
{
    const struct pg_role *role = pg_cluster_role(d->cluster, name);
    if (!pg_wanted_role_exists(&d->wanted, name)) return pg_wanted_no_role(&d->wanted, name);
    return role ? pg_act_never(d->cluster, &d->names, role->oid) : NULL;
}

/* --- settings, of roles and of databases ------------------------------------------------------ */

/* Declared and stored ones of one scope are walked for each other: a server has some hundred
 * settings, and no scope has more. */

static const struct pg_setting *diff_stored_setting(const struct pg_diff *d,
                                                    const struct pg_diff_settings *s,
                                                    struct pg_range range, const char *name)
{
    for (size_t i = range.first; s->exists && i < range.end; i++) {
        const struct pg_setting *have = &d->cluster->settings[d->cluster->by_scope[i]];
        if (strcasecmp(have->name, name) == 0) return have;
    }
    return NULL;
}

static bool diff_declares_setting(const struct pg_diff_settings *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++) {
        if (strcasecmp(s->wanted[i].name, name) == 0) return true;
    }
    return false;
}

static void diff_change_setting(struct pg_diff *d, const struct pg_diff_settings *s,
                                const char *name, const struct pg_setting *have, const char *to)
{
    struct pg_build *b = &d->build;
    pg_build_delta(b, name, have ? have->value : NULL, to);
    buf_str(&b->sql, s->alter);
    /* In the letter case that is stored, or it would be another one beside it. */
    pg_setting_clause(&b->sql, have ? have->name : name, to);
    pg_build_statement(b);
}

void pg_diff_setting_list(struct pg_diff *d, const struct pg_diff_settings *s)
{
    struct pg_range range = pg_cluster_settings(d->cluster, s->role, s->database);
    for (size_t i = 0; !s->only_surplus && i < s->count; i++) {
        const struct pg_want_setting *w = &s->wanted[i];
        const struct pg_setting *have = diff_stored_setting(d, s, range, w->name);
        bool equal = w->value ? have && pg_setting_equal(w->name, w->value, have->value) : !have;
        if (!equal) diff_change_setting(d, s, w->name, have, w->value);
    }
    for (size_t i = range.first; s->exact && s->exists && i < range.end; i++) {
        const struct pg_setting *have = &d->cluster->settings[d->cluster->by_scope[i]];
        if (!diff_declares_setting(s, have->name))
            diff_change_setting(d, s, have->name, have, NULL);
    }
}

void pg_diff_begin(struct pg_diff *d, const struct pg_want *want, const struct pg_cluster *cluster,
                   struct arena *arena)
{
    *d = (struct pg_diff){.want = want, .cluster = cluster};
    pg_build_init(&d->build, arena);
    pg_wanted_init(&d->wanted, want, cluster, arena);
    diff_sort_wanted(d, arena);
    pg_names_copy(&d->names, &cluster->names, arena);
    pg_diff_keep_usable(&d->wanted, &d->names, arena);
}

struct pg_diff *pg_diff_memberships_to_be(const struct pg_want *want,
                                          const struct pg_cluster *cluster, struct arena *arena)
{
    struct pg_diff *d = arena_alloc(arena, sizeof(*d));
    pg_diff_begin(d, want, cluster, arena);
    pg_diff_own_memberships(d);
    pg_diff_memberships(d);
    (void)pg_build_done(&d->build);
    return d;
}

/* --- the whole -------------------------------------------------------------------------------- */

struct pg_changes pg_diff_cluster(const struct pg_want *want, const struct pg_cluster *cluster,
                                  struct arena *arena)
{
    struct pg_diff d;
    pg_diff_begin(&d, want, cluster, arena);
    pg_diff_role_create(&d);
    pg_diff_own_memberships(&d);
    pg_diff_role_alter(&d);
    pg_diff_role_settings(&d, false);
    pg_diff_memberships(&d);
    pg_diff_database_create(&d);
    pg_diff_database_alter(&d);
    pg_diff_database_settings(&d);
    /* What a role has in one database can only follow that database. */
    pg_diff_role_settings(&d, true);
    return pg_build_done(&d.build);
}

struct pg_change pg_diff_password(const char *role, const struct secret *password,
                                  struct arena *arena)
{
    struct pg_build b;
    pg_build_init(&b, arena);
    pg_build_begin(&b, PG_CHANGE_ROLE_PASSWORD, NULL, "password of role %s", role);
    pg_build_delta(&b, "password", "another one", "(set)");
    buf_str(&b.sql, "ALTER ROLE ");
    pg_ident(&b.sql, role);
    buf_str(&b.sql, " PASSWORD ");
    pg_build_password(&b, password, role);
    pg_build_end(&b);
    return pg_build_done(&b).items[0];
}
