/* A unit that is regranted: a model of it, which the statements change step by step. Private to
 * grant_regrant.c, which puts right, and grant_flatten.c, which takes away what others granted. */
#ifndef PG_GRANT_REGRANT_H
#define PG_GRANT_REGRANT_H

#include "pg/grant/grant.h"

/* One grantee on the object or on one column of it. */
struct pg_state {
    uint32_t grantee;
    struct pg_held have; /* before */
    struct pg_held own;  /* of that, what the owner granted */
    uint32_t granted;    /* privileges that he granted to others */
    struct pg_held now;  /* as the statements so far leave it */
    struct pg_held target;
};

/* The object itself or one column. */
struct pg_part {
    const char *column;  /* NULL: the object */
    const char *columns; /* " (a)" for statements */
    struct pg_acl acl;
    struct pg_state *states;
    size_t count;
    uint32_t *slots; /* by grantee, open addressing: index + 1 into states, 0 = free */
    size_t slot_count;
};

struct pg_work {
    struct pg_grants *g;
    const struct pg_unit *unit; /* a piece of at most PG_BATCH_OBJECTS */
    uint32_t flat;
    uint32_t stuck;
    const char *as;        /* whose name it is done in; NULL: the superuser's */
    struct pg_part *parts; /* columns, then the object */
    size_t part_count;
};

struct arena *pg_regrant_arena(const struct pg_work *w);
/* The statement that gives 'mask' to the grantee or takes it away, with 'end' behind it; none where
 * the mask is empty. */
void pg_regrant_privileges(struct pg_work *w, const struct pg_part *p, enum pg_op_action action,
                           uint32_t mask, uint32_t grantee, const char *end);
/* 'before', with the role's name behind it unless that is NULL, as a statement. */
void pg_regrant_role(struct pg_work *w, const char *before, const char *role);
/* Acts for the owner again, if he has to be named for that. */
void pg_regrant_home(struct pg_work *w);

/* The grantee's place in p->states; he has one. */
size_t pg_regrant_state(const struct pg_part *p, uint32_t grantee);

/* Afterwards nobody has what flat privileges another than the owner granted. */
void pg_regrant_flatten(struct pg_work *w, struct pg_part *p);

#endif
