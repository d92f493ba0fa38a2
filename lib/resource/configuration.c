/* Server parameters, as ARM sees them. The whole list is read at once; each is written by itself.
 * Parameters that are not declared are left alone. What is only running after a restart is shown as
 * a debt until somebody restarts. */
#include <stdlib.h>
#include <string.h>

#include <strings.h>

#include "base/json.h"
#include "resource/compare.h"
#include "resource/parameter_value.h"
#include "resource/resource.h"

static void compare(const struct comparison *c);

/* A parameter that has more to say than its value. */
const struct field configuration_fields[] = {
    {.path = "value", .kind = FIELD_STRING, .help = "The value, as ARM writes it."},
    {.path = "includes",
     .kind = FIELD_SET,
     .help = "Members that a list must have; others may be there too."},
    {.path = "mode",
     .kind = FIELD_ENUM,
     .choices = compare_modes,
     .flags = FIELD_LOCAL,
     .help = "observe: report only."},
    {0},
};

const struct resource resource_configuration = {
    .name = "configuration",
    .summary = "A server parameter",
    .key = "servers[].configurations.NAME",
    .api_version = "2025-08-01",
    .scope = SCOPE_CONFIGURATIONS,
    .fields = configuration_fields,
    .compare = compare,
};

struct parameter {
    const char *name;
    const char *value;
    const char *data_type;
    const char *allowed;
    bool read_only;
    bool dynamic;
    bool pending;
};

static const char *text_or_empty(const json_t *item, const char *path)
{
    const char *text = json_text_at(item, path);
    return text ? text : "";
}

static bool parameter_find(const json_t *list, const char *name, struct parameter *out)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *other = json_text_at(item, "name");
        if (!other || strcasecmp(other, name) != 0) continue;
        *out = (struct parameter){
            .name = other,
            .value = text_or_empty(item, "properties.value"),
            .data_type = text_or_empty(item, "properties.dataType"),
            .allowed = text_or_empty(item, "properties.allowedValues"),
            .read_only = json_bool_at(item, "properties.isReadOnly", false),
            .dynamic = json_bool_at(item, "properties.isDynamicConfig", true),
            .pending = json_bool_at(item, "properties.isConfigPendingRestart", false),
        };
        return true;
    }
    return false;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* 'have' with those of 'includes' that it lacks, these in alphabetical order: the document's order
 * means nothing, so the plan does not depend on it. */
static const char *with_members(struct arena *arena, const json_t *includes, const char *have)
{
    size_t i, count = 0;
    const json_t *item;
    const char **members = arena_array(arena, json_array_size(includes), sizeof(*members));
    json_array_foreach(includes, i, item)
    {
        const char *member = json_string_value(item);
        if (member) members[count++] = member;
    }
    if (count) qsort(members, count, sizeof(*members), by_text);
    for (i = 0; i < count; i++)
        if (!parameter_has(have, members[i])) have = parameter_with(arena, have, members[i]);
    return have;
}

/* The declared value as text, for "includes" the present value with what is missing; NULL where the
 * declaration says nothing about the value. */
static const char *wanted_value(const struct comparison *c, const json_t *want, const char *have)
{
    struct arena *arena = c->plan->arena;
    const json_t *includes = json_object_get(want, "includes");
    if (includes) return with_members(arena, includes, have);
    if (json_is_object(want)) want = json_object_get(want, "value");
    if (!want || json_is_null(want)) return NULL;
    const char *text = field_value_text(&configuration_fields[0], want, arena);
    return text ? text : "";
}

static struct change *add_change(const struct comparison *c, const char *name, const json_t *want)
{
    const char *mode = json_text_at(want, "mode");
    struct change *change = plan_add(c->plan, "configuration", c->target->name, name);
    change->verb = CHANGE_UPDATE;
    change->class = CHANGE_ONLINE_CLASS;
    change->stage = STAGE_CHILDREN;
    change->observe_only = mode && strcmp(mode, "observe") == 0;
    return change;
}

static void cannot(const struct comparison *c, struct change *change, const char *from,
                   const char *to, const char *reason)
{
    change->verb = CHANGE_REPORT;
    change->verdict = CHANGE_UNACHIEVABLE;
    change->reason = reason;
    plan_delta(c->plan, "value", from, to);
}

static void write_value(const struct comparison *c, struct change *change,
                        const struct parameter *p, const char *value)
{
    if (!p->dynamic) change->class = CHANGE_RESTART_CLASS;
    const char *id =
        arena_printf(c->plan->arena, "%s/configurations/%s", c->target->arm_id, p->name);
    json_t *body =
        json_pack("{s:{s:s, s:s}}", "properties", "value", value, "source", "user-override");
    change->action = compare_arm_action(c->plan, &resource_configuration, "PATCH", id, body);
    plan_delta(c->plan, "value", p->value, value);
}

static void report_debt(const struct comparison *c, const struct parameter *p, const json_t *want)
{
    struct change *change = add_change(c, p->name, want);
    change->part = "restart"; /* a story of its own: the value itself has been corrected */
    change->verb = CHANGE_REPORT;
    change->class = CHANGE_RESTART_CLASS;
    change->verdict = CHANGE_WAIT;
    change->reason = "the value is stored and takes effect at the next restart";
    plan_delta(c->plan, "isConfigPendingRestart", "true", "false");
}

static void compare_one(const struct comparison *c, const char *name, const json_t *want)
{
    const json_t *list = c->seen->arm[SCOPE_CONFIGURATIONS].body;
    struct parameter p = {.value = ""};
    bool found = parameter_find(list, name, &p);
    const char *value = wanted_value(c, want, p.value);
    if (!value) return;
    if (!found) {
        cannot(c, add_change(c, name, want), NULL, value, "the server has no such parameter");
        return;
    }
    value = parameter_written(p.data_type, value);
    if (parameter_equal(p.data_type, value, p.value)) {
        if (p.pending) report_debt(c, &p, want);
        return;
    }
    struct change *change = add_change(c, p.name, want);
    if (p.read_only)
        cannot(c, change, p.value, value, "CFG-001: the parameter is read-only");
    else if (!parameter_allowed(p.data_type, p.allowed, value))
        cannot(c, change, p.value, value,
               arena_printf(c->plan->arena, "CFG-002: allowed is %s", p.allowed));
    else
        write_value(c, change, &p, value);
}

static void compare(const struct comparison *c)
{
    const char *name;
    json_t *want;
    json_each_member(c->target->configurations, name, want) compare_one(c, name, want);
}
