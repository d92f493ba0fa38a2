/* See role_oracle.h. */
#include "support/role_oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "support/role_world.h"

/* Columns; those of 'roles' begin with the attributes in the order of enum pg_attribute. */
enum { ROLE_NAME, ROLE_ATTRIBUTES, ROLE_LIMIT = 8, ROLE_UNTIL, ROLE_COMMENT, ROLE_PASSWORD };
enum { MEMBER_OF, MEMBER_WHO };
enum { SETTING_DATABASE, SETTING_ROLE, SETTING_NAME, SETTING_VALUE };
enum { DATABASE_NAME, DATABASE_OWNER, DATABASE_LIMIT, DATABASE_COMMENT };
enum { SCHEMA_NAME, SCHEMA_OWNER };

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

static const char *cell(const PGresult *t, int row, int column)
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
static int find(const struct role_state *s, enum role_table table, const char *const names[])
{
    const PGresult *t = s->tables[table];
    for (int row = 0; row < PQntuples(t); row++) {
        int k = 0;
        while (k < keys[table] && same_key(table, k, cell(t, row, k), names[k])) k++;
        if (k == keys[table]) return row;
    }
    return -1;
}

static int find_same(const struct role_state *s, enum role_table table, const PGresult *t, int row)
{
    const char *names[3];
    for (int k = 0; k < keys[table]; k++) names[k] = cell(t, row, k);
    return find(s, table, names);
}

/* Every column alike up to 'columns'? */
static bool same_row(const PGresult *a, int x, const PGresult *b, int y, int columns)
{
    for (int i = 0; i < columns; i++) {
        if (strcmp(cell(a, x, i), cell(b, y, i)) != 0) return false;
    }
    return true;
}

static bool complain(struct buf *why, const char *what, const PGresult *t, int row)
{
    buf_str(why, what);
    for (int i = 0; i < PQnfields(t); i++) buf_printf(why, " | %s", cell(t, row, i));
    return false;
}

/* --- what is declared, and what is out of reach -------------------------------------------------
 */

static const struct pg_want_role *want_role(const struct role_case *c, const char *name)
{
    for (size_t i = 0; i < c->want->role_count; i++) {
        if (strcmp(c->want->roles[i].name, name) == 0) return &c->want->roles[i];
    }
    return NULL;
}

static const struct pg_want_database *want_database(const struct role_case *c, const char *name)
{
    for (size_t i = 0; i < c->want->database_count; i++) {
        if (strcmp(c->want->databases[i].name, name) == 0) return &c->want->databases[i];
    }
    return NULL;
}

/* Has a change of this object been called impossible, and names it 'field' (NULL: whatever)? */
static bool excused(const struct role_case *c, const char *object, const char *name,
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
    int was = find(c->before, ROLES, &want->name), is = find(c->after, ROLES, &want->name);
    const char *old = was >= 0 ? cell(before, was, i) : fresh;
    bool stuck = excused(c, "role ", want->name, field) ||
                 excused(c, "reserved attributes of role ", want->name, field);
    return strcmp(cell(after, is, i), declared && !stuck ? declared : old) == 0;
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
    int was = find(c->before, ROLES, &want->name), is = find(c->after, ROLES, &want->name);
    const char *text = cell(c->after->tables[ROLES], is, ROLE_PASSWORD);
    if (was >= 0) return strcmp(text, cell(c->before->tables[ROLES], was, ROLE_PASSWORD)) == 0;
    return want->password ? strncmp(text, "SCRAM-SHA-256$", 14) == 0 : !*text;
}

static bool role_holds(const struct role_case *c, const struct pg_want_role *want, struct buf *why)
{
    const PGresult *after = c->after->tables[ROLES];
    char limit[16];
    int is = find(c->after, ROLES, &want->name);
    if (is < 0) {
        if (!want->create_allowed && excused(c, "role ", want->name, "role")) return true;
        buf_printf(why, "role \"%s\" is missing", want->name);
        return false;
    }
    for (int i = 0; i < PG_ATTR_N; i++) {
        const char *declared = want->attributes[i] == PG_ON    ? "t"
                               : want->attributes[i] == PG_OFF ? "f"
                                                               : NULL;
        if (!is_as(c, want, ROLE_ATTRIBUTES + i, words[i], declared, initial[i] ? "t" : "f")) {
            return complain(why, words[i], after, is);
        }
    }
    snprintf(limit, sizeof(limit), "%d", want->connection_limit);
    if (!is_as(c, want, ROLE_LIMIT, "connection limit", want->has_connection_limit ? limit : NULL,
               "-1")) {
        return complain(why, "connection limit", after, is);
    }
    if (!is_as(c, want, ROLE_UNTIL, "valid until", epoch_of(want->valid_until), "Infinity")) {
        return complain(why, "valid until", after, is);
    }
    if (!is_as(c, want, ROLE_COMMENT, "comment", want->comment, "")) {
        return complain(why, "comment", after, is);
    }
    return password_holds(c, want) || complain(why, "password", after, is);
}

/* --- settings --------------------------------------------------------------------------------- */

static const struct pg_want_setting *find_setting(const struct pg_want_setting *list, size_t count,
                                                  const char *database, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        const char *in = list[i].database ? list[i].database : "";
        if (strcmp(in, database) == 0 && strcasecmp(list[i].name, name) == 0) return &list[i];
    }
    return NULL;
}

static const char *stored_as(const struct pg_want_setting *setting)
{
    for (size_t i = 0; i < ROLE_WORLD_VALUES; i++) {
        const struct role_world_value *v = &role_world_values[i];
        if (v->name == setting->name && v->declared == setting->value) return v->stored;
    }
    return NULL;
}

static bool setting_excused(const struct role_case *c, const char *database, const char *role,
                            const char *name)
{
    char object[256];
    if (!*role) return excused(c, "settings of database ", database, name);
    snprintf(object, sizeof(object), "%s%s%s", role, *database ? " in " : "", database);
    return excused(c, "settings of role ", object, name);
}

/* Who says something about the settings of 'role' in 'database' ("": all)? */
struct setting_scope {
    bool managed;
    bool exact;
    const struct pg_want_setting *declared; /* the one in question, or NULL */
};

static struct setting_scope setting_scope(const struct role_case *c, const char *database,
                                          const char *role, const char *name)
{
    const struct pg_want_role *r = want_role(c, role);
    const struct pg_want_database *d = want_database(c, database);
    if (*role && r) {
        return (struct setting_scope){true, r->settings_exact,
                                      find_setting(r->settings, r->setting_count, database, name)};
    }
    if (!*role && d) {
        return (struct setting_scope){true, d->settings_exact,
                                      find_setting(d->settings, d->setting_count, "", name)};
    }
    return (struct setting_scope){0};
}

/* Settings that were there. */
static bool old_setting_holds(const struct role_case *c, int row, struct buf *why)
{
    const PGresult *t = c->before->tables[SETTINGS], *after = c->after->tables[SETTINGS];
    const char *database = cell(t, row, SETTING_DATABASE), *role = cell(t, row, SETTING_ROLE);
    const char *name = cell(t, row, SETTING_NAME);
    struct setting_scope scope = setting_scope(c, database, role, name);
    int is = find_same(c->after, SETTINGS, t, row);
    bool stuck = setting_excused(c, database, role, name);
    bool goes = (scope.declared ? !scope.declared->value : scope.exact) && !stuck;
    if (goes) return is < 0 || complain(why, "setting was to go", after, is);
    if (is < 0) return complain(why, "setting has gone", t, row);
    if (!scope.managed) {
        return same_row(t, row, after, is, PQnfields(t)) ||
               complain(why, "foreign setting was touched", after, is);
    }
    if (scope.declared && !stuck) return true; /* new_setting_holds() looks at it */
    return strcmp(cell(t, row, SETTING_VALUE), cell(after, is, SETTING_VALUE)) == 0 ||
           complain(why, "setting was changed", after, is);
}

/* Settings that are there. */
static bool new_setting_holds(const struct role_case *c, int row, struct buf *why)
{
    const PGresult *t = c->after->tables[SETTINGS];
    const char *database = cell(t, row, SETTING_DATABASE), *role = cell(t, row, SETTING_ROLE);
    struct setting_scope scope = setting_scope(c, database, role, cell(t, row, SETTING_NAME));
    if (find_same(c->before, SETTINGS, t, row) < 0 && !scope.declared) {
        return complain(why, "setting out of nowhere", t, row);
    }
    if (!scope.declared || setting_excused(c, database, role, cell(t, row, SETTING_NAME))) {
        return true;
    }
    const char *stored = stored_as(scope.declared);
    return (stored && strcmp(stored, cell(t, row, SETTING_VALUE)) == 0) ||
           complain(why, "setting is wrong", t, row);
}

static bool declared_settings_exist(const struct role_case *c, const char *role,
                                    const char *database, const struct pg_want_setting *list,
                                    size_t count, struct buf *why)
{
    for (size_t i = 0; i < count; i++) {
        const char *in = list[i].database ? list[i].database : database;
        const char *const names[] = {in, role, list[i].name};
        if (!list[i].value || find(c->after, SETTINGS, names) >= 0) continue;
        if (setting_excused(c, in, role, list[i].name)) continue;
        buf_printf(why, "setting %s of role \"%s\" in database \"%s\" is missing", list[i].name,
                   role, in);
        return false;
    }
    return true;
}

/* --- memberships ------------------------------------------------------------------------------ */

static bool is_declared_member(const struct role_case *c, const char *member, const char *of)
{
    const struct pg_want_role *want = want_role(c, member);
    for (size_t i = 0; want && i < want->member_of_count; i++) {
        if (strcmp(want->member_of[i], of) == 0) return true;
    }
    return false;
}

static bool member_excused(const struct role_case *c, const char *kind, const char *member,
                           const char *of)
{
    char field[128];
    snprintf(field, sizeof(field), "member of %s", of);
    return excused(c, kind, member, field);
}

/* The administrator may join those who own something that is declared. */
static bool may_join(const struct role_case *c, const char *member, const char *of)
{
    if (c->superuser || strcmp(member, c->admin) != 0) return false;
    for (size_t i = 0; i < c->want->database_count; i++) {
        const struct pg_want_database *db = &c->want->databases[i];
        int was = find(c->before, DATABASES, &db->name);
        if (db->owner && strcmp(db->owner, of) == 0) return true;
        if (was >= 0 && strcmp(cell(c->before->tables[DATABASES], was, DATABASE_OWNER), of) == 0) {
            return true;
        }
        for (size_t k = 0; k < db->schema_count; k++) {
            int schema = find(c->before, SCHEMAS, &db->schemas[k].name);
            if (db->schemas[k].owner && strcmp(db->schemas[k].owner, of) == 0) return true;
            if (schema < 0) continue;
            if (strcmp(cell(c->before->tables[SCHEMAS], schema, SCHEMA_OWNER), of) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool old_member_holds(const struct role_case *c, int row, struct buf *why)
{
    const PGresult *t = c->before->tables[MEMBERS], *after = c->after->tables[MEMBERS];
    const char *of = cell(t, row, MEMBER_OF), *member = cell(t, row, MEMBER_WHO);
    const struct pg_want_role *want = want_role(c, member);
    int is = find_same(c->after, MEMBERS, t, row);
    bool goes = want && want->members_exact && !is_declared_member(c, member, of) &&
                strcmp(member, c->admin) != 0 &&
                !member_excused(c, "irrevocable memberships of role ", member, of);
    if (goes) return is < 0 || complain(why, "membership was to go", after, is);
    if (is < 0) return complain(why, "membership has gone", t, row);
    return same_row(t, row, after, is, PQnfields(t)) ||
           complain(why, "membership was touched", after, is);
}

static bool new_member_holds(const struct role_case *c, int row, struct buf *why)
{
    const PGresult *t = c->after->tables[MEMBERS];
    const char *of = cell(t, row, MEMBER_OF), *member = cell(t, row, MEMBER_WHO);
    if (find_same(c->before, MEMBERS, t, row) >= 0) return true;
    return is_declared_member(c, member, of) || may_join(c, member, of) ||
           complain(why, "membership out of nowhere", t, row);
}

static bool declared_members_exist(const struct role_case *c, const struct pg_want_role *want,
                                   struct buf *why)
{
    for (size_t i = 0; i < want->member_of_count; i++) {
        const char *const names[] = {want->member_of[i], want->name};
        if (find(c->after, MEMBERS, names) >= 0) continue;
        if (member_excused(c, "impossible memberships of role ", want->name, names[0]) ||
            member_excused(c, "reserved memberships of role ", want->name, names[0]) ||
            member_excused(c, "circular memberships of role ", want->name, names[0])) {
            continue;
        }
        buf_printf(why, "role \"%s\" is no member of \"%s\"", want->name, names[0]);
        return false;
    }
    return true;
}

/* --- databases and schemas -------------------------------------------------------------------- */

static bool database_holds(const struct role_case *c, const struct pg_want_database *want,
                           struct buf *why)
{
    const PGresult *before = c->before->tables[DATABASES], *after = c->after->tables[DATABASES];
    int was = find(c->before, DATABASES, &want->name), is = find(c->after, DATABASES, &want->name);
    bool stuck = excused(c, "database ", want->name, NULL);
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
        const char *old = was >= 0 ? cell(before, was, rows[i].column) : rows[i].fresh;
        const char *shall = rows[i].declared && !stuck ? rows[i].declared : old;
        if (strcmp(cell(after, is, rows[i].column), shall) != 0) {
            return complain(why, shall, after, is);
        }
    }
    return true;
}

static bool schemas_hold(const struct role_case *c, const struct pg_want_database *home,
                         struct buf *why)
{
    for (size_t i = 0; i < home->schema_count; i++) {
        const struct pg_want_schema *want = &home->schemas[i];
        int is = find(c->after, SCHEMAS, &want->name);
        char object[128];
        snprintf(object, sizeof(object), "%s in %s", want->name, home->name);
        if (excused(c, "schema ", object, NULL)) continue;
        if (is >= 0 && (!want->owner || strcmp(cell(c->after->tables[SCHEMAS], is, SCHEMA_OWNER),
                                               want->owner) == 0)) {
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
    const struct pg_want_database *home = want_database(c, ROLE_WORLD_HOME);
    if (table == ROLES) return want_role(c, name);
    if (table == DATABASES) return want_database(c, name);
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
        int is = find_same(c->after, table, before, row);
        if (is < 0) return complain(why, "it has gone", before, row);
        if (is_managed(c, table, cell(before, row, 0))) continue;
        if (!same_row(before, row, after, is, PQnfields(before))) {
            return complain(why, "bystander was touched", after, is);
        }
    }
    for (int row = 0; row < PQntuples(after); row++) {
        if (find_same(c->before, table, after, row) >= 0) continue;
        if (!is_managed(c, table, cell(after, row, 0))) {
            return complain(why, "bystander out of nowhere", after, row);
        }
    }
    return true;
}

/* --- the whole -------------------------------------------------------------------------------- */

static bool rows_hold(const struct role_case *c, const struct role_state *s, enum role_table table,
                      bool (*holds)(const struct role_case *, int, struct buf *), struct buf *why)
{
    for (int row = 0; row < PQntuples(s->tables[table]); row++) {
        if (!holds(c, row, why)) return false;
    }
    return true;
}

static bool declared_hold(const struct role_case *c, struct buf *why)
{
    for (size_t i = 0; i < c->want->role_count; i++) {
        const struct pg_want_role *r = &c->want->roles[i];
        if (!role_holds(c, r, why)) return false;
        if (find(c->after, ROLES, &r->name) < 0) continue;
        if (!declared_members_exist(c, r, why) ||
            !declared_settings_exist(c, r->name, "", r->settings, r->setting_count, why)) {
            return false;
        }
    }
    for (size_t i = 0; i < c->want->database_count; i++) {
        const struct pg_want_database *d = &c->want->databases[i];
        if (!database_holds(c, d, why)) return false;
        if (find(c->after, DATABASES, &d->name) < 0) continue;
        if (!declared_settings_exist(c, "", d->name, d->settings, d->setting_count, why) ||
            (strcmp(d->name, ROLE_WORLD_HOME) == 0 && !schemas_hold(c, d, why))) {
            return false;
        }
    }
    return true;
}

bool role_case_holds(const struct role_case *c, struct buf *why)
{
    return bystanders_hold(c, ROLES, why) && bystanders_hold(c, DATABASES, why) &&
           bystanders_hold(c, SCHEMAS, why) &&
           rows_hold(c, c->before, SETTINGS, old_setting_holds, why) &&
           rows_hold(c, c->after, SETTINGS, new_setting_holds, why) &&
           rows_hold(c, c->before, MEMBERS, old_member_holds, why) &&
           rows_hold(c, c->after, MEMBERS, new_member_holds, why) && declared_hold(c, why);
}
