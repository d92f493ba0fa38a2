/* The daemon as a service: see service.h. */
#include "run/service.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/descriptor.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/message_id.h"
#include "base/version.h"
#include "engine/engine.h"
#include "run/configuration.h"
#include "run/guard.h"
#include "run/lock.h"
#include "run/notify.h"
#include "run/reload.h"
#include "run/setup.h"
#include "run/sightings.h"
#include "run/supervisor.h"

/* How long a stop waits for a configuration that is being read. */
#define READING_PATIENCE SECONDS(2)
/* How often the lock is looked at. */
#define LOCK_CHECK_PERIOD SECONDS(5)

enum {
    LOG_QUEUE_MAX = 4 * 1024 * 1024,
    LOG_PATIENCE_MS = 1000,
};

struct service {
    const struct service_options *options;
    struct loop *loop;
    struct guard *guard; /* has the lock */
    struct supervisor *supervisor;
    struct declared *declared;   /* by the newest configuration */
    struct configuration *first; /* read at start, until the engine works by it */
    struct setup *setup;         /* in force, the newest first */
    struct engine *engine;
    struct loop_signal *hangup, *terminate, *interrupt;
    struct loop_timer *watchdog;
    struct loop_timer *patience; /* how long the end waits for a reading */
    struct reload *reload;
    struct sightings *sightings;
    bool stopping;
    int status;
};

static void service_log_as_set(const struct service *s, const struct settings *settings)
{
    int format = s->options->log_format >= 0 ? s->options->log_format : settings->log.format;
    enum log_level level = s->options->log_level >= 0 ? (enum log_level)s->options->log_level
                                                      : settings_log_level(settings);
    log_setup((enum log_format)format, level, stderr, "pgdriftd");
}

/* --- the engine ------------------------------------------------------------------------------ */

static void service_leave(struct service *s);

static void service_cycle(void *ctx)
{
    struct service *s = ctx;
    struct engine_totals t = engine_totals(s->engine);
    supervisor_state(s->supervisor, &t);
}

static void service_finished(void *ctx)
{
    struct service *s = ctx;
    struct engine_totals t = engine_totals(s->engine);
    if (t.looked < t.targets || t.unknown || t.blocked)
        s->status = SERVICE_ERROR;
    else
        s->status = t.drifted + t.debt ? SERVICE_DRIFT : SERVICE_OK;
    loop_stop(s->loop);
}

/* No target works by an older configuration any more. */
static void service_retired(void *ctx, void *owner)
{
    struct service *s = ctx;
    setup_retire(&s->setup, owner);
}

static bool service_was_seen(void *ctx, const char *id)
{
    const struct service *s = ctx;
    return sightings_has(s->sightings, id);
}

static const char *service_note(void *ctx)
{
    const struct service *s = ctx;
    return supervisor_note(s->supervisor);
}

static void service_engine_begin(struct service *s, struct configuration *c)
{
    configuration_log_declared(c, &s->declared);
    s->sightings = sightings_new(s->loop, c->settings->state_directory);
    s->setup = setup_new(s->loop, c, NULL);
    const struct engine_world world = setup_world(s->setup);
    const struct engine_hooks hooks = {
        .ctx = s,
        .note = service_note,
        .cycle = service_cycle,
        .finished = service_finished,
        .retired = service_retired,
        .was_seen = service_was_seen,
    };
    s->engine = engine_new(&world, setup_desired(s->setup),
                           s->options->once ? ENGINE_APPLY : ENGINE_DAEMON, &hooks);
    engine_subscribe(s->engine, sightings_sink, s->sightings);
    setup_tell(s->setup, s->engine);
    engine_start(s->engine);
}

static void service_engine_end(struct service *s)
{
    engine_free(s->engine);
    s->engine = NULL;
    setup_free(s->setup);
    s->setup = NULL;
}

/* --- reload: parse all, check all, move on --------------------------------------------------- */

/* Target by target: each where nothing is being written to it. */
static void service_move_on(struct service *s, struct configuration *next)
{
    if (next->lock) guard_replace(s->guard, next->lock);
    next->lock = NULL;
    configuration_log_declared(next, &s->declared);
    s->setup = setup_new(s->loop, next, s->setup);
    service_log_as_set(s, next->settings);
    sightings_move(s->sightings, next->settings->state_directory);
    const struct engine_world world = setup_world(s->setup);
    setup_tell(s->setup, s->engine);
    engine_reload(s->engine, &world, setup_desired(s->setup));
    struct engine_totals t = engine_totals(s->engine);
    log_record(LOG_LEVEL_NOTICE, MESSAGE_RELOADED, NULL, "reloaded: %zu items on %zu targets",
               t.items, t.targets);
}

static const char *service_held_directory(void *ctx, size_t which)
{
    const struct service *s = ctx;
    return which == 0 ? guard_directory(s->guard) : NULL;
}

static void service_reload_begun(void *ctx)
{
    const struct service *s = ctx;
    supervisor_reloading(s->supervisor, loop_now(s->loop));
}

static void service_tell_ready(struct service *s, const char *news)
{
    struct engine_totals t = engine_totals(s->engine);
    supervisor_ready(s->supervisor, &t, news);
}

/* The reading has ended: what is right comes into force, what is wrong is said. */
static void service_reload_ended(void *ctx, struct configuration *next,
                                 const struct problems *problems)
{
    struct service *s = ctx;
    if (s->stopping) {
        configuration_free(next);
        service_leave(s);
    } else if (!next) {
        configuration_log(problems, MESSAGE_RELOAD_REFUSED);
        supervisor_refused(s->supervisor, problems);
        service_tell_ready(s, NULL);
    } else {
        supervisor_refused(s->supervisor, NULL);
        service_move_on(s, next);
        service_tell_ready(s, "reloaded");
    }
}

static void service_hangup(void *ctx)
{
    struct service *s = ctx;
    if (!s->stopping) reload_request(s->reload);
}

/* --- signals and the watchdog ---------------------------------------------------------------- */

static bool service_is_busy(const struct service *s)
{
    return reload_is_reading(s->reload) || guard_is_checking(s->guard);
}

/* Nothing has to be finished: what is under way is looked at again by the next start (P8). Only
 * files being read are waited for, a little: their thread cannot be interrupted. */
static void service_leave(struct service *s)
{
    s->stopping = true;
    if (!service_is_busy(s)) {
        loop_stop(s->loop);
        return;
    }
    if (s->engine) service_engine_end(s);
    if (!loop_timer_running(s->patience)) loop_timer_start(s->patience, READING_PATIENCE);
}

static void service_stop(void *ctx)
{
    struct service *s = ctx;
    if (!s->stopping) log_record(LOG_LEVEL_NOTICE, MESSAGE_STOPPING, NULL, "stopping");
    supervisor_stopping(s->supervisor);
    service_leave(s);
}

static void service_lock_lost(void *ctx)
{
    struct service *s = ctx;
    s->status = SERVICE_ERROR;
    service_stop(s);
}

static void service_lock_checked(void *ctx)
{
    struct service *s = ctx;
    if (s->stopping) service_leave(s);
}

static void service_stop_waiting(void *ctx)
{
    const struct service *s = ctx;
    log_record(LOG_LEVEL_WARNING, NULL, NULL,
               "files are still being read: their file system does not answer");
    loop_stop(s->loop);
}

/* Also without a watchdog something keeps the loop alive, when no target is declared yet. */
static msec service_watchdog_pause(void)
{
    msec pause = notify_watchdog_ms();
    return pause ? pause : MINUTES(1);
}

/* From the loop that does the work: where that hangs, systemd hears nothing. */
static void service_watchdog(void *ctx)
{
    struct service *s = ctx;
    supervisor_alive(s->supervisor);
    loop_timer_start(s->watchdog, service_watchdog_pause());
}

static int service_catch_signals(struct service *s, struct err *err)
{
    signal(SIGPIPE, SIG_IGN);
    s->hangup = loop_signal_new(s->loop, SIGHUP, service_hangup, s, err);
    s->terminate = loop_signal_new(s->loop, SIGTERM, service_stop, s, err);
    s->interrupt = loop_signal_new(s->loop, SIGINT, service_stop, s, err);
    if (!s->hangup || !s->terminate || !s->interrupt) return -1;
    s->patience = loop_timer_new(s->loop, service_stop_waiting, s);
    s->watchdog = loop_timer_new(s->loop, service_watchdog, s);
    loop_timer_start(s->watchdog, service_watchdog_pause());
    return 0;
}

/* --- from start to end ----------------------------------------------------------------------- */

static int64_t service_wall_clock(void *ctx)
{
    return loop_wall_clock(ctx);
}

static int service_configure(struct service *s)
{
    struct problems problems;
    problems_init(&problems);
    s->first = configuration_load(s->options->config, NULL, 0, &problems);
    if (s->first)
        service_log_as_set(s, s->first->settings);
    else
        configuration_log(&problems, NULL);
    problems_done(&problems);
    return s->first ? 0 : -1;
}

static int service_begin(struct service *s, struct err *err)
{
    struct notify *notify = notify_new(getenv("NOTIFY_SOCKET"), err);
    if (!notify) return -1;
    s->supervisor = supervisor_new(notify);
    struct lock *lock = lock_new(s->first->settings->state_directory, err);
    if (!lock) return -1;
    const struct guard_hooks guard_hooks = {
        .ctx = s, .lost = service_lock_lost, .checked = service_lock_checked};
    s->guard = guard_new(s->loop, lock, LOCK_CHECK_PERIOD, &guard_hooks);
    const struct reload_hooks hooks = {.ctx = s,
                                       .begun = service_reload_begun,
                                       .held = service_held_directory,
                                       .ended = service_reload_ended};
    s->reload = reload_new(s->loop, s->options->config, &hooks);
    if (service_catch_signals(s, err)) return -1;
    service_engine_begin(s, s->first);
    s->first = NULL;
    struct engine_totals t = engine_totals(s->engine);
    log_record(LOG_LEVEL_NOTICE, MESSAGE_READY, NULL, "ready: %zu items on %zu targets", t.items,
               t.targets);
    service_tell_ready(s, NULL);
    return 0;
}

static void service_end(struct service *s)
{
    if (s->engine) service_engine_end(s);
    loop_timer_free(s->watchdog);
    loop_timer_free(s->patience);
    reload_free(s->reload);
    loop_signal_free(s->hangup);
    loop_signal_free(s->terminate);
    loop_signal_free(s->interrupt);
    configuration_free(s->first);
    guard_free(s->guard);
    declared_free(s->declared);
    supervisor_free(s->supervisor);
    log_clock(NULL, NULL);
    sightings_stop(s->sightings);
    loop_free(s->loop);
    s->loop = NULL;
    sightings_free(s->sightings);
    log_close();
}

static void service_cannot_start(struct service *s, const struct err *err)
{
    log_error(LOG_LEVEL_ERROR, NULL, NULL, err, "cannot start: %s", err->text);
    s->status = err->kind == ERR_CONFIG ? SERVICE_CONFIG : SERVICE_ERROR;
}

/* Before anything is opened that could fail for want of descriptors. */
static int service_prepare(struct service *s, struct err *err)
{
    if (descriptors_require(DESCRIPTORS_LEAST, DESCRIPTORS_MOST, err)) return -1;
    if (log_start_queue(LOG_QUEUE_MAX, LOG_PATIENCE_MS, err)) return -1;
    s->loop = loop_new(err);
    if (!s->loop) return -1;
    log_clock(service_wall_clock, s->loop);
    return 0;
}

static void service_work(struct service *s)
{
    struct err err = {0};
    if (service_prepare(s, &err)) {
        service_cannot_start(s, &err);
        return;
    }
    log_record(LOG_LEVEL_NOTICE, MESSAGE_STARTED, NULL, "pgdriftd %s", PGDRIFT_VERSION);
    if (service_configure(s))
        s->status = SERVICE_CONFIG;
    else if (service_begin(s, &err))
        service_cannot_start(s, &err);
    else
        loop_run(s->loop);
}

int service_run(const struct service_options *options)
{
    struct service s = {.options = options};
    log_setup(options->log_format >= 0 ? (enum log_format)options->log_format : LOG_FORMAT_AUTO,
              LOG_LEVEL_INFO, stderr, "pgdriftd");
    service_work(&s);
    if (s.reload && service_is_busy(&s)) {
        log_close();
        return s.status | SERVICE_STUCK;
    }
    service_end(&s);
    return s.status;
}
