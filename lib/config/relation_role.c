/* What roles may be and be members of: see relation.h. */
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/must.h"
#include "config/relation_inside.h"

/* Says 'text' of every membership in 'role'. */
static void relation_refuse_member(struct relations *r, const char *role, const char *text)
{
    for (size_t i = 0; i < r->roles.count; i++) {
        size_t k;
        const json_t *of;
        json_array_foreach(json_object_get(r->roles.items[i].json, "memberOf"), k, of)
        {
            if (strcmp(json_string_value(of), role) == 0)
                relation_say(r, arena_printf(r->arena, "roles[%zu].memberOf[%zu]", i, k), "%s",
                             text);
        }
    }
}

void relation_superuser(struct relations *r)
{
    for (size_t i = 0; i < r->roles.count; i++)
        if (json_bool_at(r->roles.items[i].json, "superuser", false))
            relation_say(r, arena_printf(r->arena, "roles[%zu].superuser", i),
                         "on Azure only Microsoft is superuser; membership in azure_pg_admin is "
                         "the nearest");
    relation_refuse_member(r, "azuresu",
                           "azuresu is Microsoft's superuser; membership in azure_pg_admin is the "
                           "nearest");
}

void relation_write_all(struct relations *r)
{
    relation_refuse_member(r, "pg_write_all_data", "Azure refuses to grant pg_write_all_data");
}

/* --- circles --------------------------------------------------------------------------------- */

/* A role on the way from member to group, and which of its memberships comes next. */
struct relation_walk {
    size_t role;
    size_t next;
};

enum relation_mark { RELATION_NEW, RELATION_ON_THE_WAY, RELATION_DONE };

/* The way's roles from 'from' on, and the first of them again. */
static const char *relation_circle_text(const struct relations *r, const struct relation_walk *way,
                                        size_t from, size_t count)
{
    enum { SHOWN = 8 };
    const char *first = json_text_at(r->roles.items[way[from].role].json, "name");
    struct buf text;
    buf_init(&text, 2048);
    for (size_t i = from; i < count && i < from + SHOWN; i++)
        buf_printf(&text, "%s -> ", json_text_at(r->roles.items[way[i].role].json, "name"));
    if (count > from + SHOWN) buf_str(&text, "... -> ");
    buf_str(&text, first);
    const char *copy = arena_strdup(r->arena, buf_text(&text));
    buf_done(&text);
    return copy;
}

static void relation_say_circle(const struct relations *r, const struct relation_walk *way,
                                size_t count, size_t role)
{
    size_t from = count;
    while (from > 0 && way[from - 1].role != role) from--;
    must(from > 0);
    const struct relation_walk *last = &way[count - 1];
    relation_say(r, arena_printf(r->arena, "roles[%zu].memberOf[%zu]", last->role, last->next - 1),
                 "this membership closes a circle, which PostgreSQL refuses: %s",
                 relation_circle_text(r, way, from - 1, count));
}

/* Goes all ways that begin at 'role'; every role and membership is looked at once. */
static void relation_walk_from(const struct relations *r, size_t role, unsigned char *marks,
                               struct relation_walk *way)
{
    size_t count = 1;
    way[0] = (struct relation_walk){.role = role};
    marks[role] = RELATION_ON_THE_WAY;
    while (count > 0) {
        struct relation_walk *at = &way[count - 1];
        const struct relation_item *item = &r->roles.items[at->role];
        const json_t *of = json_array_get(json_object_get(item->json, "memberOf"), at->next++);
        if (!of) {
            marks[at->role] = RELATION_DONE;
            count--;
            continue;
        }
        const struct relation_name *found =
            relation_find(&r->role_names, item->server, "", json_string_value(of));
        if (!found || marks[found->index] == RELATION_DONE) continue;
        if (found->index == at->role) continue; /* lib/pg says it of the role alone */
        if (marks[found->index] == RELATION_ON_THE_WAY) {
            relation_say_circle(r, way, count, found->index);
            continue;
        }
        marks[found->index] = RELATION_ON_THE_WAY;
        way[count++] = (struct relation_walk){.role = found->index};
    }
}

void relation_circle(struct relations *r)
{
    unsigned char *marks = arena_array(r->arena, r->roles.count, sizeof(*marks));
    struct relation_walk *way = arena_array(r->arena, r->roles.count, sizeof(*way));
    for (size_t i = 0; i < r->roles.count; i++)
        if (marks[i] == RELATION_NEW && r->roles.items[i].server)
            relation_walk_from(r, i, marks, way);
}
