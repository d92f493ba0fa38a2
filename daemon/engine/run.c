/* One target: see run.h. */
#include "engine/run.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "azure/arm_id.h"
#include "base/json.h"
#include "base/must.h"
#include "resource/compare.h"

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

static void run_settle(struct run *r);

/* The other lane, and targets that come after this one, go by what has changed. */
static void run_news(struct lane *l)
{
    struct run *r = l->run;
    lane_poke(&r->sql);
    r->services->came(r->services->ctx, r);
}

static void run_rests(struct lane *l)
{
    run_settle(l->run);
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
    lane_init(&r->arm, r, LANE_ARM, run_news, run_rests);
    lane_init(&r->sql, r, LANE_SQL, run_news, run_rests);
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

/* Takes the next target where one waits and nothing is written. */
static void run_settle(struct run *r)
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
