/* See role_oracle.h. */
#include "support/role_oracle.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "support/role_oracle_inside.h"
#include "support/role_world.h"

/* How many columns are the row's name; it is unique. */
static const int keys[ROLE_TABLE_N] = {
    [ROLES] = 1, [MEMBERS] = 2, [SETTINGS] = 3, [DATABASES] = 1, [SCHEMAS] = 1,
};

static const char *const queries[ROLE_TABLE_N] = {
    [ROLES] = "SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, "
              "rolbypassrls, rolinherit, rolconnlimit, "
              "coalesce(floor(extract(epoch FROM rolvaliduntil)), 'Infinity'), "
              "coalesce(shobj_description(oid, 'pg_authid'), ''), coalesce(rolpassword, ''), xmin "
              "FROM pg_authid",
    [MEMBERS] = "SELECT r.rolname, m.rolname, grantor, admin_option, a.xmin FROM pg_auth_members a "
                "JOIN pg_authid r ON r.oid = roleid JOIN pg_authid m ON m.oid = member",
    [SETTINGS] = "SELECT coalesce(datname, ''), coalesce(rolname, ''), "
                 "split_part(pair, '=', 1), substr(pair, strpos(pair, '=') + 1), s.xmin "
                 "FROM pg_db_role_setting s CROSS JOIN unnest(setconfig) AS pair "
                 "LEFT JOIN pg_database d ON d.oid = setdatabase "
                 "LEFT JOIN pg_authid r ON r.oid = setrole",
    [DATABASES] = "SELECT datname, pg_get_userbyid(datdba), datconnlimit, "
                  "coalesce(shobj_description(oid, 'pg_database'), ''), xmin FROM pg_database",
    [SCHEMAS] = "SELECT nspname, pg_get_userbyid(nspowner), xmin FROM pg_namespace "
                "WHERE nspname !~ '^pg_toast|^pg_temp'",
};

void role_state_done(struct role_state *state)
{
    for (size_t i = 0; i < ROLE_TABLE_N; i++) PQclear(state->tables[i]);
    *state = (struct role_state){0};
}

int role_state_read(struct role_state *state, struct pg_session *s)
{
    *state = (struct role_state){0};
    for (size_t i = 0; i < ROLE_TABLE_N; i++) {
        state->tables[i] = pg_session_query(s, queries[i]);
        if (state->tables[i]) continue;
        role_state_done(state);
        return -1;
    }
    return 0;
}

/* --- rows ------------------------------------------------------------------------------------- */

const char *role_cell(const PGresult *t, int row, int column)
{
    return PQgetvalue(t, row, column);
}

/* Letter case does not matter in the name of a setting: the last of its three. */
static bool same_key(enum role_table table, int column, const char *a, const char *b)
{
    if (table == SETTINGS && column == SETTING_NAME) return strcasecmp(a, b) == 0;
    return strcmp(a, b) == 0;
}

/* The row with these names, or -1. */
int role_find(const struct role_state *s, enum role_table table, const char *const names[])
{
    const PGresult *t = s->tables[table];
    for (int row = 0; row < PQntuples(t); row++) {
        int k = 0;
        while (k < keys[table] && same_key(table, k, role_cell(t, row, k), names[k])) k++;
        if (k == keys[table]) return row;
    }
    return -1;
}

int role_find_same(const struct role_state *s, enum role_table table, const PGresult *t, int row)
{
    const char *names[3];
    for (int k = 0; k < keys[table]; k++) names[k] = role_cell(t, row, k);
    return role_find(s, table, names);
}

/* Every column alike up to 'columns'? */
bool role_same_row(const PGresult *a, int x, const PGresult *b, int y, int columns)
{
    for (int i = 0; i < columns; i++) {
        if (strcmp(role_cell(a, x, i), role_cell(b, y, i)) != 0) return false;
    }
    return true;
}

bool role_complain(struct buf *why, const char *what, const PGresult *t, int row)
{
    buf_str(why, what);
    for (int i = 0; i < PQnfields(t); i++) buf_printf(why, " | %s", role_cell(t, row, i));
    return false;
}

/* --- what is declared, and what is out of reach -------------------------------------------------
 */

const struct pg_want_role *role_want_role(const struct role_case *c, const char *name)
{
    for (size_t i = 0; i < c->want->role_count; i++) {
        if (strcmp(c->want->roles[i].name, name) == 0) return &c->want->roles[i];
    }
    return NULL;
}

const struct pg_want_database *role_want_database(const struct role_case *c, const char *name)
{
    for (size_t i = 0; i < c->want->database_count; i++) {
        if (strcmp(c->want->databases[i].name, name) == 0) return &c->want->databases[i];
    }
    return NULL;
}

/* Has a change of this object been called impossible, and names it 'field' (NULL: whatever)? */
bool role_excused(const struct role_case *c, const char *object, const char *name,
                  const char *field)
{
    size_t length = strlen(object);
    for (size_t i = 0; i < c->left->count; i++) {
        const struct pg_change *change = &c->left->items[i];
        if (!change->unfixable || strncmp(change->object, object, length) != 0) continue;
        if (strcmp(change->object + length, name) != 0) continue;
        for (size_t k = 0; k < change->delta_count; k++) {
            if (!field || strcasecmp(change->deltas[k].field, field) == 0) return true;
        }
    }
    return false;
}

/* --- roles ------------------------------------------------------------------------------------ */

static const char *const words[PG_ATTR_N] = {
#define X(name, sql, word, initial) [PG_ATTR_##name] = word,
    PG_ATTRIBUTES(X)
#undef X
};
static const bool initial[PG_ATTR_N] = {
#define X(name, sql, word, initial) [PG_ATTR_##name] = initial,
    PG_ATTRIBUTES(X)
#undef X
};

/* Is column 'i' of an existing or new role 'declared' (NULL: not declared), or else as before, or
 * else 'fresh'? */
static bool is_as(const struct role_case *c, const struct pg_want_role *want, int i,
                  const char *field, const char *declared, const char *fresh)
{
    const PGresult *before = c->before->tables[ROLES], *after = c->after->tables[ROLES];
    int was = role_find(c->before, ROLES, &want->name),
        is = role_find(c->after, ROLES, &want->name);
    const char *old = was >= 0 ? role_cell(before, was, i) : fresh;
    bool stuck = role_excused(c, "role ", want->name, field) ||
                 role_excused(c, "reserved attributes of role ", want->name, field);
    return strcmp(role_cell(after, is, i), declared && !stuck ? declared : old) == 0;
}

static const char *epoch_of(const char *declared)
{
    for (size_t i = 0; i < ROLE_WORLD_MOMENTS; i++) {
        if (role_world_moments[i].declared == declared) return role_world_moments[i].epoch;
    }
    return NULL;
}

static bool password_holds(const struct role_case *c, const struct pg_want_role *want)
{
    int was = role_find(c->before, ROLES, &want->name),
        is = role_find(c->after, ROLES, &want->name);
    const char *text = role_cell(c->after->tables[ROLES], is, ROLE_PASSWORD);
    if (was >= 0) return strcmp(text, role_cell(c->before->tables[ROLES], was, ROLE_PASSWORD)) == 0;
    return want->password ? strncmp(text, "SCRAM-SHA-256$", 14) == 0 : !*text;
}

static bool role_holds(const struct role_case *c, const struct pg_want_role *want, struct buf *why)
{
    const PGresult *after = c->after->tables[ROLES];
    char limit[16];
    int is = role_find(c->after, ROLES, &want->name);
    if (is < 0) {
        if (!want->create_allowed && role_excused(c, "role ", want->name, "role")) return true;
        buf_printf(why, "role \"%s\" is missing", want->name);
        return false;
    }
    for (int i = 0; i < PG_ATTR_N; i++) {
        const char *declared = want->attributes[i] == PG_ON    ? "t"
                               : want->attributes[i] == PG_OFF ? "f"
                                                               : NULL;
        if (!is_as(c, want, ROLE_ATTRIBUTES + i, words[i], declared, initial[i] ? "t" : "f")) {
            return role_complain(why, words[i], after, is);
        }
    }
    snprintf(limit, sizeof(limit), "%d", want->connection_limit);
    if (!is_as(c, want, ROLE_LIMIT, "connection limit", want->has_connection_limit ? limit : NULL,
               "-1")) {
        return role_complain(why, "connection limit", after, is);
    }
    if (!is_as(c, want, ROLE_UNTIL, "valid until", epoch_of(want->valid_until), "Infinity")) {
        return role_complain(why, "valid until", after, is);
    }
    if (!is_as(c, want, ROLE_COMMENT, "comment", want->comment, "")) {
        return role_complain(why, "comment", after, is);
    }
    return password_holds(c, want) || role_complain(why, "password", after, is);
}

/* --- databases and schemas -------------------------------------------------------------------- */

static bool database_holds(const struct role_case *c, const struct pg_want_database *want,
                           struct buf *why)
{
    const PGresult *before = c->before->tables[DATABASES], *after = c->after->tables[DATABASES];
    int was = role_find(c->before, DATABASES, &want->name),
        is = role_find(c->after, DATABASES, &want->name);
    bool stuck = role_excused(c, "database ", want->name, NULL);
    char limit[16];
    if (is < 0) {
        buf_printf(why, "database \"%s\" is missing", want->name);
        return stuck;
    }
    snprintf(limit, sizeof(limit), "%d", want->connection_limit);
    const struct {
        int column;
        const char *declared;
        const char *fresh;
    } rows[] = {
        {DATABASE_OWNER, want->owner, c->admin},
        {DATABASE_LIMIT, want->has_connection_limit ? limit : NULL, "-1"},
        {DATABASE_COMMENT, want->comment, ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *old = was >= 0 ? role_cell(before, was, rows[i].column) : rows[i].fresh;
        const char *shall = rows[i].declared && !stuck ? rows[i].declared : old;
        if (strcmp(role_cell(after, is, rows[i].column), shall) != 0) {
            return role_complain(why, shall, after, is);
        }
    }
    return true;
}

static bool schemas_hold(const struct role_case *c, const struct pg_want_database *home,
                         struct buf *why)
{
    for (size_t i = 0; i < home->schema_count; i++) {
        const struct pg_want_schema *want = &home->schemas[i];
        int is = role_find(c->after, SCHEMAS, &want->name);
        char object[128];
        snprintf(object, sizeof(object), "%s in %s", want->name, home->name);
        if (role_excused(c, "schema ", object, NULL)) continue;
        if (is >= 0 &&
            (!want->owner ||
             strcmp(role_cell(c->after->tables[SCHEMAS], is, SCHEMA_OWNER), want->owner) == 0)) {
            continue;
        }
        buf_printf(why, "schema \"%s\" is not there, or not of \"%s\"", want->name,
                   want->owner ? want->owner : "?");
        return false;
    }
    return true;
}

static bool is_managed(const struct role_case *c, enum role_table table, const char *name)
{
    const struct pg_want_database *home = role_want_database(c, ROLE_WORLD_HOME);
    if (table == ROLES) return role_want_role(c, name);
    if (table == DATABASES) return role_want_database(c, name);
    for (size_t i = 0; home && i < home->schema_count; i++) {
        if (strcmp(home->schemas[i].name, name) == 0) return true;
    }
    return false;
}

/* Who is not declared is not even rewritten, and nobody is added or taken away. */
static bool bystanders_hold(const struct role_case *c, enum role_table table, struct buf *why)
{
    const PGresult *before = c->before->tables[table], *after = c->after->tables[table];
    for (int row = 0; row < PQntuples(before); row++) {
        int is = role_find_same(c->after, table, before, row);
        if (is < 0) return role_complain(why, "it has gone", before, row);
        if (is_managed(c, table, role_cell(before, row, 0))) continue;
        if (!role_same_row(before, row, after, is, PQnfields(before))) {
            return role_complain(why, "bystander was touched", after, is);
        }
    }
    for (int row = 0; row < PQntuples(after); row++) {
        if (role_find_same(c->before, table, after, row) >= 0) continue;
        if (!is_managed(c, table, role_cell(after, row, 0))) {
            return role_complain(why, "bystander out of nowhere", after, row);
        }
    }
    return true;
}

/* --- the whole -------------------------------------------------------------------------------- */

bool role_case_holds(const struct role_case *c, struct buf *why)
{
    const struct pg_want_database *home = role_want_database(c, ROLE_WORLD_HOME);
    for (size_t i = 0; i < c->want->role_count; i++) {
        if (!role_holds(c, &c->want->roles[i], why)) return false;
    }
    for (size_t i = 0; i < c->want->database_count; i++) {
        if (!database_holds(c, &c->want->databases[i], why)) return false;
    }
    return (!home || schemas_hold(c, home, why)) && bystanders_hold(c, ROLES, why) &&
           bystanders_hold(c, DATABASES, why) && bystanders_hold(c, SCHEMAS, why) &&
           role_lists_hold(c, why);
}
