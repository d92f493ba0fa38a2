/* What each difference is going through: see transition.h. */
#include "engine/transition.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/message_id.h"
#include "resource/resource.h"

struct entry {
    char *key; /* "type object part", sorted */
    enum drift_state state;
    enum scope scope;
    unsigned attempts;
    bool debt; /* only waits for a restart */
    uint64_t held_until;
    uint64_t seen; /* the comparison that last contained it */
    char *type;
    char *object;
    char *title;
    char *what; /* the deltas as one text, for the record at its end */
    char *why;
    char *failure; /* of the last failed write, so that the same one is not reported again */
};

struct unknown_scope {
    char *scope;
    enum err_kind kind; /* of the error last reported, so that another one is reported too */
    uint64_t since;     /* monotonic ms */
};

struct transitions {
    char *document;
    char *target;
    uint64_t cycle;
    uint64_t comparison;
    struct entry *entries;
    size_t count;
    size_t room;
    struct unknown_scope *unknown;
    size_t unknown_count;
};

static const struct {
    const char *word;
    const char *message_id;
} states[DRIFT_STATE_N] = {
#define X(name, word, message) [DRIFT_STATE_##name] = {word, MESSAGE_##message},
    DRIFT_STATES(X)
#undef X
};

const char *drift_state_word(enum drift_state state)
{
    return states[state].word;
}

struct transitions *transitions_new(const char *document, const char *target)
{
    struct transitions *t = xcalloc(1, sizeof(*t));
    t->document = xstrdup(document);
    t->target = xstrdup(target);
    return t;
}

static void entry_done(struct entry *e)
{
    free(e->key);
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
    for (size_t i = 0; i < t->unknown_count; i++) {
        free(t->unknown[i].scope);
    }
    free(t->unknown);
    free(t->entries);
    free(t->document);
    free(t->target);
    free(t);
}

void transitions_cycle(struct transitions *t, uint64_t cycle)
{
    t->cycle = cycle;
}

static enum log_level level_of(enum drift_state state)
{
    if (state == DRIFT_STATE_BLOCKED || state == DRIFT_STATE_UNACHIEVABLE) return LOG_LEVEL_WARNING;
    return LOG_LEVEL_NOTICE;
}

/* The one function that changes a state, and says so (P14). */
static void entry_move(struct transitions *t, struct entry *e, enum drift_state to,
                       const struct err *err)
{
    e->state = to;
    char cycle[24];
    snprintf(cycle, sizeof(cycle), "%" PRIu64, t->cycle);
    const struct log_field fields[] = {
        {"DOCUMENT", t->document},  {"TARGET", t->target},
        {"RESOURCE", e->type},      {"OBJECT", e->object},
        {"TITLE", e->title},        {"CHANGE", e->what},
        {"DRIFT", states[to].word}, {"REASON", e->why},
        {"CYCLE", cycle},           {NULL, NULL},
    };
    bool why = e->why && (to == DRIFT_STATE_WAITING || to == DRIFT_STATE_UNACHIEVABLE ||
                          to == DRIFT_STATE_BLOCKED);
    log_error(level_of(to), states[to].message_id, fields, err, "%s: %s on %s%s%s%s%s",
              states[to].word, e->title, t->target, *e->what ? ": " : "", e->what, why ? " - " : "",
              why ? e->why : "");
}

/* "path: from -> to; ..." of at most the first eight deltas. */
static char *deltas_text(const struct change *c)
{
    enum { SHOWN = 8 };
    struct buf b;
    buf_init(&b, 2000);
    for (size_t i = 0; i < c->delta_count && i < SHOWN; i++) {
        const struct change_delta *d = &c->deltas[i];
        buf_printf(&b, "%s%s: ", i ? "; " : "", d->path);
        if (d->from) buf_str(&b, d->from);
        if (d->from || !d->to) buf_str(&b, " -> ");
        buf_str(&b, d->to ? d->to : "(none)");
    }
    if (c->delta_count > SHOWN) buf_printf(&b, "; and %zu more", c->delta_count - SHOWN);
    return buf_steal(&b);
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

/* The entry of 'change'; NULL where there is none. */
static const struct entry *entry_find(const struct transitions *t, const struct change *change)
{
    char *key = change_key(change);
    bool found;
    size_t at = entry_place(t, key, &found);
    free(key);
    return found ? &t->entries[at] : NULL;
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
    const struct resource *type = resource_find(c->type);
    t->entries[at] = (struct entry){
        .key = key,
        .type = xstrdup(c->type),
        .object = xstrdup(c->object),
        .title = xstrdup(c->title),
        .scope = type ? type->scope : SCOPE_N,
        .what = xstrdup(""),
    };
    return &t->entries[at];
}

static void entry_describe(struct entry *e, const struct change *c)
{
    free(e->what);
    free(e->why);
    e->what = deltas_text(c);
    e->debt = change_is_debt(c);
    e->why = c->reason ? xstrdup(c->reason) : NULL;
}

/* Where nothing can be done now, that is the news; else a difference that is being corrected, or
 * whose correction failed, stays what it is: it was detected long ago. */
static enum drift_state state_for(const struct change *c)
{
    switch (c->verdict) {
    case CHANGE_WAIT: return DRIFT_STATE_WAITING;
    case CHANGE_UNACHIEVABLE: return DRIFT_STATE_UNACHIEVABLE;
    case CHANGE_GO:
    case CHANGE_NEVER:
    case CHANGE_VERDICT_N: break;
    }
    return DRIFT_STATE_DETECTED;
}

static void take_change(struct transitions *t, const struct change *c)
{
    bool fresh;
    struct entry *e = entry_get(t, c, &fresh);
    enum drift_state next = state_for(c);
    char *old_why = e->why;
    e->why = NULL;
    entry_describe(e, c);
    bool same_why = (!old_why && !e->why) || (old_why && e->why && strcmp(old_why, e->why) == 0);
    free(old_why);
    e->seen = t->comparison;
    if (fresh) {
        entry_move(t, e, DRIFT_STATE_DETECTED, NULL);
        if (next != DRIFT_STATE_DETECTED) entry_move(t, e, next, NULL);
        return;
    }
    bool stands = next == DRIFT_STATE_DETECTED && c->verdict == CHANGE_GO;
    bool under_way = e->state == DRIFT_STATE_CORRECTING || e->state == DRIFT_STATE_BLOCKED;
    if (stands || (next == DRIFT_STATE_DETECTED && under_way)) return;
    if (e->state != next || !same_why) entry_move(t, e, next, NULL);
}

/* Ends what 'compared' scopes no longer have; returns how many of that we had written. */
static size_t end_unseen(struct transitions *t, unsigned compared)
{
    size_t kept = 0, corrected = 0;
    for (size_t i = 0; i < t->count; i++) {
        struct entry *e = &t->entries[i];
        if (e->seen == t->comparison || e->scope >= SCOPE_N || !(compared & (1U << e->scope))) {
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

static void mark_seen(struct transitions *t, const struct change *c)
{
    char *key = change_key(c);
    bool found;
    size_t at = entry_place(t, key, &found);
    free(key);
    if (found) t->entries[at].seen = t->comparison;
}

/* What is over is told before what is new: a parameter's value is corrected, then it is found to
 * wait for a restart. */
size_t transitions_take(struct transitions *t, const struct plan *plan, unsigned compared)
{
    t->comparison++;
    for (size_t i = 0; i < plan->count; i++) mark_seen(t, &plan->changes[i]);
    size_t corrected = end_unseen(t, compared);
    for (size_t i = 0; i < plan->count; i++) take_change(t, &plan->changes[i]);
    return corrected;
}

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

void transitions_hold(struct transitions *t, const struct change *change, uint64_t until)
{
    bool fresh;
    struct entry *e = entry_get(t, change, &fresh);
    if (fresh) entry_describe(e, change);
    e->held_until = until;
}

void transitions_failed(struct transitions *t, const struct change *change, const struct err *err)
{
    bool fresh;
    struct entry *e = entry_get(t, change, &fresh);
    if (fresh) entry_describe(e, change);
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

unsigned transitions_attempts(const struct transitions *t, const struct change *change)
{
    const struct entry *e = entry_find(t, change);
    return e ? e->attempts : 0;
}

uint64_t transitions_held(const struct transitions *t, const struct change *change)
{
    const struct entry *e = entry_find(t, change);
    return e ? e->held_until : 0;
}

struct transition_counts transitions_count(const struct transitions *t)
{
    struct transition_counts n = {.unknown = t->unknown_count};
    for (size_t i = 0; i < t->count; i++) {
        const struct entry *e = &t->entries[i];
        n.drifted += !e->debt;
        n.waiting += e->state == DRIFT_STATE_WAITING;
        n.blocked += e->state == DRIFT_STATE_BLOCKED;
        n.unachievable += e->state == DRIFT_STATE_UNACHIEVABLE;
    }
    return n;
}

bool transitions_any(const struct transitions *t, enum scope scope)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->entries[i].scope == scope) return true;
    return false;
}

static struct unknown_scope *unknown_find(struct transitions *t, const char *scope)
{
    for (size_t i = 0; i < t->unknown_count; i++)
        if (strcmp(t->unknown[i].scope, scope) == 0) return &t->unknown[i];
    return NULL;
}

static void scope_record(struct transitions *t, enum log_level level, const char *message_id,
                         const char *scope, const struct err *err, const char *sentence)
{
    const struct log_field fields[] = {
        {"DOCUMENT", t->document}, {"TARGET", t->target}, {"SCOPE", scope}, {NULL, NULL}};
    log_error(level, message_id, fields, err, "%s: %s of %s%s%s", sentence, scope, t->target,
              err ? ": " : "", err ? err->text : "");
}

void transitions_unknown(struct transitions *t, const char *scope, const struct err *err,
                         uint64_t now)
{
    struct unknown_scope *u = unknown_find(t, scope);
    if (u && u->kind == err->kind) return;
    if (!u) {
        t->unknown = xreallocarray(t->unknown, t->unknown_count + 1, sizeof(*t->unknown));
        u = &t->unknown[t->unknown_count++];
        *u = (struct unknown_scope){.scope = xstrdup(scope), .since = now};
    }
    u->kind = err->kind;
    scope_record(t, LOG_LEVEL_WARNING, MESSAGE_DRIFT_UNKNOWN, scope, err, "unknown");
}

static void unknown_end(struct transitions *t, struct unknown_scope *u, uint64_t now)
{
    char sentence[64];
    snprintf(sentence, sizeof(sentence), "known again after %" PRIu64 " s",
             (now - u->since) / 1000);
    scope_record(t, LOG_LEVEL_NOTICE, MESSAGE_DRIFT_KNOWN_AGAIN, u->scope, NULL, sentence);
    free(u->scope);
    *u = t->unknown[--t->unknown_count];
}

void transitions_known(struct transitions *t, const char *scope, uint64_t now)
{
    struct unknown_scope *u = unknown_find(t, scope);
    if (u) unknown_end(t, u, now);
}

void transitions_known_all(struct transitions *t, uint64_t now)
{
    while (t->unknown_count) unknown_end(t, t->unknown, now);
}
