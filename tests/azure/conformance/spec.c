/* Files and references of the specification: see spec.h. */
#include "conformance/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { STEPS_MAX = 16 };

struct spec {
    struct arena *arena;
    json_t *files; /* path: content */
    const char *root;
};

struct spec *spec_open(const char *root)
{
    struct spec *spec = xcalloc(1, sizeof(*spec));
    spec->arena = arena_new();
    spec->files = json_object();
    char *absolute = realpath(root, NULL);
    spec->root = arena_strdup(spec->arena, absolute ? absolute : root);
    free(absolute);
    return spec;
}

void spec_close(struct spec *spec)
{
    json_decref(spec->files);
    arena_free(spec->arena);
    free(spec);
}

const char *spec_root(const struct spec *spec)
{
    return spec->root;
}

struct node spec_file(struct spec *spec, const char *path)
{
    json_t *content = json_object_get(spec->files, path);
    if (!content) {
        content = json_load_file(path, 0, NULL);
        if (!content) return (struct node){NULL, NULL};
        json_object_set_new(spec->files, path, content);
    }
    return (struct node){content, json_object_iter_key(json_object_iter_at(spec->files, path))};
}

/* References are relative to the repository that the files come from; what is common to providers
 * lies at the top here, other foreign files below refs/ (SOURCES.md of the data). */
static struct node spec_foreign(struct spec *spec, const char *path)
{
    static const struct {
        const char *mark,
            *place; /* what follows the first segment of the mark is below the place */
    } places[] = {
        {"common-types/resource-management/", "common-types"},
        {"types/", "refs/postgresql/resource-manager/types"},
        {"common/v1/", "refs/operationalinsights/resource-manager/common"},
        {"common-types/v2/", "refs/monitor/common-types"},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const char *at = strstr(path, places[i].mark);
        if (!at || strncmp(path, "../", 3) != 0) continue;
        struct node node =
            spec_file(spec, arena_printf(spec->arena, "%s/%s/%s", spec->root, places[i].place,
                                         at + strcspn(at, "/") + 1));
        if (node.value) return node;
    }
    return (struct node){NULL, NULL};
}

static struct node spec_relative(struct spec *spec, const char *from, const char *path)
{
    const char *slash = from ? strrchr(from, '/') : NULL;
    if (!slash) return (struct node){NULL, NULL};
    if (strncmp(path, "./", 2) == 0) path += 2;
    char *full = arena_printf(spec->arena, "%.*s/%s", (int)(slash - from), from, path);
    struct node node = spec_file(spec, full);
    return node.value ? node : spec_foreign(spec, path);
}

/* The place that "FILE#/a/b" names; tildes and percent signs do not occur in these files. */
static struct node spec_follow(struct spec *spec, struct node node, const char *reference)
{
    const char *hash = strchr(reference, '#');
    char *file = hash ? arena_strndup(spec->arena, reference, (size_t)(hash - reference))
                      : arena_strdup(spec->arena, reference);
    struct node at = *file ? spec_relative(spec, node.file, file) : spec_file(spec, node.file);
    for (const char *p = hash ? hash + 1 : ""; *p == '/' && at.value;) {
        size_t length = strcspn(++p, "/");
        at.value = json_object_get(at.value, arena_strndup(spec->arena, p, length));
        p += length;
    }
    return at;
}

struct node spec_resolve(struct spec *spec, struct node node)
{
    for (int i = 0; i < STEPS_MAX; i++) {
        const json_t *reference = json_object_get(node.value, "$ref");
        if (!json_is_string(reference)) return node;
        node = spec_follow(spec, node, json_string_value(reference));
    }
    return (struct node){NULL, NULL};
}

struct node spec_member(struct spec *spec, struct node node, const char *name)
{
    return spec_resolve(spec, (struct node){json_object_get(node.value, name), node.file});
}
