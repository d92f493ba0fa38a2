/* A plan: the ordered list of changes of one comparison, its digest, its text and its JSON.
 * Same input, same plan, byte for byte. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "plan/change.h"

struct plan {
    unsigned shares; /* plan_free() ends one */
    struct arena *arena;
    struct change *changes;
    size_t count;
    size_t room;
};

struct plan_counts {
    size_t drifted; /* everything that differs, restart debt not counted */
    size_t debt;    /* owing a restart: ARM has the value, it takes effect at the next one */
    size_t go;
    size_t waiting; /* debt not counted */
    size_t never;
    size_t unachievable;
};

/* The plan owns its arena; changes and their strings are to be allocated there. */
struct plan *plan_new(void);
/* One more that frees it. */
struct plan *plan_share(struct plan *p);
void plan_free(struct plan *p);

/* Adds a zeroed change of 'type' for 'object' (copied) and returns it, valid until the next add. */
struct change *plan_add(struct plan *p, const char *type, const char *target, const char *object);
/* Adds a delta to the last added change; texts are copied, NULL allowed for 'from' and 'to'. */
void plan_delta(struct plan *p, const char *path, const char *from, const char *to);
/* Adds copies of the changes of 'other' to 'p'. Actions stay where they are: copies have none. */
void plan_append(struct plan *p, const struct plan *other);

/* Sorts by stage, then type, target, object, part; deletions come last within their stage. */
void plan_sort(struct plan *p);

struct plan_counts plan_count(const struct plan *p);

/* SHA-256 over what would be changed (not over verdicts), 64 hexadecimal digits and NUL. */
void plan_digest(const struct plan *p, char out[65]);

/* For people: one block a change, then a line of totals. 'colour' uses terminal sequences. */
void plan_text(const struct plan *p, bool colour, struct buf *out);
/* For machines; a new reference. */
json_t *plan_json(const struct plan *p);

/* Adds a name or a value that others wrote: nothing of it breaks a line or steers a terminal, and
 * what is no UTF-8 is shown byte by byte. */
void plan_add_text(struct buf *out, const char *text);
/* The same for JSON, which knows only UTF-8; null for NULL. A new reference. */
json_t *plan_text_json(const char *text);

#endif
