/* Looking at a target in ARM: see look.h. What is asked is a table of rows, one for each part, in
 * the target's order: the root by GET, collections by LIST. A collection is asked for beside its
 * root where that was there the last time, else after it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "azure/arm_absence.h"
#include "base/json.h"
#include "base/must.h"
#include "engine/look.h"
#include "engine/run.h"

/* One row: what is asked for one part. */
struct look_row {
    struct look_arm *look;
    size_t part;
    bool asked; /* in this look */
    struct arm_list list;
};

struct look_arm {
    struct lane *lane;
    struct flow_group group;
    struct arm_get get;
    struct arm_absence *absence;              /* while it is asked for; large, and seldom */
    struct arm_child_collection children[16]; /* of the question, likewise below */
    struct arm_name_check name;
    char *name_path;
    char *collection;
    struct look_row *rows; /* [0] is the root's */
    size_t count;
};

static struct run *look_run(const struct look_arm *look)
{
    return look->lane->run;
}

static struct run_root *look_root(const struct look_arm *look)
{
    return &look_run(look)->root;
}

static const struct scope *look_scope(const struct look_arm *look, size_t i)
{
    return &look_run(look)->target->scopes[i];
}

struct look_arm *look_arm_new(struct lane *l)
{
    struct look_arm *look = xcalloc(1, sizeof(*look));
    const struct target *t = l->run->target;
    look->lane = l;
    for (size_t i = 0; i < t->scope_count; i++) look->count += t->scopes[i].type != NULL;
    look->rows = xcalloc(look->count, sizeof(*look->rows));
    for (size_t i = 0; i < look->count; i++) {
        must(t->scopes[i].type);
        look->rows[i] = (struct look_row){.look = look, .part = i};
    }
    return look;
}

/* The question, with what it borrows for as long as it is asked. */
static void look_absence_forget(struct look_arm *look)
{
    if (look->absence) arm_absence_done(look->absence);
    free(look->absence);
    free(look->collection);
    free(look->name_path);
    look->absence = NULL;
    look->collection = look->name_path = NULL;
}

void look_arm_cancel(struct look_arm *look)
{
    if (!look) return;
    arm_get_done(&look->get);
    look_absence_forget(look);
    for (size_t i = 1; i < look->count; i++) arm_list_done(&look->rows[i].list);
}

void look_arm_free(struct look_arm *look)
{
    if (!look) return;
    look_arm_cancel(look);
    free(look->rows);
    free(look);
}

/* --- collections -------------------------------------------------------------------------------
 */

/* Only what the document speaks of is kept of some collections; of those that show what other
 * scopes have, only what is in this one. */
static bool look_keep(const void *owner, const json_t *item)
{
    const struct look_row *row = owner;
    const struct scope *part = look_scope(row->look, row->part);
    const char *id = json_text_at(item, "id");
    size_t length = strlen(part->id);
    if (part->type->shape->flags & ARM_IDS_ELSEWHERE &&
        (!id || strncasecmp(id, part->id, length) != 0 || id[length] != '/'))
        return false;
    return !part->type->keep || part->type->keep(part->want, item);
}

static void look_list_done(struct flow *f, const struct err *err)
{
    struct arm_list *list = f->op;
    struct look_row *row = list->owner;
    struct look_arm *look = row->look;
    struct observation *o = &look->lane->seen.scopes[row->part];
    look->lane->counts.arm_reads += f->calls;
    if (!err) {
        struct run_list *known = &look_root(look)->lists[row->part];
        o->state = SEEN_COMPLETE;
        o->body = list->items;
        list->items = NULL;
        json_decref(known->items);
        known->items = json_incref(o->body);
    }
    lane_note(look->lane, row->part, err);
    flow_group_end(&look->group);
}

static void look_list_start(struct look_row *row)
{
    struct look_arm *look = row->look;
    const struct scope *part = look_scope(look, row->part);
    struct run *r = look_run(look);
    row->asked = true;
    arm_list_done(&row->list);
    arm_list_init(&row->list, &r->azure, part->id, part->type->api_version, part->type->shape);
    row->list.owner = row;
    row->list.memory = &r->root.lists[row->part].memory;
    row->list.keep = look_keep;
    row->list.flow.done = look_list_done;
    row->list.flow.resource = r->target->name;
    flow_group_add(&look->group);
    flow_start(&row->list.flow, r->azure.io);
}

/* While a root is being made what is in it cannot be read: the parameters of a new server are
 * answered with 500 (azure-rest-api-specs issue 20424). */
static void look_lists_start(struct look_arm *look)
{
    const struct run_root *root = look_root(look);
    if (root->presence != RUN_PRESENT || root->state == RESOURCE_MAKING) return;
    for (size_t i = 1; i < look->count; i++)
        if (!look->rows[i].asked) look_list_start(&look->rows[i]);
}

/* --- the root ----------------------------------------------------------------------------------
 */

/* Says what the platform changed by itself. The first time it is held against the declaration. */
static void look_facts(struct look_arm *look, const json_t *body)
{
    struct run *r = look_run(look);
    const char *const *paths = r->target->type->facts;
    size_t count = 0;
    while (paths && paths[count]) count++;
    if (!count) return;
    if (!r->root.facts) {
        r->root.facts = xcalloc(count, sizeof(char *));
        for (size_t i = 0; i < count; i++) {
            const char *declared = json_text_at(r->target->scopes[0].want, paths[i]);
            r->root.facts[i] = declared ? xstrdup(declared) : NULL;
        }
    }
    for (size_t i = 0; i < count; i++) {
        const char *now = json_text_at(body, paths[i]);
        char *before = r->root.facts[i];
        if (!now || !*now || (before && strcmp(before, now) == 0)) continue;
        r->root.facts[i] = xstrdup(now);
        if (before) {
            char *text = xasprintf("%s: %s -> %s", paths[i], before, now);
            const struct event event = {.kind = EVENT_FACT,
                                        .document = r->target->document,
                                        .target = r->target->name,
                                        .cycle = look->lane->cycle,
                                        .text = text};
            events_tell(r->services->events, &event);
            free(text);
        }
        free(before);
    }
}

/* What the other lane and other targets go by has changed: they are told. */
static void look_root_is(struct look_arm *look, enum run_presence presence)
{
    struct run *r = look_run(look);
    bool news = r->root.presence != presence;
    r->root.presence = presence;
    if (!news) return;
    look->lane->calls.news(look->lane);
    const struct event event = {.kind = EVENT_PRESENT,
                                .document = r->target->document,
                                .target = r->target->name,
                                .text = r->target->arm_id};
    if (presence == RUN_PRESENT) events_tell(r->services->events, &event);
}

static void look_root_present(struct look_arm *look, const json_t *body)
{
    struct run *r = look_run(look);
    const char *word = "", *host = json_text_at(body, "properties.fullyQualifiedDomainName");
    enum resource_state state = RESOURCE_SETTLED;
    if (r->target->type->state) state = r->target->type->state(body, &word);
    bool changed = state != r->root.state;
    absence_clear(&r->root.absence);
    r->root.group_absent = false;
    r->root.state = state;
    snprintf(r->root.word, sizeof(r->root.word), "%s", word);
    if (host && (!r->root.host || strcmp(host, r->root.host) != 0)) {
        free(r->root.host);
        r->root.host = xstrdup(host);
        changed = true;
    }
    look_facts(look, body);
    look_root_is(look, RUN_PRESENT);
    if (!changed) return;
    look->lane->calls.news(look->lane);
}

/* --- absence -----------------------------------------------------------------------------------
 */

/* Was it ever there? Then that it is not found is a suspicion, until it is proved. */
static bool look_was_there(const struct look_arm *look)
{
    const struct run *r = look_run(look);
    const struct engine_hooks *hooks = r->services->hooks;
    if (r->root.presence == RUN_PRESENT) return true;
    return r->root.presence == RUN_UNKNOWN && hooks->was_seen &&
           hooks->was_seen(hooks->ctx, r->target->arm_id);
}

/* One look has shown that it is not there. */
static void look_absent(struct look_arm *look, bool proved)
{
    struct run *r = look_run(look);
    struct observation *o = &look->lane->seen.scopes[0];
    const struct settings *s = run_settings(r);
    struct err err = {0};
    if (proved) absence_note(&r->root.absence, run_now(r));
    bool certain = absence_is_proved(&r->root.absence, (unsigned)s->evidence.absence_looks,
                                     SECONDS((msec)s->evidence.absence_seconds), run_now(r));
    if (look_was_there(look) && !certain) {
        err_set(&err, ERR_NOT_FOUND, "it was there and is not found now; it is looked for again");
        lane_note(look->lane, 0, &err);
        return;
    }
    o->state = SEEN_ABSENT;
    free(r->root.host);
    r->root.host = NULL;
    look_root_is(look, RUN_ABSENT);
    transitions_known_all(r->transitions,
                          run_now(r)); /* in what does not exist nothing is unknown */
}

static void look_absence_done(struct flow *f, const struct err *err)
{
    struct arm_absence *a = f->op;
    struct look_arm *look = a->owner;
    struct run *r = look_run(look);
    look->lane->counts.arm_reads += arm_absence_calls(a);
    if (!err && a->presence == ARM_ABSENT) {
        look_absent(look, true);
    } else {
        struct err contrary = {0};
        absence_clear(&r->root.absence);
        if (!err) err_set(&contrary, ERR_PROTOCOL, "it is not found and yet it is there");
        lane_note(look->lane, 0, err ? err : &contrary);
    }
    look_absence_forget(look);
    flow_group_end(&look->group);
}

static void look_question_children(struct look_arm *look, const struct resource *type)
{
    size_t n = 0;
    for (size_t i = 0; i < resource_count; i++) {
        const struct resource *child = resources[i];
        if (child->parent != type || !child->arm_type) continue;
        must(n + 1 < sizeof(look->children) / sizeof(look->children[0]));
        look->children[n++] =
            (struct arm_child_collection){strrchr(child->arm_type, '/') + 1, child->api_version};
    }
    look->children[n] = (struct arm_child_collection){0};
}

static void look_question_name(struct look_arm *look, const struct target *t)
{
    struct arm_id id;
    struct err err = {0};
    if (!t->type->name_is_global || arm_id_parse(&id, t->parent_id, &err)) return;
    look->name_path = xasprintf("/subscriptions/%s/providers/%.*s", id.subscription,
                                (int)strcspn(t->type->arm_type, "/"), t->type->arm_type);
    look->name = (struct arm_name_check){look->name_path, t->type->api_version, t->type->arm_type};
    arm_id_done(&id);
}

/* Everything that would have to agree is asked: what it stands in, its list, what would be below
 * it, and whether its name is free. */
static void look_absence_start(struct look_arm *look)
{
    struct run *r = look_run(look);
    const struct target *t = r->target;
    bool in_group = t->type != &resource_resource_group;
    look_absence_forget(look);
    look->absence = xcalloc(1, sizeof(*look->absence));
    look->collection = resource_id(t->type, t->parent_id, NULL);
    look_question_children(look, t->type);
    look_question_name(look, t);
    const struct arm_absence_question q = {
        .id = t->arm_id,
        .api_version = t->type->api_version,
        .shape = t->type->shape,
        .parent_id = in_group ? t->parent_id : NULL,
        .parent_api_version = resource_resource_group.api_version,
        .parent_shape = resource_resource_group.shape,
        .collection_id = look->collection,
        .collection_api_version = t->type->api_version,
        .children = look->children,
        .name_check = look->name_path ? &look->name : NULL,
    };
    arm_absence_init(look->absence, &r->azure, &q);
    look->absence->owner = look;
    look->absence->flow.done = look_absence_done;
    look->absence->flow.resource = t->name;
    flow_group_add(&look->group);
    flow_start(&look->absence->flow, r->azure.io);
}

/* --- a look ------------------------------------------------------------------------------------
 */

static void look_get_done(struct flow *f, const struct err *err)
{
    struct arm_get *g = f->op;
    struct look_arm *look = g->owner;
    struct observation *o = &look->lane->seen.scopes[0];
    look->lane->counts.arm_reads += f->calls;
    if (err) {
        lane_note(look->lane, 0, err);
    } else if (g->presence == ARM_PRESENT) {
        o->state = SEEN_COMPLETE;
        o->body = g->body;
        g->body = NULL;
        lane_note(look->lane, 0, NULL);
        look_root_present(look, o->body);
        look_lists_start(look);
    } else if (g->presence == ARM_GROUP_ABSENT) {
        look_root(look)->group_absent = true;
        look_absent(look, false);
    } else {
        look_root(look)->group_absent = false;
        if (write_makes_root(look->lane))
            look_absent(look, false);
        else
            look_absence_start(look);
    }
    flow_group_end(&look->group);
}

static void look_arm_done(struct flow_group *g)
{
    struct look_arm *look = g->owner;
    look->lane->calls.looked(look->lane);
}

void look_arm_start(struct look_arm *look)
{
    struct run *r = look_run(look);
    look->group = (struct flow_group){.done = look_arm_done, .owner = look};
    for (size_t i = 0; i < look->count; i++) look->rows[i].asked = false;
    arm_get_done(&look->get);
    arm_get_init(&look->get, &r->azure, r->target->arm_id, r->target->type->api_version,
                 r->target->type->shape);
    look->get.owner = look;
    look->get.flow.done = look_get_done;
    look->get.flow.resource = r->target->name;
    flow_group_add(&look->group);
    flow_start(&look->get.flow, r->azure.io);
    look_lists_start(look);
}
