/* Rows of one database's queries to struct pg_database. Made for a hundred thousand tables: names
 * are copied once, as the array they came in, and lists that repeat are parsed once. */
#include "pg/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "pg/catalog/decode.h"
#include "pg/classify.h"

enum {
    COUNTERS,
    SESSION,
    ROLES,
    SCHEMAS,
    RELATIONS,
    COLUMNS,
    ROUTINES,
    DEFAULTS,
    EXTENSIONS,
    QUERY_N
};

static const size_t columns[QUERY_N] = {
    [COUNTERS] = 4, [SESSION] = 3,  [ROLES] = 3,    [SCHEMAS] = 5,    [RELATIONS] = 7,
    [COLUMNS] = 4,  [ROUTINES] = 7, [DEFAULTS] = 4, [EXTENSIONS] = 3,
};

static void database_decode_session(struct pg_decode *d, struct pg_database *db)
{
    if (d->rows->rows != 1) {
        pg_decode_fail(d, "no database");
        return;
    }
    db->oid = pg_decode_oid(d, 0);
    db->name = pg_decode_name(d, 1);
}

static void database_decode_roles(struct pg_decode *d, struct pg_database *db)
{
    pg_names_init(&db->names, d->arena, d->rows->rows);
    for (d->row = 0; d->row < d->rows->rows; d->row++) {
        pg_names_add(&db->names, pg_decode_oid(d, 0), pg_decode_name(d, 1), pg_decode_bool(d, 2));
    }
    d->names = &db->names;
}

static void database_decode_schemas(struct pg_decode *d, struct pg_database *db)
{
    struct pg_schema *schemas = arena_array(d->arena, d->rows->rows, sizeof(*schemas));
    for (d->row = 0; d->row < d->rows->rows; d->row++) {
        schemas[d->row] = (struct pg_schema){
            .oid = pg_decode_oid(d, 0),
            .name = pg_decode_name(d, 1),
            .owner = pg_decode_oid(d, 2),
            .acl = pg_decode_acl(d, 3),
            .extension = pg_decode_bool(d, 4),
        };
    }
    db->schemas = schemas;
    db->schema_count = d->rows->rows;
    pg_names_init(&db->schema_names, d->arena, db->schema_count);
    for (size_t i = 0; i < db->schema_count && !d->failed; i++) {
        pg_names_add(&db->schema_names, schemas[i].oid, schemas[i].name, false);
    }
}

static bool database_kind_of(const char *letter, enum pg_kind *kind)
{
    static const char letters[] = {
        [PG_KIND_SCHEMA] = 'n',  [PG_KIND_TABLE] = 'r', [PG_KIND_SEQUENCE] = 'S',
        [PG_KIND_ROUTINE] = 'f', [PG_KIND_TYPE] = 'T',  [PG_KIND_LARGE_OBJECT] = 'L',
    };
    for (size_t i = 0; i < sizeof(letters); i++) {
        if (letters[i] && letter && letters[i] == *letter) {
            *kind = (enum pg_kind)i;
            return true;
        }
    }
    return false;
}

/* The list of objects without one of their own repeats from row to row: parsed when it changes. */
struct last_default {
    const char *text;
    struct pg_acl acl;
};

static struct pg_acl database_group_acl(struct pg_decode *d, struct last_default *last)
{
    if (pg_decode_raw(d, 3)) return pg_decode_acl(d, 3);
    const char *text = pg_decode_raw(d, 4);
    if (!last->text || !text || strcmp(last->text, text) != 0) {
        last->acl = pg_decode_acl(d, 4);
        last->text = text;
    }
    return last->acl;
}

/* Appends the rows of relations or routines to the groups, which have room. */
static void database_decode_groups(struct pg_decode *d, struct pg_database *db,
                                   struct pg_group *groups)
{
    struct last_default last = {0};
    for (d->row = 0; d->row < d->rows->rows && !d->failed; d->row++) {
        struct pg_group *g = &groups[db->group_count];
        const char *kind = pg_decode_raw(d, 1);
        *g = (struct pg_group){
            .schema = pg_decode_oid(d, 0),
            .owner = pg_decode_oid(d, 2),
            .extension = pg_decode_bool(d, 5),
            .acl = database_group_acl(d, &last),
        };
        /* acldefault() and our query say 's' for a sequence, pg_default_acl says 'S'. */
        if (!database_kind_of(kind && *kind == 's' ? "S" : kind, &g->kind)) {
            pg_decode_fail(d, "an unknown kind of object");
        }
        g->names = pg_decode_array(d, 6, &g->count);
        db->object_count += g->count;
        db->group_count++;
    }
}

static int compare_columns(const void *a, const void *b)
{
    const struct pg_column *x = a;
    const struct pg_column *y = b;
    if (x->schema != y->schema) return x->schema < y->schema ? -1 : 1;
    int order = strcmp(x->table, y->table);
    return order ? order : strcmp(x->name, y->name);
}

static void database_decode_columns(struct pg_decode *d, struct pg_database *db)
{
    struct pg_column *items = arena_array(d->arena, d->rows->rows, sizeof(*items));
    for (d->row = 0; d->row < d->rows->rows; d->row++) {
        items[d->row] = (struct pg_column){
            .schema = pg_decode_oid(d, 0),
            .table = pg_decode_name(d, 1),
            .name = pg_decode_name(d, 2),
            .acl = pg_decode_acl(d, 3),
        };
    }
    if (d->rows->rows) qsort(items, d->rows->rows, sizeof(*items), compare_columns);
    db->columns = items;
    db->column_count = d->rows->rows;
}

int pg_default_compare(const struct pg_default *a, const struct pg_default *b)
{
    if (a->role != b->role) return a->role < b->role ? -1 : 1;
    if (a->schema != b->schema) return a->schema < b->schema ? -1 : 1;
    return (int)a->kind - (int)b->kind;
}

static int compare_defaults(const void *a, const void *b)
{
    return pg_default_compare(a, b);
}

static void database_decode_defaults(struct pg_decode *d, struct pg_database *db)
{
    struct pg_default *items = arena_array(d->arena, d->rows->rows, sizeof(*items));
    for (d->row = 0; d->row < d->rows->rows; d->row++) {
        struct pg_default *item = &items[db->default_count];
        /* A kind that a future server may have is not managed. */
        if (!database_kind_of(pg_decode_raw(d, 2), &item->kind)) continue;
        item->role = pg_decode_oid(d, 0);
        item->schema = pg_decode_oid(d, 1);
        item->acl = pg_decode_acl(d, 3);
        db->default_count++;
    }
    if (db->default_count) qsort(items, db->default_count, sizeof(*items), compare_defaults);
    db->defaults = items;
}

static void database_decode_extensions(struct pg_decode *d, struct pg_database *db)
{
    struct pg_extension *items = arena_array(d->arena, d->rows->rows, sizeof(*items));
    for (d->row = 0; d->row < d->rows->rows; d->row++) {
        items[d->row] = (struct pg_extension){
            .name = pg_decode_name(d, 0),
            .version = pg_decode_name(d, 1),
            .schema = pg_decode_name(d, 2),
        };
    }
    db->extensions = items;
    db->extension_count = d->rows->rows;
}

struct pg_database *pg_database_decode(const struct sql_reply *reply, struct arena *arena,
                                       struct err *err)
{
    static void (*const decoders[QUERY_N])(struct pg_decode *, struct pg_database *) = {
        [SESSION] = database_decode_session,   [ROLES] = database_decode_roles,
        [SCHEMAS] = database_decode_schemas,   [COLUMNS] = database_decode_columns,
        [DEFAULTS] = database_decode_defaults, [EXTENSIONS] = database_decode_extensions,
    };
    if (pg_decode_check(reply, columns, QUERY_N, err) < 0) return NULL;
    struct pg_database *db = arena_alloc(arena, sizeof(*db));
    if (pg_counters_decode(&db->counters, &reply->results[COUNTERS], err) < 0) return NULL;
    struct pg_group *groups = arena_array(
        arena, reply->results[RELATIONS].rows + reply->results[ROUTINES].rows, sizeof(*groups));
    struct pg_decode d = {.arena = arena, .err = err};
    for (size_t i = SESSION; i < QUERY_N && !d.failed; i++) {
        d.rows = &reply->results[i];
        d.row = 0;
        if (decoders[i]) {
            decoders[i](&d, db);
        } else {
            database_decode_groups(&d, db, groups);
        }
    }
    db->groups = groups;
    return d.failed ? NULL : db;
}

/* --- questions -------------------------------------------------------------------------------- */

static const struct pg_schema *database_schema_of(const struct pg_database *d,
                                                  const struct pg_name *name)
{
    return name ? &d->schemas[name - d->schema_names.items] : NULL;
}

const struct pg_schema *pg_database_schema(const struct pg_database *d, const char *name)
{
    return database_schema_of(d, pg_names_find(&d->schema_names, name, strlen(name)));
}

const struct pg_schema *pg_database_schema_by_oid(const struct pg_database *d, uint32_t oid)
{
    return database_schema_of(d, pg_names_by_oid(&d->schema_names, oid));
}
