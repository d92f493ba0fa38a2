/* A part of what is desired: see pg_want_part() in want.h. */
#include <string.h>

#include "pg/want.h"

struct pg_want pg_want_part(const struct pg_want *want, bool observe_only, struct arena *arena)
{
    struct pg_want_role *roles = arena_array(arena, want->role_count, sizeof(*roles));
    struct pg_want_database *databases =
        arena_array(arena, want->database_count, sizeof(*databases));
    struct pg_want_grant *grants = arena_array(arena, want->grant_count, sizeof(*grants));
    struct pg_want part = {.roles = roles, .databases = databases, .grants = grants};
    memcpy(part.undeclared, want->undeclared, sizeof(part.undeclared));
    for (size_t i = 0; i < want->role_count; i++)
        if (want->roles[i].observe_only == observe_only) roles[part.role_count++] = want->roles[i];
    for (size_t i = 0; i < want->database_count; i++)
        if (want->databases[i].observe_only == observe_only)
            databases[part.database_count++] = want->databases[i];
    for (size_t i = 0; i < want->grant_count; i++)
        if (want->grants[i].observe_only == observe_only)
            grants[part.grant_count++] = want->grants[i];
    return part;
}
