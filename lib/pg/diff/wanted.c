#include "pg/diff/wanted.h"

#include <stdlib.h>
#include <string.h>

#include "pg/diff/texts.h"

static void wanted_index(struct pg_wanted *w)
{
    const struct pg_want *want = w->want;
    pg_names_init(&w->role_names, w->arena, want->role_count);
    pg_names_init(&w->database_names, w->arena, want->database_count);
    for (size_t i = 0; i < want->role_count; i++) {
        pg_names_add(&w->role_names, (uint32_t)i, want->roles[i].name, false);
    }
    for (size_t i = 0; i < want->database_count; i++) {
        pg_names_add(&w->database_names, (uint32_t)i, want->databases[i].name, false);
    }
}

static void wanted_members(struct pg_wanted *w, size_t index)
{
    const struct pg_want_role *want = &w->want->roles[index];
    struct pg_wanted_role *role = &w->roles[index];
    role->member_of = arena_array(w->arena, want->member_of_count, sizeof(*role->member_of));
    for (size_t i = 0; i < want->member_of_count; i++) role->member_of[i] = want->member_of[i];
    role->member_of_count = pg_texts_sort(role->member_of, want->member_of_count);
    for (size_t i = 0; i < role->member_of_count && want->members_exact && !role->held; i++) {
        const char *group = role->member_of[i];
        if (pg_wanted_obstacle(w, group) == PG_OBSTACLE_NONE) continue;
        role->held = arena_printf(
            w->arena, "nothing is taken away before it can be made a member of \"%s\"", group);
    }
}

void pg_wanted_init(struct pg_wanted *w, const struct pg_want *want,
                    const struct pg_cluster *cluster, struct arena *arena)
{
    *w = (struct pg_wanted){.want = want, .cluster = cluster, .arena = arena};
    wanted_index(w);
    w->roles = arena_array(arena, want->role_count, sizeof(*w->roles));
    for (size_t i = 0; i < want->role_count; i++) wanted_members(w, i);
}

/* Names were filled side by side with what they name. */
static size_t wanted_place(const struct pg_names *names, const char *name)
{
    const struct pg_name *found = pg_names_find(names, name, strlen(name));
    return found ? (size_t)(found - names->items) : SIZE_MAX;
}

size_t pg_wanted_role(const struct pg_wanted *w, const char *name)
{
    return wanted_place(&w->role_names, name);
}

size_t pg_wanted_database(const struct pg_wanted *w, const char *name)
{
    return wanted_place(&w->database_names, name);
}

bool pg_wanted_role_exists(const struct pg_wanted *w, const char *name)
{
    size_t index = pg_wanted_role(w, name);
    return pg_cluster_role(w->cluster, name) ||
           (index != SIZE_MAX && w->want->roles[index].create_allowed);
}

bool pg_wanted_member(const struct pg_wanted *w, size_t index, const char *role)
{
    const struct pg_wanted_role *r = &w->roles[index];
    return pg_texts_find(r->member_of, r->member_of_count, role) != SIZE_MAX;
}

bool pg_wanted_out_of_reach(const struct pg_cluster *cluster, const struct pg_role *role)
{
    return !cluster->superuser && role && role->attributes[PG_ATTR_SUPERUSER];
}

enum pg_obstacle pg_wanted_obstacle(const struct pg_wanted *w, const char *role)
{
    if (!pg_wanted_role_exists(w, role)) return PG_OBSTACLE_MISSING;
    bool reserved = pg_wanted_out_of_reach(w->cluster, pg_cluster_role(w->cluster, role));
    return reserved ? PG_OBSTACLE_RESERVED : PG_OBSTACLE_NONE;
}

/* Before 16 a membership has one row, and its grantor does not matter; from then on everybody takes
 * back what he gave, and what a superuser gave is out of the administrator's reach. */
bool pg_wanted_can_revoke(const struct pg_cluster *c, const struct pg_member *m)
{
    if (pg_wanted_out_of_reach(c, pg_cluster_role_by_oid(c, m->role))) return false;
    return c->server_version < 160000 ||
           !pg_wanted_out_of_reach(c, pg_cluster_role_by_oid(c, m->grantor));
}

bool pg_wanted_surplus(const struct pg_wanted *w, size_t index, const struct pg_member *m)
{
    const struct pg_role *role = pg_cluster_role_by_oid(w->cluster, m->role);
    return w->want->roles[index].members_exact && m->member != w->cluster->user && role &&
           !pg_wanted_member(w, index, role->name);
}

bool pg_wanted_revokes(const struct pg_wanted *w, size_t index, const struct pg_member *m)
{
    return !w->roles[index].held && pg_wanted_surplus(w, index, m) &&
           pg_wanted_can_revoke(w->cluster, m);
}

const char *pg_wanted_missing(struct pg_wanted *w, const char *what, const char *name,
                              const struct pg_names *names)
{
    size_t count = pg_lookalike_affords(&w->lookalike, names->count) ? names->count : 0;
    const char **words = xcalloc(count + 1, sizeof(*words));
    for (size_t i = 0; i < count; i++) words[i] = names->items[i].name;
    const char *text = pg_lookalike_missing(&w->lookalike, what, name, words, count, w->arena);
    free(words);
    return text;
}

const char *pg_wanted_no_role(struct pg_wanted *w, const char *name)
{
    return pg_wanted_missing(w, "role", name, &w->cluster->names);
}

const char *pg_wanted_no_database(struct pg_wanted *w, const char *name)
{
    return pg_wanted_missing(w, "database", name, &w->cluster->database_names);
}

const char *pg_wanted_missing_role(struct pg_wanted *w)
{
    for (size_t i = 0; i < w->want->role_count; i++) {
        const char *name = w->want->roles[i].name;
        if (pg_wanted_role_exists(w, name)) continue;
        return arena_printf(w->arena,
                            "nothing is taken away while role \"%s\", which is declared, does not "
                            "exist",
                            name);
    }
    return NULL;
}
