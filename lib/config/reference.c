/* References between the resources of a document, and the order that follows: see declared.h. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/suggest.h"
#include "config/declared.h"

/* Calls 'seen' with every value in 'item' that is a resource id by its row. 'path' is its place. */
struct reference_walk {
    const struct declared *d;
    void (*seen)(struct reference_walk *w, json_t *holder, const char *key, json_t *value,
                 const char *path);
    struct problems *problems;
    void (*told)(void *ctx, const struct declared_item *on);
    void *ctx;
    const struct declared_item *self;
};

static void reference_walk_rows(struct reference_walk *w, const struct field *table, json_t *item,
                                const char *prefix);

static void reference_walk_row(struct reference_walk *w, const struct field *row, json_t *item,
                               const char *prefix)
{
    json_t *value = json_at(item, row->path);
    const char *path = arena_printf(w->d->arena, "%s.%s", prefix, row->path);
    size_t i;
    json_t *each;
    if (row->kind == FIELD_LIST && row->fields) {
        json_array_foreach(value, i, each) reference_walk_rows(
            w, row->fields, each, arena_printf(w->d->arena, "%s[%zu]", path, i));
    } else if (row->kind == FIELD_OBJECT && row->fields) {
        reference_walk_rows(w, row->fields, value, path);
    } else if (row->kind == FIELD_ARM_ID) {
        const char *dot = strrchr(row->path, '.');
        char *above = dot ? xstrndup(row->path, (size_t)(dot - row->path)) : NULL;
        w->seen(w, above ? json_at(item, above) : item, dot ? dot + 1 : row->path, value, path);
        free(above);
    }
}

static void reference_walk_rows(struct reference_walk *w, const struct field *table, json_t *item,
                                const char *prefix)
{
    if (!json_is_object(item)) return;
    for (const struct field *row = table; row->path; row++)
        if (json_at(item, row->path)) reference_walk_row(w, row, item, prefix);
}

/* --- references --------------------------------------------------------------------------------
 */

/* The names of all items of 'type', for a suggestion. */
static const char *reference_nearest(const struct declared *d, const char *type, const char *name)
{
    const char **names = arena_array(d->arena, d->count + 1, sizeof(*names));
    size_t n = 0;
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->items[i].type->name, type) == 0) names[n++] = d->items[i].name;
    return suggest(name, names, n);
}

static void reference_resolve(struct reference_walk *w, json_t *holder, const char *key,
                              json_t *value, const char *path)
{
    const char *type = json_text_at(value, "type"), *name = json_text_at(value, "name");
    if (!json_is_object(value) || !type || !name || json_object_size(value) != 2) return;
    const struct declared_item *on = declared_by_name(w->d, type, name);
    if (on) {
        json_object_set_new(holder, key, json_string(on->id));
        return;
    }
    const char *near = reference_nearest(w->d, type, name);
    problems_add(w->problems, path, "the document has no %s %s%s%s%s", type, name,
                 near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    json_object_set_new(holder, key, json_string("/unresolved/reference")); /* said once */
}

void declared_resolve(struct declared *d, struct problems *problems)
{
    struct reference_walk w = {.d = d, .seen = reference_resolve, .problems = problems};
    for (size_t i = 0; i < d->count; i++)
        if (d->items[i].item)
            reference_walk_rows(&w, d->items[i].type->fields, d->items[i].item, d->items[i].place);
}

/* --- edges -------------------------------------------------------------------------------------
 */

static void reference_tell(struct reference_walk *w, json_t *holder, const char *key, json_t *value,
                           const char *path)
{
    (void)holder;
    (void)key;
    (void)path;
    const char *id = json_string_value(value);
    const struct declared_item *on = id ? declared_by_id(w->d, id) : NULL;
    if (on && on != w->self) w->told(w->ctx, on);
}

void declared_each_id(const struct declared *d, size_t at,
                      void (*told)(void *ctx, const struct declared_item *on), void *ctx)
{
    const struct declared_item *self = &d->items[at];
    struct reference_walk w = {
        .d = d, .seen = reference_tell, .told = told, .ctx = ctx, .self = self};
    if (self->item) reference_walk_rows(&w, self->type->fields, self->item, self->place);
}

/* --- circles -----------------------------------------------------------------------------------
 */

enum { NEW, OPEN, CLOSED };

struct circles {
    const struct declared *d;
    struct problems *problems;
    unsigned char *state;
    size_t *way; /* the items that are open, in order */
    size_t depth;
};

static void circles_visit(struct circles *c, size_t at);

static void circles_say(struct circles *c, size_t from)
{
    const char *text = "";
    size_t i = 0;
    while (c->way[i] != from) i++;
    for (; i < c->depth; i++)
        text = arena_printf(c->d->arena, "%s%s -> ", text, c->d->items[c->way[i]].title);
    problems_add(c->problems, c->d->items[from].place, "a circle: %s%s", text,
                 c->d->items[from].title);
}

static void circles_follow(void *ctx, const struct declared_item *on)
{
    struct circles *c = ctx;
    size_t at = (size_t)(on - c->d->items);
    if (c->state[at] == OPEN)
        circles_say(c, at);
    else if (c->state[at] == NEW)
        circles_visit(c, at);
}

static void circles_visit(struct circles *c, size_t at)
{
    const struct declared_item *self = &c->d->items[at];
    c->state[at] = OPEN;
    c->way[c->depth++] = at;
    if (self->root != at) circles_follow(c, &c->d->items[self->root]);
    declared_each_id(c->d, at, circles_follow, c);
    c->depth--;
    c->state[at] = CLOSED;
}

void declared_check_circles(const struct declared *d, struct problems *problems)
{
    struct circles c = {.d = d,
                        .problems = problems,
                        .state = arena_alloc(d->arena, d->count + 1),
                        .way = arena_array(d->arena, d->count + 1, sizeof(*c.way))};
    for (size_t i = 0; i < d->count; i++)
        if (c.state[i] == NEW) circles_visit(&c, i);
}
