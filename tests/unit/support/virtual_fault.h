/* Faults of the virtual world as a table of rows: what can go wrong with a call, and with which
 * calls. A matrix goes over calls and rows; a new row is in every matrix. */
#ifndef SUPPORT_VIRTUAL_FAULT_H
#define SUPPORT_VIRTUAL_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/call.h"

/* What a call is. */
enum virtual_class {
    VIRTUAL_TOKEN = 1 << 0,
    VIRTUAL_GET = 1 << 1,     /* of one resource */
    VIRTUAL_LIST = 1 << 2,    /* of a collection */
    VIRTUAL_MONITOR = 1 << 3, /* of an operation */
    VIRTUAL_ASK = 1 << 4,     /* a POST that changes nothing */
    VIRTUAL_WRITE = 1 << 5,
    VIRTUAL_PROBE = 1 << 6,     /* SQL: the counters alone */
    VIRTUAL_SQL_READ = 1 << 7,  /* the catalogs */
    VIRTUAL_SQL_WRITE = 1 << 8, /* statements that change something */
};

#define VIRTUAL_HTTP                                                                               \
    (VIRTUAL_TOKEN | VIRTUAL_GET | VIRTUAL_LIST | VIRTUAL_MONITOR | VIRTUAL_ASK | VIRTUAL_WRITE)
#define VIRTUAL_SQL (VIRTUAL_PROBE | VIRTUAL_SQL_READ | VIRTUAL_SQL_WRITE)
#define VIRTUAL_READS (VIRTUAL_GET | VIRTUAL_LIST)

enum virtual_effect {
    EFFECT_ANSWER,       /* not carried out; answered with status and body */
    EFFECT_REFUSED,      /* there is no connection: the request has certainly not left */
    EFFECT_RESET_BEFORE, /* the connection breaks, nothing was carried out */
    EFFECT_RESET_AFTER,  /* it breaks, everything was */
    EFFECT_SILENCE_BEFORE,
    EFFECT_SILENCE_AFTER,
    EFFECT_BODY,      /* carried out; the answer is spoilt */
    EFFECT_LATE,      /* carried out; answered with status and body */
    EFFECT_LAG,       /* reads from now on are behind writes by 'span', for ten times as long */
    EFFECT_LOST,      /* the operation goes on, its monitor answers status and body for ever */
    EFFECT_ENDS,      /* the operation ends as 'code', nothing was done */
    EFFECT_ENDS_DONE, /* it says so, but everything was done */
    EFFECT_SLOW,      /* the operation takes 'span' longer */
    EFFECT_NOTHING,   /* accepted and "Succeeded" without any effect */
    EFFECT_SQLSTATE,  /* refused with 'code', nothing was done */
};

/* How a body is spoilt. */
enum virtual_spoil {
    SPOIL_NONE,
    SPOIL_EMPTY_OBJECT,
    SPOIL_NULL,
    SPOIL_NO_JSON,
    SPOIL_CUT,        /* the first half of it */
    SPOIL_MINIMAL,    /* {"id":"x","name":"x","properties":{"state":"Ready"}} */
    SPOIL_OTHER_ID,   /* the id of another resource */
    SPOIL_OTHER_NAME, /* the name alone */
    SPOIL_OTHER_TYPE,
    SPOIL_NO_MEMBER,   /* 'code' is missing */
    SPOIL_NULL_MEMBER, /* 'code' is null */
    SPOIL_NO_VALUE,    /* a list without "value" */
    SPOIL_EMPTY_LIST,
    SPOIL_ITEM_NULL,        /* the first item is null */
    SPOIL_ITEM_GONE,        /* the first item is missing */
    SPOIL_ITEM_BLANK,       /* properties.value of the item called 'code' ends in a blank */
    SPOIL_ITEM_MEMBER,      /* every item lacks 'code' */
    SPOIL_ITEM_NULL_MEMBER, /* 'code' is null in every item that has it */
    SPOIL_ITEM_NUMBER,      /* properties.value of every item is a number */
    SPOIL_LINK_SELF,        /* nextLink leads to the same page */
    SPOIL_LINK_CIRCLE,      /* nextLink leads to one that leads back */
    SPOIL_LINK_ENDLESS,     /* always another one */
    SPOIL_LINK_ELSEWHERE,
    SPOIL_SQL_MISSING, /* one result too few */
};

struct virtual_fault {
    const char *word;
    unsigned classes; /* calls that it can happen to */
    enum virtual_effect effect;
    int status;
    const char *code; /* of the error, the member, the SQLSTATE; NULL: none */
    const char *body; /* where not made of 'code' */
    const char *retry_after;
    enum virtual_spoil spoil;
    msec span;
    bool harmless; /* a look that met it may be believed all the same */
    bool lie; /* nothing but a second look unmasks it: not for storms, where it may come twice */
    unsigned repeats; /* equal writes without a change that nobody can avoid after it */
};

extern const struct virtual_fault virtual_faults[];
extern const size_t virtual_fault_count;
/* The row called 'word'; fails the test where there is none. */
const struct virtual_fault *virtual_fault_named(const char *word);

struct virtual;

/* It happens to call 'number' (counted from 0 as virtual_calls() does), whatever that is. */
void virtual_fault_at(struct virtual *v, const struct virtual_fault *f, size_t number);
/* It happens to the next 'times' calls whose line begins with 'line', or is it where 'line' ends in
 * "$"; SIZE_MAX: for ever. */
void virtual_fault_on(struct virtual *v, const struct virtual_fault *f, const char *line,
                      size_t times);
/* From now on every call meets one that can happen to it, with this probability. */
void virtual_fault_storm(struct virtual *v, unsigned percent);
/* No more faults from now on. */
void virtual_fault_end(struct virtual *v);
/* Faults that have happened. */
size_t virtual_fault_met(const struct virtual *v);

#endif
