/* Finding operations and examples: see catalog.h. */
#include "conformance/catalog.h"

#include <ctype.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { OPERATIONS_MAX = 4096, EXAMPLES_MAX = 4096 };

struct reading {
    struct catalog *catalog;
    struct spec *spec;
    struct arena *arena;
    json_t *named; /* the files that some operation names */
};

/* What a path is about: its provider, and then every other word: the types between the names. A
 * word in braces there stands for several types. */
static const char *path_type(struct arena *arena, const char *folder, const char *path)
{
    static const char mark[] = "/providers/";
    const char *at = NULL;
    for (const char *p = path; (p = strstr(p, mark)); p++) {
        if (p[strlen(mark)] != '{') at = p;
    }
    const char *words = at ? at + strlen(mark) : path + strspn(path, "/");
    size_t provider = at ? strcspn(words, "/") : strcspn(folder, "/-");
    char *type = arena_strndup(arena, at ? words : folder, provider);
    bool names = false;
    for (const char *p = at ? words + provider : words; *p; p += *p == '/') {
        size_t length = strcspn(p, "/");
        const char *word = arena_strndup(arena, p, length);
        bool scope =
            !at && strcmp(word, "subscriptions") == 0 && strchr(p + length + !!p[length], '/');
        p += length;
        if (!length) continue;
        if (!scope && (!names || *word != '{')) type = arena_printf(arena, "%s/%s", type, word);
        names = !names || *word != '{';
    }
    return type;
}

static const char *capitals(struct arena *arena, const char *word)
{
    char *text = arena_strdup(arena, word);
    for (char *p = text; *p; p++) *p = (char)toupper((unsigned char)*p);
    return text;
}

static const char *example_stem(struct arena *arena, const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    return arena_strndup(arena, name, strlen(name) - strlen(".json"));
}

static void add_example(struct reading *r, const struct operation *operation, const char *folder,
                        struct node file)
{
    struct catalog *catalog = r->catalog;
    const char *version = json_text_at(file.value, "parameters.api-version");
    if (catalog->example_n == EXAMPLES_MAX) return;
    json_object_set_new(r->named, file.file, json_true());
    catalog->examples[catalog->example_n++] = (struct example){
        .operation = operation,
        .name = arena_printf(r->arena, "%s/%s%s%s", folder, example_stem(r->arena, file.file),
                             operation ? " " : "", operation ? operation->method : ""),
        .version = version ? version : strrchr(folder, '/') + 1,
        .parameters = json_object_get(file.value, "parameters"),
        .content = file.value};
}

static void add_operation(struct reading *r, const char *folder, const char *path,
                          const char *method, struct node node)
{
    struct catalog *catalog = r->catalog;
    if (!json_is_object(node.value) || !json_text_at(node.value, "operationId")) return;
    if (catalog->operation_n == OPERATIONS_MAX) return;
    struct operation *operation = &catalog->operations[catalog->operation_n++];
    *operation = (struct operation){folder,
                                    capitals(r->arena, method),
                                    path,
                                    path_type(r->arena, folder, path),
                                    json_text_at(node.value, "operationId"),
                                    node};
    const char *title;
    json_t *reference;
    json_each_member(json_object_get(node.value, "x-ms-examples"), title, reference)
    {
        struct node file = spec_resolve(r->spec, (struct node){reference, node.file});
        if (file.value) add_example(r, operation, folder, file);
    }
}

static void read_swagger(struct reading *r, const char *folder, const char *path)
{
    struct node file = spec_file(r->spec, path);
    const char *where, *method;
    json_t *item, *operation;
    if (!json_is_object(file.value)) return;
    json_each_member(json_object_get(file.value, "paths"), where, item)
    {
        json_each_member(item, method, operation)
            add_operation(r, folder, where, method, (struct node){operation, file.file});
    }
}

/* The operation of the same provider with the longest id that begins this one: an example of a
 * version whose operations are not here. */
static const struct operation *operation_like(const struct catalog *catalog, const char *folder,
                                              const char *id)
{
    const struct operation *best = NULL;
    size_t provider = strcspn(folder, "/") + 1;
    for (size_t i = 0; id && i < catalog->operation_n; i++) {
        const struct operation *o = &catalog->operations[i];
        size_t length = strlen(o->id);
        if (strncmp(o->folder, folder, provider) == 0 && strncmp(o->id, id, length) == 0 &&
            (!best || length > strlen(best->id)))
            best = o;
    }
    return best;
}

static void each_file(struct reading *r, const char *pattern,
                      void (*visit)(struct reading *r, const char *folder, const char *path))
{
    glob_t found;
    size_t root = strlen(spec_root(r->spec)) + 1;
    if (glob(arena_printf(r->arena, "%s/%s", spec_root(r->spec), pattern), 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *path = arena_strdup(r->arena, found.gl_pathv[i]), *below = path + root;
        size_t first = strcspn(below, "/") + 1, second = strcspn(below + first, "/");
        visit(r, arena_strndup(r->arena, below, first + second), path);
    }
    globfree(&found);
}

static void visit_example(struct reading *r, const char *folder, const char *path)
{
    if (json_object_get(r->named, path)) return;
    struct node file = spec_file(r->spec, path);
    if (!json_is_object(file.value)) return;
    add_example(r, operation_like(r->catalog, folder, json_text_at(file.value, "operationId")),
                folder, file);
}

void catalog_read(struct catalog *catalog, struct spec *spec, struct arena *arena)
{
    struct reading r = {catalog, spec, arena, json_object()};
    *catalog = (struct catalog){
        .operations = arena_array(arena, OPERATIONS_MAX, sizeof(*catalog->operations)),
        .examples = arena_array(arena, EXAMPLES_MAX, sizeof(*catalog->examples))};
    each_file(&r, "Microsoft.*/*/*.json", read_swagger);
    each_file(&r, "Microsoft.*/*/examples/*.json", visit_example);
    json_decref(r.named);
}

/* Letters without case, what is in braces whatever it is called. */
static bool same_path(const char *a, const char *b)
{
    while (*a && *b) {
        if (*a == '{' && *b == '{') {
            a += strcspn(a, "}");
            b += strcspn(b, "}");
        }
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) return false;
        a++;
        b++;
    }
    return !*a && !*b;
}

const struct operation *catalog_find(const struct catalog *catalog, const char *method,
                                     const char *path)
{
    for (size_t i = 0; i < catalog->operation_n; i++) {
        const struct operation *o = &catalog->operations[i];
        if (strcmp(o->method, method) == 0 && same_path(o->path, path)) return o;
    }
    return NULL;
}

const struct operation *catalog_maker(const struct catalog *catalog, const char *type)
{
    for (size_t i = 0; i < catalog->operation_n; i++) {
        const struct operation *o = &catalog->operations[i];
        if (strcmp(o->method, "PUT") == 0 && strcasecmp(o->type, type) == 0) return o;
    }
    return NULL;
}

/* Segment by segment; what is in braces stands for any one. */
static bool path_stands_for(const char *pattern, const char *path)
{
    while (*pattern == '/' && *path == '/') {
        size_t want = strcspn(++pattern, "/"), have = strcspn(++path, "/");
        if (*pattern != '{' && (want != have || strncasecmp(pattern, path, want) != 0))
            return false;
        pattern += want;
        path += have;
    }
    return !*pattern && !*path;
}

const struct operation *catalog_match(const struct catalog *catalog, const char *method,
                                      const char *path)
{
    for (size_t i = 0; i < catalog->operation_n; i++) {
        const struct operation *o = &catalog->operations[i];
        if (strcmp(o->method, method) == 0 && !strstr(o->path, "/{resourceProviderNamespace}/") &&
            path_stands_for(o->path, path))
            return o;
    }
    return NULL;
}

const char *operation_body(struct spec *spec, const struct operation *operation,
                           struct node *schema)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(operation->node.value, "parameters"), i, item)
    {
        struct node parameter = spec_resolve(spec, (struct node){item, operation->node.file});
        const char *in = json_text_at(parameter.value, "in");
        if (!in || strcmp(in, "body") != 0) continue;
        *schema = spec_member(spec, parameter, "schema");
        return json_text_at(parameter.value, "name");
    }
    return NULL;
}

const char *operation_version(struct spec *spec, const struct operation *operation)
{
    return json_text_at(spec_file(spec, operation->node.file).value, "info.version");
}
