/* Firewall rules of a server: address ranges that may reach the public endpoint. Rules that are not
 * declared are drift: what opens a door must be known. */
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <strings.h>

#include "base/json.h"
#include "resource/compare.h"
#include "resource/resource.h"

static void compare(const struct comparison *c);

const struct field firewall_rule_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .min = 1,
     .max = 80,
     .pattern = "^[a-zA-Z0-9]([-_a-zA-Z0-9]*[_a-zA-Z0-9])?$",
     .form = "letters, digits, - and _, not ending with -",
     .help = "Name of the rule.",
     .source = "Microsoft.DBforPostgreSQL 2025-08-01 swagger"},
    {.path = "properties.startIpAddress",
     .kind = FIELD_IPV4,
     .flags = FIELD_REQUIRED,
     .help = "First address; 0.0.0.0 to 0.0.0.0 lets all of Azure in.",
     .source = "Microsoft.DBforPostgreSQL 2025-08-01 swagger"},
    {.path = "properties.endIpAddress",
     .kind = FIELD_IPV4,
     .flags = FIELD_REQUIRED,
     .help = "Last address.",
     .source = "Microsoft.DBforPostgreSQL 2025-08-01 swagger"},
    {.path = "mode",
     .kind = FIELD_ENUM,
     .flags = FIELD_LOCAL,
     .choices = compare_modes,
     .help = "observe: report only."},
    {0},
};

const struct resource resource_firewall_rule = {
    .name = "firewall_rule",
    .summary = "A range of addresses that may reach the public endpoint",
    .key = "servers[].firewallRules[]",
    .api_version = "2025-08-01",
    .scope = SCOPE_FIREWALL_RULES,
    .fields = firewall_rule_fields,
    .compare = compare,
};

static const json_t *rule_find(const json_t *rules, const char *name)
{
    size_t i;
    const json_t *rule;
    json_array_foreach(rules, i, rule)
    {
        const char *other = json_text_at(rule, "name");
        if (other && strcasecmp(other, name) == 0) return rule;
    }
    return NULL;
}

static struct action *rule_action(const struct comparison *c, const char *method, const char *name,
                                  json_t *body)
{
    const char *id = arena_printf(c->plan->arena, "%s/firewallRules/%s", c->target->arm_id, name);
    return compare_arm_action(c->plan, &resource_firewall_rule, method, id, body);
}

static uint32_t address_at(const json_t *rule, const char *path)
{
    struct in_addr address = {0};
    const char *text = json_text_at(rule, path);
    if (text) inet_pton(AF_INET, text, &address);
    return ntohl(address.s_addr);
}

/* Does the rule as it stands let in addresses that its declaration does not? */
static bool is_wider(const json_t *want, const json_t *have)
{
    static const char first[] = "properties.startIpAddress", last[] = "properties.endIpAddress";
    return have && (address_at(have, first) < address_at(want, first) ||
                    address_at(have, last) > address_at(want, last));
}

/* A rule is written whole, whether it is new or differs: ARM knows only PUT for it. */
static void compare_declared(const struct comparison *c, const json_t *want, const json_t *have)
{
    const char *name = json_text_at(want, "name");
    const char *mode = json_text_at(want, "mode");
    struct field_deltas deltas;
    field_compare(firewall_rule_fields, want, have, c->plan->arena, &deltas);
    if (have && !deltas.count) return;
    struct change *change = plan_add(c->plan, "firewall_rule", c->target->name, name);
    change->verb = have ? CHANGE_UPDATE : CHANGE_CREATE;
    change->class = CHANGE_ONLINE_CLASS;
    change->stage = STAGE_CHILDREN;
    change->widening = is_wider(want, have);
    change->observe_only = mode && strcmp(mode, "observe") == 0;
    change->action = rule_action(c, "PUT", name, field_create_body(firewall_rule_fields, want));
    compare_add_deltas(c->plan, &deltas, have != NULL);
}

static void report_undeclared(const struct comparison *c, const json_t *have)
{
    const struct target *t = c->target;
    const char *name = json_text_at(have, "name");
    const char *first = json_text_at(have, "properties.startIpAddress");
    const char *last = json_text_at(have, "properties.endIpAddress");
    if (!name || t->undeclared_firewall_rules == UNDECLARED_IGNORE) return;
    struct change *change = plan_add(c->plan, "firewall_rule", t->name, name);
    change->verb = CHANGE_DELETE;
    change->class = CHANGE_DESTRUCTIVE_CLASS;
    change->stage = STAGE_CHILDREN;
    change->widening = true;
    change->observe_only = t->observe_only; /* it has no item of its own: the server's counts */
    if (t->undeclared_firewall_rules == UNDECLARED_REPORT) {
        change->verdict = CHANGE_NEVER;
        change->reason = "undeclared; policy.undeclared.firewallRules is report";
    }
    change->action = rule_action(c, "DELETE", name, NULL);
    plan_delta(c->plan, "properties.startIpAddress", first, NULL);
    plan_delta(c->plan, "properties.endIpAddress", last, NULL);
}

static void compare(const struct comparison *c)
{
    const json_t *want = c->target->firewall_rules;
    const json_t *have = c->seen->arm[SCOPE_FIREWALL_RULES].body;
    size_t i;
    const json_t *rule;
    if (!want) return; /* a document that does not speak of rules does not own them */
    json_array_foreach(want, i, rule)
        compare_declared(c, rule, rule_find(have, json_text_at(rule, "name")));
    json_array_foreach(have, i, rule)
    {
        const char *name = json_text_at(rule, "name");
        if (name && !rule_find(want, name)) report_undeclared(c, rule);
    }
}
