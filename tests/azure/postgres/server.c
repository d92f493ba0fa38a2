/* The registry of flexible servers: see server.h. */
#include "postgres/server.h"

#include <stdlib.h>
#include <string.h>

#include "arm/lro.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "control/history.h"
#include "front/clock.h"
#include "front/netaddr.h"
#include "postgres/cluster.h"

enum { PG_PORT = 5432 };

json_t *server_record(json_t *doc)
{
    return json_pack("{s:o, s:{}, s:{}, s:{}}", "doc", doc, "configurations", "firewallRules",
                     "databases");
}

/* The address it had before, where that is still free, so that a restarted Azure looks the same. */
static int server_address(struct server *server, struct err *err)
{
    char address[NETADDR_TEXT];
    const char *old = json_text_at(server->record, "address");
    if (old && netaddr_free(old, PG_PORT)) return 0;
    if (netaddr_find(address, PG_PORT, err) < 0) return -1;
    json_object_set_new(server->record, "address", json_string(address));
    return 0;
}

struct server *server_add(struct sim *sim, const char *group, json_t *record, struct err *err)
{
    struct server *server = xcalloc(1, sizeof(*server));
    server->sim = sim;
    server->record = record;
    server->group = xstrdup(group);
    server->name = xstrdup(json_text_at(record, "doc.name"));
    if (sim->clusters) {
        if (server_address(server, err) < 0) {
            server_free(server);
            return NULL;
        }
        server->cluster = cluster_new(sim, server->name, json_text_at(record, "address"));
    }
    sim->servers = xreallocarray(sim->servers, sim->server_n + 1, sizeof(struct server *));
    sim->servers[sim->server_n++] = server;
    sim->dirty = true;
    return server;
}

void server_free(struct server *server)
{
    if (!server) return;
    cluster_free(server->cluster);
    json_decref(server->record);
    json_decref(server->past);
    free(server->group);
    free(server->name);
    free(server->list);
    free(server);
}

void server_remove(struct server *server)
{
    struct sim *sim = server->sim;
    for (size_t i = 0; i < sim->server_n; i++) {
        if (sim->servers[i] != server) continue;
        memmove(&sim->servers[i], &sim->servers[i + 1],
                (sim->server_n - i - 1) * sizeof(sim->servers[0]));
        sim->server_n--;
        break;
    }
    sim->dirty = true;
    server_free(server);
}

struct server *server_find(const struct sim *sim, const char *group, const char *name)
{
    for (size_t i = 0; i < sim->server_n; i++) {
        struct server *server = sim->servers[i];
        if (strcasecmp(server->name, name) == 0 &&
            (!group || strcasecmp(server->group, group) == 0))
            return server;
    }
    return NULL;
}

void server_change(struct server *server)
{
    struct sim *sim = server->sim;
    int64_t longest_ms = lag_longest(sim->lags);
    if (longest_ms > 0)
        server->past = history_keep(server->past, json_deep_copy(server->record), longest_ms);
    free(server->list);
    server->list = NULL;
    sim->dirty = true;
}

const json_t *server_view(const struct server *server)
{
    return history_at(server->past, server->record, server->sim->lag_ms);
}

json_t *server_doc(const struct server *server)
{
    return json_object_get(server->record, "doc");
}

bool server_hidden(const struct server *server)
{
    if (clock_ms() < server->visible_from_ms) return true;
    return server->creating && setting_is(&server->sim->settings, SET_CREATE_GET, "404");
}

const char *server_state(const struct server *server)
{
    return json_text_at(server->record, "doc.properties.state");
}

bool server_ready(const struct server *server)
{
    return strcmp(server_state(server), "Ready") == 0;
}

void server_set_state(struct server *server, const char *state, const char *why)
{
    server_change(server);
    log_debug("server %s: %s -> %s: %s", server->name, server_state(server), state, why);
    json_put_at(server->record, "doc.properties.state", json_string(state));
}

bool server_refuses(struct exchange *x, const char *name)
{
    struct server *server = x->server;
    const char *state = server_state(server);
    if (strcmp(state, "Dropping") == 0) {
        reply_error(x, 409, "OperationNotAllowed",
                    "Operations on a server group in dropping state are not allowed.");
        return true;
    }
    if (server_ready(server) || server->op) return false;
    if (strcmp(state, "Stopped") == 0)
        lro_fail_late(x, server, name, "ServerIsNotReady",
                      "The operation can only be performed on Started servers. Server Name = %s, "
                      "Current Server State = %s",
                      server->name, state);
    else
        lro_fail_late(x, server, name, "InternalServerError",
                      "An unexpected error occured while processing the request. Tracking ID: "
                      "'%s'",
                      server->name);
    return true;
}

char *server_location_name(const struct server *server)
{
    return location_name(json_text_at(server->record, "doc.location"));
}
