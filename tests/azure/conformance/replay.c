/* One example, from its request to what it leaves behind: see replay.h. */
#include "conformance/replay.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "conformance/effect.h"
#include "conformance/schema.h"

enum { PAGES_MAX = 100 };

struct replay {
    struct world *world;
    const struct example *example;
    const char *path, *item;
    const json_t *body;
    struct buf *said;
    bool good;
};

static void replay_fault(struct replay *r, const char *what, const char *detail)
{
    r->good = false;
    buf_printf(r->said, "%s%s; ", what, detail);
}

static struct node replay_response(struct replay *r, const struct operation *operation, long status)
{
    char code[16];
    snprintf(code, sizeof(code), "%ld", status);
    struct node responses = spec_member(r->world->spec, operation->node, "responses");
    return spec_member(r->world->spec, responses, code);
}

static void replay_answer_body(struct replay *r, const struct operation *operation, long status,
                               const json_t *json)
{
    struct node schema =
        spec_member(r->world->spec, replay_response(r, operation, status), "schema");
    if (!schema.value) return;
    if (!json)
        replay_fault(r, "the answer has no body", "");
    else if (!schema_check(r->world->spec, schema, json, ANSWERED, r->said))
        replay_fault(r, "(answered)", "");
}

/* Headers by which a client follows an operation; those that the answer declares besides. */
static void replay_headers(struct replay *r, const struct operation *operation, long status)
{
    static const char *const accepted[] = {"azure-asyncoperation", "location", "retry-after", NULL};
    struct node response = replay_response(r, operation, status);
    bool operated = json_is_true(json_at(operation->node.value, "x-ms-long-running-operation"));
    const char *name;
    json_t *value;
    for (int i = 0; status == 202 && operated && accepted[i]; i++) {
        if (!client_header(r->world->client, accepted[i]))
            replay_fault(r, "no header ", accepted[i]);
    }
    json_each_member(json_object_get(response.value, "headers"), name, value)
    {
        char *small = arena_strdup(r->world->arena, name);
        for (char *p = small; *p; p++) *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
        if (operated && status != 204 && !client_header(r->world->client, small))
            replay_fault(r, "no header ", name);
    }
}

/* The provider's body of a 202 names the operation (recorded); what is in its URLs is one of ours.
 */
static void replay_accepted(struct replay *r, const json_t *json)
{
    bool postgres = strncmp(r->example->operation->type, "Microsoft.DBforPostgreSQL/", 26) == 0;
    if (postgres && (!json_text_at(json, "operation") || !json_text_at(json, "startTime")))
        replay_fault(r, "the body of 202 is not {operation, startTime}", "");
}

static const struct answer *replay_send(struct replay *r)
{
    const struct example *example = r->example;
    const char *target = world_target(r->world, r->path, example->version);
    const struct answer *answer =
        client_ask(r->world->client, example->operation->method, target, r->body);
    struct node response = replay_response(r, example->operation, answer->status);
    bool newer = !strstr(example->operation->folder, example->version);
    const char *code = json_text_at(answer->json, "error.code");
    const char *message = json_text_at(answer->json, "error.message");
    char *text = arena_printf(r->world->arena, "%ld %s %s", answer->status, code ? code : "",
                              message ? message : "");
    if (answer->status >= 300 || (!response.value && !(newer && answer->status == 202)))
        replay_fault(r, "not a declared answer: ", text);
    return answer;
}

/* The result of an operation is where its Location says. */
static void replay_result(struct replay *r, const char *location)
{
    const struct answer *answer = client_ask(r->world->client, "GET", location, NULL);
    if (answer->status != 200 && answer->status != 204)
        replay_fault(r, "its Location does not answer 200 or 204", "");
}

static void replay_request(struct replay *r)
{
    const struct example *example = r->example;
    struct node schema;
    const char *name = operation_body(r->world->spec, example->operation, &schema);
    if (name && r->body && !schema_check(r->world->spec, schema, r->body, SENT, r->said))
        replay_fault(r, "(the example itself)", "");
    const struct answer *answer = replay_send(r);
    if (!r->good) return;
    long status = answer->status;
    replay_answer_body(r, example->operation, status, answer->json);
    replay_headers(r, example->operation, status);
    if (status == 202) replay_accepted(r, answer->json);
    const char *location = client_header(r->world->client, "location");
    if (location) location = arena_strdup(r->world->arena, location);
    if (!world_wait(r->world, r->said)) r->good = false;
    if (r->good && location && status == 202) replay_result(r, location);
}

/* An item says who it is. */
static void replay_identity(struct replay *r, const json_t *json, const char *path)
{
    const char *id = json_text_at(json, "id"), *name = json_text_at(json, "name");
    if (!id || strcasecmp(id, path) != 0) replay_fault(r, "another id: ", id ? id : "none");
    if (!name || strcasecmp(name, strrchr(path, '/') + 1) != 0)
        replay_fault(r, "another name: ", name ? name : "none");
}

static const json_t *replay_read(struct replay *r, const char *path, long *status)
{
    const struct answer *answer = client_ask(
        r->world->client, "GET", world_target(r->world, path, r->example->version), NULL);
    *status = answer->status;
    return answer->json;
}

static void replay_effect(struct replay *r)
{
    const struct operation *operation = r->example->operation;
    const struct operation *reader = catalog_find(r->world->catalog, "GET", operation->path);
    struct node schema = {NULL, NULL};
    long status;
    const json_t *seen = replay_read(r, r->path, &status);
    if (strcmp(operation->method, "DELETE") == 0) {
        const char *code = json_text_at(seen, "error.code");
        if (status != 404 || !code) replay_fault(r, "it is still there", "");
        return;
    }
    if (status != 200) {
        replay_fault(r, "it cannot be read afterwards", "");
        return;
    }
    operation_body(r->world->spec, operation, &schema);
    if (reader) replay_answer_body(r, reader, 200, seen);
    replay_identity(r, seen, r->path);
    if (r->body && !effect_shows(r->world->spec, schema, r->body, seen, r->said)) r->good = false;
}

/* Every page is what the list says, and the item is on one of them. */
static void replay_list(struct replay *r)
{
    const char *next = world_target(r->world, r->path, r->example->version);
    bool found = !r->item;
    int pages = 0;
    for (; next && pages < PAGES_MAX; pages++) {
        const struct answer *answer = client_ask(r->world->client, "GET", next, NULL);
        const json_t *items = json_object_get(answer->json, "value");
        size_t i;
        json_t *item;
        if (answer->status != 200 || !json_is_array(items)) {
            replay_fault(r, "a page is no list", "");
            return;
        }
        replay_answer_body(r, r->example->operation, 200, answer->json);
        json_array_foreach(items, i, item)
        {
            const char *id = json_text_at(item, "id");
            if (!found && id && strcasecmp(id, r->item) == 0) found = true;
        }
        const char *link = json_text_at(answer->json, "nextLink");
        next = link ? arena_strdup(r->world->arena, link) : NULL;
    }
    if (!found) replay_fault(r, "the list lacks what was made", "");
    if (next) replay_fault(r, "the list does not end", "");
}

static void replay_after(struct replay *r)
{
    const char *method = r->example->operation->method;
    long status;
    if (strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0 || strcmp(method, "DELETE") == 0)
        replay_effect(r);
    else if (strcmp(method, "GET") == 0 && r->item)
        replay_list(r);
    else if (strcmp(method, "GET") == 0 &&
             catalog_find(r->world->catalog, "PUT", r->example->operation->path))
        replay_identity(r, replay_read(r, r->path, &status), r->path);
}

/* A lock concerns the worlds of others. */
static void replay_tidy(struct replay *r)
{
    if (!strstr(r->example->operation->type, "Microsoft.Authorization/locks")) return;
    const char *item = r->item ? r->item : r->path;
    client_ask(r->world->client, "DELETE", world_target(r->world, item, r->example->version), NULL);
}

bool replay_example(struct world *world, const struct example *example, const char *path,
                    struct buf *said)
{
    json_t *body = world_body(world, example);
    struct replay r = {world, example, path, NULL, body, said, true};
    if (world_prepare(world, example, path, &r.item, said)) {
        buf_reset(said);
        replay_request(&r);
        if (r.good) replay_after(&r);
    } else {
        replay_fault(&r, "its world cannot be made", "");
    }
    replay_tidy(&r);
    json_decref(body);
    return r.good;
}

bool replay_refusals(struct world *world, const struct example *example, const char *path,
                     struct buf *said)
{
    struct replay r = {world, example, path, NULL, NULL, said, true};
    const char *target = world_target(world, path, example->version);
    client_forget_token(world->client, 1);
    const struct answer *answer = client_ask(world->client, "GET", target, NULL);
    client_forget_token(world->client, 0);
    if (answer->status != 401 || !json_text_at(answer->json, "error.code") ||
        !client_header(world->client, "www-authenticate"))
        replay_fault(&r, "without a token it is not 401 with WWW-Authenticate", "");
    target = world_target(world, arena_printf(world->arena, "%s-missing", path), example->version);
    answer = client_ask(world->client, "GET", target, NULL);
    if (answer->status != 404 || !json_text_at(answer->json, "error.code") ||
        !json_text_at(answer->json, "error.message"))
        replay_fault(&r, "what is not there is not 404 with a code and a message", "");
    return r.good;
}
