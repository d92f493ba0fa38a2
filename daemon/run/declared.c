/* What a configuration declares: see declared.h. */
#include "run/declared.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

struct declared_item {
    size_t place; /* among all, as declared */
    const char *title;
    const char *arm_id;
};

struct declared {
    struct arena *arena;
    struct declared_item *items; /* by id, then by place */
    size_t count;
};

static int declared_by_id(const void *left, const void *right)
{
    const struct declared_item *a = left;
    const struct declared_item *b = right;
    int order = strcasecmp(a->arm_id, b->arm_id);
    return order ? order : (a->place > b->place) - (a->place < b->place);
}

static int declared_by_place(const void *left, const void *right)
{
    const struct declared_item *a = left;
    const struct declared_item *b = right;
    return (a->place > b->place) - (a->place < b->place);
}

static void declared_add(struct declared *d, const struct target *t)
{
    d->items[d->count] = (struct declared_item){
        .place = d->count,
        .title = arena_printf(d->arena, "%s %s", t->scopes[0].word, t->name),
        .arm_id = arena_strdup(d->arena, t->arm_id),
    };
    d->count++;
}

struct declared *declared_new(const struct desired *desired)
{
    struct declared *d = xcalloc(1, sizeof(*d));
    size_t room = 0;
    d->arena = arena_new();
    for (size_t i = 0; i < desired->count; i++) room += desired->documents[i]->target_count;
    d->items = arena_array(d->arena, room, sizeof(*d->items));
    for (size_t i = 0; i < desired->count; i++)
        for (size_t k = 0; k < desired->documents[i]->target_count; k++)
            declared_add(d, &desired->documents[i]->targets[k]);
    if (d->count) qsort(d->items, d->count, sizeof(*d->items), declared_by_id);
    return d;
}

void declared_free(struct declared *d)
{
    if (!d) return;
    arena_free(d->arena);
    free(d);
}

/* Both are in order, so that one walk beside each other finds what only 'old' has; a group that
 * several documents declare counts once. */
static size_t declared_collect(const struct declared *old, const struct declared *now,
                               struct declared_item *out)
{
    size_t count = 0;
    size_t k = 0;
    for (size_t i = 0; i < old->count; i++) {
        const char *id = old->items[i].arm_id;
        if (i && strcasecmp(old->items[i - 1].arm_id, id) == 0) continue;
        while (now && k < now->count && strcasecmp(now->items[k].arm_id, id) < 0) k++;
        if (now && k < now->count && strcasecmp(now->items[k].arm_id, id) == 0) continue;
        out[count++] = old->items[i];
    }
    return count;
}

void declared_missing(const struct declared *old, const struct declared *now, declared_cb *cb,
                      void *ctx)
{
    if (!old || !old->count) return;
    struct declared_item *missing = xcalloc(old->count, sizeof(*missing));
    size_t count = declared_collect(old, now, missing);
    if (count) qsort(missing, count, sizeof(*missing), declared_by_place);
    for (size_t i = 0; i < count; i++) cb(ctx, missing[i].title, missing[i].arm_id);
    free(missing);
}
