/* Roles: their being there, their attributes and their settings. Only what is declared and differs
 * is ever named: ALTER ROLE ... NOSUPERUSER is refused to everybody but superusers even where it
 * changes nothing (measured on PostgreSQL 15 to 18). */
#include "pg/diff/diff_part.h"

#include <stdlib.h>
#include <string.h>

#include "pg/diff/act.h"
#include "pg/diff/texts.h"
#include "pg/ident.h"
#include "pg/time.h"

static const struct {
    const char *sql;
    const char *word;
    bool initial;
} attributes[PG_ATTR_N] = {
#define X(name, sql, word, initial) [PG_ATTR_##name] = {sql, word, initial},
    PG_ATTRIBUTES(X)
#undef X
};

static const char *role_on_off(bool value)
{
    return value ? "on" : "off";
}

/* A new role, as far as comparing is concerned. */
static struct pg_role role_initial(const char *name)
{
    struct pg_role role = {.name = name, .connection_limit = -1};
    for (size_t i = 0; i < PG_ATTR_N; i++) role.attributes[i] = attributes[i].initial;
    return role;
}

/* Each of these adds its clause to the statement and its delta, where there is a difference.
 * 'fresh': the role is being created, so there is no value that it had before. */

static void role_diff_attributes(struct pg_build *b, const struct pg_cluster *cluster,
                                 const struct pg_want_role *want, const struct pg_role *have,
                                 bool fresh)
{
    for (size_t i = 0; i < PG_ATTR_N; i++) {
        if (want->attributes[i] == PG_UNSET) continue;
        bool wanted = want->attributes[i] == PG_ON;
        if (wanted == have->attributes[i] || !pg_act_attribute(cluster, (enum pg_attribute)i)) {
            continue;
        }
        pg_build_delta(b, attributes[i].word, fresh ? NULL : role_on_off(!wanted),
                       role_on_off(wanted));
        buf_printf(&b->sql, " %s%s", wanted ? "" : "NO", attributes[i].sql);
        if (!wanted && i != PG_ATTR_INHERIT) b->now.widening = true;
        if (!wanted && i == PG_ATTR_LOGIN) b->now.destructive = true;
    }
}

static void role_diff_limit(struct pg_build *b, const struct pg_want_role *want,
                            const struct pg_role *have, bool fresh)
{
    char from[16];
    char to[16];
    if (!want->has_connection_limit || want->connection_limit == have->connection_limit) return;
    pg_build_limit_text(from, have->connection_limit);
    pg_build_limit_text(to, want->connection_limit);
    pg_build_delta(b, "connection limit", fresh ? NULL : from, to);
    buf_printf(&b->sql, " CONNECTION LIMIT %d", want->connection_limit);
    /* -1 is the largest of all. */
    if ((unsigned)have->connection_limit > (unsigned)want->connection_limit) {
        b->now.widening = true;
    }
}

static void role_diff_valid_until(struct pg_build *b, const struct pg_want_role *want,
                                  const struct pg_role *have, bool fresh)
{
    char from[PG_TIME_TEXT] = "never";
    int64_t until = 0;
    if (!want->valid_until) return;
    bool expires = pg_time_parse(want->valid_until, &until) == 0;
    if (expires == have->expires && (!expires || until == have->valid_until)) return;
    if (have->expires) pg_time_text(from, have->valid_until);
    pg_build_delta(b, "valid until", fresh ? NULL : from, expires ? want->valid_until : "never");
    buf_str(&b->sql, " VALID UNTIL ");
    if (expires) {
        char to[PG_TIME_TEXT];
        pg_time_text(to, until);
        pg_literal(&b->sql, to);
        if (!have->expires || have->valid_until > until) b->now.widening = true;
    } else {
        buf_str(&b->sql, "'infinity'");
    }
}

/* What the administrator cannot give or take is reported apart, so that the rest can be done. */
static void role_report_attributes(struct pg_diff *d, const struct pg_want_role *want,
                                   const struct pg_role *have)
{
    struct pg_build *b = &d->build;
    pg_build_begin(b, PG_CHANGE_ROLE_ALTER, NULL, "reserved attributes of role %s", want->name);
    for (size_t i = 0; i < PG_ATTR_N; i++) {
        bool wanted = want->attributes[i] == PG_ON;
        if (want->attributes[i] == PG_UNSET || wanted == have->attributes[i]) continue;
        if (pg_act_attribute(d->cluster, (enum pg_attribute)i)) continue;
        pg_build_delta(b, attributes[i].word, role_on_off(!wanted), role_on_off(wanted));
        if (!wanted) b->now.widening = true;
    }
    b->now.unfixable = "only a superuser may give or take it";
    pg_build_end(b);
}

static void role_create(struct pg_diff *d, const struct pg_want_role *want)
{
    struct pg_build *b = &d->build;
    struct pg_role none = role_initial(want->name);
    pg_build_begin(b, PG_CHANGE_ROLE_CREATE, NULL, "role %s", want->name);
    pg_build_delta(b, "role", NULL, "present");
    if (!want->create_allowed) {
        b->now.unfixable = "it does not exist, and is not to be created from here";
        pg_build_end(b);
        return;
    }
    buf_str(&b->sql, "CREATE ROLE ");
    pg_ident(&b->sql, want->name);
    role_diff_attributes(b, d->cluster, want, &none, true);
    role_diff_limit(b, want, &none, true);
    role_diff_valid_until(b, want, &none, true);
    if (want->password) {
        pg_build_delta(b, "password", NULL, "(set)");
        buf_str(&b->sql, " PASSWORD ");
        pg_build_password(b, want->password, want->name);
    } else {
        pg_build_statement(b);
    }
    pg_build_comment(b, "ROLE", want->name, want->comment, NULL);
    b->now.widening = false;
    b->now.destructive = false;
    pg_build_end(b);
    role_report_attributes(d, want, &none);
}

void pg_diff_role_create(struct pg_diff *d)
{
    for (size_t i = 0; i < d->want->role_count; i++) {
        if (!pg_cluster_role(d->cluster, d->roles[i]->name)) role_create(d, d->roles[i]);
    }
}

static const char only_superusers[] = "only a superuser may alter a superuser";

/* 'attributes': more than the comment differs. */
static const char *role_never_altered(const struct pg_diff *d, const struct pg_role *have,
                                      bool attributes_differ)
{
    const struct pg_cluster *cluster = d->cluster;
    if (cluster->superuser) return NULL;
    if (have->oid == cluster->user) {
        return "it is the connected administrator, whose attributes are not changed from here";
    }
    if (pg_wanted_out_of_reach(d->cluster, have)) return only_superusers;
    /* Whichever attribute it is; from 16 on that is no longer asked (source: user.c of both). */
    if (attributes_differ && have->attributes[PG_ATTR_REPLICATION] &&
        cluster->server_version < 160000) {
        return "before PostgreSQL 16 only a superuser may alter a role with replication";
    }
    return NULL;
}

static void role_alter(struct pg_diff *d, const struct pg_want_role *want,
                       const struct pg_role *have)
{
    struct pg_build *b = &d->build;
    pg_build_begin(b, PG_CHANGE_ROLE_ALTER, NULL, "role %s", want->name);
    buf_str(&b->sql, "ALTER ROLE ");
    pg_ident(&b->sql, want->name);
    role_diff_attributes(b, d->cluster, want, have, false);
    role_diff_limit(b, want, have, false);
    role_diff_valid_until(b, want, have, false);
    bool attributes_differ = b->now.delta_count > 0;
    if (attributes_differ) {
        pg_build_statement(b);
    } else {
        buf_reset(&b->sql);
    }
    pg_build_comment(b, "ROLE", want->name, want->comment, have->comment);
    b->now.unfixable = role_never_altered(d, have, attributes_differ);
    pg_build_end(b);
    role_report_attributes(d, want, have);
}

void pg_diff_role_alter(struct pg_diff *d)
{
    for (size_t i = 0; i < d->want->role_count; i++) {
        const struct pg_role *have = pg_cluster_role(d->cluster, d->roles[i]->name);
        if (have) role_alter(d, d->roles[i], have);
    }
}

/* --- settings --------------------------------------------------------------------------------- */

/* A role's settings with one database, or with none. */
struct role_scope {
    const struct pg_want_role *want;
    const char *database; /* NULL: everywhere */
    const struct pg_want_setting *settings;
    size_t count;
    const char *held; /* why nothing is reset though settings are declared exactly, or NULL */
};

static void role_scope_alter(struct buf *alter, const struct role_scope *s)
{
    buf_str(alter, "ALTER ROLE ");
    pg_ident(alter, s->want->name);
    if (s->database) {
        buf_str(alter, " IN DATABASE ");
        pg_ident(alter, s->database);
    }
    buf_char(alter, ' ');
}

/* What is declared, with what is to be reset; or, apart, what is not reset because that is held. */
static void role_scope_diff(struct pg_diff *d, const struct role_scope *s, bool held)
{
    struct pg_build *b = &d->build;
    struct buf alter;
    const struct pg_role *have = pg_cluster_role(d->cluster, s->want->name);
    const struct pg_database_row *row =
        s->database ? pg_cluster_database(d->cluster, s->database) : NULL;
    buf_init(&alter, PG_STATEMENT_MAX);
    role_scope_alter(&alter, s);
    pg_build_begin(b, s->database ? PG_CHANGE_ROLE_DATABASE_SETTING : PG_CHANGE_ROLE_SETTING, NULL,
                   "%ssettings of role %s%s%s", held ? "surplus " : "", s->want->name,
                   s->database ? " in " : "", s->database ? s->database : "");
    pg_diff_setting_list(d, &(struct pg_diff_settings){
                                .role = have ? have->oid : 0,
                                .database = row ? row->oid : 0,
                                .exists = have && (row || !s->database),
                                .wanted = s->settings,
                                .count = s->count,
                                .exact = s->want->settings_exact && (held || !s->held),
                                .only_surplus = held,
                                .alter = buf_text(&alter),
                            });
    if (held) b->now.unfixable = s->held;
    if (pg_wanted_out_of_reach(d->cluster, have)) b->now.unfixable = only_superusers;
    if (s->database && !pg_diff_database_exists(d, s->database)) {
        b->now.unfixable = pg_wanted_no_database(&d->wanted, s->database);
    }
    pg_build_end(b);
    buf_done(&alter);
}

static void role_scope_settings(struct pg_diff *d, const struct role_scope *s)
{
    role_scope_diff(d, s, false);
    if (s->held) role_scope_diff(d, s, true);
}

/* By database, those for all of them first; otherwise as declared. */
static int compare_settings(const void *a, const void *b)
{
    const struct pg_want_setting *const *x = a;
    const struct pg_want_setting *const *y = b;
    int order = pg_texts_compare((*x)->database, (*y)->database);
    return order ? order : (*x < *y ? -1 : *x > *y);
}

static struct pg_want_setting *role_sort_settings(struct pg_diff *d,
                                                  const struct pg_want_role *want)
{
    size_t n = want->setting_count;
    const struct pg_want_setting **order = xcalloc(n + 1, sizeof(*order));
    struct pg_want_setting *sorted = arena_array(d->build.arena, n, sizeof(*sorted));
    for (size_t i = 0; i < n; i++) order[i] = &want->settings[i];
    qsort(order, n, sizeof(*order), compare_settings);
    for (size_t i = 0; i < n; i++) sorted[i] = *order[i];
    free(order);
    return sorted;
}

/* A database of the settings that is not there and does not come: they may be meant for one that
 * has some. */
static const char *role_held_settings(struct pg_diff *d, const struct pg_want_role *want)
{
    for (size_t i = 0; want->settings_exact && i < want->setting_count; i++) {
        const char *of = want->settings[i].database;
        if (!of || pg_diff_database_exists(d, of)) continue;
        return arena_printf(d->build.arena,
                            "nothing is reset before its settings in \"%s\" can be made", of);
    }
    return NULL;
}

/* The databases that the role has a setting for, in the catalog's order: behind 'names'. */
static size_t role_stored_databases(const struct pg_diff *d, const struct pg_want_role *want,
                                    const char **names)
{
    const struct pg_cluster *c = d->cluster;
    const struct pg_role *have = pg_cluster_role(c, want->name);
    size_t count = 0;
    if (!have || !want->settings_exact) return 0;
    struct pg_range range = pg_cluster_role_settings(c, have->oid);
    for (size_t i = range.first; i < range.end; i++) {
        uint32_t oid = c->settings[c->by_scope[i]].database;
        const struct pg_name *name = oid ? pg_names_by_oid(&c->database_names, oid) : NULL;
        if (name) names[count++] = name->name;
    }
    return count;
}

static size_t role_setting_room(const struct pg_diff *d, const struct pg_want_role *want)
{
    const struct pg_role *have = pg_cluster_role(d->cluster, want->name);
    struct pg_range range = {0};
    if (have) range = pg_cluster_role_settings(d->cluster, have->oid);
    return want->setting_count + (range.end - range.first);
}

/* Every database for which the role declares something or, where that is exact, has something. */
static void role_database_settings(struct pg_diff *d, const struct pg_want_role *want,
                                   const struct pg_want_setting *sorted)
{
    size_t room = role_setting_room(d, want);
    if (room == 0) return;
    const char **names = xcalloc(room, sizeof(*names));
    size_t count = role_stored_databases(d, want, names);
    for (size_t i = 0; i < want->setting_count; i++) {
        if (sorted[i].database) names[count++] = sorted[i].database;
    }
    count = pg_texts_sort(names, count);
    struct role_scope s = {.want = want, .held = role_held_settings(d, want)};
    size_t first = 0;
    while (first < want->setting_count && !sorted[first].database) first++;
    for (size_t i = 0; i < count; i++) {
        s.database = names[i];
        s.settings = &sorted[first];
        s.count = 0;
        for (; first < want->setting_count && PG_TEXTS_SAME(sorted[first].database, names[i]);
             first++) {
            s.count++;
        }
        role_scope_settings(d, &s);
    }
    free(names);
}

static void role_settings(struct pg_diff *d, const struct pg_want_role *want, bool in_databases)
{
    struct role_scope s = {.want = want};
    if (!pg_wanted_role_exists(&d->wanted, want->name)) return;
    struct pg_want_setting *sorted = role_sort_settings(d, want);
    if (in_databases) {
        role_database_settings(d, want, sorted);
        return;
    }
    s.settings = sorted;
    while (s.count < want->setting_count && !sorted[s.count].database) s.count++;
    role_scope_settings(d, &s);
}

void pg_diff_role_settings(struct pg_diff *d, bool in_databases)
{
    for (size_t i = 0; i < d->want->role_count; i++) role_settings(d, d->roles[i], in_databases);
}
