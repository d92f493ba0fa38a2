/* Virtual endpoints: see virtual_endpoint.h. */
#include "postgres/virtual_endpoint.h"

#include <string.h>

#include "base/json.h"
#include "postgres/server.h"
#include "postgres/server_child.h"

enum { MEMBERS_MAX = 2 }; /* the primary and one replica (service documentation) */

static const struct member endpoint_properties[] = {
    MEMBER_WORDS("endpointType", MEMBER_REQUIRED, "ReadWrite"),
    MEMBER("members", MEMBER_TEXTS, MEMBER_REQUIRED),
    MEMBER("virtualEndpoints", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

static const struct member endpoint_members[] = {
    MEMBER_HEAD,
    MEMBER_INNER("properties", MEMBER_OBJECT, MEMBER_REQUIRED, endpoint_properties),
    MEMBER_END,
};

static int endpoint_check(struct child_change *change, struct refusal *refusal);

static const struct server_child endpoint_type = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers/virtualEndpoints",
    .key = "virtualEndpoints",
    .put = "ReplicaGroupCreateManagementOperation",
    .drop = "ReplicaGroupDropManagementOperation",
    .members = endpoint_members,
    .is_name = true,
    .check = endpoint_check,
};

static bool endpoint_is_primary(const struct server *server)
{
    return strcmp(json_text_at(server->record, "doc.properties.replicationRole"), "Primary") == 0;
}

/* The server itself, or one that replicates from it. */
static bool endpoint_member_right(const struct server *server, const char *name)
{
    if (strcasecmp(name, server->name) == 0) return true;
    const struct server *other = server_find(server->sim, NULL, name);
    const char *source =
        other ? json_text_at(other->record, "doc.properties.sourceServerResourceId") : NULL;
    return source && strcasecmp(source, json_text_at(server->record, "doc.id")) == 0;
}

/* The codes are unverified. */
static int endpoint_check(struct child_change *change, struct refusal *refusal)
{
    const struct server *server = change->x->server;
    const json_t *members = json_object_get(change->doc, "members");
    size_t count = json_array_size(members), i;
    const json_t *member;
    if (!endpoint_is_primary(server))
        return refuse(refusal, "VirtualEndpointOperationNotSupported",
                      "Virtual endpoints are managed on the primary server.");
    if (!change->old && json_object_size(json_object_get(server->record, endpoint_type.key)))
        return refuse(refusal, "VirtualEndpointAlreadyExists",
                      "The server '%s' has a virtual endpoint already.", server->name);
    json_array_foreach(members, i, member)
    {
        if (!endpoint_member_right(server, json_string_value(member))) count = 0;
    }
    if (count < 1 || count > MEMBERS_MAX)
        return refuse(refusal, "InvalidParameterValue",
                      "The members of a virtual endpoint are the primary server and one replica.");
    json_object_set_new(
        change->doc, "virtualEndpoints",
        json_pack("[o, o]", json_sprintf("%s.reader.postgres.database.azure.com", change->name),
                  json_sprintf("%s.writer.postgres.database.azure.com", change->name)));
    return 0;
}

void virtual_endpoint_move(struct server *from, struct server *to)
{
    json_t *all = json_incref(server_child_all(from, &endpoint_type));
    server_change(from);
    server_change(to);
    json_object_set_new(from->record, endpoint_type.key, json_object());
    json_object_set_new(to->record, endpoint_type.key, all);
}

/* Where the reader leads: to the member that is a replica, else to the primary. */
static const struct server *endpoint_reader(const struct server *server, const json_t *members)
{
    size_t i;
    const json_t *member;
    json_array_foreach(members, i, member)
    {
        const struct server *other = server_find(server->sim, NULL, json_string_value(member));
        if (other && other != server) return other;
    }
    return server;
}

void virtual_endpoint_hosts(const struct server *server, struct buf *out)
{
    const char *name;
    json_t *item;
    json_each_member(json_object_get(server->record, endpoint_type.key), name, item)
    {
        const struct server *reader = endpoint_reader(server, json_object_get(item, "members"));
        buf_printf(out, "%s %s.writer.postgres.database.azure.com\n",
                   json_text_at(server->record, "address"), name);
        buf_printf(out, "%s %s.reader.postgres.database.azure.com\n",
                   json_text_at(reader->record, "address"), name);
    }
}

void virtual_endpoint_serve(struct exchange *x)
{
    server_child_serve(x, &endpoint_type);
}
