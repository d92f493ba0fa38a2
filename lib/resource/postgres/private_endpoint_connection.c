/* Connections of private endpoints to a server. A private endpoint makes its connection, under its
 * own name and a guid that nobody knows before; here it is approved or rejected. So an item is
 * called after the private endpoint, is never created, and one that nobody declared is a door. */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "resource/compare.h"
#include "resource/resource.h"

#define SWAGGER "Microsoft.DBforPostgreSQL 2025-08-01 swagger"

static const char status_path[] = "properties.privateLinkServiceConnectionState.status";

static const char *const verdicts[] = {"Approved", "Rejected", NULL};

const struct field private_endpoint_connection_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .min = 1,
     .max = 128,
     .help = "Name of the private endpoint, or of its connection as Azure calls it: NAME.GUID.",
     .source = SWAGGER ", examples"},
    {.path = "properties.privateLinkServiceConnectionState",
     .kind = FIELD_OBJECT,
     .flags = FIELD_REQUIRED | FIELD_WHOLE_OBJECT,
     .help = "What the server's side says to it.",
     .source = SWAGGER},
    {.path = status_path,
     .kind = FIELD_ENUM,
     .flags = FIELD_REQUIRED,
     .choices = verdicts,
     .help = "Whether it may reach the server.",
     .source = SWAGGER},
    {.path = "properties.privateLinkServiceConnectionState.description",
     .kind = FIELD_STRING,
     .flags = FIELD_WRITE_ONLY,
     .help = "Why; sent with a verdict. Azure has words of its own for what it approves by itself.",
     .source = SWAGGER ", examples: Auto-approved"},
    COMPARE_MODE_ROW,
    {0},
};

/* Is 'full' the name 'name', or that with a guid behind a dot? */
static bool connection_is_called(const char *full, const char *name)
{
    size_t length = strlen(name);
    if (strcasecmp(full, name) == 0) return true;
    return strncasecmp(full, name, length) == 0 && full[length] == '.' &&
           !strchr(full + length + 1, '.');
}

/* The item of 'have' that 'name' of the document means. */
static const json_t *connection_find(const json_t *have, const char *name)
{
    size_t i;
    const json_t *item;
    json_array_foreach(have, i, item)
    {
        if (connection_is_called(json_text_at(item, "name"), name)) return item;
    }
    return NULL;
}

static bool connection_is_open(const json_t *have)
{
    const char *status = json_text_at(have, status_path);
    return status && strcasecmp(status, "Approved") == 0;
}

static bool private_endpoint_connection_widens(const json_t *want, const json_t *have)
{
    const char *wanted = want ? json_text_at(want, status_path) : NULL;
    return connection_is_open(have) && (!wanted || strcasecmp(wanted, "Approved") != 0);
}

static void connection_missing(const struct comparison *c, const json_t *want, const char *id)
{
    struct change *change =
        compare_change(c, json_text_at(want, "name"), id, CHANGE_REPORT, STAGE_CHILDREN);
    change->verdict = CHANGE_WAIT;
    change->reason = "its private endpoint has not asked for it";
    change->observe_only = compare_observes(want);
    plan_delta(c->plan, status_path, NULL, json_text_at(want, status_path));
}

static void connection_declared(const struct comparison *c, const json_t *want)
{
    const struct scope *scope = compare_scope(c);
    const char *name = json_text_at(want, "name");
    const json_t *have = connection_find(compare_have(c), name);
    struct field_deltas deltas;
    if (!have) {
        connection_missing(c, want, arena_printf(c->plan->arena, "%s/%s", scope->id, name));
        return;
    }
    const char *id = arena_printf(c->plan->arena, "%s/%s", scope->id, json_text_at(have, "name"));
    field_compare(scope->type->fields, want, have, c->plan->arena, &deltas);
    if (!deltas.count) return;
    struct change *change = compare_change(c, name, id, CHANGE_UPDATE, STAGE_CHILDREN);
    change->widening = private_endpoint_connection_widens(want, have);
    change->observe_only = compare_observes(want);
    change->action = compare_put(c, id, want, have);
    compare_add_deltas(c->plan, &deltas, true);
}

static bool connection_is_declared(const json_t *want, const json_t *have)
{
    size_t i;
    const json_t *item;
    json_array_foreach(want, i, item)
    {
        if (connection_is_called(json_text_at(have, "name"), json_text_at(item, "name")))
            return true;
    }
    return false;
}

static void private_endpoint_connection_compare(const struct comparison *c)
{
    const json_t *want = compare_scope(c)->want;
    size_t i;
    const json_t *item;
    json_array_foreach(want, i, item) connection_declared(c, item);
    json_array_foreach(compare_have(c), i, item)
    {
        if (!connection_is_declared(want, item)) compare_undeclared(c, item);
    }
}

/* provisioningState is not of its own enum in the specification's example, so it is not asked for.
 */
static const struct arm_shape private_endpoint_connection_shape = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections",
    .members = (const struct arm_member[]){{status_path, ARM_TEXT}, {0}},
};

const struct resource resource_private_endpoint_connection = {
    .name = "private_endpoint_connection",
    .summary = "Which private endpoints may reach it; what is not listed is undeclared",
    .key = "privateEndpointConnections",
    .parent = &resource_server,
    .arm_type = "Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections",
    .api_version = "2025-08-01",
    .shape = &private_endpoint_connection_shape,
    .read = RESOURCE_READ_LIST,
    .write = RESOURCE_WRITE_PUT,
    .deletable = true,
    .fields = private_endpoint_connection_fields,
    .widens = private_endpoint_connection_widens,
    .compare = private_endpoint_connection_compare,
};
