/* The shapes of the api-versions: see version_shape.h. Sources: the models of each version in
 * Azure/bicep-types-az (2021-06-01, 2022-12-01) and in the swagger (2024-08-01, 2025-08-01). That a
 * later member of a body is refused, not ignored, is unverified. */
#include "postgres/version_shape.h"

#include <string.h>

#include "arm/api_version.h"
#include "base/json.h"

static const struct {
    const char *since, *member;
} shape_rows[] = {
    {"2022-12-01", "identity"},
    {"2022-12-01", "properties.authConfig"},
    {"2022-12-01", "properties.dataEncryption"},
    {"2022-12-01", "properties.replicationRole"},
    {"2022-12-01", "properties.replicaCapacity"},
    {"2024-08-01", "properties.replica"},
    {"2024-08-01", "properties.privateEndpointConnections"},
    {"2024-08-01", "properties.storage.tier"},
    {"2024-08-01", "properties.storage.iops"},
    {"2024-08-01", "properties.storage.throughput"},
    {"2024-08-01", "properties.storage.type"},
    {"2024-08-01", "properties.storage.autoGrow"},
    {"2025-08-01", "properties.cluster"},
};

enum { SHAPE_N = sizeof(shape_rows) / sizeof(shape_rows[0]) };

static void shape_remove(const struct exchange *x, json_t *doc, const char *member)
{
    const char *last = strrchr(member, '.');
    if (!last) {
        json_object_del(doc, member);
        return;
    }
    json_t *parent = json_at(doc, arena_strndup(x->arena, member, (size_t)(last - member)));
    if (parent) json_object_del(parent, last + 1);
}

/* The words of properties.state that came with 2025-08-01. */
static void shape_state(const struct exchange *x, json_t *doc)
{
    static const char *const later[] = {"Restarting", "Provisioning", "Inaccessible"};
    const char *state = json_text_at(doc, "properties.state");
    for (size_t i = 0; state && i < sizeof(later) / sizeof(later[0]); i++) {
        if (strcmp(state, later[i]) != 0 || api_version_since(x, "2025-08-01")) continue;
        json_put_at(doc, "properties.state", json_string(i == 2 ? "Disabled" : "Updating"));
        return;
    }
}

void version_shape_server(const struct exchange *x, json_t *doc)
{
    for (size_t i = 0; i < SHAPE_N; i++) {
        if (!api_version_since(x, shape_rows[i].since)) shape_remove(x, doc, shape_rows[i].member);
    }
    shape_state(x, doc);
}

bool version_shape_body_right(struct exchange *x)
{
    for (size_t i = 0; i < SHAPE_N; i++) {
        if (api_version_since(x, shape_rows[i].since) || !json_at(x->json, shape_rows[i].member))
            continue;
        reply_error(x, 400, "InvalidRequestContent",
                    "The request content was invalid and could not be deserialized: Could not find "
                    "member '%s' in api-version '%s'.",
                    shape_rows[i].member, api_version(x));
        return false;
    }
    return true;
}
