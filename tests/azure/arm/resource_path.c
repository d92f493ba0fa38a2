/* Ids of resources: see resource_path.h. */
#include "arm/resource_path.h"

#include <ctype.h>
#include <string.h>

#define PROVIDERS "/providers/"
#define SUBSCRIPTIONS "/subscriptions/"
#define GROUPS "/resourcegroups/"

enum { SEGMENTS_MAX = 12 };

const char *lower_text(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    for (char *p = copy; *p; p++) *p = (char)tolower((unsigned char)*p);
    return copy;
}

const char *id_name(const char *id)
{
    const char *slash = strrchr(id, '/');
    return slash ? slash + 1 : "";
}

const char *id_parent(struct arena *arena, const char *id)
{
    char *copy = arena_strdup(arena, id);
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(copy, '/');
        if (slash) *slash = '\0';
    }
    return copy;
}

bool id_within(const char *below, const char *above)
{
    size_t length = strlen(above);
    return strncmp(below, above, length) == 0 && (!below[length] || below[length] == '/');
}

/* The last "/providers/" of a path in lower case. */
static const char *last_providers(const char *lower)
{
    const char *found = NULL;
    for (const char *p = lower; (p = strstr(p, PROVIDERS)); p++) found = p;
    return found;
}

/* "type/name/type/name" behind the provider: types to 'type', the last name to 'name' where the
 * number of segments is even, and its length before that name's type to 'parent_length'. */
static bool split_types(struct exchange *x, const char *text, const char **type, const char **name,
                        size_t *parent_length)
{
    const char *segments[SEGMENTS_MAX];
    const char *parent_end = text;
    int n = 0;
    for (const char *p = text; *p;) {
        size_t length = strcspn(p, "/");
        if (!length || n == SEGMENTS_MAX) return false;
        if (n > 1 && n % 2 == 1) parent_end = p - 1; /* behind the name before this type */
        segments[n++] = arena_strndup(x->arena, p, length);
        p += length;
        if (*p == '/') p++;
    }
    if (n < 2) return false;
    *type = segments[0];
    for (int i = 1; i < n; i += 2) *type = arena_printf(x->arena, "%s/%s", *type, segments[i]);
    *name = n % 2 == 1 ? segments[n - 1] : NULL;
    *parent_length = n > 3 ? (size_t)(parent_end - text) : 0;
    return true;
}

/* Subscription and group of the scope; 'rest' is what is behind them. */
static bool split_scope(struct exchange *x, const char *scope, const char **group,
                        const char **rest)
{
    size_t length = strlen(SUBSCRIPTIONS);
    if (strncasecmp(scope, SUBSCRIPTIONS, length) != 0 || !scope[length]) return false;
    const char *p = scope + length;
    size_t size = strcspn(p, "/");
    x->args[0] = arena_strndup(x->arena, p, size);
    p += size;
    *group = NULL;
    if (strncasecmp(p, GROUPS, strlen(GROUPS)) == 0) {
        p += strlen(GROUPS);
        size = strcspn(p, "/");
        if (!size) return false;
        *group = x->args[1] = arena_strndup(x->arena, p, size);
        p += size;
    }
    *rest = p;
    return true;
}

bool resource_path_parse(struct exchange *x, struct resource_path *path)
{
    const char *lower = lower_text(x->arena, x->path), *providers = last_providers(lower);
    const char *type = NULL, *rest = NULL;
    size_t parent_length = 0;
    *path = (struct resource_path){0};
    if (!providers) return false;
    size_t scope_length = (size_t)(providers - lower);
    const char *types = x->path + scope_length + strlen(PROVIDERS);
    path->scope = arena_strndup(x->arena, x->path, scope_length);
    if (!split_types(x, types, &type, &path->name, &parent_length)) return false;
    path->type = resource_type_find(type);
    if (!path->type || !split_scope(x, path->scope, &path->group, &rest)) return false;
    bool extension = path->type->flags & RESOURCE_EXTENSION;
    path->parent = parent_length
                       ? arena_strndup(x->arena, x->path, (size_t)(types - x->path) + parent_length)
                       : path->scope;
    if (extension) return true;
    return !*rest && (path->group || (!path->name && !parent_length));
}

const char *resource_path_key(struct exchange *x, const struct resource_path *path)
{
    const char *type = path->type->type;
    bool child = path->parent != path->scope;
    const char *id =
        child ? arena_printf(x->arena, "%s/%s/%s", path->parent, id_name(type), path->name)
              : arena_printf(x->arena, "%s/providers/%s/%s", path->scope, type, path->name);
    return lower_text(x->arena, id);
}
