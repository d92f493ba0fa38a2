/* Firewall rules: see firewall_rule.h. */
#include "postgres/firewall_rule.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "arm/lro.h"
#include "base/json.h"
#include "postgres/server.h"
#include "postgres/server_body.h"

#define TYPE "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules"
#define UPSERT "UpsertFirewallRulesManagementOperation"
#define DROP "DropFirewallRulesManagementOperation"

enum { RULE_NAME_MAX = 80 };

/* ^[a-zA-Z0-9][-_a-zA-Z0-9]{0,79}(?<!-)$ (2025-08-01). */
static bool rule_name_valid(const char *name)
{
    size_t length = strlen(name);
    if (length > RULE_NAME_MAX || !isalnum((unsigned char)name[0]) || name[length - 1] == '-')
        return false;
    for (const char *p = name; *p; p++) {
        if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_') return false;
    }
    return true;
}

/* The rule under its own spelling; names have no case. */
static json_t *rule_find(const json_t *record, const char *name)
{
    return json_member_nocase(json_object_get(record, "firewallRules"), name, NULL);
}

void firewall_rule_list(struct exchange *x)
{
    json_t *items = json_array();
    const char *key;
    json_t *rule;
    json_object_foreach(json_object_get(server_view(x->server), "firewallRules"), key, rule)
        json_array_append(items, rule);
    reply_list(x, items);
}

void firewall_rule_get(struct exchange *x)
{
    json_t *rule = rule_find(server_view(x->server), x->args[3]);
    if (rule)
        reply_json(x, 200, json_incref(rule));
    else
        reply_not_found(x, TYPE, arena_printf(x->arena, "%s/%s", x->args[2], x->args[3]));
}

/* IPv4 dotted decimal to a number for comparing; false for anything else. */
static bool address_parse(const char *text, uint32_t *out)
{
    struct in_addr address;
    if (!text || inet_pton(AF_INET, text, &address) != 1) return false;
    *out = ntohl(address.s_addr);
    return true;
}

static void rule_put_finish(struct op *op)
{
    json_t *rule = json_object_get(op->plan.args, "rule");
    const char *name = json_text_at(rule, "name");
    server_change(op->server);
    json_t *all = json_object_get(op->server->record, "firewallRules");
    json_object_set(all, name, rule);
}

/* A rule that exists keeps the spelling of its name. */
static json_t *rule_document(struct exchange *x, const char *start, const char *end)
{
    const json_t *old = rule_find(x->server->record, x->args[3]);
    const char *name = old ? json_text_at(old, "name") : x->args[3];
    char *id = xasprintf("%s/firewallRules/%s", json_text_at(x->server->record, "doc.id"), name);
    json_t *rule = json_pack("{s:{s:s, s:s}, s:s, s:s, s:s}", "properties", "startIpAddress", start,
                             "endIpAddress", end, "id", id, "name", name, "type", TYPE);
    free(id);
    return rule;
}

static void rule_put_start(struct exchange *x, const char *start, const char *end)
{
    struct op_plan plan = {
        .name = UPSERT,
        .duration_ms = setting(&x->sim->settings, SET_FIREWALL_RULE_MS),
        .finish = rule_put_finish,
        .args = json_pack("{s:o}", "rule", rule_document(x, start, end)),
    };
    lro_start(x, x->server, plan);
}

void firewall_rule_put(struct exchange *x)
{
    const char *start = json_text_at(x->json, "properties.startIpAddress");
    const char *end = json_text_at(x->json, "properties.endIpAddress");
    uint32_t from = 0, to = 0;
    if (!rule_name_valid(x->args[3])) {
        reply_error(x, 400, "InvalidResourceName", "The firewall rule name '%s' is invalid.",
                    x->args[3]);
        return;
    }
    if (!server_body_right(x, firewall_rule_members, false)) return;
    if (server_refuses(x, UPSERT)) return;
    if (json_text_at(x->server->record, "doc.properties.network.delegatedSubnetResourceId"))
        lro_fail_late(x, x->server, UPSERT, "OperationNotAllowed",
                      "Firewall rules are not supported for servers with a virtual network.");
    else if (!address_parse(start, &from) || !address_parse(end, &to) || from > to)
        lro_fail_late(x, x->server, UPSERT, "InvalidParameterValue",
                      "Invalid value given for parameter %s. Specify a valid parameter value.",
                      address_parse(start, &from) ? "endIpAddress" : "startIpAddress");
    else
        rule_put_start(x, start, end);
}

static void rule_delete_finish(struct op *op)
{
    server_change(op->server);
    json_object_del(json_object_get(op->server->record, "firewallRules"),
                    json_text_at(op->plan.args, "name"));
}

void firewall_rule_delete(struct exchange *x)
{
    const json_t *rule = rule_find(x->server->record, x->args[3]);
    if (!rule) {
        reply_text(x, 204, "");
        return;
    }
    if (server_refuses(x, DROP)) return;
    struct op_plan plan = {
        .name = DROP,
        .duration_ms = setting(&x->sim->settings, SET_FIREWALL_RULE_MS),
        .finish = rule_delete_finish,
        .args = json_pack("{s:s}", "name", json_text_at(rule, "name")),
    };
    lro_start(x, x->server, plan);
}
