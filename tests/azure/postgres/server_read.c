/* Reading flexible servers: see server.h. */
#include "postgres/server.h"

#include <string.h>

#include "base/json.h"
#include "front/clock.h"
#include "postgres/private_endpoint_connection.h"
#include "postgres/version_shape.h"

/* As ARM answers it. Restore is possible from a while after the creation on. */
static json_t *server_answer(const struct exchange *x, const struct server *server)
{
    const struct settings *settings = &server->sim->settings;
    json_t *doc = json_deep_copy(json_object_get(server_view(server), "doc"));
    if (setting_is(settings, SET_LOCATION_FORM, "display"))
        json_object_set_new(doc, "location",
                            json_string(location_display(json_text_at(doc, "location"))));
    json_put_at(doc, "properties.privateEndpointConnections",
                private_endpoint_connection_list(server_view(server)));
    json_int_t born = json_integer_value(json_object_get(server->record, "createdUnix"));
    if (clock_unix() - born >= setting(settings, SET_YOUNG_S)) {
        char from[CLOCK_TEXT];
        clock_text_at(from, born + setting(settings, SET_YOUNG_S));
        json_put_at(doc, "properties.backup.earliestRestoreDate", json_string(from));
    }
    version_shape_server(x, doc);
    return doc;
}

void server_get(struct exchange *x)
{
    struct server *server = server_find(x->sim, x->args[1], x->args[2]);
    if (server && !server_hidden(server))
        reply_json(x, 200, server_answer(x, server));
    else
        reply_not_found(x, "Microsoft.DBforPostgreSQL/flexibleServers", x->args[2]);
}

void server_list(struct exchange *x)
{
    const char *group = x->args[1];
    json_t *items = json_array();
    for (size_t i = 0; i < x->sim->server_n; i++) {
        const struct server *server = x->sim->servers[i];
        if (server_hidden(server) || (group && strcasecmp(server->group, group) != 0)) continue;
        json_array_append_new(items, server_answer(x, server));
    }
    reply_list(x, items);
}
