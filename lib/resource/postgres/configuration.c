/* Server parameters, as ARM sees them. The whole list is read at once; each is written by itself.
 * Parameters that are not declared are left alone. What is only running after a restart is shown as
 * a debt until somebody restarts. */
#include <stdlib.h>
#include <string.h>

#include <strings.h>

#include "base/json.h"
#include "resource/compare.h"
#include "resource/postgres/parameter_value.h"
#include "resource/resource.h"

static void configuration_compare(const struct comparison *c);
static bool configuration_is_declared(const json_t *want, const json_t *item);

/* A parameter that has more to say than its value. */
const struct field configuration_fields[] = {
    {.path = "value", .kind = FIELD_STRING, .help = "The value, as ARM writes it."},
    {.path = "includes",
     .kind = FIELD_SET,
     .help = "Members that a list must have; others may be there too."},
    COMPARE_MODE_ROW,
    {0},
};

/* A value is always a text; of a parameter without one it is empty. */
static const struct arm_shape configuration_shape = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers/configurations",
    .members = (const struct arm_member[]){{"properties.value", ARM_TEXT},
                                           {"properties.dataType", ARM_TEXT},
                                           {0}},
    .flags = ARM_NEVER_EMPTY,
};

const struct resource resource_configuration = {
    .name = "configuration",
    .summary = "Server parameters by name: a value, or an object with more to say",
    .key = "configurations",
    .form = RESOURCE_MAP,
    .parent = &resource_server,
    .arm_type = "Microsoft.DBforPostgreSQL/flexibleServers/configurations",
    .api_version = "2025-08-01",
    .shape = &configuration_shape,
    .read = RESOURCE_READ_LIST,
    .write = RESOURCE_WRITE_PATCH,
    .fields = configuration_fields,
    .keep = configuration_is_declared,
    .compare = configuration_compare,
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

static const char *configuration_text_or_empty(const json_t *item, const char *path)
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
            .value = configuration_text_or_empty(item, "properties.value"),
            .data_type = configuration_text_or_empty(item, "properties.dataType"),
            .allowed = configuration_text_or_empty(item, "properties.allowedValues"),
            .read_only = json_bool_at(item, "properties.isReadOnly", false),
            .dynamic = json_bool_at(item, "properties.isDynamicConfig", true),
            .pending = json_bool_at(item, "properties.isConfigPendingRestart", false),
        };
        return true;
    }
    return false;
}

static int configuration_by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* 'have' with those of 'includes' that it lacks, these in alphabetical order: the document's order
 * means nothing, so the plan does not depend on it. */
static const char *configuration_with_members(struct arena *arena, const json_t *includes,
                                              const char *have)
{
    size_t i, count = 0;
    const json_t *item;
    const char **names = arena_array(arena, json_array_size(includes), sizeof(*names));
    json_array_foreach(includes, i, item)
    {
        const char *member = json_string_value(item);
        if (member) names[count++] = member;
    }
    if (count) qsort(names, count, sizeof(*names), configuration_by_text);
    for (i = 0; i < count; i++)
        if (!parameter_has(have, names[i])) have = parameter_with(arena, have, names[i]);
    return have;
}

/* The declared value as text, for "includes" the present value with what is missing; NULL where the
 * declaration says nothing about the value. */
static const char *configuration_wanted_value(const struct comparison *c, const json_t *want,
                                              const char *have)
{
    struct arena *arena = c->plan->arena;
    const json_t *includes = json_object_get(want, "includes");
    if (includes) return configuration_with_members(arena, includes, have);
    if (json_is_object(want)) want = json_object_get(want, "value");
    if (!want || json_is_null(want)) return NULL;
    const char *text = field_value_text(&configuration_fields[0], want, arena);
    return text ? text : "";
}

static struct change *configuration_change(const struct comparison *c, const char *name,
                                           const json_t *want)
{
    const char *id = arena_printf(c->plan->arena, "%s/%s", compare_scope(c)->id, name);
    struct change *change = compare_change(c, name, id, CHANGE_UPDATE, STAGE_CHILDREN);
    change->observe_only = compare_observes(want);
    return change;
}

static void configuration_cannot(const struct comparison *c, struct change *change,
                                 const char *from, const char *to, const char *reason)
{
    change->verb = CHANGE_REPORT;
    change->verdict = CHANGE_UNACHIEVABLE;
    change->reason = reason;
    plan_delta(c->plan, "value", from, to);
}

static void configuration_write(const struct comparison *c, struct change *change,
                                const char *value)
{
    json_t *body =
        json_pack("{s:{s:s, s:s}}", "properties", "value", value, "source", "user-override");
    change->action = compare_action(c, "PATCH", change->id, body);
}

static void configuration_write_value(const struct comparison *c, struct change *change,
                                      const struct parameter *p, const char *value)
{
    if (!p->dynamic) change->class = CHANGE_RESTART_CLASS;
    configuration_write(c, change, value);
    plan_delta(c->plan, "value", p->value, value);
}

static void configuration_report_debt(const struct comparison *c, const struct parameter *p,
                                      const json_t *want)
{
    struct change *change = configuration_change(c, p->name, want);
    change->part = "restart"; /* a story of its own: the value itself has been corrected */
    change->verb = CHANGE_REPORT;
    change->class = CHANGE_RESTART_CLASS;
    change->verdict = CHANGE_WAIT;
    change->reason = "the value is stored and takes effect at the next restart";
    plan_delta(c->plan, "isConfigPendingRestart", "true", "false");
}

static void configuration_compare_one(const struct comparison *c, const char *name,
                                      const json_t *want)
{
    const json_t *list = compare_have(c);
    struct parameter p = {.value = ""};
    bool found = parameter_find(list, name, &p);
    const char *value = configuration_wanted_value(c, want, p.value);
    if (!value) return;
    if (!found && seen_root(c->seen)->state == SEEN_ABSENT) {
        configuration_write(c, configuration_change(c, name, want), value);
        plan_delta(c->plan, "value", NULL, value);
        return;
    }
    if (!found) {
        configuration_cannot(c, configuration_change(c, name, want), NULL, value,
                             "the server has no such parameter");
        return;
    }
    value = parameter_written(p.data_type, value);
    if (parameter_equal(p.data_type, value, p.value)) {
        if (p.pending) configuration_report_debt(c, &p, want);
        return;
    }
    struct change *change = configuration_change(c, p.name, want);
    if (p.read_only)
        configuration_cannot(c, change, p.value, value, "CFG-001: the parameter is read-only");
    else if (!parameter_allowed(p.data_type, p.allowed, value))
        configuration_cannot(c, change, p.value, value,
                             arena_printf(c->plan->arena, "CFG-002: allowed is %s", p.allowed));
    else
        configuration_write_value(c, change, &p, value);
}

static void configuration_compare(const struct comparison *c)
{
    const char *name;
    json_t *want;
    json_each_member(compare_scope(c)->want, name, want) configuration_compare_one(c, name, want);
}

/* Of some 350 parameters only the declared ones are held: the others are left alone. */
static bool configuration_is_declared(const json_t *want, const json_t *item)
{
    const char *name = json_text_at(item, "name"), *declared;
    json_t *value;
    json_each_member(want, declared, value)
    {
        if (name && strcasecmp(name, declared) == 0) return true;
    }
    return false;
}
