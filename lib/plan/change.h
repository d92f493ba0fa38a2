/* One difference between what is declared and what was seen, and what shall be done about it.
 * Plain data; everything it points to lives in the plan's arena. */
#ifndef PLAN_CHANGE_H
#define PLAN_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

enum change_verb {
    CHANGE_CREATE,
    CHANGE_UPDATE,
    CHANGE_DELETE,
    CHANGE_REPORT, /* nothing can or need be written; the reason says why */
    CHANGE_VERB_N
};

/* What a change does to the users of the thing. Name, word, meaning. */
#define CHANGE_CLASSES(X)                                                                          \
    X(ONLINE, "online", "nobody notices")                                                          \
    X(RESTART, "restart", "takes effect at a restart")                                             \
    X(DISRUPTIVE, "disruptive", "interrupts connections")                                          \
    X(CREATE, "create", "makes something new, which may cost money")                               \
    X(DESTRUCTIVE, "destructive", "takes something away")                                          \
    X(SECRET, "secret", "sets a secret")

enum change_class {
#define X(name, word, meaning) CHANGE_##name##_CLASS,
    CHANGE_CLASSES(X)
#undef X
        CHANGE_CLASS_N
};

/* May it be done? Name, word. */
#define CHANGE_VERDICTS(X)                                                                         \
    X(GO, "go")                                                                                    \
    X(WAIT, "wait")                                                                                \
    X(NEVER, "never")                                                                              \
    X(UNACHIEVABLE, "unachievable")

enum change_verdict {
#define X(name, word) CHANGE_##name,
    CHANGE_VERDICTS(X)
#undef X
        CHANGE_VERDICT_N
};

struct change_delta {
    const char *path; /* ARM's property path, or what of the SQL object */
    const char *from; /* as people read it; NULL where there was nothing */
    const char *to;
};

struct change {
    const char *type;   /* the resource type's name */
    const char *target; /* the server or resource group it belongs to */
    const char *object; /* its name within the type; with type and target it names the change */
    const char *title;  /* the same for people: "server NAME", "privileges of A in B" */
    const char *part; /* tells changes of one object apart: "grant", "revoke"; NULL: the only one */
    enum change_verb verb;
    enum change_class class;
    enum change_verdict verdict;
    const char *reason;  /* why it waits, is never done or cannot be; NULL with GO */
    bool widening;       /* somebody can do more than declared: ranks first in reports */
    bool observe_only;   /* the item says mode: observe */
    unsigned stage;      /* lower ones first; equal ones together */
    const char *id;      /* ARM id of the item; NULL in SQL */
    size_t scope_index;  /* the part of its target that it was found in */
    const char *blocked; /* what it has to wait for: "after server NAME"; NULL: nothing */
    bool passing;        /* it waits for something that comes by itself */
    bool fought;         /* somebody else keeps changing it */
    struct change_delta *deltas;
    size_t delta_count;
    const void *action; /* the resource layer's: how to apply it */
};

/* Is it a value that ARM holds already and that only waits for a restart? Debt is no drift. */
bool change_is_debt(const struct change *c);

const char *change_verb_word(enum change_verb verb);
const char *change_class_word(enum change_class class);
const char *change_verdict_word(enum change_verdict verdict);

#endif
