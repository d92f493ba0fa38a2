/* One target: see run.h. */
#include "engine/run.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "azure/arm_id.h"
#include "base/json.h"
#include "base/must.h"
#include "resource/compare.h"

msec run_now(const struct run *r)
{
    return r->azure.io->now(r->azure.io->ctx);
}

const struct settings *run_settings(const struct run *r)
{
    return r->generation->world.settings;
}

/* What hangs on the target's parts. */
static void run_lists_new(struct run *r)
{
    r->root.list_count = r->target->scope_count;
    r->root.lists = xcalloc(r->root.list_count, sizeof(*r->root.lists));
}

static void run_lists_free(struct run *r)
{
    for (size_t i = 0; i < r->root.list_count; i++) {
        arm_list_memory_done(&r->root.lists[i].memory);
        json_decref(r->root.lists[i].items);
    }
    free(r->root.lists);
    r->root.lists = NULL;
    r->root.list_count = 0;
}

struct run *run_new(struct run_services *services, struct generation *g,
                    const struct target *target)
{
    struct run *r = xcalloc(1, sizeof(*r));
    r->services = services;
    r->generation = g;
    r->target = target;
    r->azure = *g->world.azure;
    r->transitions = transitions_new(target->document, target->name, services->events);
    g->users++;
    run_lists_new(r);
    lane_init(&r->arm, r, LANE_ARM);
    lane_init(&r->sql, r, LANE_SQL);
    return r;
}

static void run_facts_free(struct run *r)
{
    const char *const *paths = r->target->type->facts;
    for (size_t i = 0; r->root.facts && paths[i]; i++) free(r->root.facts[i]);
    free(r->root.facts);
    r->root.facts = NULL;
}

void run_free(struct run *r)
{
    if (!r) return;
    lane_done(&r->arm);
    lane_done(&r->sql);
    run_facts_free(r);
    run_lists_free(r);
    transitions_free(r->transitions);
    free(r->root.host);
    must(r->generation->users > 0);
    r->generation->users--;
    free(r);
}

void run_poke(struct run *r)
{
    lane_poke(&r->arm);
    lane_poke(&r->sql);
}

void run_start(struct run *r)
{
    run_poke(r);
}

bool run_has_ended(const struct run *r)
{
    return r->arm.stays && r->sql.stays;
}

/* --- another configuration ---------------------------------------------------------------------
 */

void run_move(struct run *r, struct generation *g, const struct target *target)
{
    r->leaving = !target;
    r->next = target;
    r->next_generation = target ? g : NULL;
    run_settle(r);
}

static bool run_writes(const struct run *r)
{
    return r->arm.writer.busy || r->sql.writer.busy;
}

bool run_is_over(const struct run *r)
{
    return r->leaving && !run_writes(r);
}

void run_settle(struct run *r)
{
    if (!r->next || run_writes(r)) return;
    lane_leave(&r->arm);
    lane_leave(&r->sql);
    run_facts_free(r);
    run_lists_free(r);
    r->generation->users--;
    r->generation = r->next_generation;
    r->generation->users++;
    r->target = r->next;
    r->next = NULL;
    r->next_generation = NULL;
    r->azure = *r->generation->world.azure;
    run_lists_new(r);
    transitions_reloaded(r->transitions, r->target->document);
    lane_enter(&r->arm);
    lane_enter(&r->sql);
    run_poke(r);
}

/* --- for those that come after it --------------------------------------------------------------
 */

const char *run_missing(const struct run *r, const char *id)
{
    if (r->root.presence == RUN_UNKNOWN) return "has not been seen yet";
    if (r->root.presence == RUN_ABSENT) return "does not exist yet";
    if (r->root.state == RESOURCE_MAKING || r->root.state == RESOURCE_MOVING)
        return "is not ready yet";
    if (arm_id_equal(id, r->target->arm_id)) return NULL;
    for (size_t i = 1; i < r->target->scope_count; i++) {
        const struct scope *part = &r->target->scopes[i];
        size_t length = part->id ? strlen(part->id) : 0;
        if (!length || strncasecmp(id, part->id, length) != 0 || id[length] != '/') continue;
        const json_t *items = r->root.lists[i].items;
        if (!items) return "has not been seen yet";
        return compare_find(items, id + length + 1) ? NULL : "does not exist yet";
    }
    return NULL;
}

void run_tell_cycle(const struct run *r, const struct lane *lane)
{
    struct transition_counts n = transitions_count(r->transitions);
    const struct event event = {
        .kind = EVENT_CYCLE,
        .document = r->target->document,
        .target = r->target->name,
        .cycle = lane->cycle,
        .now = run_now(r),
        .cycle_end = {.lane = lane->kind == LANE_ARM ? "arm" : "sql",
                      .items = r->target->items,
                      .drifted = n.drifted,
                      .corrected = lane->counts.corrected,
                      .waiting = n.waiting,
                      .debt = n.debt,
                      .blocked = n.blocked,
                      .unknown = n.unknown,
                      .arm_reads = lane->counts.arm_reads,
                      .arm_writes = lane->counts.arm_writes,
                      .sql_queries = lane->counts.sql_queries,
                      .duration = run_now(r) - lane->started},
    };
    events_tell(r->services->events, &event);
}
