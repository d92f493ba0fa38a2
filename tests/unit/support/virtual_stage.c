/* A whole engine in the virtual world: see virtual_stage.h. */
#include "support/virtual_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/must.h"

static json_t *built;
static bool building;

static void stage_cycle(void *ctx)
{
    struct stage *s = ctx;
    s->cycles++;
}

static void stage_finished(void *ctx)
{
    struct stage *s = ctx;
    s->finished = true;
}

/* What a daemon remembers beyond its own end. */
static void stage_hears(void *ctx, const struct event *e)
{
    struct stage *s = ctx;
    if (e->kind == EVENT_PRESENT) json_object_set_new(s->seen, e->text, json_true());
}

static bool stage_was_seen(void *ctx, const char *id)
{
    return json_object_get(((struct stage *)ctx)->seen, id) != NULL;
}

static void stage_gate(struct stage *s)
{
    struct gate_limits limits;
    arm_gate_limits(&limits, VIRTUAL_ARM);
    limits.per_host = (unsigned)s->settings->limits.max_in_flight;
    s->gate = gate_new(virtual_io(s->v), &limits);
}

void stage_init(struct stage *s, uint32_t seed, json_t *settings_patch)
{
    const struct token_source source = {.kind = TOKEN_MANAGED_IDENTITY, .endpoint = VIRTUAL_IMDS};
    if (!building) stage_built(); /* before records are caught for this one */
    *s = (struct stage){.v = virtual_new(seed), .settings = virtual_settings(settings_patch)};
    s->seen = json_object();
    records_init(&s->records);
    stage_gate(s);
    s->token = token_cache_new(gate_io(s->gate), &source, "https://management.azure.com/");
    s->azure = (struct azure){
        .io = gate_io(s->gate),
        .endpoint = VIRTUAL_ARM,
        .token = s->token,
        .settle_limit = MINUTES((msec)s->settings->limits.operation_timeout_minutes),
    };
}

static struct engine_world stage_world(const struct stage *s)
{
    return (struct engine_world){.io = s->azure.io, .azure = &s->azure, .settings = s->settings};
}

void stage_reload(struct stage *s, json_t *document_patch)
{
    const struct engine_world world = stage_world(s);
    engine_reload(s->engine, &world, virtual_desired(s->settings, document_patch));
}

void stage_begin(struct stage *s, enum engine_mode mode, json_t *document_patch)
{
    const struct engine_world world = stage_world(s);
    const struct engine_hooks hooks = {
        .ctx = s, .cycle = stage_cycle, .finished = stage_finished, .was_seen = stage_was_seen};
    engine_free(s->engine);
    virtual_forget_looks(s->v);
    s->finished = false;
    s->cycles = 0;
    s->engine = engine_new(&world, virtual_desired(s->settings, document_patch), mode, &hooks);
    engine_subscribe(s->engine, stage_hears, s);
    engine_start(s->engine);
}

void stage_stop(struct stage *s)
{
    engine_free(s->engine);
    s->engine = NULL;
    token_cache_free(s->token);
    gate_free(s->gate);
    s->token = NULL;
    s->gate = NULL;
}

void stage_free(struct stage *s)
{
    stage_stop(s);
    virtual_free(s->v);
    settings_free(s->settings);
    json_decref(s->goal);
    json_decref(s->seen);
    records_done(&s->records);
}

void stage_done(struct stage *s)
{
    char *complaints = xstrdup(virtual_complaints(s->v));
    char *story = *complaints ? virtual_story(s->v) : NULL;
    stage_free(s);
    if (story) fprintf(stderr, "%s", story);
    free(story);
    if (*complaints) fail_msg("the watch complains:\n%s", complaints);
    free(complaints);
}

/* --- waiting -----------------------------------------------------------------------------------
 */

bool stage_is_in_order(struct stage *s)
{
    const struct engine_totals t = engine_totals(s->engine);
    bool fine = t.targets && t.looked == t.targets && !t.drifted && !t.waiting && !t.blocked &&
                !t.unachievable && !t.unknown;
    if (!fine || !s->goal) return fine;
    json_t *state = virtual_state(s->v);
    fine = json_equal(state, s->goal);
    json_decref(state);
    return fine;
}

/* Asked after every event: the world is compared only after a cycle. */
struct stage_wait {
    struct stage *stage;
    size_t cycles;
};

static bool stage_came_in_order(void *ctx)
{
    struct stage_wait *w = ctx;
    if (w->cycles == w->stage->cycles) return false;
    w->cycles = w->stage->cycles;
    return stage_is_in_order(w->stage);
}

bool stage_until_in_order(struct stage *s, msec span)
{
    struct stage_wait w = {.stage = s, .cycles = s->cycles};
    return virtual_until(s->v, stage_came_in_order, &w, span);
}

static bool stage_is_finished(void *ctx)
{
    return ((struct stage *)ctx)->finished;
}

bool stage_until_finished(struct stage *s, msec span)
{
    return virtual_until(s->v, stage_is_finished, s, span);
}

/* --- states ------------------------------------------------------------------------------------
 */

const json_t *stage_built(void)
{
    struct stage s;
    if (built) return built;
    building = true;
    stage_init(&s, 1, NULL);
    stage_begin(&s, ENGINE_DAEMON, NULL);
    bool in_order = stage_until_in_order(&s, MINUTES(24 * 60));
    if (!in_order) stage_show(&s);
    must(in_order);
    built = virtual_save(s.v);
    stage_done(&s);
    building = false;
    return built;
}

void stage_built_free(void)
{
    json_decref(built);
    built = NULL;
}

void stage_load(struct stage *s, const json_t *saved)
{
    virtual_load(s->v, saved);
    json_decref(s->goal);
    s->goal = virtual_state(s->v);
}

/* --- records -----------------------------------------------------------------------------------
 */

void stage_show(struct stage *s)
{
    char *story = virtual_story(s->v);
    fprintf(stderr, "%s\n%s\n", story, stage_records(s));
    free(story);
}

const char *stage_records(struct stage *s)
{
    fflush(s->records.stream);
    return s->records.text;
}

size_t stage_said_times(struct stage *s, const char *message_id, const char *part)
{
    size_t n = 0;
    struct buf line;
    buf_init(&line, 1 << 20);
    for (const char *at = stage_records(s); *at;) {
        size_t length = strcspn(at, "\n");
        buf_reset(&line);
        buf_add(&line, at, length);
        bool its = !message_id || strstr(buf_text(&line), message_id);
        n += its && (!part || strstr(buf_text(&line), part));
        at += length + (at[length] == '\n');
    }
    buf_done(&line);
    return n;
}

bool stage_said(struct stage *s, const char *message_id, const char *part)
{
    return stage_said_times(s, message_id, part) > 0;
}
