/* The documents of the desired directory: see desired.h. */
#include "config/desired.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <strings.h>

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

/* Several documents may share a group, if they want the same of it. */
static void check_same(const struct target *a, const struct target *b, const char *file,
                       struct problems *problems)
{
    const json_t *mine = json_object_get(a->item, "tags");
    const json_t *other = json_object_get(b->item, "tags");
    if (b->kind == TARGET_SERVER)
        problems_add(problems, "", "server %s is declared by %s", b->name, file);
    else if (mine && other && !json_equal(mine, other))
        problems_add(problems, "", "resource group %s has other tags in %s", b->name, file);
}

/* Two documents that declare the same server or the same name would fight each other. */
static void check_clash(const struct document *a, const struct document *b,
                        struct problems *problems)
{
    problems_source(problems, b->file, NULL, 0);
    if (strcmp(a->name, b->name) == 0)
        problems_add(problems, "", "metadata.name %s is taken by %s", b->name, a->file);
    for (size_t i = 0; i < a->target_count; i++)
        for (size_t k = 0; k < b->target_count; k++)
            if (strcasecmp(a->targets[i].arm_id, b->targets[k].arm_id) == 0)
                check_same(&a->targets[i], &b->targets[k], a->file, problems);
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
    for (size_t i = 0; i < all->count; i++)
        for (size_t k = i + 1; k < all->count; k++)
            check_clash(all->documents[i], all->documents[k], problems);
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
