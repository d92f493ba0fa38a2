/* Databases as rows of the cluster: their being there, owner, limit, locale, settings. What is
 * inside them is not looked at here. */
#include "pg/diff/diff_part.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "pg/diff/act.h"
#include "pg/ident.h"

/* The next letter or digit that matters, in lower case: "UTF-8", "UTF8" and "utf8" are one. */
static int next_significant(const char **p, bool fold)
{
    while (fold && **p && !isalnum((unsigned char)**p)) (*p)++;
    int c = fold ? tolower((unsigned char)**p) : (unsigned char)**p;
    if (**p) (*p)++;
    return c;
}

static bool same_encoding(const char *a, const char *b)
{
    int x;
    do {
        x = next_significant(&a, true);
        if (x != next_significant(&b, true)) return false;
    } while (x);
    return true;
}

/* "ko_KR.UTF-8" and "ko_KR.utf8" are one locale; the part before the dot is compared as it is. */
static bool same_locale(const char *a, const char *b)
{
    if (strcmp(a, "POSIX") == 0) a = "C";
    if (strcmp(b, "POSIX") == 0) b = "C";
    size_t n = strcspn(a, ".");
    if (n != strcspn(b, ".") || strncmp(a, b, n) != 0) return false;
    if (!a[n] || !b[n]) return a[n] == b[n];
    return same_encoding(a + n + 1, b + n + 1);
}

static void dbrow_add_literal(struct pg_build *b, const char *field, const char *clause,
                              const char *value)
{
    if (!value) return;
    pg_build_delta(b, field, NULL, value);
    buf_str(&b->sql, clause);
    pg_literal(&b->sql, value);
}

static void dbrow_add_identifier(struct pg_build *b, const char *field, const char *clause,
                                 const char *value)
{
    if (!value) return;
    pg_build_delta(b, field, NULL, value);
    buf_str(&b->sql, clause);
    pg_ident(&b->sql, value);
}

static void dbrow_create(struct pg_diff *d, const struct pg_want_database *want)
{
    struct pg_build *b = &d->build;
    char limit[16];
    bool locale = want->encoding || want->collate || want->ctype;
    const char *from = want->template_name ? want->template_name : locale ? "template0" : NULL;
    pg_build_begin(b, PG_CHANGE_DATABASE_CREATE, NULL, "database %s", want->name);
    pg_build_delta(b, "database", NULL, "present");
    buf_str(&b->sql, "CREATE DATABASE ");
    pg_ident(&b->sql, want->name);
    dbrow_add_identifier(b, "owner", " OWNER ", want->owner);
    dbrow_add_identifier(b, "template", " TEMPLATE ", from);
    dbrow_add_literal(b, "encoding", " ENCODING ", want->encoding);
    dbrow_add_literal(b, "collation", " LC_COLLATE ", want->collate);
    dbrow_add_literal(b, "character type", " LC_CTYPE ", want->ctype);
    if (want->has_connection_limit && want->connection_limit != -1) {
        pg_build_limit_text(limit, want->connection_limit);
        pg_build_delta(b, "connection limit", NULL, limit);
        buf_printf(&b->sql, " CONNECTION LIMIT %d", want->connection_limit);
    }
    pg_build_statement(b);
    pg_build_comment(b, "DATABASE", want->name, want->comment, NULL);
    /* CREATE DATABASE is refused inside a transaction. */
    b->now.mode = SQL_EACH;
    if (!want->create_allowed) {
        b->now.unfixable = "it does not exist, and is not to be created from here";
    } else if (want->owner) {
        b->now.unfixable = pg_diff_never_owner(d, want->owner);
    }
    pg_build_end(b);
}

void pg_diff_database_create(struct pg_diff *d)
{
    for (size_t i = 0; i < d->want->database_count; i++) {
        const struct pg_want_database *want = d->databases[i];
        if (!pg_cluster_database(d->cluster, want->name)) dbrow_create(d, want);
    }
}

static void dbrow_begin_alter(struct pg_build *b, const char *name)
{
    buf_str(&b->sql, "ALTER DATABASE ");
    pg_ident(&b->sql, name);
}

static void dbrow_alter(struct pg_diff *d, const struct pg_want_database *want,
                        const struct pg_database_row *have)
{
    struct pg_build *b = &d->build;
    const struct pg_role *owner = pg_cluster_role_by_oid(d->cluster, have->owner);
    const char *owner_name = owner ? owner->name : "?";
    bool new_owner = want->owner && strcmp(want->owner, owner_name) != 0;
    char from[16];
    char to[16];
    pg_build_begin(b, PG_CHANGE_DATABASE_ALTER, NULL, "database %s", want->name);
    if (new_owner) {
        pg_build_delta(b, "owner", owner_name, want->owner);
        dbrow_begin_alter(b, want->name);
        buf_str(&b->sql, " OWNER TO ");
        pg_ident(&b->sql, want->owner);
        pg_build_statement(b);
        b->now.widening = true;
        b->now.destructive = true;
    }
    if (want->has_connection_limit && want->connection_limit != have->connection_limit) {
        pg_build_limit_text(from, have->connection_limit);
        pg_build_limit_text(to, want->connection_limit);
        pg_build_delta(b, "connection limit", from, to);
        dbrow_begin_alter(b, want->name);
        buf_printf(&b->sql, " CONNECTION LIMIT %d", want->connection_limit);
        pg_build_statement(b);
    }
    pg_build_comment(b, "DATABASE", want->name, want->comment, have->comment);
    b->now.unfixable = pg_act_never(d->cluster, &d->names, have->owner);
    if (new_owner && !b->now.unfixable) b->now.unfixable = pg_diff_never_owner(d, want->owner);
    pg_build_end(b);
}

/* What is fixed when a database is made: what differs of it, in the order of the fields. */
struct fixed {
    const char *field;
    const char *have;
    const char *want;
};

static size_t dbrow_fixed(const struct pg_want_database *want, const struct pg_database_row *have,
                          struct fixed out[3])
{
    size_t n = 0;
    if (want->encoding && !same_encoding(want->encoding, have->encoding))
        out[n++] = (struct fixed){"encoding", have->encoding, want->encoding};
    if (want->collate && !same_locale(want->collate, have->collate))
        out[n++] = (struct fixed){"collation", have->collate, want->collate};
    if (want->ctype && !same_locale(want->ctype, have->ctype))
        out[n++] = (struct fixed){"character type", have->ctype, want->ctype};
    return n;
}

static void dbrow_immutable(struct pg_diff *d, const struct pg_want_database *want,
                            const struct pg_database_row *have)
{
    struct pg_build *b = &d->build;
    struct fixed fixed[3];
    size_t n = dbrow_fixed(want, have, fixed);
    pg_build_begin(b, PG_CHANGE_DATABASE_IMMUTABLE, NULL, "locale of database %s", want->name);
    for (size_t i = 0; i < n; i++) pg_build_delta(b, fixed[i].field, fixed[i].have, fixed[i].want);
    b->now.unfixable =
        "it is fixed when a database is created: dump it, create it anew, and restore it";
    pg_build_end(b);
}

const char *pg_database_unachievable(const struct pg_want *want, const char *name,
                                     const struct pg_cluster *cluster, struct arena *arena)
{
    const struct pg_database_row *have = pg_cluster_database(cluster, name);
    struct fixed fixed[3];
    for (size_t i = 0; have && i < want->database_count; i++) {
        if (strcmp(want->databases[i].name, name) != 0) continue;
        if (!dbrow_fixed(&want->databases[i], have, fixed)) return NULL;
        return arena_printf(arena, "database %s cannot be what is declared: its %s is %s, not %s",
                            name, fixed[0].field, fixed[0].have, fixed[0].want);
    }
    return NULL;
}

void pg_diff_database_alter(struct pg_diff *d)
{
    for (size_t i = 0; i < d->want->database_count; i++) {
        const struct pg_want_database *want = d->databases[i];
        const struct pg_database_row *have = pg_cluster_database(d->cluster, want->name);
        if (!have) continue;
        dbrow_alter(d, want, have);
        dbrow_immutable(d, want, have);
    }
}

void pg_diff_database_settings(struct pg_diff *d)
{
    struct pg_build *b = &d->build;
    for (size_t i = 0; i < d->want->database_count; i++) {
        const struct pg_want_database *want = d->databases[i];
        const struct pg_database_row *have = pg_cluster_database(d->cluster, want->name);
        struct buf start;
        if (!pg_diff_database_exists(d, want->name)) continue;
        buf_init(&start, PG_STATEMENT_MAX);
        buf_str(&start, "ALTER DATABASE ");
        pg_ident(&start, want->name);
        buf_char(&start, ' ');
        pg_build_begin(b, PG_CHANGE_DATABASE_SETTING, NULL, "settings of database %s", want->name);
        pg_diff_setting_list(d, &(struct pg_diff_settings){
                                    .database = have ? have->oid : 0,
                                    .exists = have,
                                    .wanted = want->settings,
                                    .count = want->setting_count,
                                    .exact = want->settings_exact,
                                    .alter = buf_text(&start),
                                });
        if (have) b->now.unfixable = pg_act_never(d->cluster, &d->names, have->owner);
        pg_build_end(b);
        buf_done(&start);
    }
}
