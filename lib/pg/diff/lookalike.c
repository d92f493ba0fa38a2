#include "pg/diff/lookalike.h"

#include "base/suggest.h"

bool pg_lookalike_affords(const struct pg_lookalike *l, size_t count)
{
    return count <= PG_LOOKALIKE_BUDGET && l->spent <= PG_LOOKALIKE_BUDGET - count;
}

const char *pg_lookalike_missing(struct pg_lookalike *l, const char *what, const char *name,
                                 const char *const *words, size_t count, struct arena *arena)
{
    const char *near = NULL;
    if (pg_lookalike_affords(l, count + 1)) {
        l->spent += count + 1;
        near = suggest(name, words, count);
    }
    if (!near) return arena_printf(arena, "there is no %s \"%s\"", what, name);
    return arena_printf(arena, "there is no %s \"%s\" (did you mean \"%s\"?)", what, name, near);
}
