/* The simulator's own HTTP API: see control.h. */
#include "control/control.h"

#include <stdlib.h>
#include <string.h>

#include "arm/arm.h"
#include "arm/lro.h"
#include "base/json.h"
#include "control/belief.h"
#include "control/fault.h"
#include "control/fight.h"
#include "control/history.h"
#include "control/seed.h"
#include "front/number.h"
#include "front/request_log.h"
#include "postgres/cluster.h"
#include "postgres/server.h"
#include "postgres/superuser.h"

typedef void control_fn(struct exchange *x, const char *rest);

/* 'path' ending in '/' takes the rest of the path as its argument. */
struct control {
    const char *method, *path;
    control_fn *run;
    const char *help;
};

static void reply_done(struct exchange *x)
{
    reply_json(x, 200, json_object());
}

static void reply_err(struct exchange *x, const struct err *err)
{
    reply_error(x, 400, "BadRequest", "%s", err->text);
}

static void fault_post(struct exchange *x, const char *rest)
{
    struct err err = {0};
    (void)rest;
    if (faults_add(x->sim->faults, x->json, &err) < 0)
        reply_err(x, &err);
    else
        reply_done(x);
}

static void fault_get(struct exchange *x, const char *rest)
{
    (void)rest;
    reply_json(x, 200, faults_json(x->sim->faults));
}

static void fault_delete(struct exchange *x, const char *rest)
{
    (void)rest;
    faults_clear(x->sim->faults);
    reply_done(x);
}

static void requests_get(struct exchange *x, const char *rest)
{
    (void)rest;
    const char *since = exchange_query(x, "since");
    reply_json(x, 200, request_log_json(x->sim->log, (size_t)number_or(since, 0)));
}

static void reset_log_post(struct exchange *x, const char *rest)
{
    (void)rest;
    request_log_reset(x->sim->log);
    reply_done(x);
}

static void summary_get(struct exchange *x, const char *rest)
{
    (void)rest;
    reply_json(x, 200, request_log_summary(x->sim->log));
}

static void settings_get(struct exchange *x, const char *rest)
{
    (void)rest;
    reply_json(x, 200, settings_json(&x->sim->settings));
}

static void settings_post(struct exchange *x, const char *rest)
{
    struct err err = {0};
    (void)rest;
    if (settings_set_json(&x->sim->settings, x->json, &err) < 0)
        reply_err(x, &err);
    else
        settings_get(x, rest);
}

static void tokens_revoke_post(struct exchange *x, const char *rest)
{
    (void)rest;
    json_object_clear(x->sim->tokens);
    reply_done(x);
}

static void stale_post(struct exchange *x, const char *rest)
{
    (void)rest;
    lag_set(x->sim->lags, json_text_at(x->json, "path"), json_int_at(x->json, "ms", 0));
    reply_done(x);
}

static void operations_end_post(struct exchange *x, const char *rest)
{
    (void)rest;
    lro_hurry(x->sim->lro);
    reply_done(x);
}

static void fight_post(struct exchange *x, const char *rest)
{
    struct err err = {0};
    (void)rest;
    if (fight_add(x->sim, x->json, &err) < 0)
        reply_err(x, &err);
    else
        reply_done(x);
}

static void fight_get(struct exchange *x, const char *rest)
{
    (void)rest;
    reply_json(x, 200, json_incref(x->sim->fights));
}

static void fight_delete(struct exchange *x, const char *rest)
{
    (void)rest;
    json_array_clear(x->sim->fights);
    reply_done(x);
}

static struct server *named_server(struct exchange *x, const char *name)
{
    struct server *server = server_find(x->sim, NULL, name);
    if (!server) reply_error(x, 404, "NotFound", "There is no server '%s'.", name);
    return server;
}

static void state_post(struct exchange *x, const char *rest)
{
    const char *state = json_text_at(x->json, "state");
    struct server *server = named_server(x, rest);
    if (!server) return;
    if (!state) {
        reply_error(x, 400, "BadRequest", "The body must be {\"state\": \"...\"}.");
        return;
    }
    server_set_state(server, state, "set by /sim/state");
    reply_done(x);
}

static void superuser_get(struct exchange *x, const char *rest)
{
    const struct server *server = named_server(x, rest);
    if (!server) return;
    if (!server->cluster) {
        reply_error(x, 404, "NotFound", "Server '%s' has no cluster.", rest);
        return;
    }
    reply_json(x, 200,
               json_pack("{s:s, s:i, s:s}", "host", cluster_socket_dir(server->cluster), "port",
                         5432, "user", SUPERUSER));
}

static void beliefs_get(struct exchange *x, const char *rest)
{
    (void)rest;
    reply_json(x, 200, beliefs_json());
}

static void seed_post(struct exchange *x, const char *rest)
{
    struct err err = {0};
    (void)rest;
    const char *group = json_text_at(x->json, "resourceGroup");
    const char *prefix = json_text_at(x->json, "prefix");
    int64_t count = json_int_at(x->json, "servers", 0);
    if (count < 1 || count > 10000)
        reply_error(x, 400, "BadRequest", "servers must be 1 to 10000.");
    else if (seed_servers(x->sim, group ? group : "rg", prefix ? prefix : "s", (int)count, &err) <
             0)
        reply_err(x, &err);
    else
        reply_done(x);
}

/* What the request of another person answered becomes the answer here; an operation is waited for,
 * so that the sabotage is done when the call returns. */
static void control_adopt(struct exchange *x, struct exchange *theirs)
{
    reply_text(x, theirs->status, theirs->text);
    x->wait_for = theirs->op;
    request_log_add(x->sim->log, theirs);
    exchange_free(theirs);
}

static struct exchange *control_as_operator(struct exchange *x, const char *method,
                                            const char *target)
{
    struct exchange *theirs = exchange_new(x->sim, method, target);
    theirs->operator_ = true;
    return theirs;
}

static void arm_post(struct exchange *x, const char *rest)
{
    const char *method = json_text_at(x->json, "method");
    const char *path = json_text_at(x->json, "path");
    (void)rest;
    if (!method || !path) {
        reply_error(x, 400, "BadRequest", "The body must have method and path.");
        return;
    }
    char *target = arm_target(path);
    struct exchange *theirs = control_as_operator(x, method, target);
    free(target);
    theirs->json = json_incref(json_object_get(x->json, "body"));
    arm_serve(theirs);
    control_adopt(x, theirs);
}

static void failover_post(struct exchange *x, const char *rest)
{
    struct server *server = named_server(x, rest);
    if (!server) return;
    char *target =
        xasprintf("%s/restart?api-version=2025-08-01", json_text_at(server->record, "doc.id"));
    struct exchange *theirs = control_as_operator(x, "POST", target);
    free(target);
    theirs->server = server;
    theirs->type = "failover";
    theirs->write = true;
    server_failover(theirs);
    control_adopt(x, theirs);
}

static void help_get(struct exchange *x, const char *rest);

static const struct control controls[] = {
    {"POST", "/sim/fault", fault_post, "order a fault: {match, times, skip, action}"},
    {"GET", "/sim/fault", fault_get, "the faults that are ordered"},
    {"DELETE", "/sim/fault", fault_delete, "forget all faults"},
    {"GET", "/sim/requests", requests_get, "what was asked, ?since=N"},
    {"POST", "/sim/reset-log", reset_log_post, "forget requests and counters"},
    {"GET", "/sim/summary", summary_get, "how many reads, writes, of what"},
    {"GET", "/sim/settings", settings_get, "all settings"},
    {"POST", "/sim/settings", settings_post, "change settings: {key: value}"},
    {"POST", "/sim/tokens/revoke", tokens_revoke_post, "no token is valid any more"},
    {"POST", "/sim/stale", stale_post, "reads (of a path) lag behind writes: {ms, path}"},
    {"POST", "/sim/operations/end", operations_end_post, "what runs ends now"},
    {"POST", "/sim/fight", fight_post,
     "after each write of a client to a path another person writes: {path, body, times, method}"},
    {"GET", "/sim/fight", fight_get, "the fights, and how often each goes on"},
    {"DELETE", "/sim/fight", fight_delete, "forget all fights"},
    {"POST", "/sim/arm", arm_post, "a write by another person: {method, path, body}"},
    {"POST", "/sim/seed", seed_post, "many servers: {servers, prefix, resourceGroup}"},
    {"GET", "/sim/beliefs", beliefs_get, "what is believed about Azure, with sources"},
    {"POST", "/sim/failover/", failover_post, "the platform fails server NAME over"},
    {"POST", "/sim/state/", state_post, "put server NAME into a state: {state}"},
    {"GET", "/sim/superuser/", superuser_get, "how to reach server NAME as superuser"},
    {"GET", "/sim/help", help_get, "this list"},
};

enum { CONTROL_N = sizeof(controls) / sizeof(controls[0]) };

static void help_get(struct exchange *x, const char *rest)
{
    (void)rest;
    json_t *all = json_array();
    for (size_t i = 0; i < CONTROL_N; i++)
        json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "method", controls[i].method,
                                             "path", controls[i].path, "help", controls[i].help));
    reply_json(x, 200, all);
}

void control_serve(struct exchange *x)
{
    for (size_t i = 0; i < CONTROL_N; i++) {
        const struct control *c = &controls[i];
        size_t length = strlen(c->path);
        bool prefix = c->path[length - 1] == '/';
        if (strcmp(c->method, x->method) != 0 || strncmp(c->path, x->path, length) != 0) continue;
        if (!prefix && x->path[length]) continue;
        c->run(x, x->path + length);
        return;
    }
    reply_error(x, 404, "NotFound", "There is no %s %s; see /sim/help.", x->method, x->path);
}
