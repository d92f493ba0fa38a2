/* Making the world of an example: see world.h. */
#include "conformance/world.h"

#include <string.h>
#include <time.h>

#include "base/json.h"

enum { DEPTH_MAX = 6, POLLS_MAX = 2000, PAUSE_NS = 2000000 };

static bool world_ensure(struct world *world, const struct operation *maker, const char *path,
                         int depth, struct buf *said);

enum offer world_offer(struct world *world, const struct operation *operation, const char *path,
                       const char *version)
{
    const char *key = arena_printf(world->arena, "%s %s", operation->method, path);
    const char *versions = json_text_at(world->known, key);
    if (!versions) {
        const struct answer *answer = client_ask(world->client, operation->method,
                                                 world_target(world, path, "0000-00-00"), NULL);
        const char *message = json_text_at(answer->json, "error.message");
        bool asked = message && strstr(message, "The supported ");
        versions = asked ? message : answer->status == 405 ? "405" : "404";
        json_object_set_new(world->known, key, json_string(versions));
    }
    if (strcmp(versions, "404") == 0) return NO_TYPE;
    if (strcmp(versions, "405") == 0) return NO_METHOD;
    return strstr(versions, version) ? OFFERED : NO_VERSION;
}

static bool monitor_ended(const char *status)
{
    return strcmp(status, "Succeeded") == 0 || strcmp(status, "Failed") == 0 ||
           strcmp(status, "Canceled") == 0;
}

bool world_wait(struct world *world, struct buf *said)
{
    const char *url = client_header(world->client, "azure-asyncoperation");
    if (!url) return true;
    url = arena_strdup(world->arena, url);
    for (int i = 0; i < POLLS_MAX; i++) {
        const struct answer *answer = client_ask(world->client, "GET", url, NULL);
        const char *status = json_text_at(answer->json, "status");
        if (answer->status != 200 || !status) {
            buf_printf(said, "its monitor answers %ld without a status; ", answer->status);
            return false;
        }
        if (monitor_ended(status)) {
            const char *code = json_text_at(answer->json, "error.code");
            bool succeeded = strcmp(status, "Succeeded") == 0;
            if (!succeeded) buf_printf(said, "its operation %s %s; ", status, code ? code : "");
            return succeeded;
        }
        nanosleep(&(struct timespec){0, PAUSE_NS}, NULL);
    }
    buf_str(said, "its operation does not end; ");
    return false;
}

static bool world_group(struct world *world, const char *path)
{
    const char *group = strstr(path, "/resourceGroups/");
    if (!group) group = strstr(path, "/resourcegroups/");
    if (!group) return true;
    const char *name = arena_printf(world->arena, "/subscriptions/%s/resourceGroups/c%d",
                                    client_subscription(world->client), world->number);
    if (json_object_get(world->known, name)) return true;
    json_t *body = json_pack("{s:s}", "location", "westus");
    long status =
        client_ask(world->client, "PUT", world_target(world, name, "2024-07-01"), body)->status;
    json_decref(body);
    json_object_set_new(world->known, name, json_true());
    return status == 200 || status == 201;
}

/* Every id in the value whose type can be made is there afterwards, as far as it can be. */
static void world_references(struct world *world, const json_t *value, const char *own, int depth)
{
    const char *name, *text = json_string_value(value);
    json_t *member;
    size_t i;
    if (text && strstr(text, "/providers/") && strncmp(text, "/subscriptions/", 15) == 0 &&
        strncasecmp(text, own, strlen(own)) != 0) {
        struct buf ignored;
        buf_init(&ignored, 4096);
        const struct operation *maker = catalog_match(world->catalog, "PUT", text);
        if (maker) world_ensure(world, maker, text, depth + 1, &ignored);
        buf_done(&ignored);
    }
    json_each_member(value, name, member) world_references(world, member, own, depth);
    json_array_foreach(value, i, member) world_references(world, member, own, depth);
}

static bool world_made(struct world *world, const char *path, const char *version,
                       const json_t *body, struct buf *said)
{
    const struct answer *answer =
        client_ask(world->client, "PUT", world_target(world, path, version), body);
    if (answer->status >= 200 && answer->status < 300) return world_wait(world, said);
    const char *code = json_text_at(answer->json, "error.code");
    buf_printf(said, "%ld %s; ", answer->status, code ? code : "");
    return false;
}

/* By the body of any of its PUT's examples that is accepted. */
static bool world_make(struct world *world, const struct operation *maker, const char *path,
                       int depth, struct buf *said)
{
    for (size_t i = 0; i < world->catalog->example_n; i++) {
        const struct example *example = &world->catalog->examples[i];
        if (example->operation != maker) continue;
        json_t *body = world_body(world, example);
        /* A server in a virtual network has no firewall rules. */
        if (strstr(maker->type, "/flexibleServers"))
            json_object_del(json_object_get(body, "properties"), "network");
        world_references(world, body, path, depth);
        bool made = world_made(world, path, operation_version(world->spec, maker), body, said);
        json_decref(body);
        if (made) return true;
    }
    buf_printf(said, "%s cannot be made; ", maker->type);
    return false;
}

/* The item that this one is below: two segments less. */
static const char *world_parent(struct world *world, const char *path)
{
    char *copy = arena_strdup(world->arena, path);
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(copy, '/');
        if (!slash) break;
        *slash = '\0';
    }
    return copy;
}

static bool world_ensure(struct world *world, const struct operation *maker, const char *path,
                         int depth, struct buf *said)
{
    const char *version = operation_version(world->spec, maker);
    if (depth > DEPTH_MAX || !world_group(world, path)) return false;
    if (world_offer(world, maker, path, version) == NO_TYPE) {
        buf_printf(said, "%s is not offered; ", maker->type);
        return false;
    }
    const char *parent = world_parent(world, path);
    const struct operation *above = catalog_match(world->catalog, "PUT", parent);
    if (above && strstr(parent, "/providers/") &&
        !world_ensure(world, above, parent, depth + 1, said))
        return false;
    if (client_ask(world->client, "GET", world_target(world, path, version), NULL)->status == 200)
        return true;
    return world_make(world, maker, path, depth, said);
}

/* What a list must show: an item below the list's path, or wherever its own example has it. */
static const char *world_listed(struct world *world, const struct example *example,
                                const char *path, const struct operation **maker)
{
    const char *below = arena_printf(world->arena, "%s/{}", example->operation->path);
    *maker = catalog_find(world->catalog, "PUT", below);
    bool own = *maker != NULL;
    if (!own) *maker = catalog_maker(world->catalog, example->operation->type);
    for (size_t i = 0; *maker && i < world->catalog->example_n; i++) {
        const struct example *made = &world->catalog->examples[i];
        if (made->operation != *maker) continue;
        const char *item = world_path(world, *maker, made->parameters);
        if (!item) continue;
        return own ? arena_printf(world->arena, "%s%s", path, strrchr(item, '/')) : item;
    }
    return NULL;
}

/* A list can be read without an item where none can be made; then only what is above is needed. */
static bool world_prepare_list(struct world *world, const struct example *example, const char *path,
                               const char **item, struct buf *said)
{
    const struct operation *maker = NULL;
    const char *listed = world_listed(world, example, path, &maker);
    if (listed && world_ensure(world, maker, listed, 0, said)) {
        *item = listed;
        return true;
    }
    path = arena_strndup(world->arena, path, (size_t)(strrchr(path, '/') - path));
    maker = catalog_match(world->catalog, "PUT", path);
    return !maker || world_ensure(world, maker, path, 0, said);
}

/* The item that a request needs: its own, its action's, or the parent of what it makes. */
static bool world_prepare_item(struct world *world, const struct operation *operation,
                               const char *path, struct buf *said)
{
    bool put = strcmp(operation->method, "PUT") == 0;
    const struct operation *maker =
        put ? NULL : catalog_find(world->catalog, "PUT", operation->path);
    if (put) path = world_parent(world, path);
    if (strcmp(operation->method, "POST") == 0)
        path = arena_strndup(world->arena, path, (size_t)(strrchr(path, '/') - path));
    if (!maker) maker = catalog_match(world->catalog, "PUT", path);
    return !maker || !strstr(path, "/providers/") || world_ensure(world, maker, path, 0, said);
}

bool world_prepare(struct world *world, const struct example *example, const char *path,
                   const char **item, struct buf *said)
{
    const struct operation *operation = example->operation;
    bool item_asked = operation->path[strlen(operation->path) - 1] == '}';
    bool group_made = strcmp(operation->method, "PUT") == 0 && !strstr(path, "/providers/");
    *item = NULL;
    if (!group_made && !world_group(world, path)) {
        buf_str(said, "its group cannot be made; ");
        return false;
    }
    json_t *body = world_body(world, example);
    world_references(world, body, path, 0);
    json_decref(body);
    if (strcmp(operation->method, "GET") == 0 && !item_asked)
        return world_prepare_list(world, example, path, item, said);
    return world_prepare_item(world, operation, path, said);
}
