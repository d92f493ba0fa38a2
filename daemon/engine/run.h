/* One target's way through its cycles. Only the engine's own files include this. */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include "azure/op.h"
#include "engine/engine.h"
#include "engine/schedule.h"
#include "engine/transition.h"
#include "flow/flow.h"
#include "resource/action.h"
#include "resource/catalog_read.h"
#include "resource/resource.h"

enum run_state { RUN_IDLE, RUN_OBSERVING, RUN_APPLYING, RUN_ENDED };

/* Scopes that come due together. */
enum run_clock { CLOCK_ARM, CLOCK_SQL, CLOCK_N };

struct run_counts {
    unsigned arm_reads;
    unsigned arm_writes;
    unsigned sql_queries;
    size_t corrected;
};

/* What is remembered of a server between cycles; everything else is read again. */
struct run_memory {
    bool exists;
    bool ready;
    bool missed;                     /* it was there, and the last look did not find it */
    char *host;                      /* fullyQualifiedDomainName */
    struct arm_list_memory lists[2]; /* as run.lists */
    struct catalog_mark cluster;
    struct catalog_mark *databases; /* in the order of the declared databases */
    bool *database_exists;
    msec full_read; /* when the catalogs were last read completely; 0: never */
};

struct run {
    struct engine *engine;
    const struct target *target;
    struct transitions *transitions;
    struct azure azure; /* with a correlation id per cycle */
    struct loop_timer *timer;
    struct schedule clocks[CLOCK_N];
    enum run_state state;
    struct run_memory memory;
    bool group_absent; /* ARM said that the resource group does not exist */
    bool looked;       /* completely, at least once */
    size_t items;

    /* Of the present cycle. */
    uint64_t cycle;
    msec started;
    unsigned passes;
    bool enough;         /* a write met a busy or troubled server: no more of them in this cycle */
    unsigned clocks_due; /* 1 << enum run_clock: what is looked at in this pass */
    unsigned clocks_failed; /* likewise; what this pass does not look at keeps its failure */
    bool catalogs_unchanged;
    struct run_counts counts;
    struct seen seen;
    struct plan *plan;
    size_t corrected_total;
    unsigned fruitless; /* cycles in a row that left something undone; one-shot modes end by it */

    /* Flows under way. */
    struct flow_group group;
    struct arm_get get;
    struct arm_list lists[2];
    struct catalog_read *reads; /* [0] the cluster, then the declared databases */
    size_t read_count;
    struct arm_write write;
    struct flow sql_write;
    struct sql_statement *batch; /* the statements of batch_length changes, one after another */
    size_t batch_statements;
    size_t *queue; /* indexes into plan->changes that are applied in this pass */
    size_t queue_length;
    size_t queue_at;
    size_t batch_length; /* SQL changes of the queue in one transaction */
    size_t batch_failed; /* the one that failed, where the server has answered */
    bool batch_answered;
    msec write_started;
};

/* run.c */
struct run *run_new(struct engine *e, const struct target *target, size_t items);
void run_free(struct run *r);
/* Begins a cycle as soon as something is due; in one-shot modes at once. */
void run_start(struct run *r);
/* Everything of it is due now. */
void run_poke(struct run *r);
/* The observation of this pass is complete (look.c), the writes of this pass have ended (write.c).
 */
void run_observed(struct run *r);
void run_applied(struct run *r);

/* look.c: observes what clocks_due says, then calls run_observed(). */
void look_start(struct run *r);
void look_cancel(struct run *r);
/* Where SQL of 'database' goes. */
struct sql_target look_sql_target(const struct run *r, const char *database);

/* write.c: carries out the queue, then calls run_applied(). */
void write_start(struct run *r);
void write_cancel(struct run *r);
/* The lowest stage's changes that may be done now, into the queue; false where there are none. */
bool write_pick(struct run *r);

/* summary.c */
void summary_cycle(const struct run *r);

/* engine.c */
/* A target's cycle has ended. The run is still on the stack: hooks must not free the engine. */
void engine_run_ended(struct engine *e);
bool engine_is_resting(const struct engine *e);
/* A target that others depend on has come into being, or never will: they are looked at now. */
void engine_poke_after(struct engine *e, const struct target *target);
/* Has this one-shot ended with 'target' without having brought it into being? */
bool engine_gave_up(const struct engine *e, const struct target *target);
const struct engine_world *engine_world(const struct engine *e);
const struct engine_hooks *engine_hooks(const struct engine *e);
enum engine_mode engine_mode(const struct engine *e);
uint64_t engine_next_cycle(struct engine *e);

#endif
