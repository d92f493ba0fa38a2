/* Starting, stopping, restarting a flexible server and failing it over: see server.h. */
#include "postgres/server.h"

#include <string.h>

#include "arm/lro.h"
#include "base/json.h"
#include "postgres/cluster.h"
#include "postgres/configuration.h"
#include "postgres/server_body.h"

struct power {
    const char *operation;
    const char *from; /* the state it is allowed in */
    const char *during, *after;
    op_work_fn *work;
    op_end_fn *finish;
    enum setting duration;
};

static int start_work(struct op *op, struct err *err)
{
    return op->server->cluster ? cluster_start(op->server->cluster, err) : 0;
}

static int stop_work(struct op *op, struct err *err)
{
    return op->server->cluster ? cluster_stop(op->server->cluster, false, err) : 0;
}

static int restart_work(struct op *op, struct err *err)
{
    return op->server->cluster ? cluster_restart(op->server->cluster, false, err) : 0;
}

/* A failover cuts connections without a word, as a crash does. */
static int failover_work(struct op *op, struct err *err)
{
    return op->server->cluster ? cluster_restart(op->server->cluster, true, err) : 0;
}

static void running_finish(struct op *op)
{
    configuration_restarted(op->server);
    server_set_state(op->server, "Ready", op->plan.name);
}

static void stop_finish(struct op *op)
{
    server_set_state(op->server, "Stopped", op->plan.name);
}

static void failover_finish(struct op *op)
{
    json_t *doc = server_doc(op->server);
    server_change(op->server);
    json_t *zone = json_incref(json_at(doc, "properties.availabilityZone"));
    json_t *standby =
        json_incref(json_at(doc, "properties.highAvailability.standbyAvailabilityZone"));
    json_put_at(doc, "properties.availabilityZone", standby);
    json_put_at(doc, "properties.highAvailability.standbyAvailabilityZone", zone);
    running_finish(op);
}

static const struct power start_power = {"StartServerManagementOperation",
                                         "Stopped",
                                         "Starting",
                                         "Ready",
                                         start_work,
                                         running_finish,
                                         SET_POWER_MS};
static const struct power stop_power = {"StopServerManagementOperation",
                                        "Ready",
                                        "Stopping",
                                        "Stopped",
                                        stop_work,
                                        stop_finish,
                                        SET_POWER_MS};
static const struct power restart_power = {"RestartServerManagementOperation",
                                           "Ready",
                                           "Restarting",
                                           "Ready",
                                           restart_work,
                                           running_finish,
                                           SET_POWER_MS};
static const struct power failover_power = {"RestartServerManagementOperation",
                                            "Ready",
                                            "Restarting",
                                            "Ready",
                                            failover_work,
                                            failover_finish,
                                            SET_FAILOVER_MS};

/* What went wrong left PostgreSQL in one of two states; the work says which by what it is for. */
static void power_fail(struct op *op)
{
    bool was_stopped = strcmp(op->plan.name, start_power.operation) == 0;
    server_set_state(op->server, was_stopped ? "Stopped" : "Ready", op->plan.name);
}

/* Azure accepts start and stop of a server in the wrong state without effect (a public incident);
 * a restart of one that is not Ready fails late (spelling as Azure sends it). */
static void power_refuse(struct exchange *x, const struct power *power)
{
    if (power->work == restart_work || power->work == failover_work) {
        lro_fail_late(x, x->server, power->operation, "ServerIsNotReady",
                      "Restart or Stop Server can only be performed on Started servers. Sever Name "
                      "= %s, Current Server State = %s",
                      x->server->name, server_state(x->server));
        return;
    }
    struct op_plan plan = {.name = power->operation,
                           .duration_ms = setting(&x->sim->settings, SET_POWER_MS)};
    lro_start(x, x->server, plan);
}

static void power_begin(struct exchange *x, const struct power *power)
{
    struct server *server = x->server;
    if (!server->op && strcmp(server_state(server), power->from) != 0) {
        power_refuse(x, power);
        return;
    }
    struct op_plan plan = {
        .name = power->operation,
        .duration_ms = setting(&x->sim->settings, power->duration),
        .work = power->work,
        .finish = power->finish,
        .fail = power_fail,
    };
    if (lro_start(x, server, plan)) server_set_state(server, power->during, power->operation);
}

void server_start(struct exchange *x)
{
    power_begin(x, &start_power);
}

void server_stop(struct exchange *x)
{
    power_begin(x, &stop_power);
}

void server_failover(struct exchange *x)
{
    const char *mode = json_text_at(server_doc(x->server), "properties.highAvailability.mode");
    if (strcmp(mode, "Disabled") == 0)
        lro_fail_late(x, x->server, failover_power.operation, "HighAvailabilityNotEnabled",
                      "Restart with failover is only possible for a server with high "
                      "availability. Server Name = %s",
                      x->server->name);
    else
        power_begin(x, &failover_power);
}

void server_restart(struct exchange *x)
{
    if (!server_body_right(x, restart_members, true)) return;
    if (json_bool_at(x->json, "restartWithFailover", false))
        server_failover(x);
    else
        power_begin(x, &restart_power);
}
