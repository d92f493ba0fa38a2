/* Entra administrators: see administrator.h. Sources: Administrators.json of 2024-08-01 and its
 * examples, the models of 2025-08-01; that Entra sign-in must be enabled first and that a role is
 * made is the service's documentation (security-entra-configure). Codes and the names of the
 * operations are unverified, and so is what becomes of the role. */
#include "postgres/administrator.h"

#include <ctype.h>
#include <string.h>

#include "arm/lro.h"
#include "base/json.h"
#include "postgres/cluster.h"
#include "postgres/server.h"
#include "postgres/server_body.h"

#define TYPE "Microsoft.DBforPostgreSQL/flexibleServers/administrators"
#define ADD "AddServerAdministratorManagementOperation"
#define DROP "DropServerAdministratorManagementOperation"

static const struct member administrator_properties[] = {
    MEMBER("principalName", MEMBER_TEXT, MEMBER_REQUIRED),
    MEMBER_WORDS("principalType", MEMBER_REQUIRED, "User|Group|ServicePrincipal|Unknown"),
    MEMBER("tenantId", MEMBER_TEXT, 0),
    MEMBER("objectId", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

static const struct member administrator_members[] = {
    MEMBER_HEAD,
    MEMBER_INNER("properties", MEMBER_OBJECT, MEMBER_REQUIRED, administrator_properties),
    MEMBER_END,
};

static const json_t *administrator_find(const json_t *record, const char *object)
{
    return json_member_nocase(json_object_get(record, "administrators"), object, NULL);
}

static json_t *administrator_json(const struct server *server, const json_t *properties)
{
    const char *object = json_text_at(properties, "objectId");
    const char *principal = json_text_at(properties, "principalName");
    bool by_object = setting_is(&server->sim->settings, SET_ADMINISTRATOR_NAME, "object");
    char *id = xasprintf("%s/administrators/%s", json_text_at(server->record, "doc.id"), object);
    json_t *item = json_pack("{s:O, s:s, s:s, s:s}", "properties", properties, "id", id, "name",
                             by_object ? object : principal, "type", TYPE);
    free(id);
    return item;
}

void administrator_list(struct exchange *x)
{
    json_t *items = json_array();
    const char *key;
    json_t *properties;
    json_object_foreach(json_object_get(server_view(x->server), "administrators"), key, properties)
        json_array_append_new(items, administrator_json(x->server, properties));
    reply_list(x, items);
}

void administrator_get(struct exchange *x)
{
    const json_t *properties = administrator_find(server_view(x->server), x->args[3]);
    if (properties)
        reply_json(x, 200, administrator_json(x->server, properties));
    else
        reply_not_found(x, TYPE, arena_printf(x->arena, "%s/%s", x->args[2], x->args[3]));
}

/* Five groups with hyphens between, as an object id is written. */
static bool object_id_valid(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (strlen(text) != strlen(form)) return false;
    for (size_t i = 0; form[i]; i++) {
        if (form[i] == '-' ? text[i] != '-' : !isalnum((unsigned char)text[i])) return false;
    }
    return true;
}

static int administrator_put_work(struct op *op, struct err *err)
{
    if (!op->server->cluster) return 0;
    return cluster_add_administrator(op->server->cluster,
                                     json_text_at(op->plan.args, "principalName"), err);
}

/* A record of an earlier run has no place for them yet. */
static void administrator_put_finish(struct op *op)
{
    json_t *record = op->server->record, *all;
    server_change(op->server);
    if (!json_object_get(record, "administrators"))
        json_object_set_new(record, "administrators", json_object());
    all = json_object_get(record, "administrators");
    json_object_set(all, json_text_at(op->plan.args, "objectId"), op->plan.args);
}

static void administrator_put_start(struct exchange *x)
{
    const json_t *old = administrator_find(x->server->record, x->args[3]);
    const char *tenant = json_text_at(x->json, "properties.tenantId");
    struct op_plan plan = {
        .name = ADD,
        .duration_ms = setting(&x->sim->settings, SET_ADMINISTRATOR_MS),
        .work = administrator_put_work,
        .finish = administrator_put_finish,
        .args = json_pack("{s:s, s:O, s:O, s:s}", "objectId",
                          old ? json_text_at(old, "objectId") : x->args[3], "principalName",
                          json_at(x->json, "properties.principalName"), "principalType",
                          json_at(x->json, "properties.principalType"), "tenantId",
                          tenant ? tenant : x->sim->tenant_id),
    };
    lro_start(x, x->server, plan);
}

void administrator_put(struct exchange *x)
{
    const char *entra =
        json_text_at(server_doc(x->server), "properties.authConfig.activeDirectoryAuth");
    if (!server_body_right(x, administrator_members, false)) return;
    if (!object_id_valid(x->args[3])) {
        reply_error(x, 400, "InvalidResourceName", "'%s' is no object id.", x->args[3]);
        return;
    }
    if (server_refuses(x, ADD)) return;
    bool allowed = setting_is(&x->sim->settings, SET_ADMINISTRATOR_WITHOUT_ENTRA, "allow");
    if (!allowed && (!entra || strcmp(entra, "Enabled") != 0))
        lro_fail_late(x, x->server, ADD, "OperationNotAllowed",
                      "Microsoft Entra authentication is not enabled for the server '%s'.",
                      x->server->name);
    else
        administrator_put_start(x);
}

static int administrator_delete_work(struct op *op, struct err *err)
{
    if (!op->server->cluster) return 0;
    return cluster_drop_administrator(op->server->cluster,
                                      json_text_at(op->plan.args, "principalName"), err);
}

static void administrator_delete_finish(struct op *op)
{
    server_change(op->server);
    json_object_del(json_object_get(op->server->record, "administrators"),
                    json_text_at(op->plan.args, "objectId"));
}

void administrator_delete(struct exchange *x)
{
    const json_t *properties = administrator_find(x->server->record, x->args[3]);
    if (!properties) {
        reply_text(x, 204, "");
        return;
    }
    if (server_refuses(x, DROP)) return;
    struct op_plan plan = {
        .name = DROP,
        .duration_ms = setting(&x->sim->settings, SET_ADMINISTRATOR_MS),
        .work = administrator_delete_work,
        .finish = administrator_delete_finish,
        .args = json_deep_copy(properties),
    };
    lro_start(x, x->server, plan);
}
