/* Long-running operations: they take their time, then the resource is what it will be; and what
 * their monitors say. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/must.h"
#include "support/virtual_inside.h"
#include "support/virtual_model.h"

/* How long a server is still busy after its operation said Succeeded (Azure/azure-postgresql#134).
 */
#define BUSY_AFTER 800

/* How soon its monitor is worth another look, where its type says nothing. */
static const char usual_retry_after[] = "10";

void virtual_operation_free(struct operation *o)
{
    json_decref(o->result);
    free(o->key);
    free(o->lane);
    free(o);
}

bool virtual_lane_is_busy(const struct virtual *v, const char *lane)
{
    for (size_t i = 0; i < v->operation_count; i++) {
        const struct operation *o = v->operations[i];
        if (strcmp(o->lane, lane) != 0) continue;
        if (o->state == OPERATION_RUNS || v->now < o->ended + BUSY_AFTER) return true;
    }
    return false;
}

const struct operation *virtual_operation_on(const struct virtual *v, const char *key)
{
    for (size_t i = 0; i < v->operation_count; i++)
        if (v->operations[i]->state == OPERATION_RUNS && strcmp(v->operations[i]->key, key) == 0)
            return v->operations[i];
    return NULL;
}

static void operation_answer(struct exchange *x, const struct operation *o)
{
    static const char path[] = VIRTUAL_ARM "/subscriptions/" VIRTUAL_SUBSCRIPTION
                                           "/providers/Microsoft.DBforPostgreSQL/locations/"
                                           "Korea%20Central";
    char url[512];
    snprintf(url, sizeof(url), "%s/azureAsyncOperation/%s?api-version=1&t=1&c=a-b_c&s=x%%2by", path,
             o->id);
    virtual_header(x, "azure-asyncoperation", url);
    snprintf(url, sizeof(url), "%s/operationResults/%s?api-version=1&t=1&c=a-b_c&s=x%%2by", path,
             o->id);
    virtual_header(x, "location", url);
    virtual_header(x, "retry-after", o->retry_after);
    virtual_json(x, 202,
                 json_pack("{s:s, s:s}", "operation", "UpsertManagementOperation", "startTime",
                           "2026-01-01T00:00:00.000Z"));
}

/* The fault of the request decides how the operation ends and what its monitor says. */
static void operation_takes_fault(struct operation *o, const struct virtual_fault *f)
{
    if (!f) return;
    o->fault = f;
    if (f->effect == EFFECT_ENDS || f->effect == EFFECT_ENDS_DONE) o->code = f->code;
    o->without_effect = f->effect == EFFECT_NOTHING || f->effect == EFFECT_ENDS;
}

/* While it runs its resource shows it. */
static void operation_shows(struct virtual *v, const struct operation *o)
{
    const json_t *have = json_object_get(virtual_store(v), o->key);
    if (strcmp(o->lane, o->key) != 0) return; /* a child: the server stays Ready */
    if (!strstr(o->key, "/flexibleservers/")) return;
    if (have) {
        virtual_server_state(v, o->key, o->deletes ? "Dropping" : "Updating");
    } else if (v->shows_creations && o->result) {
        virtual_store_set(v, o->key, json_deep_copy(o->result));
        virtual_server_state(v, o->key, "Provisioning");
    }
}

static struct operation *operation_new(struct virtual *v, const char *key, const char *lane,
                                       msec span)
{
    struct operation *o = xcalloc(1, sizeof(*o));
    o->key = xstrdup(key);
    o->lane = xstrdup(lane);
    o->due = v->now + span;
    o->retry_after = usual_retry_after;
    snprintf(o->id, sizeof(o->id), "00000000-0000-4000-8000-%012zu", v->operation_count);
    v->operations =
        xreallocarray(v->operations, v->operation_count + 1, sizeof(struct operation *));
    v->operations[v->operation_count++] = o;
    virtual_event(v, EVENT_ENDS, o->due)->operation = o;
    return o;
}

struct operation *virtual_operation_start(struct virtual *v, struct exchange *x, const char *lane,
                                          json_t *result, msec span, const char *retry_after)
{
    bool slow = x->fault && x->fault->effect == EFFECT_SLOW;
    struct operation *o = operation_new(v, x->key, lane, span + (slow ? x->fault->span : 0));
    if (retry_after) o->retry_after = retry_after;
    o->result = result;
    o->deletes = strcmp(x->method, "DELETE") == 0;
    o->creates = !json_object_get(virtual_store(v), o->key);
    const char *password = json_text_at(x->json, "properties.administratorLoginPassword");
    if (password) json_object_set_new(v->passwords, o->key, json_string(password));
    operation_takes_fault(o, x->fault);
    operation_shows(v, o);
    operation_answer(x, o);
    return o;
}

void virtual_occupy(struct virtual *v, const char *id, msec span)
{
    char *key = virtual_key(id);
    const json_t *have = json_object_get(virtual_store(v), key);
    must(have);
    struct operation *o = operation_new(v, key, key, span);
    o->result = json_deep_copy(have);
    operation_shows(v, o);
    free(key);
}

/* A server that has come into being has parameters and a PostgreSQL; one that is gone has neither.
 */
static void operation_server(struct virtual *v, const struct operation *o, bool existed)
{
    const char *name = strrchr(o->key, '/') + 1;
    if (strcmp(o->lane, o->key) != 0 || !strstr(o->key, "/flexibleservers/")) return;
    if (o->deletes) {
        virtual_sessions_end(v, name);
        json_object_del(v->postgres, name);
        return;
    }
    if (!existed) {
        virtual_server_configure(v, o->key, json_text_at(o->result, "id"));
        json_object_set_new(
            v->postgres, name,
            virtual_model_new(json_text_at(o->result, "properties.administratorLogin")));
    }
    if (!o->restarts) return;
    virtual_server_restarted(v, o->key);
    virtual_sessions_end(v, name);
}

static void operation_takes_effect(struct virtual *v, struct operation *o)
{
    const char *name = strrchr(o->key, '/') + 1;
    bool existed = json_object_get(v->postgres, name) != NULL;
    virtual_store_set(v, o->key, o->deletes ? NULL : json_deep_copy(o->result));
    virtual_network_changed(v, o->key);
    operation_server(v, o, existed);
}

static void operation_undone(struct virtual *v, const struct operation *o)
{
    const json_t *have = json_object_get(virtual_store(v), o->key);
    const char *state = json_text_at(have, "properties.state");
    if (!state || strcmp(o->lane, o->key) != 0) return;
    if (strcmp(state, "Provisioning") == 0)
        virtual_store_set(v, o->key, NULL);
    else
        virtual_server_state(v, o->key, "Ready");
}

void virtual_operation_end(struct virtual *v, struct operation *o)
{
    bool refused = o->code && !(o->fault && o->fault->effect == EFFECT_ENDS_DONE);
    if (refused || o->without_effect)
        operation_undone(v, o);
    else
        operation_takes_effect(v, o);
    o->ended = v->now;
    o->state = !o->code                           ? OPERATION_SUCCEEDED
               : strcmp(o->code, "Canceled") == 0 ? OPERATION_CANCELED
                                                  : OPERATION_FAILED;
}

/* --- monitors ----------------------------------------------------------------------------------
 */

static const struct operation *operation_find(const struct virtual *v, const char *id)
{
    for (size_t i = 0; i < v->operation_count; i++)
        if (strcmp(v->operations[i]->id, id) == 0) return v->operations[i];
    return NULL;
}

static json_t *operation_status(const struct operation *o)
{
    static const char *const words[] = {[OPERATION_RUNS] = "InProgress",
                                        [OPERATION_SUCCEEDED] = "Succeeded",
                                        [OPERATION_FAILED] = "Failed",
                                        [OPERATION_CANCELED] = "Canceled"};
    json_t *body = json_pack("{s:s, s:s, s:s}", "name", o->id, "status", words[o->state],
                             "startTime", "2026-01-01T00:00:00.000Z");
    if (o->state == OPERATION_FAILED)
        json_object_set_new(body, "error",
                            json_pack("{s:s, s:s}", "code", o->code, "message", "It failed."));
    return body;
}

void virtual_monitor(struct virtual *v, struct exchange *x)
{
    const struct operation *o = operation_find(v, strrchr(x->path, '/') + 1);
    if (!o) {
        virtual_error(x, 404, "OperationNotFound", "The operation was not found.");
    } else if (o->fault && o->fault->effect == EFFECT_LOST) {
        x->status = o->fault->status;
        x->text = o->fault->body ? o->fault->body : "";
        if (o->fault->code) virtual_error(x, o->fault->status, o->fault->code, "Lost.");
    } else {
        if (o->state == OPERATION_RUNS) virtual_header(x, "retry-after", o->retry_after);
        virtual_json(x, 200, operation_status(o));
    }
}
