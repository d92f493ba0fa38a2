/* Long-running operations: see lro.h. */
#include "arm/lro.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "control/fight.h"
#include "front/http.h"
#include "postgres/server.h"

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
    free(op->lane);
    free(op->path);
    free(op->lost);
    free(unconst(op->place.status));
    free(unconst(op->place.result));
    free(unconst(op->place.version));
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
    bool undone = op->failed || op->canceled || op->ignored;
    op_end_fn *half = undone ? op->plan.fail : op->plan.finish;
    if (half) half(op);
    if (server && op->server && server->op == op) {
        server->op = NULL;
        server->busy_until_ms = clock_ms() + setting(&op->sim->settings, SET_BUSY_AFTER_MS);
    }
    op->phase = OP_ENDED;
    op->server = NULL;
    if (!op->operator_) fight_after(op->sim, op->path);
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
            if (op->plan.work && !op->failed && !op->canceled && !op->ignored)
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

void lro_hurry(struct lro *lro)
{
    for (struct op *op = lro->ops; op; op = op->next) op->due_ms = 0;
    lro_wake(lro);
}

bool server_is_busy(const struct server *server)
{
    return server->op || clock_ms() < server->busy_until_ms;
}

/* 'place' is copied. */
static struct op *op_new(struct exchange *x, const struct op_place *place, struct op_plan plan)
{
    struct lro *lro = x->sim->lro;
    struct op *op = xcalloc(1, sizeof(*op));
    op->sim = x->sim;
    op->plan = plan;
    op->place = *place;
    op->place.status = xstrdup(place->status);
    op->place.result = xstrdup(place->result);
    op->place.version = xstrdup(place->version);
    op->path = xstrdup(x->path);
    op->deletes = strcmp(x->method, "DELETE") == 0;
    op->operator_ = x->operator_;
    op->ignored = x->ignore;
    op->canceled = x->lose && strcmp(x->lose, "Canceled") == 0;
    op->lost = x->lose && !op->canceled ? xstrdup(x->lose) : NULL;
    op->due_ms = clock_ms() + (x->operator_ ? 0 : plan.duration_ms);
    random_guid(op->id);
    clock_text(op->start, 3);
    if (plan.code) {
        op_fail(op, plan.code, plan.message);
        op->plan.code = op->plan.message = NULL; /* the caller's memory */
    }
    op->next = lro->ops;
    lro->ops = op;
    if (++lro->op_n > OPS_KEPT) lro_prune(lro);
    lro_wake(lro);
    return op;
}

static struct op *op_new_of_server(struct exchange *x, struct server *server, struct op_plan plan)
{
    char *location = server_location_name(server);
    const char *base =
        arena_printf(x->arena, "/subscriptions/%s/providers/Microsoft.DBforPostgreSQL/locations/%s",
                     x->sim->subscription_id, location);
    const struct op_place place = {
        .status = arena_printf(x->arena, "%s/azureAsyncOperation", base),
        .result = arena_printf(x->arena, "%s/operationResults", base),
        .version = exchange_query(x, "api-version"),
    };
    free(location);
    struct op *op = op_new(x, &place, plan);
    op->server = server;
    return op;
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
    plan.code = "ServerBusy";
    plan.message = arena_printf(
        x->arena, "Server '%s' is busy with another operation. Please try again later.",
        server->name);
    lro_accept(x, op_new_of_server(x, server, plan));
}

/* What was ordered to fail fails. */
static void plan_inject(const struct exchange *x, struct op_plan *plan)
{
    if (!x->late_code) return;
    plan->code = x->late_code;
    plan->message = x->late_message;
}

struct op *lro_start(struct exchange *x, struct server *server, struct op_plan plan)
{
    if (x->operator_ ? server->op != NULL : server_is_busy(server)) {
        json_decref(plan.args);
        lro_refuse_busy(x, server);
        return NULL;
    }
    plan_inject(x, &plan);
    struct op *op = op_new_of_server(x, server, plan);
    server->op = op;
    lro_accept(x, op);
    return op;
}

static bool lane_busy(const struct lro *lro, const char *lane)
{
    for (const struct op *op = lro->ops; op; op = op->next) {
        if (op->phase != OP_ENDED && op->lane && lane && strcmp(op->lane, lane) == 0) return true;
    }
    return false;
}

struct op *lro_begin(struct exchange *x, const char *lane, const struct op_place *place,
                     struct op_plan plan)
{
    if (lane_busy(x->sim->lro, lane)) {
        json_decref(plan.args);
        reply_header(x, "Retry-After", "%lld",
                     (long long)setting(&x->sim->settings, SET_RETRY_AFTER_S));
        reply_error(x, 429, "RetryableErrorDueToAnotherOperation",
                    "Operation on %s cannot proceed because another operation is in progress.",
                    lane);
        return NULL;
    }
    plan_inject(x, &plan);
    struct op *op = op_new(x, place, plan);
    if (lane) op->lane = xstrdup(lane);
    return op;
}

const struct op *lro_find(const struct lro *lro, const char *id)
{
    for (const struct op *op = lro->ops; op; op = op->next) {
        if (strcmp(op->id, id) == 0) return op;
    }
    return NULL;
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
