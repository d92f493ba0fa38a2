/* Roles: their being there, their attributes and their settings. Only what is declared and differs
 * is ever named: ALTER ROLE ... NOSUPERUSER is refused to everybody but superusers even where it
 * changes nothing (measured on PostgreSQL 15 to 18). */
#include "pg/diff_part.h"

#include <stdio.h>
#include <string.h>

#include "pg/act.h"
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

static const char *on_off(bool value)
{
    return value ? "on" : "off";
}

static void limit_text(char *out, size_t size, int limit)
{
    if (limit < 0) {
        snprintf(out, size, "none");
    } else {
        snprintf(out, size, "%d", limit);
    }
}

/* A new role, as far as comparing is concerned. */
static struct pg_role initial_role(const char *name)
{
    struct pg_role role = {.name = name, .connection_limit = -1};
    for (size_t i = 0; i < PG_ATTR_N; i++) role.attributes[i] = attributes[i].initial;
    return role;
}

/* Each of these adds its clause to the statement and its delta, where there is a difference.
 * 'fresh': the role is being created, so there is no value that it had before. */

static void diff_attributes(struct pg_build *b, const struct pg_cluster *cluster,
                            const struct pg_want_role *want, const struct pg_role *have, bool fresh)
{
    for (size_t i = 0; i < PG_ATTR_N; i++) {
        if (want->attributes[i] == PG_UNSET) continue;
        bool wanted = want->attributes[i] == PG_ON;
        if (wanted == have->attributes[i] || !pg_act_attribute(cluster, (enum pg_attribute)i)) {
            continue;
        }
        pg_build_delta(b, attributes[i].word, fresh ? NULL : on_off(!wanted), on_off(wanted));
        buf_printf(&b->sql, " %s%s", wanted ? "" : "NO", attributes[i].sql);
        if (!wanted && i != PG_ATTR_INHERIT) b->now.widening = true;
        if (!wanted && i == PG_ATTR_LOGIN) b->now.destructive = true;
    }
}

static void diff_limit(struct pg_build *b, const struct pg_want_role *want,
                       const struct pg_role *have, bool fresh)
{
    char from[16];
    char to[16];
    if (!want->has_connection_limit || want->connection_limit == have->connection_limit) return;
    limit_text(from, sizeof(from), have->connection_limit);
    limit_text(to, sizeof(to), want->connection_limit);
    pg_build_delta(b, "connection limit", fresh ? NULL : from, to);
    buf_printf(&b->sql, " CONNECTION LIMIT %d", want->connection_limit);
    /* -1 is the largest of all. */
    if ((unsigned)have->connection_limit > (unsigned)want->connection_limit) {
        b->now.widening = true;
    }
}

static void diff_valid_until(struct pg_build *b, const struct pg_want_role *want,
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

/* A statement of its own. */
static void diff_comment(struct pg_build *b, const struct pg_want_role *want,
                         const struct pg_role *have)
{
    const char *from = have->comment ? have->comment : "";
    if (!want->comment || strcmp(want->comment, from) == 0) return;
    pg_build_delta(b, "comment", have->comment, *want->comment ? want->comment : NULL);
    buf_str(&b->sql, "COMMENT ON ROLE ");
    pg_ident(&b->sql, want->name);
    buf_str(&b->sql, " IS ");
    if (*want->comment) {
        pg_literal(&b->sql, want->comment);
    } else {
        buf_str(&b->sql, "NULL");
    }
    pg_build_statement(b);
}

/* What the administrator cannot give or take is reported apart, so that the rest can be done. */
static void report_attributes(struct pg_diff *d, const struct pg_want_role *want,
                              const struct pg_role *have)
{
    struct pg_build *b = &d->build;
    pg_build_begin(b, PG_CHANGE_ROLE_ALTER, NULL, "reserved attributes of role %s", want->name);
    for (size_t i = 0; i < PG_ATTR_N; i++) {
        bool wanted = want->attributes[i] == PG_ON;
        if (want->attributes[i] == PG_UNSET || wanted == have->attributes[i]) continue;
        if (pg_act_attribute(d->cluster, (enum pg_attribute)i)) continue;
        pg_build_delta(b, attributes[i].word, on_off(!wanted), on_off(wanted));
        if (!wanted) b->now.widening = true;
    }
    b->now.unfixable = "only a superuser may give or take it";
    pg_build_end(b);
}

static void create_role(struct pg_diff *d, const struct pg_want_role *want)
{
    struct pg_build *b = &d->build;
    struct pg_role none = initial_role(want->name);
    pg_build_begin(b, PG_CHANGE_ROLE_CREATE, NULL, "role %s", want->name);
    pg_build_delta(b, "role", NULL, "present");
    if (!want->create_allowed) {
        b->now.unfixable = "it does not exist, and is not to be created from here";
        pg_build_end(b);
        return;
    }
    buf_str(&b->sql, "CREATE ROLE ");
    pg_ident(&b->sql, want->name);
    diff_attributes(b, d->cluster, want, &none, true);
    diff_limit(b, want, &none, true);
    diff_valid_until(b, want, &none, true);
    if (want->password) {
        pg_build_delta(b, "password", NULL, "(set)");
        buf_str(&b->sql, " PASSWORD ");
        pg_build_password(b, want->password, want->name);
    } else {
        pg_build_statement(b);
    }
    diff_comment(b, want, &none);
    b->now.widening = false;
    b->now.destructive = false;
    pg_build_end(b);
    report_attributes(d, want, &none);
}

void pg_diff_role_create(struct pg_diff *d)
{
    for (size_t i = 0; i < d->want->role_count; i++) {
        if (!pg_cluster_role(d->cluster, d->roles[i]->name)) create_role(d, d->roles[i]);
    }
}

static const char only_superusers[] = "only a superuser may alter a superuser";

/* 'attributes': more than the comment differs. */
static const char *never_altered(const struct pg_diff *d, const struct pg_role *have,
                                 bool attributes_differ)
{
    const struct pg_cluster *cluster = d->cluster;
    if (cluster->superuser) return NULL;
    if (have->oid == cluster->user) {
        return "it is the connected administrator, whose attributes are not changed from here";
    }
    if (pg_diff_is_out_of_reach(d->cluster, have)) return only_superusers;
    /* Whichever attribute it is; from 16 on that is no longer asked (source: user.c of both). */
    if (attributes_differ && have->attributes[PG_ATTR_REPLICATION] &&
        cluster->server_version < 160000) {
        return "before PostgreSQL 16 only a superuser may alter a role with replication";
    }
    return NULL;
}

static void alter_role(struct pg_diff *d, const struct pg_want_role *want,
                       const struct pg_role *have)
{
    struct pg_build *b = &d->build;
    pg_build_begin(b, PG_CHANGE_ROLE_ALTER, NULL, "role %s", want->name);
    buf_str(&b->sql, "ALTER ROLE ");
    pg_ident(&b->sql, want->name);
    diff_attributes(b, d->cluster, want, have, false);
    diff_limit(b, want, have, false);
    diff_valid_until(b, want, have, false);
    bool attributes_differ = b->now.delta_count > 0;
    if (attributes_differ) {
        pg_build_statement(b);
    } else {
        buf_reset(&b->sql);
    }
    diff_comment(b, want, have);
    b->now.unfixable = never_altered(d, have, attributes_differ);
    pg_build_end(b);
    report_attributes(d, want, have);
}

void pg_diff_role_alter(struct pg_diff *d)
{
    for (size_t i = 0; i < d->want->role_count; i++) {
        const struct pg_role *have = pg_cluster_role(d->cluster, d->roles[i]->name);
        if (have) alter_role(d, d->roles[i], have);
    }
}

/* --- settings --------------------------------------------------------------------------------- */

static void role_settings(struct pg_diff *d, const struct pg_want_role *want, const char *database)
{
    struct pg_build *b = &d->build;
    struct buf alter;
    const struct pg_role *have = pg_cluster_role(d->cluster, want->name);
    const struct pg_database_row *row = database ? pg_cluster_database(d->cluster, database) : NULL;
    if (!pg_diff_role_exists(d, want->name)) return;
    buf_init(&alter, PG_STATEMENT_MAX);
    buf_str(&alter, "ALTER ROLE ");
    pg_ident(&alter, want->name);
    if (database) {
        buf_str(&alter, " IN DATABASE ");
        pg_ident(&alter, database);
    }
    buf_char(&alter, ' ');
    pg_build_begin(b, database ? PG_CHANGE_ROLE_DATABASE_SETTING : PG_CHANGE_ROLE_SETTING, NULL,
                   "settings of role %s%s%s", want->name, database ? " in " : "",
                   database ? database : "");
    pg_diff_setting_list(d, &(struct pg_diff_settings){
                                .role = have ? have->oid : 0,
                                .database = row ? row->oid : 0,
                                .exists = have && (row || !database),
                                .wanted = want->settings,
                                .count = want->setting_count,
                                .only_database = database,
                                .exact = want->settings_exact,
                                .alter = buf_text(&alter),
                            });
    if (pg_diff_is_out_of_reach(d->cluster, have)) b->now.unfixable = only_superusers;
    if (database && !pg_diff_database_exists(d, database)) {
        b->now.unfixable = "there is no such database";
    }
    pg_build_end(b);
    buf_done(&alter);
}

/* Every database for which the role declares something or, where that is exact, has something. */
static bool concerns(const struct pg_diff *d, const struct pg_want_role *want,
                     const struct pg_database_row *row)
{
    for (size_t i = 0; i < want->setting_count; i++) {
        const char *of = want->settings[i].database;
        if (of && strcmp(of, row->name) == 0) return true;
    }
    const struct pg_role *have = pg_cluster_role(d->cluster, want->name);
    for (size_t i = 0; have && want->settings_exact && i < d->cluster->setting_count; i++) {
        const struct pg_setting *s = &d->cluster->settings[i];
        if (s->role == have->oid && s->database == row->oid) return true;
    }
    return false;
}

/* Is setting 'i' the first for its database? */
static bool is_first_of(const struct pg_want_role *want, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        const char *of = want->settings[k].database;
        if (of && strcmp(of, want->settings[i].database) == 0) return false;
    }
    return true;
}

static void role_database_settings(struct pg_diff *d, const struct pg_want_role *want)
{
    for (size_t i = 0; i < d->cluster->database_count; i++) {
        const struct pg_database_row *row = &d->cluster->databases[i];
        if (concerns(d, want, row)) role_settings(d, want, row->name);
    }
    /* Those that pg_diff_database_create() makes, or nobody. */
    for (size_t i = 0; i < want->setting_count; i++) {
        const char *of = want->settings[i].database;
        if (of && !pg_cluster_database(d->cluster, of) && is_first_of(want, i)) {
            role_settings(d, want, of);
        }
    }
}

void pg_diff_role_settings(struct pg_diff *d, bool in_databases)
{
    for (size_t i = 0; i < d->want->role_count; i++) {
        if (in_databases) {
            role_database_settings(d, d->roles[i]);
        } else {
            role_settings(d, d->roles[i], NULL);
        }
    }
}
