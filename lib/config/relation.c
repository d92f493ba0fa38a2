/* The table of relations: see relation.h. */
#include "config/relation.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/json.h"
#include "config/relation_inside.h"

enum { COMPARISONS_MAX = 2 * 1000 * 1000 }; /* names, for suggestions of one document */

const struct relation relation_table[] = {
    {"REF-001", "An item of the SQL lists belongs to a declared server.", NULL,
     relation_server_exists},
    {"REF-003", "Privileges are declared in a declared database.", NULL, relation_database_exists},
    {"NAM-002",
     "A role, a database and the privileges of a grantee in a database are declared once.", NULL,
     relation_twice},
    {"PRV-001",
     "What PUBLIC is given in a database that takes everything from PUBLIC has the database's "
     "mode: "
     "one of them alone would undo the other.",
     NULL, relation_public_together},
    {"SEC-001", "No role is superuser or a member of azuresu.",
     "azure docs: security/security-manage-database-users", relation_superuser},
    {"SEC-010", "No role is a member of pg_write_all_data.",
     "azure docs: security/security-access-control", relation_write_all},
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
        r.row->check(&r);
    }
    arena_free(r.arena);
}
