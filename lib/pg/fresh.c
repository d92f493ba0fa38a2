/* A server as it will be made: see fresh.h. */
#include "pg/fresh.h"

#include <stdlib.h>
#include <string.h>

/* The roles that are there before anybody makes one. Sources: PostgreSQL 15 to 17, "Predefined
 * Roles"; azure docs: security/security-manage-database-users. */
static const struct {
    const char *name;
    int since; /* major version */
} predefined[] = {
    {"azure_pg_admin", 11},
    {"azuresu", 11},
    {"pg_checkpoint", 15},
    {"pg_create_subscription", 16},
    {"pg_database_owner", 14},
    {"pg_execute_server_program", 11},
    {"pg_maintain", 17},
    {"pg_monitor", 11},
    {"pg_read_all_data", 14},
    {"pg_read_all_settings", 11},
    {"pg_read_all_stats", 11},
    {"pg_read_server_files", 11},
    {"pg_signal_backend", 11},
    {"pg_stat_scan_tables", 11},
    {"pg_use_reserved_connections", 16},
    {"pg_write_all_data", 14},
    {"pg_write_server_files", 11},
};

enum { PREDEFINED = sizeof(predefined) / sizeof(predefined[0]), FIRST_OID = 10 };

static void fresh_role(struct pg_cluster *c, struct pg_role *roles, const char *name, bool ours)
{
    struct pg_role *r = &roles[c->role_count++];
    *r = (struct pg_role){.oid = FIRST_OID + (uint32_t)c->role_count,
                          .name = name,
                          .usable = ours,
                          .administered = true, /* CREATEROLE, up to 15; ADMIN OPTION later */
                          .connection_limit = -1};
    r->attributes[PG_ATTR_INHERIT] = true;
    pg_names_add(&c->names, r->oid, name, r->usable);
}

struct pg_cluster *pg_fresh_cluster(int version, const char *admin, struct arena *arena)
{
    struct pg_cluster *c = arena_alloc(arena, sizeof(*c));
    struct pg_role *roles = arena_array(arena, PREDEFINED + 1, sizeof(*roles));
    struct pg_member *members = arena_array(arena, 1, sizeof(*members));
    struct pg_database_row *databases = arena_array(arena, 1, sizeof(*databases));
    c->server_version = version * 10000;
    pg_names_init(&c->names, arena, PREDEFINED + 1);
    c->roles = roles;
    for (size_t i = 0; i < PREDEFINED; i++)
        if (predefined[i].since <= version)
            fresh_role(c, roles, predefined[i].name,
                       strcmp(predefined[i].name, "azure_pg_admin") == 0);
    fresh_role(c, roles, admin, true);
    struct pg_role *self = &roles[c->role_count - 1];
    c->user = self->oid;
    self->attributes[PG_ATTR_LOGIN] = true;
    self->attributes[PG_ATTR_CREATEDB] = true;
    self->attributes[PG_ATTR_CREATEROLE] = true;
    members[0] = (struct pg_member){.role = roles[0].oid,
                                    .member = c->user,
                                    .grantor = roles[0].oid,
                                    .inherit = true,
                                    .set = true};
    c->members = members;
    c->member_count = 1;
    databases[0] = (struct pg_database_row){.oid = 5,
                                            .name = "postgres",
                                            .owner = roles[0].oid,
                                            .encoding = "UTF8",
                                            .collate = "en_US.utf8",
                                            .ctype = "en_US.utf8",
                                            .allow_connections = true,
                                            .connection_limit = -1};
    c->databases = databases;
    c->database_count = 1;
    pg_names_init(&c->database_names, arena, 1);
    pg_names_add(&c->database_names, databases[0].oid, databases[0].name, true);
    pg_cluster_index(c, arena);
    c->track_counts = true;
    pg_names_init(&c->database_names, arena, 1);
    pg_names_add(&c->database_names, databases[0].oid, databases[0].name, false);
    pg_cluster_index(c, arena);
    return c;
}
