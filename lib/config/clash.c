/* What two documents may not both declare: see clash.h. */
#include "config/clash.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/json.h"
#include "base/must.h"
#include "config/source.h"
#include "field/field.h"

/* What those who share an item must agree on. */
struct clash_member {
    struct field field;
    const char *differs; /* for people */
};

static const struct clash_member clash_members[] = {
    {{.path = "tags", .kind = FIELD_ANY}, "other tags"},
    {{.path = "location", .kind = FIELD_LOCATION}, "another location"},
};
enum { CLASH_MEMBERS = sizeof(clash_members) / sizeof(clash_members[0]) };

/* Two items of one id, by their places. */
struct clash {
    size_t first;
    size_t later;
    const struct clash_member *member; /* that differs, of shared ones; NULL of others */
};

struct clash_order {
    const struct clash_item *item;
    size_t at;
};

static int clash_by_id(const void *left, const void *right)
{
    const struct clash_order *a = left, *b = right;
    int order = strcasecmp(a->item->id, b->item->id);
    return order ? order : (a->at > b->at) - (a->at < b->at);
}

static int clash_by_place(const void *left, const void *right)
{
    const struct clash *a = left, *b = right;
    return (a->later > b->later) - (a->later < b->later);
}

/* A new array of all items by id. */
static struct clash_order *clash_sorted(const struct clash_item *items, size_t count)
{
    struct clash_order *order = xcalloc(count, sizeof(*order));
    for (size_t i = 0; i < count; i++) order[i] = (struct clash_order){&items[i], i};
    if (count) qsort(order, count, sizeof(*order), clash_by_id);
    return order;
}

/* --- what clashes ---------------------------------------------------------------------------- */

/* The clashes of the 'count' items at 'run', which have one id, into 'out'; how many. Of shared
 * ones 'member' is looked at, and the first that says anything of it is right. */
static size_t clash_in_run(const struct clash_order *run, size_t count,
                           const struct clash_member *member, struct clash *out)
{
    size_t n = 0, first = 0;
    const json_t *right = NULL;
    for (; member && !right && first < count; first += !right)
        right = json_object_get(run[first].item->item, member->field.path);
    for (size_t i = first + 1; i < count; i++) {
        const struct clash_item *b = run[i].item;
        const json_t *other = member ? json_object_get(b->item, member->field.path) : NULL;
        if (b->root == run[first].item->root) continue; /* the document's own check says that */
        if (!member || (other && !field_equal(&member->field, right, other)))
            out[n++] = (struct clash){run[first].at, run[i].at, member};
    }
    return n;
}

/* All clashes into 'out', which has room for CLASH_MEMBERS of each item. */
static size_t clash_find(const struct clash_order *order, size_t count, struct clash *out)
{
    size_t n = 0;
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count; to++)
            if (strcasecmp(order[from].item->id, order[to].item->id) != 0) break;
        bool shared = order[from].item->shared;
        if (!shared) n += clash_in_run(order + from, to - from, NULL, out + n);
        for (size_t i = 0; shared && i < CLASH_MEMBERS; i++)
            n += clash_in_run(order + from, to - from, &clash_members[i], out + n);
    }
    if (n) qsort(out, n, sizeof(*out), clash_by_place);
    return n;
}

/* --- where ----------------------------------------------------------------------------------- */

/* The path of 'item' in its document, to be freed. */
static char *clash_path(const struct clash_item *c, const char *member)
{
    const char *key;
    json_t *value;
    json_each_member(c->root, key, value)
    {
        size_t i;
        const json_t *item;
        if (value == c->item) return xasprintf("%s.%s", key, member);
        json_array_foreach(value, i, item)
        {
            if (item == c->item) return xasprintf("%s[%zu].%s", key, i, member);
        }
    }
    return xstrdup("");
}

static void clash_say(const struct clash_item *items, const struct clash *c,
                      struct problems *problems)
{
    const struct clash_item *first = &items[c->first], *later = &items[c->later];
    must(c->first < c->later);
    char *path = clash_path(later, c->member ? c->member->field.path : "name");
    if (c->member)
        problems_add(problems, path, "%s has %s in %s", later->said, c->member->differs,
                     first->file);
    else
        problems_add(problems, path, "%s %s", later->said, first->file);
    free(path);
}

/* All clashes of one document: its text is read once more, for their lines. */
static void clash_say_all(const struct clash_item *items, const struct clash *clashes, size_t count,
                          struct problems *problems)
{
    const char *file = items[clashes[0].later].file;
    size_t length = 0;
    struct err err = {0};
    char *text = problems_full(problems) ? NULL : file_read(file, SOURCE_MAX, &length, &err);
    problems_source(problems, file, text, length);
    for (size_t i = 0; i < count; i++) clash_say(items, &clashes[i], problems);
    problems_source(problems, NULL, NULL, 0);
    free(text);
}

void clash_check(const struct clash_item *items, size_t count, struct problems *problems)
{
    struct clash_order *order = clash_sorted(items, count);
    struct clash *clashes = xcalloc(CLASH_MEMBERS * count, sizeof(*clashes));
    size_t found = clash_find(order, count, clashes);
    for (size_t from = 0, to; from < found; from = to) {
        for (to = from + 1; to < found; to++)
            if (items[clashes[to].later].root != items[clashes[from].later].root) break;
        clash_say_all(items, clashes + from, to - from, problems);
    }
    free(clashes);
    free(order);
}
