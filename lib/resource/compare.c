/* What the comparisons of ARM types share: see compare.h. */
#include "resource/compare.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"

const char *const compare_modes[] = {"observe", "enforce", NULL};

/* What ARM puts around every resource and no request may carry (source: ARM RPC, resource API
 * reference: id, name, type and systemData are read-only; etag goes into a header). */
static const char *const envelope[] = {"id", "name", "type", "systemData", "etag"};

bool compare_observes(const json_t *item)
{
    const char *mode = json_text_at(item, "mode");
    return mode && strcmp(mode, "observe") == 0;
}

const struct scope *compare_scope(const struct comparison *c)
{
    return &c->target->scopes[c->scope];
}

const json_t *compare_have(const struct comparison *c)
{
    return c->seen->scopes[c->scope].body;
}

bool compare_root_exists(const struct seen *seen)
{
    return seen_root(seen)->state == SEEN_COMPLETE;
}

enum resource_state compare_root_state(const struct target *target, const struct seen *seen,
                                       const char **word)
{
    *word = "";
    const struct observation *root = seen_root(seen);
    if (root->state != SEEN_COMPLETE || !target->type->state) return RESOURCE_SETTLED;
    return target->type->state(root->body, word);
}

struct change *compare_change(const struct comparison *c, const char *object, const char *id,
                              enum change_verb verb, unsigned stage)
{
    const struct scope *scope = compare_scope(c);
    struct change *change = plan_add(c->plan, scope->type->name, c->target->name, object);
    change->verb = verb;
    change->class = verb == CHANGE_DELETE ? CHANGE_DESTRUCTIVE_CLASS : CHANGE_ONLINE_CLASS;
    change->stage = stage;
    change->scope_index = c->scope;
    change->id = arena_strdup(c->plan->arena, id);
    return change;
}

void compare_unachievable(const struct comparison *c, const char *object, const char *reason)
{
    struct change *change = compare_change(c, object, c->target->arm_id, CHANGE_REPORT, STAGE_ROOT);
    change->verdict = CHANGE_UNACHIEVABLE;
    change->reason = reason;
    change->observe_only = c->target->observe_only;
}

void compare_add_deltas(struct plan *plan, const struct field_deltas *deltas, bool exists)
{
    for (size_t i = 0; i < deltas->count; i++) {
        const struct field_delta *d = &deltas->items[i];
        plan_delta(plan, d->path, exists ? d->from : NULL, d->to);
    }
}

struct action *compare_action(const struct comparison *c, const char *method, const char *id,
                              json_t *body)
{
    struct arena *arena = c->plan->arena;
    struct action *a = arena_alloc(arena, sizeof(*a));
    a->kind = ACTION_ARM;
    a->method = method;
    a->id = arena_strdup(arena, id);
    a->api_version = compare_scope(c)->type->api_version;
    a->shape = compare_scope(c)->type->shape;
    a->settling = compare_scope(c)->type->settling;
    if (body) {
        char *text = json_line(body);
        a->body = arena_strdup(arena, text);
        free(text);
        json_decref(body);
    }
    return a;
}

static void path_delete(json_t *body, const char *path)
{
    const char *dot = strrchr(path, '.');
    char *parent = dot ? xstrndup(path, (size_t)(dot - path)) : NULL;
    json_object_del(parent ? json_at(body, parent) : body, dot ? dot + 1 : path);
    free(parent);
}

/* What was read, without what cannot be sent, and what is declared over it. */
static json_t *merged_body(const struct resource *type, const json_t *want, const json_t *have)
{
    json_t *body = json_deep_copy(have);
    for (size_t i = 0; i < sizeof(envelope) / sizeof(envelope[0]); i++)
        json_object_del(body, envelope[i]);
    for (const struct field *row = type->fields; row->path; row++)
        if (row->flags & FIELD_READ_ONLY) path_delete(body, row->path);
    json_t *over = field_create_body(type->fields, want);
    json_object_update_recursive(body, over);
    json_decref(over);
    return body;
}

struct action *compare_put(const struct comparison *c, const char *id, const json_t *want,
                           const json_t *have)
{
    const struct resource *type = compare_scope(c)->type;
    bool merge = have && type->write == RESOURCE_WRITE_MERGE;
    json_t *body = merge ? merged_body(type, want, have) : field_create_body(type->fields, want);
    struct action *a = compare_action(c, "PUT", id, body);
    const char *etag = have && type->etag ? json_text_at(have, type->etag) : NULL;
    a->if_match = arena_strdup(c->plan->arena, etag);
    a->if_none_match = !have && type->if_none_match;
    return a;
}

const json_t *compare_find(const json_t *list, const char *name)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *other = json_text_at(item, "name");
        if (other && name && strcasecmp(other, name) == 0) return item;
    }
    return NULL;
}
