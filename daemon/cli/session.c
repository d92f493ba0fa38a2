/* One run of the engine for a command: see session.h. */
#include "cli/session.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/log.h"
#include "run/configuration.h"
#include "run/lock.h"
#include "run/setup.h"
#include "run/sightings.h"

struct session {
    struct loop *loop;
    struct engine *engine;
    struct sightings *sightings;
    bool progress;
    bool live; /* standard error is a terminal: progress is one line that changes */
    bool finished;
};

static void on_finished(void *ctx)
{
    struct session *s = ctx;
    s->finished = true;
    loop_stop(s->loop);
}

static void session_progress(void *ctx, const struct event *e)
{
    const struct session *s = ctx;
    if (!s->progress || e->kind != EVENT_OPERATION) return;
    fprintf(stderr, s->live ? "\r\033[K%s: %llu s" : "%s: %llu s\n", e->text,
            (unsigned long long)(e->span / 1000));
    if (s->live) fflush(stderr);
}

static int64_t wall_clock(void *ctx)
{
    return loop_wall_clock(ctx);
}

static bool session_was_seen(void *ctx, const char *id)
{
    const struct session *s = ctx;
    return sightings_has(s->sightings, id);
}

static void session_add_left(json_t *left, const char *target, const char *what, const char *state,
                             const char *reason)
{
    json_array_append_new(left, json_pack("{s:s, s:o, s:s, s:o}", "target", target, "what",
                                          plan_text_json(what), "state", state, "reason",
                                          plan_text_json(reason)));
}

static void session_add_standing(void *ctx, const struct standing *s)
{
    session_add_left(ctx, s->target, s->title, s->state, s->reason);
}

static void session_add_unknown(void *ctx, const char *target, const char *part,
                                const struct err *err)
{
    session_add_left(ctx, target, part, "unknown", err->text);
}

static void engine_go(struct session *s, struct configuration *c, enum engine_mode mode,
                      struct session_result *result)
{
    struct setup *setup = setup_new(s->loop, c, NULL);
    const struct engine_world world = setup_world(setup);
    const struct engine_hooks hooks = {
        .ctx = s, .finished = on_finished, .was_seen = session_was_seen};
    s->sightings =
        sightings_new(mode == ENGINE_PLAN ? NULL : s->loop, c->settings->state_directory);
    s->engine = engine_new(&world, setup_desired(setup), mode, &hooks);
    engine_subscribe(s->engine, session_progress, s);
    engine_subscribe(s->engine, sightings_sink, s->sightings);
    setup_tell(setup, s->engine);
    engine_start(s->engine);
    loop_run(s->loop);
    if (s->progress && s->live) fputs("\r\033[K", stderr);
    result->totals = engine_totals(s->engine);
    result->plan = engine_plan(s->engine);
    result->left = json_array();
    engine_each_standing(s->engine, session_add_standing, result->left);
    engine_each_unknown(s->engine, session_add_unknown, result->left);
    engine_free(s->engine);
    setup_free(setup);
}

/* Two writers would undo each other's work: while the daemon runs, apply is refused. */
static int session_lock(const struct cli *cli, enum engine_mode mode, const struct configuration *c,
                        struct lock **lock)
{
    struct err err = {0};
    *lock = NULL;
    if (mode == ENGINE_PLAN) return 0;
    *lock = lock_new(c->settings->state_directory, &err);
    return *lock ? 0 : -cli_fail(cli, err.text);
}

static struct configuration *session_load(const struct cli *cli)
{
    struct problems problems;
    problems_init(&problems);
    struct configuration *c =
        configuration_load(cli->config, (const char *const *)cli->args, cli->arg_count, &problems);
    if (c && desired_require(c->desired, c->settings, &problems)) {
        configuration_free(c);
        c = NULL;
    }
    if (!c) cli_problems(cli, &problems);
    problems_done(&problems);
    return c;
}

int session_run(const struct cli *cli, enum engine_mode mode, bool progress,
                struct session_result *result)
{
    struct session s = {.progress = progress, .live = isatty(STDERR_FILENO)};
    struct err err = {0};
    struct lock *lock = NULL;
    struct configuration *c = session_load(cli);
    if (!c) return -1;
    if (descriptors_require(DESCRIPTORS_LEAST, DESCRIPTORS_MOST, &err)) {
        configuration_free(c);
        return -cli_fail(cli, err.text);
    }
    signal(SIGPIPE, SIG_IGN);
    log_setup(LOG_FORMAT_TEXT, progress ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING, stderr, "pgdrift");
    s.loop = loop_new(&err);
    int status = -1;
    if (!s.loop) {
        cli_fail(cli, err.text);
    } else if (!session_lock(cli, mode, c, &lock)) {
        log_clock(wall_clock, s.loop);
        engine_go(&s, c, mode, result);
        c = NULL; /* taken over */
        status = 0;
    }
    configuration_free(c);
    sightings_stop(s.sightings);
    loop_free(s.loop);
    sightings_free(s.sightings);
    lock_free(lock);
    log_close();
    return status;
}

void session_result_done(struct session_result *result)
{
    plan_free(result->plan);
    json_decref(result->left);
    *result = (struct session_result){0};
}
