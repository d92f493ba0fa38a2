/* One target's way through its cycles: what is remembered of it, and its lanes. Only the engine's
 * own files include this. */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include "engine/engine.h"
#include "engine/evidence.h"
#include "engine/lane.h"
#include "engine/transition.h"
#include "resource/resource.h"

/* A configuration that runs work with, until all have moved on to the next one. */
struct generation {
    struct engine_world world;
    struct desired *desired;
    size_t users;
    struct generation *next;
};

enum run_presence { RUN_UNKNOWN, RUN_ABSENT, RUN_PRESENT };

/* A collection between looks. */
struct run_list {
    struct arm_list_memory memory;
    json_t *items; /* of the last complete look; NULL: never */
};

/* What ARM's lane knows of the root, for itself, for the other lane and for targets that come after
 * this one. Everything else is read again. look_arm.c writes it. */
struct run_root {
    enum run_presence presence;
    bool group_absent; /* ARM said that the resource group does not exist */
    enum resource_state state;
    char word[64]; /* the platform's word for it */
    char *host;    /* fullyQualifiedDomainName; NULL: not known */
    struct absence absence;
    char **facts;           /* last seen values of type->facts; NULL: none yet */
    struct run_list *lists; /* by part */
    size_t list_count;
};

struct run {
    struct run_services *services;
    struct generation *generation;
    const struct target *target;
    const struct target
        *next; /* declared by a newer configuration: taken when nothing is written */
    struct generation *next_generation;
    bool leaving; /* not declared any more: it goes when nothing is written */
    struct transitions *transitions;
    struct azure azure; /* with a correlation id per cycle */
    struct run_root root;
    struct lane arm;
    struct lane sql;
};

/* What runs need of the whole. One for all of them. */
struct run_services {
    enum engine_mode mode;
    struct events *events;
    const struct engine_hooks *hooks;
    uint64_t cycle; /* the last number given out */
    void *ctx;
    /* A cycle of 'r' has ended. */
    void (*ended)(void *ctx, struct run *r);
    /* Something of 'r' has come into being: what comes after it is looked at now. */
    void (*came)(void *ctx, const struct run *r);
    /* The run of a target; NULL: it has none (any more). */
    const struct run *(*find)(void *ctx, const struct target *target);
};

struct run *run_new(struct run_services *services, struct generation *g,
                    const struct target *target);
void run_free(struct run *r);
/* Everything of it is due now. */
void run_poke(struct run *r);
/* Works for 'target' of 'g' from now on, or as soon as nothing is written any more. NULL: for
 * nothing any more; it is over when run_is_over() says so. */
void run_move(struct run *r, struct generation *g, const struct target *target);
bool run_is_over(const struct run *r);

/* One-shot modes: has it come to its end? */
bool run_has_ended(const struct run *r);
/* Is the item 'id' of its target there, and can others be built on it? NULL: yes; else why not. */
const char *run_missing(const struct run *r, const char *id);

/* Where SQL of 'database' goes. */
struct sql_target run_sql_target(const struct run *r, const char *database);
msec run_now(const struct run *r);
const struct settings *run_settings(const struct run *r);
/* What stops writes of the lane, and what each change comes after; then verdicts. */
void run_permit(struct run *r, struct lane *lane, const struct seen *seen, struct plan *plan);
/* Tells the end of the lane's cycle. */
void run_tell_cycle(const struct run *r, const struct lane *lane);

#endif
