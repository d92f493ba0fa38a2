/* The documents of the desired directory: see desired.h. */
#include "config/desired.h"

#include <stdlib.h>
#include <string.h>

#include "config/clash.h"
#include "config/directory.h"
#include "resource/resource.h"

/* What a document declares that must be one: its name, and its targets. A server's name is one of
 * the whole world, since it is the first label of a host name. */
static void desired_items(const struct document *d, struct arena *arena, struct clash_item *items)
{
    items[0] = (struct clash_item){
        .file = d->file,
        .root = d->root,
        .item = json_object_get(d->root, "metadata"),
        .id = arena_printf(arena, "name %s", d->name),
        .said = arena_printf(arena, "metadata.name %s is taken by", d->name),
    };
    for (size_t i = 0; i < d->target_count; i++) {
        const struct target *t = &d->targets[i];
        bool group = t->type == &resource_resource_group, server = t->type == &resource_server;
        items[i + 1] = (struct clash_item){
            .file = d->file,
            .root = d->root,
            .item = t->scopes[0].want,
            .id = server ? arena_printf(arena, "server %s", t->name) : t->arm_id,
            .said = arena_printf(arena, group ? "%s %s" : "%s %s is declared by", t->scopes[0].word,
                                 t->name),
            .shared = group,
        };
    }
}

/* Two documents that declare the same would fight each other. */
static void desired_clashes(const struct desired *all, struct problems *problems)
{
    size_t count = 0, n = 0;
    struct arena *arena = arena_new();
    for (size_t i = 0; i < all->count; i++) count += 1 + all->documents[i]->target_count;
    struct clash_item *items = arena_array(arena, count, sizeof(*items));
    for (size_t i = 0; i < all->count; i++) {
        desired_items(all->documents[i], arena, items + n);
        n += 1 + all->documents[i]->target_count;
    }
    clash_check(items, n, problems);
    arena_free(arena);
}

struct desired *desired_load_files(const struct settings *settings, const char *const *files,
                                   size_t count, enum settings_secrets secrets,
                                   struct problems *problems)
{
    size_t before = problems->total;
    struct desired *all = xcalloc(1, sizeof(*all));
    all->documents = xcalloc(count, sizeof(struct document *));
    for (size_t i = 0; i < count; i++) {
        struct document *d = document_load(files[i], settings, secrets, problems);
        if (d) all->documents[all->count++] = d;
    }
    desired_clashes(all, problems);
    if (problems->total == before) return all;
    desired_free(all);
    return NULL;
}

struct desired *desired_load(const struct settings *settings, enum settings_secrets secrets,
                             struct problems *problems)
{
    struct directory_names names;
    struct desired *all = NULL;
    /* All that is wrong is said at once, what has the wrong name as well. */
    size_t before = problems->total;
    directory_names_read(settings->desired_directory, &names, problems);
    all = desired_load_files(settings, (const char *const *)names.items, names.count, secrets,
                             problems);
    directory_names_done(&names);
    if (problems->total == before) return all;
    desired_free(all);
    return NULL;
}

/* A document declares a group at the least. */
bool desired_is_empty(const struct desired *d)
{
    return d->count == 0;
}

int desired_require(const struct desired *d, const struct settings *settings,
                    struct problems *problems)
{
    if (!desired_is_empty(d)) return 0;
    problems_source(problems, settings->desired_directory, NULL, 0);
    problems_add(problems, "", "no documents: nothing is declared; documents are files *.json");
    return -1;
}

void desired_free(struct desired *d)
{
    if (!d) return;
    for (size_t i = 0; i < d->count; i++) document_free(d->documents[i]);
    free(d->documents);
    free(d);
}
