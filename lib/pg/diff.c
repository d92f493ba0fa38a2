/* Roles, memberships, settings and databases, in the order of the change kinds. */
#include "pg/diff.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pg/act.h"
#include "pg/diff_part.h"
#include "pg/ident.h"
#include "pg/settings.h"

static int compare_roles(const void *a, const void *b)
{
    const struct pg_want_role *const *x = a;
    const struct pg_want_role *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static int compare_databases(const void *a, const void *b)
{
    const struct pg_want_database *const *x = a;
    const struct pg_want_database *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static void sort_wanted(struct pg_diff *d, struct arena *arena)
{
    const struct pg_want *want = d->want;
    d->roles = arena_array(arena, want->role_count, sizeof(*d->roles));
    d->databases = arena_array(arena, want->database_count, sizeof(*d->databases));
    for (size_t i = 0; i < want->role_count; i++) d->roles[i] = &want->roles[i];
    for (size_t i = 0; i < want->database_count; i++) d->databases[i] = &want->databases[i];
    qsort(d->roles, want->role_count, sizeof(*d->roles), compare_roles);
    qsort(d->databases, want->database_count, sizeof(*d->databases), compare_databases);
}

static void copy_names(struct pg_diff *d, struct arena *arena)
{
    const struct pg_names *from = &d->cluster->names;
    pg_names_init(&d->names, arena, from->count);
    for (size_t i = 0; i < from->count; i++) {
        pg_names_add(&d->names, from->items[i].oid, from->items[i].name, from->items[i].usable);
    }
    pg_diff_keep_usable(d->want, d->cluster, &d->names, arena);
}

const struct pg_want_role *pg_diff_want_role(const struct pg_diff *d, const char *name)
{
    for (size_t i = 0; i < d->want->role_count; i++) {
        if (strcmp(d->want->roles[i].name, name) == 0) return &d->want->roles[i];
    }
    return NULL;
}

bool pg_diff_role_exists(const struct pg_diff *d, const char *name)
{
    const struct pg_want_role *wanted = pg_diff_want_role(d, name);
    return pg_cluster_role(d->cluster, name) || (wanted && wanted->create_allowed);
}

bool pg_diff_database_exists(const struct pg_diff *d, const char *name)
{
    if (pg_cluster_database(d->cluster, name)) return true;
    for (size_t i = 0; i < d->want->database_count; i++) {
        const struct pg_want_database *w = &d->want->databases[i];
        if (strcmp(w->name, name) != 0) continue;
        return w->create_allowed && !(w->owner && pg_diff_never_owner(d, w->owner));
    }
    return false;
}

const char *pg_diff_never_owner(const struct pg_diff *d, const char *name)
{
    const struct pg_role *role = pg_cluster_role(d->cluster, name);
    if (!pg_diff_role_exists(d, name)) return "the declared owner does not exist";
    return role ? pg_act_never(d->cluster, &d->names, role->oid) : NULL;
}

bool pg_diff_is_out_of_reach(const struct pg_cluster *cluster, const struct pg_role *role)
{
    return !cluster->superuser && role && role->attributes[PG_ATTR_SUPERUSER];
}

/* --- settings, of roles and of databases ------------------------------------------------------ */

static bool in_scope(const struct pg_diff_settings *s, const struct pg_want_setting *w)
{
    if (!s->only_database || !w->database) return s->only_database == w->database;
    return strcmp(s->only_database, w->database) == 0;
}

static const struct pg_setting *stored(const struct pg_diff *d, const struct pg_diff_settings *s,
                                       const char *name)
{
    for (size_t i = 0; s->exists && i < d->cluster->setting_count; i++) {
        const struct pg_setting *have = &d->cluster->settings[i];
        if (have->database == s->database && have->role == s->role &&
            strcasecmp(have->name, name) == 0) {
            return have;
        }
    }
    return NULL;
}

static bool is_declared(const struct pg_diff_settings *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++) {
        if (in_scope(s, &s->wanted[i]) && strcasecmp(s->wanted[i].name, name) == 0) return true;
    }
    return false;
}

static void change_setting(struct pg_diff *d, const struct pg_diff_settings *s, const char *name,
                           const struct pg_setting *have, const char *to)
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
    for (size_t i = 0; i < s->count; i++) {
        const struct pg_want_setting *w = &s->wanted[i];
        if (!in_scope(s, w)) continue;
        const struct pg_setting *have = stored(d, s, w->name);
        bool equal = w->value ? have && pg_setting_equal(w->name, w->value, have->value) : !have;
        if (!equal) change_setting(d, s, w->name, have, w->value);
    }
    for (size_t i = 0; s->exact && s->exists && i < d->cluster->setting_count; i++) {
        const struct pg_setting *have = &d->cluster->settings[i];
        if (have->database != s->database || have->role != s->role) continue;
        if (!is_declared(s, have->name)) change_setting(d, s, have->name, have, NULL);
    }
}

static void begin(struct pg_diff *d, const struct pg_want *want, const struct pg_cluster *cluster,
                  struct arena *arena)
{
    *d = (struct pg_diff){.want = want, .cluster = cluster};
    pg_build_init(&d->build, arena);
    sort_wanted(d, arena);
    copy_names(d, arena);
}

struct pg_diff *pg_diff_memberships_to_be(const struct pg_want *want,
                                          const struct pg_cluster *cluster, struct arena *arena)
{
    struct pg_diff *d = arena_alloc(arena, sizeof(*d));
    begin(d, want, cluster, arena);
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
    begin(&d, want, cluster, arena);
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
