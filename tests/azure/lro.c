/* Long-running operations: see lro.h. */
#include "lro.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "http.h"
#include "monitor_url.h"
#include "server.h"

/* As many as clusters may start at the same time. */
enum { WORKERS = 4, OPS_KEPT = 2000 };

struct lro {
    struct sim *sim;
    pthread_cond_t wake;
    pthread_t workers[WORKERS];
    bool stopping;
    struct op *ops; /* the newest first */
    size_t op_n;
};

static void op_free(struct op *op)
{
    json_decref(op->plan.args);
    free(op->location);
    free(op->code);
    free(op->message);
    free(op);
}

/* Ended operations beyond the number kept are forgotten, as Azure forgets them. */
static void lro_prune(struct lro *lro)
{
    size_t n = 0;
    for (struct op **at = &lro->ops; *at;) {
        struct op *op = *at;
        if (++n > OPS_KEPT && op->phase == OP_ENDED) {
            *at = op->next;
            op_free(op);
        } else {
            at = &op->next;
        }
    }
    lro->op_n = n < OPS_KEPT ? n : OPS_KEPT;
}

static void op_fail(struct op *op, const char *code, const char *message)
{
    op->failed = true;
    op->code = xstrdup(code);
    op->message = xstrdup(message);
}

/* Publishes the end. The server is still named by 'op' while the halves run. */
static void op_end(struct op *op)
{
    struct server *server = op->plan.free_running ? NULL : op->server;
    op_end_fn *half = op->failed ? op->plan.fail : op->plan.finish;
    if (half) half(op);
    if (server && op->server && server->op == op) {
        server->op = NULL;
        server->busy_until_ms = clock_ms() + setting(&op->sim->settings, SET_BUSY_AFTER_MS);
    }
    op->phase = OP_ENDED;
    op->server = NULL;
    sim_save(op->sim);
}

/* Without the lock while the slow half runs. */
static void op_work(struct lro *lro, struct op *op)
{
    struct err err = {0};
    op->phase = OP_WORKING;
    pthread_mutex_unlock(&lro->sim->lock);
    int r = op->plan.work(op, &err);
    pthread_mutex_lock(&lro->sim->lock);
    if (r < 0) op_fail(op, err.code[0] ? err.code : "InternalServerError", err.text);
    op->phase = OP_WORKED;
}

/* One step of what is due; false when nothing is, with the time of the next in 'next_ms'. */
static bool lro_step(struct lro *lro, int64_t *next_ms)
{
    int64_t now = clock_ms();
    for (struct op *op = lro->ops; op; op = op->next) {
        if (op->phase == OP_WAITING) {
            if (op->plan.work && !op->failed)
                op_work(lro, op);
            else
                op->phase = OP_WORKED;
            return true;
        }
        if (op->phase != OP_WORKED) continue;
        if (op->due_ms <= now) {
            op_end(op);
            http_release(lro->sim, now);
            return true;
        }
        if (op->due_ms < *next_ms) *next_ms = op->due_ms;
    }
    int64_t held = http_release(lro->sim, now);
    if (held < *next_ms) *next_ms = held;
    return false;
}

static void *lro_worker(void *argument)
{
    struct lro *lro = argument;
    pthread_mutex_lock(&lro->sim->lock);
    while (!lro->stopping) {
        int64_t next_ms = INT64_MAX;
        if (lro_step(lro, &next_ms)) continue;
        if (next_ms == INT64_MAX) {
            pthread_cond_wait(&lro->wake, &lro->sim->lock);
        } else {
            struct timespec until = {.tv_sec = next_ms / 1000, .tv_nsec = next_ms % 1000 * 1000000};
            pthread_cond_timedwait(&lro->wake, &lro->sim->lock, &until);
        }
    }
    pthread_mutex_unlock(&lro->sim->lock);
    return NULL;
}

struct lro *lro_new(struct sim *sim)
{
    struct lro *lro = xcalloc(1, sizeof(*lro));
    lro->sim = sim;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&lro->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    for (int i = 0; i < WORKERS; i++) {
        if (pthread_create(&lro->workers[i], NULL, lro_worker, lro) != 0) abort();
    }
    return lro;
}

void lro_stop(struct lro *lro)
{
    pthread_mutex_lock(&lro->sim->lock);
    lro->stopping = true;
    pthread_cond_broadcast(&lro->wake);
    pthread_mutex_unlock(&lro->sim->lock);
    for (int i = 0; i < WORKERS; i++) pthread_join(lro->workers[i], NULL);
}

void lro_free(struct lro *lro)
{
    if (!lro) return;
    for (struct op *op = lro->ops, *next; op; op = next) {
        next = op->next;
        op_free(op);
    }
    pthread_cond_destroy(&lro->wake);
    free(lro);
}

void lro_wake(struct lro *lro)
{
    pthread_cond_broadcast(&lro->wake);
}

bool server_is_busy(const struct server *server)
{
    return server->op || clock_ms() < server->busy_until_ms;
}

static struct op *op_new(struct exchange *x, struct server *server, struct op_plan plan)
{
    struct lro *lro = x->sim->lro;
    struct op *op = xcalloc(1, sizeof(*op));
    op->sim = x->sim;
    op->server = server;
    op->plan = plan;
    op->location = server_location_name(server);
    op->deletes = strcmp(x->method, "DELETE") == 0;
    op->due_ms = clock_ms() + (x->operator_ ? 0 : plan.duration_ms);
    random_guid(op->id);
    clock_text(op->start, 3);
    op->next = lro->ops;
    lro->ops = op;
    if (++lro->op_n > OPS_KEPT) lro_prune(lro);
    lro_wake(lro);
    return op;
}

static void lro_reply(struct exchange *x, const struct op *op)
{
    x->lro = true;
    x->op = unconst(op);
    char *status = monitor_url(x->sim, op->location, "azureAsyncOperation", op->id);
    char *result = monitor_url(x->sim, op->location, "operationResults", op->id);
    reply_header(x, "Azure-AsyncOperation", "%s", status);
    reply_header(x, "Location", "%s", result);
    reply_header(x, "Retry-After", "%lld",
                 (long long)setting(&x->sim->settings, SET_RETRY_AFTER_S));
    reply_json(x, 202, json_pack("{s:s, s:s}", "operation", op->plan.name, "startTime", op->start));
    free(status);
    free(result);
}

static void lro_refuse_busy(struct exchange *x, struct server *server)
{
    if (setting_is(&x->sim->settings, SET_BUSY_FORM, "sync")) {
        reply_error(x, 409, "ServerIsBusy",
                    "Cannot complete operation while server '%s' is busy processing another "
                    "operation. Try again later.",
                    server->name);
        return;
    }
    struct op_plan plan = {.name = "UpsertServerManagementOperationV2",
                           .duration_ms = setting(&x->sim->settings, SET_LATE_FAILURE_MS),
                           .free_running = true};
    struct op *op = op_new(x, server, plan);
    char *message = xasprintf("Server '%s' is busy with another operation. Please try again later.",
                              server->name);
    op_fail(op, "ServerBusy", message);
    free(message);
    lro_reply(x, op);
}

struct op *lro_start(struct exchange *x, struct server *server, struct op_plan plan)
{
    if (x->operator_ ? server->op != NULL : server_is_busy(server)) {
        json_decref(plan.args);
        lro_refuse_busy(x, server);
        return NULL;
    }
    if (x->late_code) {
        plan.code = x->late_code;
        plan.message = x->late_message;
    }
    struct op *op = op_new(x, server, plan);
    if (plan.code) {
        op_fail(op, plan.code, plan.message);
        op->plan.code = op->plan.message = NULL; /* the caller's memory */
    }
    server->op = op;
    lro_reply(x, op);
    return op;
}

void lro_fail_late(struct exchange *x, struct server *server, const char *name, const char *code,
                   const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    struct op_plan plan = {.name = name,
                           .code = code,
                           .message = message,
                           .duration_ms = setting(&x->sim->settings, SET_LATE_FAILURE_MS)};
    lro_start(x, server, plan);
}

json_t *lro_json(const struct op *op)
{
    const char *status = op->phase != OP_ENDED ? "InProgress" : op->failed ? "Failed" : "Succeeded";
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "name", op->id, "status", status, "startTime", op->start);
    if (op->phase == OP_ENDED && op->failed)
        json_object_set_new(body, "error",
                            json_pack("{s:s, s:s}", "code", op->code, "message", op->message));
    return body;
}

static const struct op *lro_find(struct exchange *x)
{
    if (!monitor_url_valid(x->sim, x->target)) {
        reply_error(x, 403, "InvalidOperationSignature",
                    "The signature of the operation URL does not match its content.");
        return NULL;
    }
    for (const struct op *op = x->sim->lro->ops; op; op = op->next) {
        if (strcmp(op->id, x->args[2]) == 0) return op;
    }
    reply_error(x, 404, "OperationNotFound", "The operation '%s' was not found.", x->args[2]);
    return NULL;
}

void lro_get_status(struct exchange *x)
{
    const struct op *op = lro_find(x);
    if (!op) return;
    if (op->phase != OP_ENDED)
        reply_header(x, "Retry-After", "%lld",
                     (long long)setting(&x->sim->settings, SET_RETRY_AFTER_S));
    reply_json(x, 200, lro_json(op));
}

/* What a synchronous answer would have been; the wire form of a failure is not known. */
void lro_get_result(struct exchange *x)
{
    const struct op *op = lro_find(x);
    if (!op) return;
    if (op->phase != OP_ENDED) {
        lro_reply(x, op);
        x->op = NULL;
        x->lro = false;
    } else if (op->failed) {
        reply_error(x, 400, op->code, "%s", op->message);
    } else if (op->deletes) {
        reply_text(x, 204, "");
    } else {
        reply_json(x, 200, lro_json(op));
    }
}
