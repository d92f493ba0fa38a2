/* The list of changes and its digest: see plan.h. How it is printed is in render.c. */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

struct plan *plan_new(void)
{
    struct plan *p = xcalloc(1, sizeof(*p));
    p->arena = arena_new();
    p->shares = 1;
    return p;
}

struct plan *plan_share(struct plan *p)
{
    p->shares++;
    return p;
}

void plan_free(struct plan *p)
{
    if (!p || --p->shares) return;
    arena_free(p->arena);
    free(p->changes);
    free(p);
}

static struct change *plan_grow(struct plan *p)
{
    if (p->count == p->room) {
        p->room = p->room ? p->room * 2 : 16;
        p->changes = xreallocarray(p->changes, p->room, sizeof(*p->changes));
    }
    struct change *c = &p->changes[p->count++];
    *c = (struct change){0};
    return c;
}

struct change *plan_add(struct plan *p, const char *type, const char *target, const char *object)
{
    struct change *c = plan_grow(p);
    c->type = arena_strdup(p->arena, type);
    c->target = arena_strdup(p->arena, target);
    c->object = arena_strdup(p->arena, object);
    c->title = arena_printf(p->arena, "%s %s", type, object);
    return c;
}

/* Deltas grow by doubling at powers of two, so that no room needs to be remembered. */
static struct change_delta *delta_grow(struct arena *arena, struct change *c)
{
    size_t n = c->delta_count;
    if ((n & (n - 1)) == 0) {
        struct change_delta *more = arena_array(arena, n ? n * 2 : 1, sizeof(*more));
        if (n) memcpy(more, c->deltas, n * sizeof(*more));
        c->deltas = more;
    }
    return &c->deltas[c->delta_count++];
}

void plan_delta(struct plan *p, const char *path, const char *from, const char *to)
{
    struct change_delta *d = delta_grow(p->arena, &p->changes[p->count - 1]);
    d->path = arena_strdup(p->arena, path);
    d->from = arena_strdup(p->arena, from);
    d->to = arena_strdup(p->arena, to);
}

void plan_append(struct plan *p, const struct plan *other)
{
    for (size_t i = 0; i < other->count; i++) {
        const struct change *from = &other->changes[i];
        struct change *c = plan_add(p, from->type, from->target, from->object);
        c->title = arena_strdup(p->arena, from->title);
        c->part = arena_strdup(p->arena, from->part);
        c->verb = from->verb;
        c->class = from->class;
        c->verdict = from->verdict;
        c->reason = arena_strdup(p->arena, from->reason);
        c->widening = from->widening;
        c->observe_only = from->observe_only;
        c->stage = from->stage;
        c->scope_index = from->scope_index;
        c->id = arena_strdup(p->arena, from->id);
        c->passing = from->passing;
        c->fought = from->fought;
        for (size_t k = 0; k < from->delta_count; k++)
            plan_delta(p, from->deltas[k].path, from->deltas[k].from, from->deltas[k].to);
    }
}

static int change_order(const void *left, const void *right)
{
    const struct change *a = left, *b = right;
    if (a->stage != b->stage) return a->stage < b->stage ? -1 : 1;
    bool a_takes = a->verb == CHANGE_DELETE, b_takes = b->verb == CHANGE_DELETE;
    if (a_takes != b_takes) return a_takes ? 1 : -1;
    int order = strcmp(a->type, b->type);
    if (!order) order = strcmp(a->target, b->target);
    if (!order) order = strcmp(a->object, b->object);
    if (!order) order = strcmp(a->part ? a->part : "", b->part ? b->part : "");
    return order ? order : (int)a->verb - (int)b->verb;
}

void plan_sort(struct plan *p)
{
    if (p->count) qsort(p->changes, p->count, sizeof(*p->changes), change_order);
}

struct plan_counts plan_count(const struct plan *p)
{
    struct plan_counts n = {0};
    for (size_t i = 0; i < p->count; i++) {
        const struct change *c = &p->changes[i];
        if (change_is_debt(c)) {
            n.debt++;
            continue;
        }
        n.drifted++;
        if (c->verdict == CHANGE_GO) n.go++;
        if (c->verdict == CHANGE_WAIT) n.waiting++;
        if (c->verdict == CHANGE_NEVER) n.never++;
        if (c->verdict == CHANGE_UNACHIEVABLE) n.unachievable++;
    }
    return n;
}

static void hash_optional(struct hash *h, const char *text)
{
    hash_text(h, text ? "=" : "-");
    hash_text(h, text ? text : "");
}

void plan_digest(const struct plan *p, char out[65])
{
    struct hash *h = hash_new();
    for (size_t i = 0; i < p->count; i++) {
        const struct change *c = &p->changes[i];
        hash_text(h, c->type);
        hash_text(h, c->target);
        hash_text(h, c->object);
        hash_optional(h, c->part);
        hash_text(h, change_verb_word(c->verb));
        for (size_t k = 0; k < c->delta_count; k++) {
            hash_text(h, c->deltas[k].path);
            hash_optional(h, c->deltas[k].from);
            hash_optional(h, c->deltas[k].to);
        }
        hash_text(h, "");
    }
    hash_end(h, out);
    hash_free(h);
}
