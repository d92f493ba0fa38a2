/* Connections of private endpoints: see private_endpoint_connection.h. */
#include "postgres/private_endpoint_connection.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "front/clock.h"
#include "postgres/server.h"
#include "postgres/server_child.h"

static const struct member connection_endpoint[] = {
    MEMBER("id", MEMBER_TEXT, 0),
    MEMBER_END,
};

static const struct member connection_state[] = {
    MEMBER_WORDS("status", 0, "Approved|Pending|Rejected"),
    MEMBER("description", MEMBER_TEXT, 0),
    MEMBER("actionsRequired", MEMBER_TEXT, 0),
    MEMBER_END,
};

static const struct member connection_properties[] = {
    MEMBER_INNER("privateEndpoint", MEMBER_OBJECT, 0, connection_endpoint),
    MEMBER_INNER("privateLinkServiceConnectionState", MEMBER_OBJECT, MEMBER_REQUIRED,
                 connection_state),
    MEMBER("groupIds", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("provisioningState", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

static const struct member connection_members[] = {
    MEMBER_HEAD,
    MEMBER_INNER("properties", MEMBER_OBJECT, MEMBER_REQUIRED, connection_properties),
    MEMBER_END,
};

static int connection_check(struct child_change *change, struct refusal *refusal);

static const struct server_child connection_type = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnections",
    .key = "privateEndpointConnections",
    .put = "UpsertPrivateEndpointConnectionManagementOperation",
    .drop = "DropPrivateEndpointConnectionManagementOperation",
    .members = connection_members,
    .check = connection_check,
};

/* What the specification's examples show of a whole one. */
static json_t *connection_document(const char *id, bool approved)
{
    return json_pack("{s:{s:s}, s:[s], s:{s:s, s:s, s:s}, s:s}", "privateEndpoint", "id", id,
                     "groupIds", "postgresqlServer", "privateLinkServiceConnectionState", "status",
                     approved ? "Approved" : "Pending", "description",
                     approved ? "Auto-approved" : "", "actionsRequired", "None",
                     "provisioningState", "Succeeded");
}

static const char *connection_key(const struct server *server, const char *id)
{
    const char *key;
    json_t *item;
    json_each_member(json_object_get(server->record, connection_type.key), key, item)
    {
        const char *other = json_text_at(item, "privateEndpoint.id");
        if (other && strcasecmp(other, id) == 0) return key;
    }
    return NULL;
}

void private_endpoint_connection_add(struct server *server, const char *id, bool approved)
{
    char guid[GUID_TEXT];
    if (connection_key(server, id)) return;
    random_guid(guid);
    char *name = xasprintf("%s.%s", strrchr(id, '/') + 1, guid);
    server_change(server);
    json_object_set_new(server_child_all(server, &connection_type), name,
                        connection_document(id, approved));
    free(name);
}

void private_endpoint_connection_drop(struct server *server, const char *id)
{
    const char *key = connection_key(server, id);
    if (!key) return;
    server_change(server);
    json_object_del(json_object_get(server->record, connection_type.key), key);
}

const char *private_endpoint_connection_status(const struct server *server, const char *id)
{
    const char *key = connection_key(server, id);
    const json_t *item = key ? server_child_find(server->record, &connection_type, key) : NULL;
    return json_text_at(item, "privateLinkServiceConnectionState.status");
}

json_t *private_endpoint_connection_list(const json_t *record)
{
    json_t *list = json_array();
    const char *name;
    json_t *properties;
    json_each_member(json_object_get(record, connection_type.key), name, properties)
        json_array_append_new(list, server_child_json(record, &connection_type, name, properties));
    return list;
}

/* Only the verdict is the server's side's to say. */
static int connection_check(struct child_change *change, struct refusal *refusal)
{
    static const char state[] = "privateLinkServiceConnectionState";
    const char *id = json_text_at(change->doc, "privateEndpoint.id");
    json_t *said = json_incref(json_object_get(change->doc, state));
    json_t *whole = NULL;
    if (change->old)
        whole = json_deep_copy(change->old);
    else if (change->x->operator_ && id)
        whole = connection_document(id, false);
    if (whole) {
        json_object_update(json_object_get(whole, state), said);
        json_object_clear(change->doc);
        json_object_update(change->doc, whole);
    }
    bool found = whole != NULL;
    json_decref(said);
    json_decref(whole);
    if (found) return 0;
    return refuse_now(refusal, 404, "PrivateEndpointConnectionNotFound",
                      "The private endpoint connection '%s' does not exist.", change->name);
}

void private_endpoint_connection_serve(struct exchange *x)
{
    server_child_serve(x, &connection_type);
}
