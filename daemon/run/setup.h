/* A configuration in force, and the world made of it. Several are in force at the same time while
 * targets move on from one to the next. */
#ifndef RUN_SETUP_H
#define RUN_SETUP_H

#include "run/configuration.h"
#include "run/world.h"

struct setup {
    struct configuration *configuration; /* without its documents: the engine has them */
    struct world world;
    struct setup *next; /* the older one */
};

/* Takes 'configuration' over; its documents are to be taken out before the setup is freed. 'older'
 * is the one in force so far, or NULL. */
struct setup *setup_new(struct loop *loop, struct configuration *configuration,
                        struct setup *older);
/* Takes 's' out of the list that begins at '*first', and frees it. */
void setup_retire(struct setup **first, struct setup *s);
/* Frees all. */
void setup_free(struct setup *first);

/* What the engine works with; its owner is the setup. */
struct engine_world setup_world(struct setup *s);
/* Takes the documents out. */
struct desired *setup_desired(struct setup *s);
/* From now on what the gate says is told to the engine's subscribers. */
void setup_tell(struct setup *s, struct engine *engine);

#endif
