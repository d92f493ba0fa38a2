/* What each difference is going through: see transition.h. */
#include "engine/transition.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/must.h"
#include "engine/content.h"
#include "engine/transition_inside.h"

struct transitions *transitions_new(const char *document, const char *target,
                                    const struct events *events)
{
    struct transitions *t = xcalloc(1, sizeof(*t));
    t->document = xstrdup(document);
    t->target = xstrdup(target);
    t->events = events;
    return t;
}

static void entry_done(struct entry *e)
{
    content_done(&e->content);
    free(e->key);
    free(e->word);
    free(e->type);
    free(e->object);
    free(e->title);
    free(e->what);
    free(e->why);
    free(e->failure);
}

void transitions_free(struct transitions *t)
{
    if (!t) return;
    for (size_t i = 0; i < t->count; i++) entry_done(&t->entries[i]);
    for (size_t i = 0; i < t->unknown_count; i++) free(t->unknown[i].part);
    fights_done(&t->fights);
    free(t->unknown);
    free(t->entries);
    free(t->document);
    free(t->target);
    free(t);
}

void transitions_reloaded(struct transitions *t, const char *document)
{
    free(t->document);
    t->document = xstrdup(document);
    fights_done(&t->fights);
    for (size_t i = 0; i < t->count; i++) {
        t->entries[i].settled = 0;
        t->entries[i].held_until = 0;
    }
}

void transitions_cycle(struct transitions *t, uint64_t cycle)
{
    t->cycle = cycle;
}

/* The one function that changes a state, and says so (P14). */
static void entry_move(const struct transitions *t, struct entry *e, enum drift_state to,
                       const struct err *err)
{
    e->state = to;
    const struct event event = {
        .kind = EVENT_TRANSITION,
        .document = t->document,
        .target = t->target,
        .cycle = t->cycle,
        .err = err,
        .transition = {to, e->type, e->object, e->title, e->what, e->why},
    };
    events_tell(t->events, &event);
}

/* Where 'key' is or would be. */
static size_t entry_place(const struct transitions *t, const char *key, bool *found)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(t->entries[middle].key, key);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = false;
    return low;
}

static char *change_key(const struct change *c)
{
    return xasprintf("%s %s %s", c->type, c->object, c->part ? c->part : "");
}

struct entry *entry_find(const struct transitions *t, const struct change *change)
{
    char *key = change_key(change);
    bool found;
    size_t at = entry_place(t, key, &found);
    free(key);
    return found ? &t->entries[at] : NULL;
}

static void entry_describe(struct entry *e, const struct change *c)
{
    content_done(&e->content);
    free(e->what);
    free(e->why);
    content_init(&e->content, c);
    e->what = content_text(c);
    e->debt = change_is_debt(c);
    e->passing = c->passing;
    e->why = c->reason ? xstrdup(c->reason) : NULL;
}

static struct entry *entry_get(struct transitions *t, const struct change *c, bool *fresh)
{
    char *key = change_key(c);
    bool found;
    size_t at = entry_place(t, key, &found);
    *fresh = !found;
    if (found) {
        free(key);
        return &t->entries[at];
    }
    if (!t->entries || t->count == t->room) {
        t->room = t->room ? t->room * 2 : 16;
        t->entries = xreallocarray(t->entries, t->room, sizeof(*t->entries));
    }
    memmove(&t->entries[at + 1], &t->entries[at], (t->count - at) * sizeof(*t->entries));
    t->count++;
    t->entries[at] = (struct entry){
        .key = key,
        .type = xstrdup(c->type),
        .object = xstrdup(c->object),
        .title = xstrdup(c->title),
    };
    return &t->entries[at];
}

/* --- a plan ------------------------------------------------------------------------------------
 */

/* Where nothing can be done now, that is the news; else a difference that is being corrected, or
 * whose correction failed, stays what it is: it was detected long ago. */
static enum drift_state state_for(const struct change *c)
{
    if (c->fought) return DRIFT_STATE_FOUGHT;
    switch (c->verdict) {
    case CHANGE_WAIT: return DRIFT_STATE_WAITING;
    case CHANGE_UNACHIEVABLE: return DRIFT_STATE_UNACHIEVABLE;
    case CHANGE_GO:
    case CHANGE_NEVER:
    case CHANGE_VERDICT_N: break;
    }
    return DRIFT_STATE_DETECTED;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void take_change(struct transitions *t, const struct change *c, const char *word)
{
    bool fresh;
    struct entry *e = entry_get(t, c, &fresh);
    enum drift_state next = state_for(c);
    struct content before = e->content;
    char *old_why = e->why;
    bool was_passing = e->passing;
    e->content = (struct content){0};
    e->why = NULL;
    entry_describe(e, c);
    if (!same_text(e->word, word)) {
        free(e->word);
        e->word = xstrdup(word);
    }
    bool grown = !fresh && content_has_grown(&before, c);
    /* What it waits for until it comes by itself is no news each time. */
    bool same_why = same_text(old_why, e->why) || (was_passing && c->passing);
    content_done(&before);
    free(old_why);
    e->seen = t->comparison;
    if (fresh || grown) {
        entry_move(t, e, DRIFT_STATE_DETECTED, NULL);
        if (next != DRIFT_STATE_DETECTED) entry_move(t, e, next, NULL);
        return;
    }
    bool stands = next == DRIFT_STATE_DETECTED && c->verdict == CHANGE_GO;
    bool under_way = e->state == DRIFT_STATE_CORRECTING || e->state == DRIFT_STATE_BLOCKED;
    if (stands || (next == DRIFT_STATE_DETECTED && under_way)) return;
    /* While our own write is under way the other side is busy with it. */
    if (e->state == DRIFT_STATE_CORRECTING && c->verdict == CHANGE_WAIT && c->passing) return;
    if (e->state != next || !same_why) entry_move(t, e, next, NULL);
}

/* Is 'e' over, now that it is not in the plan? What nobody declares any more is. */
static bool entry_is_over(const struct transitions *t, const struct entry *e,
                          const struct target *target, const struct seen *seen)
{
    if (e->seen == t->comparison) return false;
    for (size_t i = 0; i < target->scope_count; i++)
        if (e->word && strcmp(target->scopes[i].word, e->word) == 0)
            return seen->scopes[i].compared;
    return true;
}

/* Returns how many of what is over we had written. */
static size_t end_unseen(struct transitions *t, const struct target *target,
                         const struct seen *seen)
{
    size_t kept = 0, corrected = 0;
    if (!t->entries) return 0;
    for (size_t i = 0; i < t->count; i++) {
        struct entry *e = &t->entries[i];
        if (!entry_is_over(t, e, target, seen)) {
            t->entries[kept++] = *e;
            continue;
        }
        corrected += e->attempts > 0;
        free(e->why);
        e->why = NULL;
        entry_move(t, e, e->attempts ? DRIFT_STATE_CORRECTED : DRIFT_STATE_VANISHED, NULL);
        entry_done(e);
    }
    t->count = kept;
    return corrected;
}

/* What is over is told before what is new: a parameter's value is corrected, then it is found to
 * wait for a restart. */
size_t transitions_take(struct transitions *t, const struct plan *plan, const struct target *target,
                        const struct seen *seen)
{
    t->comparison++;
    for (size_t i = 0; i < plan->count; i++) {
        struct entry *e = entry_find(t, &plan->changes[i]);
        if (e) e->seen = t->comparison;
    }
    size_t corrected = end_unseen(t, target, seen);
    for (size_t i = 0; i < plan->count; i++) {
        const struct change *c = &plan->changes[i];
        must(c->scope_index < target->scope_count);
        take_change(t, c, target->scopes[c->scope_index].word);
    }
    return corrected;
}

/* --- writes ------------------------------------------------------------------------------------
 */

void transitions_correcting(struct transitions *t, const struct change *change)
{
    bool fresh;
    struct entry *e = entry_get(t, change, &fresh);
    if (fresh) entry_describe(e, change);
    e->attempts++;
    /* Another try of what failed is no news; its success or another failure will be. */
    bool again = !fresh && (e->state == DRIFT_STATE_CORRECTING || e->state == DRIFT_STATE_BLOCKED);
    if (!again) entry_move(t, e, DRIFT_STATE_CORRECTING, NULL);
}

/* A look beside the write may have found it done already: then there is nothing to hold, and no
 * failure of it counts. */
void transitions_hold(struct transitions *t, const struct change *change, msec until)
{
    struct entry *e = entry_find(t, change);
    if (e) e->held_until = until;
}

void transitions_failed(struct transitions *t, const struct change *change, const struct err *err)
{
    struct entry *e = entry_find(t, change);
    if (!e) return;
    e->failures++;
    e->refused = !err_retryable(err->kind);
    /* A server that is busy with something else is no reason for alarm: it waits its turn. */
    bool busy = err->kind == ERR_BUSY || err->kind == ERR_THROTTLED;
    enum drift_state to = busy ? DRIFT_STATE_WAITING : DRIFT_STATE_BLOCKED;
    bool same = e->state == to && e->failure && strcmp(e->failure, err->text) == 0;
    free(e->failure);
    e->failure = xstrdup(err->text);
    free(e->why);
    e->why = xstrdup(err->text);
    if (!same) entry_move(t, e, to, err);
}

void transitions_slow(struct transitions *t, const struct change *change, const char *why)
{
    struct entry *e = entry_find(t, change);
    if (!e) return; /* seen to be done already */
    free(e->why);
    e->why = xstrdup(why);
    entry_move(t, e, DRIFT_STATE_WAITING, NULL);
}

/* --- what stands -------------------------------------------------------------------------------
 */

/* A later look forgets why the plan would not, but not why the write failed. */
static const char *entry_reason(const struct entry *e)
{
    bool failed = e->state == DRIFT_STATE_BLOCKED || e->state == DRIFT_STATE_WAITING;
    return e->why || !failed ? e->why : e->failure;
}

void transitions_each_standing(const struct transitions *t, standing_cb *told, void *ctx)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct entry *e = &t->entries[i];
        const char *state = e->debt ? "owing a restart" : drift_state_word(e->state);
        told(ctx, &(struct standing){t->target, e->title, state, entry_reason(e)});
    }
}

struct transition_counts transitions_count(const struct transitions *t)
{
    struct transition_counts n = {.unknown = t->unknown_count};
    for (size_t i = 0; i < t->count; i++) {
        const struct entry *e = &t->entries[i];
        n.drifted += !e->debt;
        n.debt += e->debt;
        n.waiting += e->state == DRIFT_STATE_WAITING && !e->debt;
        n.blocked += e->state == DRIFT_STATE_BLOCKED || e->state == DRIFT_STATE_FOUGHT;
        n.unachievable += e->state == DRIFT_STATE_UNACHIEVABLE;
    }
    return n;
}

bool transitions_any(const struct transitions *t, const char *word)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->entries[i].word && strcmp(t->entries[i].word, word) == 0) return true;
    return false;
}
