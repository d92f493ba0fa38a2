/* The table of relations: see relation.h. */
#include "config/relation.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/json.h"
#include "config/relation_inside.h"

enum { COMPARISONS_MAX = 2 * 1000 * 1000 }; /* names, for suggestions of one document */

const struct relation relation_table[] = {
    {.id = "NAM-001",
     .sentence = "Names that Azure reads without case differ by more than case: servers, firewall "
                 "rules, parameters, tags.",
     .source = "azure docs: naming rules of resources; a second one would be the first one again",
     .check = relation_case},
    {.id = "NAM-002",
     .sentence =
         "A role, a database and the privileges of a grantee in a database are declared once.",
     .check = relation_twice},
    {.id = "NAM-003",
     .sentence = "A role is declared or listed in externalRoles, not both.",
     .check = relation_external},
    {.id = "REF-001",
     .sentence = "An item of the SQL lists belongs to a declared server.",
     .check = relation_server_exists},
    {.id = "REF-002",
     .sentence = "A role that is named is declared, the server's administrator, predefined by "
                 "PostgreSQL or Azure, or listed in externalRoles.",
     .check = relation_role_exists},
    {.id = "REF-003",
     .sentence = "Privileges are declared in a declared database.",
     .check = relation_database_exists},
    {.id = "REF-004",
     .sentence = "A schema in privileges is public or a declared one of its database; where files "
                 "make a database's inside, only near misses are refused.",
     .check = relation_schema_exists},
    {.id = "REF-005",
     .sentence = "Memberships make no circle.",
     .source = "PostgreSQL 15: GRANT",
     .check = relation_circle},
    {.id = "PRV-001",
     .sentence = "What PUBLIC is given in a database that takes everything from PUBLIC has the "
                 "database's mode: one of them alone would undo the other.",
     .check = relation_public_together},
    {.id = "SEC-001",
     .sentence = "No role is superuser or a member of azuresu.",
     .source = "azure docs: security/security-manage-database-users",
     .check = relation_superuser},
    {.id = "SEC-002",
     .sentence = "The administrator's name is none that Azure refuses.",
     .source = "azure docs: configure-maintain/quickstart-create-server",
     .check_server = relation_administrator},
    {.id = "SEC-010",
     .sentence = "No role is a member of pg_write_all_data.",
     .source = "azure docs: security/security-access-control",
     .check = relation_write_all},
    {.id = "SKU-001",
     .sentence =
         "sku.tier is that of sku.name: B Burstable, D GeneralPurpose, E and M MemoryOptimized.",
     .source = "Azure PowerShell: Get-AzPostgreSqlFlexibleServerLocationBasedCapability",
     .check_server = relation_sku_tier},
    {.id = "REP-012",
     .sentence = "A Burstable server has no standby.",
     .source = "azure docs: high-availability/concepts-high-availability",
     .check_server = relation_burstable_standby},
    {.id = "HA-002",
     .sentence = "The standby's zone is another one than the primary's with ZoneRedundant, and the "
                 "same with SameZone.",
     .source = "azure docs: high-availability/how-to-configure-high-availability",
     .check_server = relation_standby_zone},
    {.id = "HA-006",
     .sentence = "A standby's zone is given only with a standby.",
     .source = "azure docs: high-availability/how-to-configure-high-availability",
     .check_server = relation_zone_without_standby},
    {.id = "STO-003",
     .sentence = "A disk's performance tier is one of its size.",
     .source = "terraform-provider-azurerm: postgres validate, storage tiers",
     .check_server = relation_storage_tier},
    {.id = "STO-008",
     .sentence = "A disk of type PremiumV2_LRS neither grows by itself nor has a performance tier.",
     .source = "azure docs: compute-storage/concepts-storage-premium-ssd-v2",
     .check_server = relation_storage_v2},
    {.id = "MNT-001",
     .sentence = "The parts of a maintenance window are given only with customWindow Enabled.",
     .source = "Microsoft.DBforPostgreSQL 2025-08-01 swagger",
     .check_server = relation_maintenance},
    {.id = "NET-006",
     .sentence = "A private DNS zone ends in .postgres.database.azure.com, and does not begin with "
                 "the server's name.",
     .source = "azure docs: network/concepts-networking-private",
     .check_server = relation_dns_zone},
    {.id = "NET-013",
     .sentence = "A server in a virtual network has no public endpoint.",
     .source = "Microsoft.DBforPostgreSQL 2025-08-01 swagger",
     .check_server = relation_integrated_public},
    {.id = "NET-015",
     .sentence = "Compute of the sixth version is not in a virtual network.",
     .source = "azure docs: overview",
     .check_server = relation_integrated_v6},
    {.id = "NET-018",
     .sentence = "A firewall rule's first address is not after its last one.",
     .source = "Microsoft.DBforPostgreSQL 2025-08-01 swagger",
     .check_server = relation_addresses},
    {.id = "CFG-010",
     .sentence = "A parameter that has a unit is given as a plain number, counted in it: work_mem "
                 "4096, not 4MB.",
     .source = "PostgreSQL 15: pg_settings; ARM: dataType Integer",
     .check_server = relation_parameter_units},
};
const size_t relation_count = sizeof(relation_table) / sizeof(relation_table[0]);

static const char *relation_text(const struct relations *r, const char *format, va_list args)
{
    char text[800];
    vsnprintf(text, sizeof(text), format, args);
    return arena_printf(r->arena, "%s: %s", r->row->id, text);
}

void relation_say(const struct relations *r, const char *path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    problems_add(r->problems, path, "%s", relation_text(r, format, args));
    va_end(args);
}

void relation_say_key(const struct relations *r, const char *path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    problems_add_key(r->problems, path, "%s", relation_text(r, format, args));
    va_end(args);
}

static void relation_each_server(struct relations *r)
{
    const json_t *servers = json_object_get(r->root, "servers");
    size_t i;
    const json_t *server;
    json_array_foreach(servers, i, server) r->row->check_server(r, i, server);
}

void relations_check(const json_t *root, struct problems *problems)
{
    struct relations r = {
        .root = root,
        .problems = problems,
        .arena = arena_new(),
        .comparisons = COMPARISONS_MAX,
    };
    relation_index_all(&r);
    for (size_t i = 0; i < relation_count; i++) {
        r.row = &relation_table[i];
        if (r.row->check) r.row->check(&r);
        if (r.row->check_server) relation_each_server(&r);
    }
    arena_free(r.arena);
}
