/* Virtual endpoints: two names, one for whoever writes and one for whoever reads, that move with
 * the roles of a primary and its replica. They belong to whichever of the two is the primary: after
 * a switchover they are found below the other server, and that is nothing to repair
 * (terraform-provider-azurerm issue 32750). */
#include <strings.h>

#include "base/json.h"
#include "resource/compare.h"
#include "resource/postgres/replication.h"
#include "resource/resource.h"

#define SWAGGER "Microsoft.DBforPostgreSQL 2025-08-01 swagger"

static const char *const endpoint_types[] = {"ReadWrite", NULL};

const struct field virtual_endpoint_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .min = 3,
     .max = 63,
     .pattern = "^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$",
     .form = "letters and digits, with single hyphens between them",
     .help = "Name of the pair: NAME.writer and NAME.reader.postgres.database.azure.com.",
     .source = SWAGGER ", examples; the form is that of a server's name"},
    {.path = "properties.endpointType",
     .kind = FIELD_ENUM,
     .flags = FIELD_REQUIRED,
     .choices = endpoint_types,
     .help = "The only kind there is.",
     .source = SWAGGER},
    {.path = "properties.members",
     .kind = FIELD_SET,
     .flags = FIELD_REQUIRED | FIELD_NOCASE,
     .help = "Names, not ids, of one or two servers: the primary, and the replica that is read.",
     .source =
         SWAGGER ", examples; azure docs: read-replica/concepts-read-replicas-virtual-endpoints"},
    {.path = "properties.virtualEndpoints", .kind = FIELD_ANY, .flags = FIELD_READ_ONLY},
    COMPARE_MODE_ROW,
    {0},
};

/* They are kept where the primary is. On a server that has become a replica there are none, and
 * asking for them there would be refused. */
static void virtual_endpoint_moved(const struct comparison *c)
{
    size_t i;
    const json_t *item;
    json_array_foreach(compare_scope(c)->want, i, item)
    {
        const char *name = json_text_at(item, "name");
        const char *id = arena_printf(c->plan->arena, "%s/%s", compare_scope(c)->id, name);
        struct change *change = compare_change(c, name, id, CHANGE_REPORT, STAGE_CHILDREN);
        change->verdict = CHANGE_UNACHIEVABLE;
        change->reason =
            "virtual endpoints belong to the primary, and this server is a replica now";
        plan_delta(c->plan, "primary", "another server", c->target->name);
    }
}

static void virtual_endpoint_compare(const struct comparison *c)
{
    if (replication_is_replica(seen_root(c->seen)->body))
        virtual_endpoint_moved(c);
    else
        compare_list(c);
}

static const struct arm_shape virtual_endpoint_shape = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers/virtualEndpoints",
    .members = (const struct arm_member[]){{"properties.endpointType", ARM_TEXT},
                                           {"properties.members", ARM_ARRAY},
                                           {0}},
};

const struct resource resource_virtual_endpoint = {
    .name = "virtual_endpoint",
    .summary = "Names that follow the roles of a primary and its replica",
    .key = "virtualEndpoints",
    .parent = &resource_server,
    .arm_type = "Microsoft.DBforPostgreSQL/flexibleServers/virtualEndpoints",
    .api_version = "2025-08-01",
    .shape = &virtual_endpoint_shape,
    .read = RESOURCE_READ_LIST,
    .write = RESOURCE_WRITE_PUT,
    .fields = virtual_endpoint_fields,
    .compare = virtual_endpoint_compare,
};
