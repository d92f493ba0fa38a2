/* Finding parts of a target: see target.h. */
#include "resource/target.h"

size_t target_scope(const struct target *t, enum scope_kind kind)
{
    for (size_t i = 0; i < t->scope_count; i++)
        if (t->scopes[i].kind == kind) return i;
    return t->scope_count;
}

size_t target_database_scope(const struct target *t, size_t database)
{
    for (size_t i = 0; i < t->scope_count; i++)
        if (t->scopes[i].kind == SCOPE_DATABASE && t->scopes[i].database == database) return i;
    return t->scope_count;
}
