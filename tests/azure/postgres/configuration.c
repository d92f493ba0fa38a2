/* Server parameters as ARM shows them: see configuration.h. The record keeps only what differs from
 * the default: {"value", "applied"}, 'applied' being what the server runs with. */
#include "postgres/configuration.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "arm/lro.h"
#include "base/json.h"
#include "postgres/cluster.h"
#include "postgres/parameter.h"
#include "postgres/server_body.h"

#define UPDATE_CONFIGURATION "UpdateConfigurationManagementOperation"

/* The sku at creation: changing it later does not change max_connections. */
static const struct sku *created_sku(const struct server *server)
{
    const char *name = json_text_at(server->record, "createdSku");
    return name ? sku_find(name) : NULL;
}

static json_t *configuration_properties(const struct server *server, const struct parameter *p)
{
    char number[32];
    const char *fallback = parameter_default(p, created_sku(server), number);
    const json_t *own =
        json_object_get(json_object_get(server_view(server), "configurations"), p->name);
    const char *value = json_text_at(own, "value"), *applied = json_text_at(own, "applied");
    if (!value) value = fallback;
    bool pending = applied && !p->dynamic && strcmp(applied, value) != 0;
    /* lc_messages is user-override on a fresh server, though nobody may set it (recorded). */
    bool own_value = strcmp(value, fallback) != 0 || strcmp(p->name, "lc_messages") == 0;
    json_t *properties = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b}", "value", value, "description",
        p->description, "defaultValue", fallback, "dataType", parameter_type(p), "allowedValues",
        p->allowed, "source", own_value ? "user-override" : "system-default", "isDynamicConfig",
        (int)p->dynamic, "isReadOnly", (int)p->read_only, "isConfigPendingRestart", (int)pending);
    if (p->unit) json_object_set_new(properties, "unit", json_string(p->unit));
    json_object_set_new(properties, "documentationLink", json_string(p->link));
    return properties;
}

static json_t *configuration_json(const struct server *server, const struct parameter *p)
{
    char *id = xasprintf("%s/configurations/%s", json_text_at(server->record, "doc.id"), p->name);
    json_t *item = json_pack("{s:o, s:s, s:s, s:s}", "properties",
                             configuration_properties(server, p), "id", id, "name", p->name, "type",
                             "Microsoft.DBforPostgreSQL/flexibleServers/configurations");
    free(id);
    return item;
}

/* While a server is created its parameters answer 500 (Azure/azure-rest-api-specs#20424). */
static bool configuration_too_early(struct exchange *x)
{
    if (!x->server->creating) return false;
    reply_error(x, 500, "InternalServerError",
                "An unexpected error occured while processing the request. Tracking ID: '%s'",
                x->server->name);
    return true;
}

void configuration_list(struct exchange *x)
{
    struct server *server = x->server;
    const struct parameters *all = x->sim->parameters;
    size_t n = parameters_count(all);
    bool whole = (size_t)setting(&x->sim->settings, SET_PAGE_SIZE) >= n && !x->empty_page &&
                 x->sim->lag_ms == 0;
    if (configuration_too_early(x)) return;
    if (whole && server->list) {
        reply_header(x, "Content-Type", "application/json; charset=utf-8");
        reply_text(x, 200, server->list);
        return;
    }
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(items, configuration_json(server, parameters_at(all, i)));
    reply_list(x, items);
    if (whole && !exchange_query(x, "$skiptoken")) server->list = xstrdup(x->text);
}

/* The parameter of the path; answers 404 where there is none. */
static const struct parameter *configuration_named(struct exchange *x)
{
    const struct parameter *p = parameters_find(x->sim->parameters, x->args[3]);
    char *name = p ? NULL : xasprintf("%s/%s", x->args[2], x->args[3]);
    if (!p) reply_not_found(x, "Microsoft.DBforPostgreSQL/flexibleServers/configurations", name);
    free(name);
    return p;
}

void configuration_get(struct exchange *x)
{
    const struct parameter *p = configuration_named(x);
    if (p && !configuration_too_early(x)) reply_json(x, 200, configuration_json(x->server, p));
}

static int configuration_write_work(struct op *op, struct err *err)
{
    const struct parameter *p =
        parameters_find(op->sim->parameters, json_text_at(op->plan.args, "name"));
    if (!op->server->cluster || !cluster_running(op->server->cluster)) return 0;
    return cluster_set(op->server->cluster, p, json_text_at(op->plan.args, "value"),
                       json_bool_at(op->plan.args, "is_default", false), err);
}

static void configuration_write_finish(struct op *op)
{
    const char *name = json_text_at(op->plan.args, "name");
    const char *value = json_text_at(op->plan.args, "value");
    const struct parameter *p = parameters_find(op->sim->parameters, name);
    server_change(op->server);
    json_t *all = json_object_get(op->server->record, "configurations");
    const char *applied = json_text_at(json_object_get(all, name), "applied");
    if (p->dynamic) applied = value;
    if (!applied) applied = json_text_at(op->plan.args, "default");
    bool settled = applied && value && strcmp(applied, value) == 0;
    if (settled && json_bool_at(op->plan.args, "is_default", false))
        json_object_del(all, name);
    else
        json_object_set_new(all, name, json_pack("{s:s, s:s}", "value", value, "applied", applied));
}

void configuration_restarted(struct server *server)
{
    const char *name;
    json_t *own;
    server_change(server);
    json_object_foreach(json_object_get(server->record, "configurations"), name, own)
        json_object_set(own, "applied", json_object_get(own, "value"));
}

/* As the service normalises it. */
static char *configuration_normalised(const struct settings *settings, const struct parameter *p,
                                      const char *value)
{
    char *text = xstrdup(value);
    if (p->kind != KIND_BOOLEAN || setting_is(settings, SET_BOOLEAN_FORM, "as-sent")) return text;
    bool upper = setting_is(settings, SET_BOOLEAN_FORM, "upper");
    for (char *c = text; *c; c++)
        *c = (char)(upper ? toupper((unsigned char)*c) : tolower((unsigned char)*c));
    return text;
}

static void configuration_write_start(struct exchange *x, const struct parameter *p,
                                      const char *given)
{
    char number[32];
    const char *fallback = parameter_default(p, created_sku(x->server), number);
    char *value = configuration_normalised(&x->sim->settings, p, given);
    bool is_default =
        p->kind == KIND_BOOLEAN ? strcasecmp(value, fallback) == 0 : strcmp(value, fallback) == 0;
    struct op_plan plan = {
        .name = UPDATE_CONFIGURATION,
        .duration_ms = setting(&x->sim->settings, SET_CONFIGURATION_MS),
        .work = configuration_write_work,
        .finish = configuration_write_finish,
        .args = json_pack("{s:s, s:s, s:s, s:b}", "name", p->name, "value", value, "default",
                          fallback, "is_default", (int)is_default),
    };
    lro_start(x, x->server, plan);
    free(value);
}

void configuration_write(struct exchange *x)
{
    const struct parameter *p = configuration_named(x);
    const char *value = json_text_at(x->json, "properties.value");
    if (!p || !server_body_right(x, configuration_members, false)) return;
    if (server_refuses(x, UPDATE_CONFIGURATION))
        return;
    else if (p->read_only)
        lro_fail_late(x, x->server, UPDATE_CONFIGURATION, "OperationFailed", "{0}");
    else if (!parameter_accepts(p, value))
        lro_fail_late(x, x->server, UPDATE_CONFIGURATION, "InvalidParameterValue",
                      "Invalid value given for parameter %s. Specify a valid parameter value.",
                      p->name);
    else
        configuration_write_start(x, p, value);
}
