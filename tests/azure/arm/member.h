/* What the body of a request may hold: a tree of rows taken from the specification, one table per
 * object, ended by an empty row. Names are compared as they are written: whether Azure takes
 * another case of a name is unverified, so it is refused. */
#ifndef AZSIM_MEMBER_H
#define AZSIM_MEMBER_H

#include <jansson.h>

#include "arm/refusal.h"

enum member_kind {
    MEMBER_TEXT,
    MEMBER_INTEGER,
    MEMBER_BOOLEAN,
    MEMBER_ENUM,    /* one of 'words', any case; kept in the spelling of 'words' */
    MEMBER_TEXTS,   /* a list of texts */
    MEMBER_TAGS,    /* an object of texts */
    MEMBER_OBJECT,  /* of 'inner' */
    MEMBER_OBJECTS, /* a list of objects of 'inner' */
    MEMBER_ANY,     /* read-only content that nobody looks into */
};

enum member_flag {
    MEMBER_REQUIRED = 1,
    MEMBER_READ_ONLY = 2, /* taken where it is what it was, so that a GET can be PUT back */
    MEMBER_IGNORED = 4,   /* read-only, and any value is ignored */
    MEMBER_FIXED = 8,     /* cannot change once it is set; texts without case */
};

struct member {
    const char *name;
    enum member_kind kind;
    unsigned flags;
    const char *words;          /* "Enabled|Disabled" */
    const struct member *inner; /* of objects */
};

#define MEMBER(name_, kind_, flags_)                                                               \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .flags = (flags_)                                        \
    }
#define MEMBER_WORDS(name_, flags_, words_)                                                        \
    {                                                                                              \
        .name = (name_), .kind = MEMBER_ENUM, .flags = (flags_), .words = (words_)                 \
    }
#define MEMBER_INNER(name_, kind_, flags_, inner_)                                                 \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .flags = (flags_), .inner = (inner_)                     \
    }
/* What ARM puts around every resource; the rows are read-only. */
#define MEMBER_HEAD                                                                                \
    MEMBER("id", MEMBER_ANY, MEMBER_IGNORED), MEMBER("name", MEMBER_ANY, MEMBER_IGNORED),          \
        MEMBER("type", MEMBER_ANY, MEMBER_IGNORED),                                                \
        MEMBER("systemData", MEMBER_ANY, MEMBER_IGNORED)
#define MEMBER_END                                                                                 \
    {                                                                                              \
        0                                                                                          \
    }

/* Checks 'body' against 'rows' and takes out of it what is read-only or null, so that the rest can
 * be stored. 'old' is what a GET answers for the same resource now, NULL where there is none;
 * 'patch': nothing is required. 0, or -1 with 'refusal', to be answered now. */
int members_check(const struct member *rows, json_t *body, const json_t *old, bool patch,
                  struct refusal *refusal);

#endif
