/* Rows of the cluster's queries to struct pg_cluster; and the change probe, which both kinds of
 * read begin with. */
#include "pg/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "pg/catalog/array.h"
#include "pg/catalog/decode.h"
#include "pg/classify.h"

enum { COUNTERS, SESSION, ROLES, MEMBERS, DATABASES, SETTINGS, QUERY_N };

static const size_t columns[QUERY_N] = {
    [COUNTERS] = 4, [SESSION] = 9, [ROLES] = 14, [MEMBERS] = 6, [DATABASES] = 11, [SETTINGS] = 3,
};

/* --- the change probe ------------------------------------------------------------------------- */

int pg_counters_decode(struct pg_counters *counters, const struct sql_rows *rows, struct err *err)
{
    struct pg_decode d = {.rows = rows, .err = err};
    struct pg_counters result = {0};
    if (rows->columns != columns[COUNTERS] || rows->rows < 2 || rows->rows > PG_COUNTERS_MAX + 1) {
        return err_set(err, ERR_PROTOCOL, "the change probe gave %zu rows", rows->rows);
    }
    for (d.row = 0; d.row < rows->rows; d.row++) {
        uint32_t catalog = pg_decode_oid(&d, 0);
        if (catalog == 0) {
            result.started = pg_decode_int(&d, 1);
        } else if (result.count < PG_COUNTERS_MAX) {
            result.items[result.count++] = (struct pg_counter){
                .catalog = catalog,
                .writes = pg_decode_int(&d, 1) + pg_decode_int(&d, 2) + pg_decode_int(&d, 3),
            };
        }
    }
    if (d.failed) return -1;
    *counters = result;
    return 0;
}

bool pg_counters_equal(const struct pg_counters *a, const struct pg_counters *b)
{
    if (!a->count || a->count != b->count || a->started != b->started) return false;
    for (size_t i = 0; i < a->count; i++) {
        if (a->items[i].catalog != b->items[i].catalog) return false;
        if (a->items[i].writes != b->items[i].writes) return false;
    }
    return true;
}

/* --- rows ------------------------------------------------------------------------------------- */

static void cluster_decode_session(struct pg_decode *d, struct pg_cluster *c)
{
    if (d->rows->rows != 1) {
        pg_decode_fail(d, "no session");
        return;
    }
    c->server_version = (int)pg_decode_int(d, 0);
    c->user = pg_decode_oid(d, 1);
    c->superuser = pg_decode_bool(d, 2);
    c->in_recovery = pg_decode_bool(d, 3);
    c->read_only = strcmp(pg_decode_name(d, 4), "on") == 0;
    c->track_counts = strcmp(pg_decode_name(d, 5), "on") == 0;
    c->allowed_extensions = pg_decode_text(d, 6);
    c->system_identifier = (uint64_t)pg_decode_int(d, 7);
}

/* NULL and 'infinity' both mean: never ends. */
static void cluster_decode_valid_until(struct pg_decode *d, size_t column, struct pg_role *role)
{
    const char *text = pg_decode_raw(d, column);
    if (!text || strcmp(text, "Infinity") == 0) return;
    role->expires = true;
    role->valid_until = strcmp(text, "-Infinity") == 0 ? INT64_MIN : pg_decode_int(d, column);
}

static void cluster_decode_roles(struct pg_decode *d, struct pg_cluster *c)
{
    struct pg_role *roles = arena_array(d->arena, d->rows->rows, sizeof(*roles));
    pg_names_init(&c->names, d->arena, d->rows->rows);
    for (d->row = 0; d->row < d->rows->rows; d->row++) {
        struct pg_role *role = &roles[d->row];
        role->oid = pg_decode_oid(d, 0);
        role->name = pg_decode_name(d, 1);
        for (size_t i = 0; i < PG_ATTR_N; i++) role->attributes[i] = pg_decode_bool(d, 2 + i);
        role->connection_limit = (int)pg_decode_int(d, 9);
        cluster_decode_valid_until(d, 10, role);
        role->comment = pg_decode_text(d, 11);
        role->usable = pg_decode_bool(d, 12);
        role->administered = pg_decode_bool(d, 13);
        pg_names_add(&c->names, role->oid, role->name, role->usable);
    }
    c->roles = roles;
    c->role_count = d->rows->rows;
    d->names = &c->names;
}

/* Absent before PostgreSQL 16: then every membership may SET ROLE, and inherits as its member does.
 */
static bool cluster_decode_option(struct pg_decode *d, size_t column, bool absent)
{
    return pg_decode_raw(d, column) ? pg_decode_bool(d, column) : absent;
}

static void cluster_decode_members(struct pg_decode *d, struct pg_cluster *c)
{
    struct pg_member *members = arena_array(d->arena, d->rows->rows, sizeof(*members));
    for (d->row = 0; d->row < d->rows->rows; d->row++) {
        const struct pg_role *member = pg_cluster_role_by_oid(c, pg_decode_oid(d, 1));
        members[d->row] = (struct pg_member){
            .role = pg_decode_oid(d, 0),
            .member = pg_decode_oid(d, 1),
            .grantor = pg_decode_oid(d, 2),
            .admin = pg_decode_bool(d, 3),
            .inherit = cluster_decode_option(d, 4, !member || member->attributes[PG_ATTR_INHERIT]),
            .set = cluster_decode_option(d, 5, true),
        };
    }
    c->members = members;
    c->member_count = d->rows->rows;
}

static void cluster_decode_databases(struct pg_decode *d, struct pg_cluster *c)
{
    struct pg_database_row *databases = arena_array(d->arena, d->rows->rows, sizeof(*databases));
    for (d->row = 0; d->row < d->rows->rows; d->row++) {
        databases[d->row] = (struct pg_database_row){
            .oid = pg_decode_oid(d, 0),
            .name = pg_decode_name(d, 1),
            .owner = pg_decode_oid(d, 2),
            .encoding = pg_decode_name(d, 3),
            .collate = pg_decode_name(d, 4),
            .ctype = pg_decode_name(d, 5),
            .is_template = pg_decode_bool(d, 6),
            .allow_connections = pg_decode_bool(d, 7),
            .connection_limit = (int)pg_decode_int(d, 8),
            .acl = pg_decode_acl(d, 9),
            .comment = pg_decode_text(d, 10),
        };
    }
    c->databases = databases;
    c->database_count = d->rows->rows;
    pg_names_init(&c->database_names, d->arena, c->database_count);
    for (size_t i = 0; i < c->database_count && !d->failed; i++) {
        pg_names_add(&c->database_names, databases[i].oid, databases[i].name, false);
    }
}

struct setting_place {
    uint32_t role;
    uint32_t database;
    uint32_t index;
};

static int compare_setting_places(const void *a, const void *b)
{
    const struct setting_place *x = a;
    const struct setting_place *y = b;
    if (x->role != y->role) return x->role < y->role ? -1 : 1;
    if (x->database != y->database) return x->database < y->database ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static void cluster_index_settings(struct pg_cluster *c, struct arena *arena)
{
    size_t n = c->setting_count;
    struct setting_place *places = xcalloc(n + 1, sizeof(*places));
    uint32_t *by_scope = arena_array(arena, n, sizeof(*by_scope));
    for (size_t i = 0; i < n; i++) {
        const struct pg_setting *s = &c->settings[i];
        places[i] = (struct setting_place){s->role, s->database, (uint32_t)i};
    }
    qsort(places, n, sizeof(*places), compare_setting_places);
    for (size_t i = 0; i < n; i++) by_scope[i] = places[i].index;
    c->by_scope = by_scope;
    free(places);
}

/* Each row holds an array of "name=value". */
static void cluster_decode_settings(struct pg_decode *d, struct pg_cluster *c)
{
    size_t room = 0;
    size_t used = 0;
    for (d->row = 0; d->row < d->rows->rows; d->row++) {
        const char *text = pg_decode_raw(d, 2);
        room += text ? pg_array_room(text) : 0;
    }
    struct pg_setting *settings = arena_array(d->arena, room, sizeof(*settings));
    for (d->row = 0; d->row < d->rows->rows; d->row++) {
        size_t count;
        const char *const *pairs = pg_decode_array(d, 2, &count);
        for (size_t i = 0; i < count; i++) {
            const char *equals = strchr(pairs[i], '=');
            if (!equals) {
                pg_decode_fail(d, "a setting without a value");
                return;
            }
            settings[used++] = (struct pg_setting){
                .database = pg_decode_oid(d, 0),
                .role = pg_decode_oid(d, 1),
                .name = arena_strndup(d->arena, pairs[i], (size_t)(equals - pairs[i])),
                .value = equals + 1,
            };
        }
    }
    c->settings = settings;
    c->setting_count = used;
    cluster_index_settings(c, d->arena);
}

struct pg_cluster *pg_cluster_decode(const struct sql_reply *reply, struct arena *arena,
                                     struct err *err)
{
    static void (*const decoders[QUERY_N])(struct pg_decode *, struct pg_cluster *) = {
        [SESSION] = cluster_decode_session,   [ROLES] = cluster_decode_roles,
        [MEMBERS] = cluster_decode_members,   [DATABASES] = cluster_decode_databases,
        [SETTINGS] = cluster_decode_settings,
    };
    if (pg_decode_check(reply, columns, QUERY_N, err) < 0) return NULL;
    struct pg_cluster *c = arena_alloc(arena, sizeof(*c));
    if (pg_counters_decode(&c->counters, &reply->results[COUNTERS], err) < 0) return NULL;
    struct pg_decode d = {.arena = arena, .err = err};
    for (size_t i = SESSION; i < QUERY_N && !d.failed; i++) {
        d.rows = &reply->results[i];
        d.row = 0;
        decoders[i](&d, c);
    }
    if (d.failed) return NULL;
    pg_cluster_index(c, arena);
    return c;
}

/* --- questions -------------------------------------------------------------------------------- */

/* Roles and names were filled side by side. */
static const struct pg_role *cluster_role_of(const struct pg_cluster *c, const struct pg_name *name)
{
    return name ? &c->roles[name - c->names.items] : NULL;
}

const struct pg_role *pg_cluster_role(const struct pg_cluster *c, const char *name)
{
    return cluster_role_of(c, pg_names_find(&c->names, name, strlen(name)));
}

const struct pg_role *pg_cluster_role_by_oid(const struct pg_cluster *c, uint32_t oid)
{
    return cluster_role_of(c, pg_names_by_oid(&c->names, oid));
}

size_t pg_cluster_number(const struct pg_cluster *c, uint32_t oid)
{
    const struct pg_name *name = pg_names_by_oid(&c->names, oid);
    return name ? (size_t)(name - c->names.items) : SIZE_MAX;
}

const struct pg_database_row *pg_cluster_database(const struct pg_cluster *c, const char *name)
{
    const struct pg_name *found = pg_names_find(&c->database_names, name, strlen(name));
    return found ? &c->databases[found - c->database_names.items] : NULL;
}

/* The first of c->by_scope at or behind (role, database). */
static size_t cluster_first_setting(const struct pg_cluster *c, uint32_t role, uint64_t database)
{
    size_t low = 0;
    size_t high = c->setting_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct pg_setting *s = &c->settings[c->by_scope[middle]];
        if (s->role < role || (s->role == role && s->database < database)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct pg_range pg_cluster_settings(const struct pg_cluster *c, uint32_t role, uint32_t database)
{
    return (struct pg_range){cluster_first_setting(c, role, database),
                             cluster_first_setting(c, role, (uint64_t)database + 1)};
}

struct pg_range pg_cluster_role_settings(const struct pg_cluster *c, uint32_t role)
{
    return (struct pg_range){cluster_first_setting(c, role, 0),
                             cluster_first_setting(c, role, (uint64_t)UINT32_MAX + 1)};
}
