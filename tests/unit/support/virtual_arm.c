/* Azure Resource Manager as a store of resources: paths, methods, refusals. Shapes and codes as in
 * tests/azure, where their sources are. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/must.h"
#include "base/number.h"
#include "support/virtual_inside.h"

/* --- refusals ----------------------------------------------------------------------------------
 */

static void arm_not_found(struct exchange *x, const struct virtual_type *t, const char *key)
{
    const char *slash = strrchr(key, '/');
    virtual_error(x, 404, "ResourceNotFound", "The Resource '%s/%s' was not found.", t->spelled,
                  slash ? slash + 1 : key);
}

/* The key of the resource group of 'key'; free() it. NULL: it is in none. */
static char *arm_group_of(const char *key)
{
    const char *group = strstr(key, "/resourcegroups/");
    if (!group) return NULL;
    group += strlen("/resourcegroups/");
    return xstrndup(key, (size_t)(group - key) + strcspn(group, "/"));
}

/* What the path needs to be there: the group, and the parent. Answers where it is not. */
static bool arm_has_parents(struct exchange *x, const struct virtual_type *t, const json_t *store)
{
    char *group = arm_group_of(x->key);
    bool found = !group || strcmp(group, x->key) == 0 || json_object_get(store, group);
    if (!found) {
        virtual_error(x, 404, "ResourceGroupNotFound", "Resource group '%s' could not be found.",
                      strrchr(group, '/') + 1);
    } else if (group && strcmp(group, x->key) != 0) {
        char *parent = virtual_parent(x->key);
        found = json_object_get(store, parent) != NULL;
        if (!found) arm_not_found(x, t, parent);
        free(parent);
    }
    free(group);
    return found;
}

/* Source: ARM management locks; a lock holds for everything below its scope. */
static bool arm_is_locked(struct exchange *x, const json_t *store)
{
    const char *key;
    json_t *lock;
    bool deletes = strcmp(x->method, "DELETE") == 0;
    json_each_member(store, key, lock)
    {
        const char *end = strstr(key, "/providers/microsoft.authorization/locks/");
        if (!end || strncmp(key, x->key, (size_t)(end - key)) != 0) continue;
        if (strstr(x->key, "/microsoft.authorization/")) continue;
        const char *level = json_text_at(lock, "properties.level");
        if (!deletes && level && strcmp(level, "ReadOnly") != 0) continue;
        virtual_error(x, 409, "ScopeLocked", "The scope '%s' cannot perform the operation.",
                      x->path);
        return true;
    }
    return false;
}

/* If-Match and If-None-Match (source: Microsoft.Network privateDns; RPC addendum). */
static bool arm_precondition_fails(struct exchange *x, const struct virtual_type *t,
                                   const json_t *have)
{
    const char *etag = json_text_at(have, "etag");
    bool fails = x->if_none_match && have;
    if (x->if_match)
        fails =
            fails || !have ||
            (strcmp(x->if_match, "*") != 0 && t->etag && etag && strcmp(x->if_match, etag) != 0);
    if (fails) virtual_error(x, 412, "PreconditionFailed", "The condition is not met.");
    return fails;
}

static bool arm_is_busy(struct virtual *v, struct exchange *x, const struct virtual_type *t,
                        const char *lane)
{
    if (!t->operation || !virtual_lane_is_busy(v, lane)) return false;
    const struct operation *o = virtual_operation_on(v, x->key);
    if (o && o->creates && strcmp(x->method, "PUT") == 0 && strcmp(lane, x->key) == 0)
        virtual_complain(v, x, "a creation is asked for while it is under way");
    if (t->in_server)
        virtual_error(x, 409, "ServerIsBusy",
                      "Cannot complete operation while server '%s' is busy processing another "
                      "operation. Try again later.",
                      strrchr(lane, '/') + 1);
    else
        virtual_error(x, 429, "RetryableErrorDueToAnotherOperation", "Another operation runs.");
    return true;
}

/* --- reading -----------------------------------------------------------------------------------
 */

static void arm_get(const struct virtual *v, struct exchange *x, const struct virtual_type *t)
{
    const json_t *store = virtual_store_seen(v);
    const json_t *found = json_object_get(store, x->key);
    if (!found && strcmp(t->type, "microsoft.resources/resourcegroups") == 0)
        virtual_error(x, 404, "ResourceGroupNotFound", "Resource group '%s' could not be found.",
                      strrchr(x->path, '/') + 1);
    else if (found)
        virtual_json(x, 200, json_incref(unconst(found)));
    else if (arm_has_parents(x, t, store))
        arm_not_found(x, t, x->key);
}

static bool arm_is_in_collection(const char *key, const char *collection, const char *parent,
                                 const struct virtual_type *t)
{
    bool whole = strstr(collection, "/resourcegroups/") == NULL;
    bool lists = true;
    if (virtual_type_of(key, &lists) != t || lists) return false;
    if (whole) return strncmp(key, parent, strlen(parent)) == 0;
    char *own = virtual_parent(key);
    bool in = strcmp(own, parent) == 0;
    free(own);
    return in;
}

/* The part of 'all' (stolen) that the query's $skiptoken asks for. */
static void arm_page(const struct virtual *v, struct exchange *x, json_t *all)
{
    const char *token = strstr(x->query, "$skiptoken=");
    uint64_t from = 0;
    if (token) must(number_parse(token + strlen("$skiptoken="), &from) == 0);
    size_t size = v->page_size ? v->page_size : json_array_size(all) + 1;
    json_t *page = json_array(), *answer;
    for (uint64_t i = from; i < from + size && i < json_array_size(all); i++)
        json_array_append(page, json_array_get(all, i));
    answer = json_pack("{s:o}", "value", page);
    if (from + size < json_array_size(all)) {
        size_t length = strcspn(x->url, "?");
        const char *version = strstr(x->query, "api-version=");
        must(version);
        char *next = xasprintf("%.*s?%.*s&$skiptoken=%" PRIu64, (int)length, x->url,
                               (int)strcspn(version, "&"), version, from + size);
        json_object_set_new(answer, "nextLink", json_string(next));
        free(next);
    }
    json_decref(all);
    virtual_json(x, 200, answer);
}

/* While a server is created its parameters answer 500 (Azure/azure-rest-api-specs#20424). */
static bool arm_is_too_early(const struct virtual *v, struct exchange *x)
{
    char *server = virtual_server_of(x->key);
    const struct operation *o = server ? virtual_operation_on(v, server) : NULL;
    free(server);
    if (!o || !o->creates || !strstr(x->key, "/configurations")) return false;
    virtual_error(x, 500, "InternalServerError", "An unexpected error occured.");
    return true;
}

static void arm_list(const struct virtual *v, struct exchange *x, const struct virtual_type *t)
{
    if (arm_is_too_early(v, x)) return;
    const json_t *store = virtual_store_seen(v);
    const char *key;
    json_t *item, *all;
    if (strstr(x->key, "/resourcegroups/") && !arm_has_parents(x, t, store)) return;
    char *parent = virtual_parent(x->key);
    all = json_array();
    json_each_member(store, key, item)
    {
        if (arm_is_in_collection(key, x->key, parent, t)) json_array_append(all, item);
    }
    free(parent);
    arm_page(v, x, all);
}

/* Everything of a group that is no child of something else. */
static void arm_group_resources(const struct virtual *v, struct exchange *x)
{
    const json_t *store = virtual_store_seen(v);
    const char *key;
    json_t *item, *all = json_array();
    char *group = arm_group_of(x->key);
    json_each_member(store, key, item)
    {
        char *parent = virtual_parent(key);
        if (strcmp(parent, group) == 0)
            json_array_append_new(
                all, json_pack("{s:O, s:O, s:O, s:O?}", "id", json_object_get(item, "id"), "name",
                               json_object_get(item, "name"), "type", json_object_get(item, "type"),
                               "location", json_object_get(item, "location")));
        free(parent);
    }
    if (json_object_get(store, group)) {
        arm_page(v, x, all);
    } else {
        json_decref(all);
        virtual_error(x, 404, "ResourceGroupNotFound", "The group could not be found.");
    }
    free(group);
}

/* A server's name is one of the whole world. */
static void arm_name_available(const struct virtual *v, struct exchange *x)
{
    const char *name = json_text_at(x->json, "name"), *type = json_text_at(x->json, "type");
    const char *key;
    json_t *item;
    bool taken = false;
    if (!name || !type) {
        virtual_error(x, 400, "InvalidRequestContent", "name and type are required.");
        return;
    }
    json_each_member(virtual_store(v), key, item)
    {
        const char *other = json_text_at(item, "name");
        const char *its = json_text_at(item, "type");
        taken =
            taken || (other && its && strcasecmp(other, name) == 0 && strcasecmp(its, type) == 0);
    }
    for (size_t i = 0; i < v->operation_count && !taken; i++) {
        const struct operation *o = v->operations[i];
        const char *other = json_text_at(o->result, "name");
        taken = o->state == OPERATION_RUNS && other && strcasecmp(other, name) == 0;
    }
    json_t *answer = json_pack("{s:b, s:s, s:s, s:s}", "nameAvailable", !taken, "message", "",
                               "name", name, "type", type);
    if (taken) json_object_set_new(answer, "reason", json_string("AlreadyExists"));
    virtual_json(x, 200, answer);
}

/* --- writing -----------------------------------------------------------------------------------
 */

static bool arm_equal_but_etag(const json_t *a, const json_t *b)
{
    if (!a || !b) return a == b;
    json_t *x = json_copy(unconst(a)), *y = json_copy(unconst(b));
    json_object_del(x, "etag");
    json_object_del(y, "etag");
    bool equal = json_equal(x, y);
    json_decref(x);
    json_decref(y);
    return equal;
}

/* Carries out what is long-running or at once; 'result' is stolen. */
static void arm_accept(struct virtual *v, struct exchange *x, const struct virtual_type *t,
                       const char *lane, json_t *result, const char *refusal, bool restarts)
{
    const json_t *have = json_object_get(virtual_store(v), x->key);
    bool nothing = x->fault && x->fault->effect == EFFECT_NOTHING;
    virtual_watch_accepted(v, x, !arm_equal_but_etag(have, result), !have);
    if (t->operation) {
        msec span = refusal ? SECONDS(1) : have ? t->updates : t->creates;
        struct operation *o = virtual_operation_start(v, x, lane, result, span, t->retry_after);
        o->restarts = restarts;
        if (refusal) o->code = refusal;
        return;
    }
    int status = have ? 200 : 201;
    if (strcmp(x->method, "DELETE") == 0) {
        x->status = 200;
        if (!nothing) virtual_store_set(v, x->key, NULL);
    } else {
        virtual_json(x, status, json_incref(result));
        if (!nothing) virtual_store_set(v, x->key, json_incref(result));
    }
    json_decref(result);
}

static void arm_write(struct virtual *v, struct exchange *x, const struct virtual_type *t)
{
    const json_t *store = virtual_store(v);
    const json_t *have = json_object_get(store, x->key);
    bool deletes = strcmp(x->method, "DELETE") == 0, patches = strcmp(x->method, "PATCH") == 0;
    bool restarts = false;
    const char *refusal = NULL;
    json_t *result = NULL;
    if (!arm_has_parents(x, t, store) || arm_is_locked(x, store)) return;
    char *lane = virtual_lane_of(x->key);
    if (deletes && !have) {
        x->status = 204;
    } else if (patches && !have) {
        arm_not_found(x, t, x->key);
    } else if (!deletes && !json_is_object(x->json)) {
        virtual_error(x, 400, "InvalidRequestContent", "The request content is missing.");
    } else if (!arm_precondition_fails(x, t, have) && !arm_is_busy(v, x, t, lane)) {
        if (!deletes && have)
            result = virtual_changed(v, t, have, x->json, !patches, &restarts, &refusal);
        else if (!deletes)
            result = virtual_made(v, t, x->path, x->json);
        arm_accept(v, x, t, lane, result, refusal, restarts);
    }
    free(lane);
}

/* start, stop, restart of a server. */
static void arm_power(struct virtual *v, struct exchange *x)
{
    const char *slash = strrchr(x->key, '/');
    char *key = xstrndup(x->key, (size_t)(slash - x->key));
    const json_t *have = json_object_get(virtual_store(v), key);
    if (!have) {
        virtual_error(x, 404, "ResourceNotFound", "The server was not found.");
    } else if (virtual_lane_is_busy(v, key)) {
        virtual_error(x, 409, "ServerIsBusy", "The server is busy.");
    } else {
        json_t *result = json_deep_copy(have);
        bool stops = strcmp(slash, "/stop") == 0;
        json_put_at(result, "properties.state", json_string(stops ? "Stopped" : "Ready"));
        x->key = arena_strdup(x->arena, key);
        virtual_watch_accepted(v, x, true, false);
        virtual_operation_start(v, x, key, result, SECONDS(60), NULL)->restarts = true;
    }
    free(key);
}

/* --- the front ---------------------------------------------------------------------------------
 */

static const char *arm_last_segment(const char *key)
{
    const char *slash = strrchr(key, '/');
    return slash ? slash + 1 : key;
}

unsigned virtual_arm_class(const char *method, const char *key)
{
    bool collection = true;
    if (strstr(key, "/azureasyncoperation/") || strstr(key, "/operationresults/"))
        return VIRTUAL_MONITOR;
    if (strcmp(method, "POST") == 0)
        return strcmp(arm_last_segment(key), "checknameavailability") == 0 ? VIRTUAL_ASK
                                                                           : VIRTUAL_WRITE;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) return VIRTUAL_WRITE;
    if (strcmp(arm_last_segment(key), "resources") == 0) return VIRTUAL_LIST;
    virtual_type_of(key, &collection);
    return collection ? VIRTUAL_LIST : VIRTUAL_GET;
}

static void arm_token(struct exchange *x)
{
    virtual_json(x, 200,
                 json_pack("{s:s, s:s, s:s}", "access_token", "T", "expires_in", "86399",
                           "token_type", "Bearer"));
}

void virtual_arm(struct virtual *v, struct exchange *x)
{
    bool collection = false;
    const struct virtual_type *t = virtual_type_of(x->key, &collection);
    if (x->class == VIRTUAL_TOKEN)
        arm_token(x);
    else if (!x->bearer)
        virtual_error(x, 401, "AuthenticationFailed", "The 'Authorization' header is missing.");
    else if (!strstr(x->query, "api-version="))
        virtual_error(x, 400, "MissingApiVersionParameter", "api-version is required.");
    else if (x->class == VIRTUAL_MONITOR)
        virtual_monitor(v, x);
    else if (x->class == VIRTUAL_ASK)
        arm_name_available(v, x);
    else if (strcmp(x->method, "POST") == 0)
        arm_power(v, x);
    else if (x->class == VIRTUAL_LIST && strcmp(arm_last_segment(x->key), "resources") == 0)
        arm_group_resources(v, x);
    else if (!t)
        virtual_error(x, 404, "InvalidResourceType", "There is no such type: %s.", x->path);
    else if (x->class == VIRTUAL_LIST)
        arm_list(v, x, t);
    else if (x->class == VIRTUAL_GET)
        arm_get(v, x, t);
    else
        arm_write(v, x, t);
}
