/* Settings and memberships as they shall be: see role_oracle.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "support/role_oracle_inside.h"
#include "support/role_world.h"

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
    if (!*role) return role_excused(c, "settings of database ", database, name);
    snprintf(object, sizeof(object), "%s%s%s", role, *database ? " in " : "", database);
    return role_excused(c, "settings of role ", object, name);
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
    const struct pg_want_role *r = role_want_role(c, role);
    const struct pg_want_database *d = role_want_database(c, database);
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

/* A database that its settings name is not there: nothing is reset for it in any. */
static bool settings_held(const struct role_case *c, const char *database, const char *role)
{
    const struct pg_want_role *r = *database && *role ? role_want_role(c, role) : NULL;
    for (size_t i = 0; r && i < r->setting_count; i++) {
        const char *of = r->settings[i].database;
        if (of && role_find(c->after, DATABASES, &of) < 0) return true;
    }
    return false;
}

/* Settings that were there. */
static bool old_setting_holds(const struct role_case *c, int row, struct buf *why)
{
    const PGresult *t = c->before->tables[SETTINGS], *after = c->after->tables[SETTINGS];
    const char *database = role_cell(t, row, SETTING_DATABASE),
               *role = role_cell(t, row, SETTING_ROLE);
    const char *name = role_cell(t, row, SETTING_NAME);
    struct setting_scope scope = setting_scope(c, database, role, name);
    int is = role_find_same(c->after, SETTINGS, t, row);
    bool stuck = setting_excused(c, database, role, name);
    bool surplus = scope.exact && !settings_held(c, database, role);
    bool goes = (scope.declared ? !scope.declared->value : surplus) && !stuck;
    if (goes) return is < 0 || role_complain(why, "setting was to go", after, is);
    if (is < 0) return role_complain(why, "setting has gone", t, row);
    if (!scope.managed) {
        return role_same_row(t, row, after, is, PQnfields(t)) ||
               role_complain(why, "foreign setting was touched", after, is);
    }
    if (scope.declared && !stuck) return true; /* new_setting_holds() looks at it */
    return strcmp(role_cell(t, row, SETTING_VALUE), role_cell(after, is, SETTING_VALUE)) == 0 ||
           role_complain(why, "setting was changed", after, is);
}

/* Settings that are there. */
static bool new_setting_holds(const struct role_case *c, int row, struct buf *why)
{
    const PGresult *t = c->after->tables[SETTINGS];
    const char *database = role_cell(t, row, SETTING_DATABASE),
               *role = role_cell(t, row, SETTING_ROLE);
    struct setting_scope scope = setting_scope(c, database, role, role_cell(t, row, SETTING_NAME));
    if (role_find_same(c->before, SETTINGS, t, row) < 0 && !scope.declared) {
        return role_complain(why, "setting out of nowhere", t, row);
    }
    if (!scope.declared || setting_excused(c, database, role, role_cell(t, row, SETTING_NAME))) {
        return true;
    }
    const char *stored = stored_as(scope.declared);
    return (stored && strcmp(stored, role_cell(t, row, SETTING_VALUE)) == 0) ||
           role_complain(why, "setting is wrong", t, row);
}

static bool declared_settings_exist(const struct role_case *c, const char *role,
                                    const char *database, const struct pg_want_setting *list,
                                    size_t count, struct buf *why)
{
    for (size_t i = 0; i < count; i++) {
        const char *in = list[i].database ? list[i].database : database;
        const char *const names[] = {in, role, list[i].name};
        if (!list[i].value || role_find(c->after, SETTINGS, names) >= 0) continue;
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
    const struct pg_want_role *want = role_want_role(c, member);
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
    return role_excused(c, kind, member, field);
}

/* The administrator may join those who own something that is declared. */
static bool may_join(const struct role_case *c, const char *member, const char *of)
{
    if (c->superuser || strcmp(member, c->admin) != 0) return false;
    for (size_t i = 0; i < c->want->database_count; i++) {
        const struct pg_want_database *db = &c->want->databases[i];
        int was = role_find(c->before, DATABASES, &db->name);
        if (db->owner && strcmp(db->owner, of) == 0) return true;
        if (was >= 0 &&
            strcmp(role_cell(c->before->tables[DATABASES], was, DATABASE_OWNER), of) == 0) {
            return true;
        }
        for (size_t k = 0; k < db->schema_count; k++) {
            int schema = role_find(c->before, SCHEMAS, &db->schemas[k].name);
            if (db->schemas[k].owner && strcmp(db->schemas[k].owner, of) == 0) return true;
            if (schema < 0) continue;
            if (strcmp(role_cell(c->before->tables[SCHEMAS], schema, SCHEMA_OWNER), of) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool cannot_join(const struct role_case *c, const char *member, const char *of)
{
    return member_excused(c, "impossible memberships of role ", member, of) ||
           member_excused(c, "reserved memberships of role ", member, of) ||
           member_excused(c, "circular memberships of role ", member, of);
}

/* No half measures: where something declared cannot be given, nothing is taken away. */
static bool is_held(const struct role_case *c, const struct pg_want_role *want)
{
    for (size_t i = 0; i < want->member_of_count; i++) {
        if (cannot_join(c, want->name, want->member_of[i])) return true;
    }
    return false;
}

static bool old_member_holds(const struct role_case *c, int row, struct buf *why)
{
    const PGresult *t = c->before->tables[MEMBERS], *after = c->after->tables[MEMBERS];
    const char *of = role_cell(t, row, MEMBER_OF), *member = role_cell(t, row, MEMBER_WHO);
    const struct pg_want_role *want = role_want_role(c, member);
    int is = role_find_same(c->after, MEMBERS, t, row);
    bool goes = want && want->members_exact && !is_declared_member(c, member, of) &&
                strcmp(member, c->admin) != 0 && !is_held(c, want) &&
                !member_excused(c, "irrevocable memberships of role ", member, of);
    if (goes) return is < 0 || role_complain(why, "membership was to go", after, is);
    if (is < 0) return role_complain(why, "membership has gone", t, row);
    return role_same_row(t, row, after, is, PQnfields(t)) ||
           role_complain(why, "membership was touched", after, is);
}

static bool new_member_holds(const struct role_case *c, int row, struct buf *why)
{
    const PGresult *t = c->after->tables[MEMBERS];
    const char *of = role_cell(t, row, MEMBER_OF), *member = role_cell(t, row, MEMBER_WHO);
    if (role_find_same(c->before, MEMBERS, t, row) >= 0) return true;
    return is_declared_member(c, member, of) || may_join(c, member, of) ||
           role_complain(why, "membership out of nowhere", t, row);
}

static bool declared_members_exist(const struct role_case *c, const struct pg_want_role *want,
                                   struct buf *why)
{
    for (size_t i = 0; i < want->member_of_count; i++) {
        const char *const names[] = {want->member_of[i], want->name};
        if (role_find(c->after, MEMBERS, names) >= 0) continue;
        if (cannot_join(c, want->name, names[0])) {
            continue;
        }
        buf_printf(why, "role \"%s\" is no member of \"%s\"", want->name, names[0]);
        return false;
    }
    return true;
}

/* --- both ------------------------------------------------------------------------------------- */

static bool rows_hold(const struct role_case *c, const struct role_state *s, enum role_table table,
                      bool (*holds)(const struct role_case *, int, struct buf *), struct buf *why)
{
    for (int row = 0; row < PQntuples(s->tables[table]); row++) {
        if (!holds(c, row, why)) return false;
    }
    return true;
}

bool role_lists_hold(const struct role_case *c, struct buf *why)
{
    for (size_t i = 0; i < c->want->role_count; i++) {
        const struct pg_want_role *r = &c->want->roles[i];
        if (role_find(c->after, ROLES, &r->name) < 0) continue;
        if (!declared_members_exist(c, r, why) ||
            !declared_settings_exist(c, r->name, "", r->settings, r->setting_count, why)) {
            return false;
        }
    }
    for (size_t i = 0; i < c->want->database_count; i++) {
        const struct pg_want_database *d = &c->want->databases[i];
        if (role_find(c->after, DATABASES, &d->name) < 0) continue;
        if (!declared_settings_exist(c, "", d->name, d->settings, d->setting_count, why)) {
            return false;
        }
    }
    return rows_hold(c, c->before, SETTINGS, old_setting_holds, why) &&
           rows_hold(c, c->after, SETTINGS, new_setting_holds, why) &&
           rows_hold(c, c->before, MEMBERS, old_member_holds, why) &&
           rows_hold(c, c->after, MEMBERS, new_member_holds, why);
}
