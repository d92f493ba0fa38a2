/* Random desired states of the cluster level: see role_world.h. */
#include <strings.h>

#include "support/pg_world_inside.h"
#include "support/role_world.h"

static const int limits[] = {-1, 0, 5, 10};
static const char *const comments[] = {"", "it's", "two\nlines \\", "누구"};

static const char *wanted_role(struct world_random *r)
{
    unsigned n = world_below(r, ROLE_WORLD_ROLES + 5);
    if (n < ROLE_WORLD_ROLES) return role_world_roles[n];
    n -= ROLE_WORLD_ROLES;
    return n == 0 ? role_world_root : n == 1 ? "nobody there" : n == 2 ? "pg_monitor" : WORLD_ADMIN;
}

static const char *wanted_database(struct world_random *r)
{
    unsigned n = world_below(r, ROLE_WORLD_DATABASES * 3 + 2);
    if (n < ROLE_WORLD_DATABASES * 3) return role_world_databases[n % ROLE_WORLD_DATABASES];
    return n % 2 ? role_world_new_database : "no database";
}

/* One value of every name at most, everywhere and once more in one database. */
static size_t want_settings(struct world_random *r, bool reserved, bool in_databases,
                            struct pg_want_setting *out)
{
    size_t count = 0;
    for (size_t i = 0, next; i < ROLE_WORLD_VALUES; i = next) {
        const struct role_world_value *first = &role_world_values[i];
        for (next = i; next < ROLE_WORLD_VALUES &&
                       strcasecmp(first->name, role_world_values[next].name) == 0;) {
            next++;
        }
        for (int in = 0; in < (in_databases ? 2 : 1); in++) {
            const struct role_world_value *v = first + world_below(r, (unsigned)(next - i));
            bool reset = world_chance(r, 15);
            const char *database = in ? wanted_database(r) : NULL;
            if (!world_chance(r, in ? 12 : 30) || (v->reserved && !reserved)) continue;
            out[count++] = (struct pg_want_setting){v->name, reset ? NULL : v->declared, database};
        }
    }
    return count;
}

static void want_role(struct world_random *r, bool reserved, struct arena *arena,
                      struct pg_want_role *role)
{
    struct pg_want_setting *settings = arena_array(arena, 2 * ROLE_WORLD_VALUES, sizeof(*settings));
    const char **groups = arena_array(arena, 4, sizeof(*groups));
    role->create_allowed = world_chance(r, 85);
    for (size_t i = 0; i < PG_ATTR_N; i++) {
        bool rare = i == PG_ATTR_SUPERUSER || i == PG_ATTR_REPLICATION || i == PG_ATTR_BYPASSRLS;
        if (world_chance(r, rare ? 10 : 40))
            role->attributes[i] = world_chance(r, rare ? 20 : 50) ? PG_ON : PG_OFF;
    }
    role->has_connection_limit = world_chance(r, 40);
    role->connection_limit = PICK(r, limits);
    if (world_chance(r, 40)) role->valid_until = PICK(r, role_world_moments).declared;
    if (world_chance(r, 40)) role->comment = PICK(r, comments);
    role->settings = settings;
    role->setting_count = want_settings(r, reserved, true, settings);
    role->settings_exact = world_chance(r, 50);
    role->member_of = groups;
    for (unsigned i = world_below(r, 5); i > 0; i--) {
        const char *group = wanted_role(r);
        if (group != role->name) groups[role->member_of_count++] = group;
    }
    role->members_exact = world_chance(r, 50);
}

static void want_database(struct world_random *r, bool reserved, struct arena *arena,
                          struct pg_want_database *db)
{
    struct pg_want_setting *settings = arena_array(arena, ROLE_WORLD_VALUES, sizeof(*settings));
    struct pg_want_schema *schemas = arena_array(arena, ROLE_WORLD_SCHEMAS, sizeof(*schemas));
    db->create_allowed = world_chance(r, 85);
    if (world_chance(r, 50)) db->owner = wanted_role(r);
    /* A new one can be made with it, an old one cannot be given another. */
    bool made = db->name == role_world_new_database;
    if (world_chance(r, 10)) db->encoding = made || world_chance(r, 70) ? "utf-8" : "LATIN1";
    if (world_chance(r, 10)) db->collate = world_chance(r, 70) ? "C.utf8" : "C";
    db->has_connection_limit = world_chance(r, 40);
    db->connection_limit = PICK(r, limits);
    if (world_chance(r, 40)) db->comment = PICK(r, comments);
    db->settings = settings;
    db->setting_count = want_settings(r, reserved, false, settings);
    db->settings_exact = world_chance(r, 50);
    db->schemas = schemas;
    for (size_t i = 0; i < ROLE_WORLD_SCHEMAS; i++) {
        const char *owner = wanted_role(r);
        bool owned = world_chance(r, 70);
        if (!world_chance(r, 50)) continue;
        schemas[db->schema_count++] =
            (struct pg_want_schema){role_world_schemas[i], owned ? owner : NULL};
    }
}

struct pg_want *role_world_want(struct world_random *r, bool reserved,
                                const struct secret *password, struct arena *arena)
{
    struct pg_want *want = arena_alloc(arena, sizeof(*want));
    struct pg_want_role *roles = arena_array(arena, ROLE_WORLD_MANAGED + 2, sizeof(*roles));
    struct pg_want_database *databases =
        arena_array(arena, ROLE_WORLD_DECLARED + 1, sizeof(*databases));
    want->roles = roles;
    want->databases = databases;
    for (size_t i = 0; i < ROLE_WORLD_MANAGED + 2; i++) {
        struct pg_want_role *role = &roles[want->role_count];
        if (!world_chance(r, 75)) continue;
        role->name = i < ROLE_WORLD_MANAGED    ? role_world_roles[i]
                     : i == ROLE_WORLD_MANAGED ? role_world_root
                                               : WORLD_ADMIN;
        want_role(r, reserved, arena, role);
        if (i <= ROLE_WORLD_MANAGED && world_chance(r, 40)) role->password = password;
        want->role_count++;
    }
    for (size_t i = 0; i <= ROLE_WORLD_DECLARED; i++) {
        bool made = i == ROLE_WORLD_DECLARED;
        if (!world_chance(r, made ? 6 : 75)) continue;
        struct pg_want_database *db = &databases[want->database_count++];
        db->name = made ? role_world_new_database : role_world_databases[i];
        want_database(r, reserved, arena, db);
    }
    return want;
}
