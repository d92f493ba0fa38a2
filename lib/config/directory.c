/* The files of the desired directory: see directory.h. */
#include "config/directory.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

/* Formats in which people write such documents elsewhere, and JSON in other spellings. Everything
 * else is passed over: a name that ends otherwise says itself that it is something else, or a copy
 * that somebody put aside, and reading copies would declare everything twice. */
static const char *const directory_mistaken[] = {".json",  ".yaml", ".yml",  ".jsonc",
                                                 ".json5", ".toml", ".hjson"};

/* Has 'name' something before 'ending', and that at its end? */
static bool directory_ends_in(const char *name, const char *ending,
                              int (*compare)(const char *, const char *))
{
    size_t length = strlen(name);
    size_t tail = strlen(ending);
    return length > tail && compare(name + length - tail, ending) == 0;
}

enum directory_use directory_use_of(const char *name)
{
    if (name[0] == '.') return DIRECTORY_PASSED;
    if (directory_ends_in(name, ".json", strcmp)) return DIRECTORY_READ;
    for (size_t i = 0; i < sizeof(directory_mistaken) / sizeof(directory_mistaken[0]); i++)
        if (directory_ends_in(name, directory_mistaken[i], strcasecmp)) return DIRECTORY_REFUSED;
    return DIRECTORY_PASSED;
}

static void directory_add(struct directory_names *n, const char *directory, const char *name)
{
    n->items = xreallocarray(n->items, n->count + 1, sizeof(char *));
    n->items[n->count++] = xasprintf("%s/%s", directory, name);
}

static int directory_by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void directory_sort(struct directory_names *n)
{
    if (n->count) qsort(n->items, n->count, sizeof(char *), directory_by_name);
}

static void directory_refuse(const struct directory_names *refused, struct problems *problems)
{
    for (size_t i = 0; i < refused->count; i++) {
        problems_source(problems, refused->items[i], NULL, 0);
        problems_add(problems, "", "is not read: documents end in .json");
    }
    problems_source(problems, NULL, NULL, 0);
}

int directory_names_read(const char *directory, struct directory_names *out,
                         struct problems *problems)
{
    *out = (struct directory_names){0};
    struct directory_names refused = {0};
    DIR *dir = opendir(directory);
    if (!dir) {
        problems_source(problems, directory, NULL, 0);
        problems_add(problems, "", "%s", strerror(errno));
        return -1;
    }
    for (const struct dirent *entry; (entry = readdir(dir));) {
        enum directory_use use = directory_use_of(entry->d_name);
        if (use == DIRECTORY_READ) directory_add(out, directory, entry->d_name);
        if (use == DIRECTORY_REFUSED) directory_add(&refused, directory, entry->d_name);
    }
    closedir(dir);
    directory_sort(out);
    directory_sort(&refused);
    directory_refuse(&refused, problems);
    int result = refused.count ? -1 : 0;
    directory_names_done(&refused);
    return result;
}

void directory_names_done(struct directory_names *n)
{
    for (size_t i = 0; i < n->count; i++) free(n->items[i]);
    free(n->items);
    *n = (struct directory_names){0};
}
