/* Changing and deleting a flexible server: see server.h. The new document is worked out when the
 * request comes and takes its place when the operation ends. */
#include "postgres/server.h"

#include <string.h>

#include "arm/lro.h"
#include "base/json.h"
#include "base/log.h"
#include "network/network_use.h"
#include "postgres/admin_login.h"
#include "postgres/cluster.h"
#include "postgres/configuration.h"
#include "postgres/server_body.h"
#include "postgres/server_field.h"
#include "postgres/version_shape.h"

static int server_update_work(struct op *op, struct err *err)
{
    struct cluster *cluster = op->server->cluster;
    const char *login = json_text_at(op->plan.args, "doc.properties.administratorLogin");
    const char *password = json_text_at(op->plan.args, "password");
    if (!cluster) return 0;
    if (password && cluster_set_password(cluster, login, password, err) < 0) return -1;
    if (json_bool_at(op->plan.args, "restart", false)) return cluster_restart(cluster, false, err);
    return 0;
}

static void server_update_finish(struct op *op)
{
    struct server *server = op->server;
    server_change(server);
    json_object_set(server->record, "doc", json_object_get(op->plan.args, "doc"));
    if (json_bool_at(op->plan.args, "restart", false)) configuration_restarted(server);
    server_set_state(server, "Ready", "updated");
}

static void server_update_fail(struct op *op)
{
    server_set_state(op->server, "Ready", "the update failed");
}

static json_t *server_update_args(const struct exchange *x, json_t *doc, bool restart)
{
    const char *password = json_text_at(x->json, "properties.administratorLoginPassword");
    json_t *args = json_pack("{s:o, s:b}", "doc", doc, "restart", (int)restart);
    if (password) json_object_set_new(args, "password", json_string(password));
    return args;
}

void server_patch(struct exchange *x)
{
    struct server *server = x->server;
    struct refusal refusal = {0};
    bool restart = false;
    if (!version_shape_body_right(x) || !server_body_right(x, server_members, false) ||
        server_refuses(x, UPSERT_SERVER))
        return;
    json_t *doc = json_deep_copy(server_doc(server));
    int r = server_body_fits(doc, x->json, &refusal);
    if (r == 0) r = server_apply(doc, x->json, false, &restart, &refusal);
    if (r == 0 && json_at(x->json, "properties.network"))
        r = server_network_check(x->sim, doc, &refusal);
    const char *password = json_text_at(x->json, "properties.administratorLoginPassword");
    if (r == 0 && password && !admin_password_valid(password)) {
        refusal = (struct refusal){.code = "InvalidParameterValue",
                                   .message = "The password is not complex enough."};
        r = -1;
    }
    if (r < 0 && refusal.at_once) {
        json_decref(doc);
        reply_error(x, refusal.status ? refusal.status : 400, refusal.code, "%s", refusal.message);
        return;
    }
    const struct settings *settings = &x->sim->settings;
    struct op_plan plan = {
        .name = UPSERT_SERVER,
        .duration_ms = setting(settings, r < 0 ? SET_LATE_FAILURE_MS : SET_SERVER_UPDATE_MS),
        .work = server_update_work,
        .finish = server_update_finish,
        .fail = server_update_fail,
        .args = server_update_args(x, doc, restart),
        .code = r < 0 ? refusal.code : NULL,
        .message = refusal.message,
    };
    if (lro_start(x, server, plan)) server_set_state(server, "Updating", "PATCH");
}

static int server_delete_work(struct op *op, struct err *err)
{
    return op->server->cluster ? cluster_remove(op->server->cluster, err) : 0;
}

static void server_delete_finish(struct op *op)
{
    struct err err = {0};
    server_remove(op->server);
    op->server = NULL;
    if (sim_write_hosts(op->sim, &err) < 0)
        log_error(LOG_LEVEL_WARNING, NULL, NULL, &err, "the hosts file was not written");
}

static void server_delete_fail(struct op *op)
{
    server_set_state(op->server, "Ready", "the deletion failed");
}

void server_delete(struct exchange *x)
{
    struct server *server = server_find(x->sim, x->args[1], x->args[2]);
    if (!server) {
        reply_text(x, 204, "");
        return;
    }
    struct op_plan plan = {
        .name = "DropServerManagementOperation",
        .duration_ms = setting(&x->sim->settings, SET_SERVER_DELETE_MS),
        .work = server_delete_work,
        .finish = server_delete_finish,
        .fail = server_delete_fail,
    };
    if (lro_start(x, server, plan)) server_set_state(server, "Dropping", "DELETE");
}
