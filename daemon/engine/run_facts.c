/* What is known of a run: for its lanes, for those that come after it, for the journal. See run.h.
 */
#include <string.h>
#include <strings.h>

#include "azure/arm_id.h"
#include "engine/run.h"
#include "resource/compare.h"

msec run_now(const struct run *r)
{
    return r->azure.io->now(r->azure.io->ctx);
}

const struct settings *run_settings(const struct run *r)
{
    return r->generation->world.settings;
}

struct sql_target run_sql_target(const struct run *r, const char *database)
{
    const struct settings *s = run_settings(r);
    return (struct sql_target){
        .host = r->root.host,
        .port = "5432",
        .database = database,
        .user = r->target->sql_user,
        .password = r->target->sql_password,
        .ssl_mode = s->sql.ssl_mode,
        .ssl_root_cert = s->sql.ssl_root_cert ? s->sql.ssl_root_cert : s->cloud.ca_file,
    };
}

bool run_has_ended(const struct run *r)
{
    return r->arm.stays && r->sql.stays;
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
    const struct engine_hooks *hooks = r->services->hooks;
    const struct event event = {
        .kind = EVENT_CYCLE,
        .text = hooks->note ? hooks->note(hooks->ctx) : NULL,
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
