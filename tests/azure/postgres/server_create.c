/* Creating a flexible server: see server.h. A PUT on one that exists is an update. */
#include "postgres/server.h"

#include <ctype.h>
#include <string.h>

#include "arm/lro.h"
#include "base/json.h"
#include "base/log.h"
#include "front/clock.h"
#include "network/network_use.h"
#include "postgres/admin_login.h"
#include "postgres/cluster.h"
#include "postgres/server_body.h"
#include "postgres/server_field.h"
#include "postgres/version_shape.h"

enum { NAME_MIN = 3, NAME_MAX_LENGTH = 63 };

/* ^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$, 3 to 63 (2025-08-01 swagger); lower case, as it becomes a host.
 */
bool server_name_valid(const char *name)
{
    size_t length = strlen(name);
    if (length < NAME_MIN || length > NAME_MAX_LENGTH) return false;
    for (size_t i = 0; i < length; i++) {
        bool edge = i == 0 || i == length - 1 || name[i - 1] == '-';
        if (!islower((unsigned char)name[i]) && !isdigit((unsigned char)name[i]) &&
            (name[i] != '-' || edge))
            return false;
    }
    return true;
}

/* What must be right before the operation begins. */
static bool create_acceptable(struct exchange *x)
{
    const char *mode = json_text_at(x->json, "properties.createMode");
    if (!version_shape_body_right(x) || !server_body_right(x, server_members, false)) return false;
    if (!server_name_valid(x->args[2]))
        reply_error(x, 400, "InvalidResourceName", "The resource name '%s' is invalid.",
                    x->args[2]);
    else if (!json_text_at(x->json, "location"))
        reply_error(x, 400, "LocationRequired",
                    "The location property is required for this definition.");
    else if (server_find(x->sim, NULL, x->args[2]))
        reply_error(x, 409, "ServerNameAlreadyExists", "Specified server name is already used.");
    else if (mode && strcasecmp(mode, "Default") != 0 && strcasecmp(mode, "Create") != 0)
        reply_error(x, 400, "CreateModeNotSupported", "This Azure does not offer createMode '%s'.",
                    mode);
    else
        return true;
    return false;
}

static int create_check(const json_t *body, struct refusal *refusal)
{
    const char *login = json_text_at(body, "properties.administratorLogin");
    const char *password = json_text_at(body, "properties.administratorLoginPassword");
    const char *text = NULL;
    if (!login || !admin_login_valid(login))
        text = "The administrator login name is missing or invalid.";
    if (!password || !admin_password_valid(password))
        text = "The administrator login password is missing or not complex enough.";
    if (!json_text_at(body, "sku.name")) text = "The sku is missing.";
    if (!text) return 0;
    *refusal = (struct refusal){.code = "InvalidParameterValue"};
    snprintf(refusal->message, sizeof(refusal->message), "%s", text);
    return -1;
}

static int create_work(struct op *op, struct err *err)
{
    struct cluster *cluster = op->server->cluster;
    if (!cluster) return 0;
    return cluster_create(cluster, json_text_at(op->plan.args, "login"),
                          json_text_at(op->plan.args, "password"), err);
}

static void create_finish(struct op *op)
{
    struct server *server = op->server;
    struct err err = {0};
    server->creating = false;
    server->visible_from_ms = clock_ms() + setting(&op->sim->settings, SET_CREATE_LAG_MS);
    json_put_at(server->record, "doc.properties.minorVersion", json_string(op->sim->pg_minor));
    server_set_state(server, "Ready", "created");
    if (sim_write_hosts(op->sim, &err) < 0)
        log_error(LOG_LEVEL_WARNING, NULL, NULL, &err, "the hosts file was not written");
}

static void create_fail(struct op *op)
{
    struct err err = {0};
    if (op->server->cluster && cluster_remove(op->server->cluster, &err) < 0)
        log_error(LOG_LEVEL_WARNING, NULL, NULL, &err, "a failed creation left files behind");
    server_remove(op->server);
    op->server = NULL;
}

static json_t *create_document(struct exchange *x, bool *restart, struct refusal *refusal, int *r)
{
    char *name = location_name(json_text_at(x->json, "location"));
    char *id = xasprintf("/subscriptions/%s/resourceGroups/%s/providers/"
                         "Microsoft.DBforPostgreSQL/flexibleServers/%s",
                         x->sim->subscription_id, x->args[1], x->args[2]);
    json_t *doc = server_document(id, x->args[2], name);
    *r = create_check(x->json, refusal);
    if (*r == 0) *r = server_apply(doc, x->json, true, restart, refusal);
    if (*r == 0) *r = server_body_fits(doc, x->json, refusal);
    if (*r == 0) *r = server_network_check(x->sim, doc, refusal);
    free(name);
    free(id);
    return doc;
}

static void server_create(struct exchange *x)
{
    struct refusal refusal = {0};
    struct err err = {0};
    bool restart = false;
    int r;
    json_t *doc = create_document(x, &restart, &refusal, &r);
    if (r < 0 && refusal.at_once) {
        json_decref(doc);
        reply_error(x, refusal.status ? refusal.status : 400, refusal.code, "%s", refusal.message);
        return;
    }
    json_t *record = server_record(doc);
    json_object_set_new(record, "createdUnix", json_integer(clock_unix()));
    json_object_set(record, "createdSku", json_at(doc, "sku.name"));
    struct server *server = server_add(x->sim, x->args[1], record, &err);
    if (!server) {
        reply_error(x, 500, "InternalServerError", "%s", err.text);
        return;
    }
    server->creating = true;
    const struct settings *settings = &x->sim->settings;
    json_t *properties = json_object_get(x->json, "properties");
    struct op_plan plan = {
        .name = UPSERT_SERVER,
        .duration_ms = setting(settings, r < 0 ? SET_LATE_FAILURE_MS : SET_SERVER_CREATE_MS),
        .work = create_work,
        .finish = create_finish,
        .fail = create_fail,
        .args =
            json_pack("{s:O?, s:O?}", "login", json_object_get(properties, "administratorLogin"),
                      "password", json_object_get(properties, "administratorLoginPassword")),
        .code = r < 0 ? refusal.code : NULL,
        .message = refusal.message,
    };
    lro_start(x, server, plan);
}

void server_put(struct exchange *x)
{
    x->server = server_find(x->sim, x->args[1], x->args[2]);
    if (x->server)
        server_patch(x);
    else if (create_acceptable(x))
        server_create(x);
}
