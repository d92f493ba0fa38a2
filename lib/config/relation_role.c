/* What roles may be and be members of: see relation.h. */
#include <string.h>

#include "base/json.h"
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
