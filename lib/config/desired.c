/* The documents of the desired directory: see desired.h. */
#include "config/desired.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/clash.h"

#include "resource/resource.h"

struct names {
    char **items;
    size_t count;
};

static void names_done(struct names *n)
{
    for (size_t i = 0; i < n->count; i++) free(n->items[i]);
    free(n->items);
}

static bool is_document(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".json") == 0;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static int names_read(const char *directory, struct names *out, struct problems *problems)
{
    DIR *dir = opendir(directory);
    problems_source(problems, directory, NULL, 0);
    if (!dir) {
        problems_add(problems, "", "%s", strerror(errno));
        return -1;
    }
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (!is_document(entry->d_name)) continue;
        out->items = xreallocarray(out->items, out->count + 1, sizeof(char *));
        out->items[out->count++] = xasprintf("%s/%s", directory, entry->d_name);
    }
    closedir(dir);
    if (out->count) qsort(out->items, out->count, sizeof(char *), by_name);
    return 0;
}

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
    struct names names = {0};
    struct desired *all = NULL;
    if (!names_read(settings->desired_directory, &names, problems))
        all = desired_load_files(settings, (const char *const *)names.items, names.count, secrets,
                                 problems);
    names_done(&names);
    return all;
}

void desired_free(struct desired *d)
{
    if (!d) return;
    for (size_t i = 0; i < d->count; i++) document_free(d->documents[i]);
    free(d->documents);
    free(d);
}
