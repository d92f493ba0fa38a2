/* Carrying out what one look of a lane may do: see write.h. */
#include "engine/write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/must.h"
#include "engine/lane.h"
#include "engine/run.h"
#include "pg/classify.h"
#include "resource/action.h"

/* Held while a transaction of ours writes, so that two daemons at the same server take turns. The
 * number is "pgdriftd" in ASCII. */
static const char lock_statement[] = "SELECT pg_advisory_xact_lock(8099552897406497892)";

/* After this an operation is said to be slow, and again after twice the time. */
#define WRITE_SLOW MINUTES(10)
/* After this what was seen to be done is done. */
#define WRITE_SEEN MINUTES(5)
/* However many statements there are. */
#define WRITE_SQL_LIMIT MINUTES(10)

static void write_next(struct lane *l);

static const struct change *write_queued(const struct writer *w, size_t i)
{
    must(i < w->length);
    return &w->plan->changes[w->queue[i]];
}

static const struct action *write_action(const struct change *c)
{
    return c->action;
}

/* --- what may be done now -------------------------------------------------------------------- */

static bool write_may(const struct lane *l, const struct change *c)
{
    return c->verdict == CHANGE_GO && c->action &&
           transitions_held(l->run->transitions, c) <= run_now(l->run);
}

/* Changes of one transaction: the same database, one after another in the plan. */
static bool write_same_transaction(const struct change *a, const struct change *b)
{
    const struct action *x = write_action(a), *y = write_action(b);
    return x->kind == ACTION_SQL && y->kind == ACTION_SQL && x->mode == SQL_TRANSACTION &&
           y->mode == SQL_TRANSACTION && strcmp(x->database, y->database) == 0;
}

static bool write_pick(struct lane *l)
{
    struct writer *w = &l->writer;
    w->queue = xreallocarray(w->queue, l->plan->count + 1, sizeof(*w->queue));
    w->length = w->at = 0;
    for (size_t i = 0; i < l->plan->count; i++) {
        const struct change *c = &l->plan->changes[i];
        if (!write_may(l, c)) continue;
        const struct change *first = w->length ? &l->plan->changes[w->queue[0]] : c;
        const struct change *last = w->length ? &l->plan->changes[w->queue[w->length - 1]] : c;
        if (c->stage != first->stage && !write_same_transaction(last, c)) break;
        w->queue[w->length++] = i;
    }
    return w->length > 0;
}

/* --- the end of a write ---------------------------------------------------------------------- */

/* A write to ARM without an answer may be under way, and so may one that was accepted and whose end
 * is not known: it gets time to be seen before it is sent again. */
static bool write_is_in_doubt(const struct lane *l, const struct change *c, const struct err *err)
{
    enum arm_fate fate = l->writer.arm.fate;
    if (!err || write_action(c)->kind != ACTION_ARM) return false;
    return fate == ARM_IN_DOUBT || fate == ARM_ACCEPTED || fate == ARM_CANCELED;
}

/* After a write that ended well reads may lag behind: it is not repeated before that time is over,
 * whatever reads say. */
static msec write_pause(const struct lane *l, const struct change *c, const struct err *err)
{
    const struct run *r = l->run;
    unsigned attempts = transitions_attempts(r->transitions, c);
    const struct backoff_policy lag = {
        .base_ms = (uint64_t)run_settings(r)->evidence.lag_seconds * 1000,
        .cap_ms = MINUTES(10),
        .factor = 2,
    };
    bool arm = write_action(c)->kind == ACTION_ARM;
    const struct backoff_policy *policy = &backoff_presets[BACKOFF_REWRITE];
    if (write_is_in_doubt(l, c, err))
        policy = &backoff_presets[BACKOFF_DOUBT];
    else if (!err && arm)
        policy = &lag;
    return backoff_delay(policy, attempts ? attempts : 1, err ? err->retry_after_ms : 0,
                         r->azure.io->random(r->azure.io->ctx));
}

/* 'c' was written, or not; says so, and whether the others still make sense now. */
static void write_ended(struct lane *l, const struct change *c, const struct err *err)
{
    struct run *r = l->run;
    msec pause = write_pause(l, c, err), now = run_now(r);
    transitions_hold(r->transitions, c, now + pause);
    if (!err) {
        bool arm = write_action(c)->kind == ACTION_ARM;
        transitions_written(r->transitions, c, now, arm ? now + pause : 0);
        l->fruitless = 0;
        return;
    }
    transitions_failed(r->transitions, c, err);
    if (!err_retryable(err->kind)) return;
    l->writer.enough = true;
    l->pause_until = now + pause;
}

/* --- ARM ------------------------------------------------------------------------------------- */

/* Most operations end within minutes; of one that does not a person should know. */
static void write_arm_is_slow(struct lane *l, const struct change *c, msec span)
{
    char why[96];
    if (span < l->writer.slow) return;
    l->writer.slow = 2 * span;
    snprintf(why, sizeof(why), "Azure has been at work on it for %" PRIu64 " min",
             span / MINUTES(1));
    transitions_slow(l->run->transitions, c, why);
}

static void write_arm_progress(struct flow *f)
{
    const struct arm_write *a = f->op;
    struct lane *l = a->owner;
    const struct run *r = l->run;
    const struct change *c = write_queued(&l->writer, l->writer.at);
    write_arm_is_slow(l, c, run_now(r) - l->writer.started);
    char what[160];
    snprintf(what, sizeof(what), "%s %s", change_verb_word(c->verb), c->title);
    const struct event event = {.kind = EVENT_OPERATION,
                                .document = r->target->document,
                                .target = r->target->name,
                                .cycle = l->cycle,
                                .text = what,
                                .span = run_now(r) - l->writer.started};
    events_tell(r->services->events, &event);
}

static void write_arm_done(struct flow *f, const struct err *err)
{
    struct arm_write *a = f->op;
    struct lane *l = a->owner;
    bool sent = a->fate != ARM_NOT_SENT;
    l->counts.arm_writes += sent;
    l->counts.arm_reads += f->calls - (sent ? 1 : 0);
    /* What went wrong after it had ended well is about reading back alone: the next look tells. */
    write_ended(l, write_queued(&l->writer, l->writer.at), a->fate == ARM_SETTLED ? NULL : err);
    arm_write_done(a);
    l->writer.at++;
    write_next(l);
}

static void write_arm_start(struct lane *l, const struct change *c)
{
    const struct action *a = write_action(c);
    struct writer *w = &l->writer;
    const struct arm_request request = {
        .method = a->method,
        .id = a->id,
        .api_version = a->api_version,
        .body = a->body,
        .secret_path = a->secret_path,
        .secret = a->secret,
        /* After a write whose end is not known a busy server is no reason to wait and send it
         * again, but to look. */
        .creates = a->creates || transitions_attempts(l->run->transitions, c) > 1,
        .if_none_match = a->if_none_match,
        .if_match = a->if_match,
        .shape = a->shape,
        .settling = a->settling,
    };
    struct err err = {0};
    if (a->creates) absence_clear(&l->run->root.absence); /* from now on it may be there */
    if (arm_write_init(&w->arm, &l->run->azure, &request, &err)) {
        write_ended(l, c, &err);
        w->at++;
        write_next(l);
        return;
    }
    w->arm.owner = l;
    w->arm.flow.done = write_arm_done;
    w->arm.flow.progress = write_arm_progress;
    w->arm.flow.resource = c->object;
    w->started = run_now(l->run);
    w->slow = WRITE_SLOW;
    flow_start(&w->arm.flow, l->run->azure.io);
}

/* --- SQL ------------------------------------------------------------------------------------- */

static void write_sql_ask(struct flow *f, struct call *call)
{
    const struct lane *l = f->op;
    const struct writer *w = &l->writer;
    const struct action *a = write_action(write_queued(w, w->at));
    call->kind = CALL_SQL;
    call->sql = (struct sql_call){
        .target = run_sql_target(l->run, a->database),
        .mode = a->mode,
        .statements = w->batch,
        .count = w->batch_statements,
        .statement_timeout = SECONDS((msec)run_settings(l->run)->sql.statement_timeout_seconds),
    };
}

/* The change that statement 'failed' of the batch belongs to. */
static size_t write_failed_change(const struct writer *w, size_t failed)
{
    size_t at = write_action(write_queued(w, w->at))->mode == SQL_TRANSACTION ? 1 : 0;
    for (size_t i = 0; i < w->batch_length; i++) {
        at += write_action(write_queued(w, w->at + i))->count;
        if (failed < at) return w->at + i;
    }
    return w->at;
}

static int write_sql_classify(struct flow *f, const struct reply *reply, struct err *err)
{
    struct lane *l = f->op;
    struct writer *w = &l->writer;
    w->batch_failed = w->at;
    w->batch_answered = false;
    if (flow_classify_transport(f, reply, err)) return -1;
    w->batch_answered = true;
    if (reply->sql.sqlstate[0]) w->batch_failed = write_failed_change(w, reply->sql.failed);
    return pg_classify(&reply->sql, err);
}

static enum flow_verdict write_sql_take(struct flow *f, const struct reply *reply)
{
    (void)f;
    (void)reply;
    return FLOW_DONE;
}

/* Every statement has its time; a server that is silent for longer is dead, and what was sent to it
 * in doubt. */
static void write_sql_row(struct writer *w, const struct settings *s)
{
    msec limit =
        SECONDS(30) + SECONDS((msec)s->sql.statement_timeout_seconds) * (msec)w->batch_statements;
    w->sql_rows[0] = (struct flow_row){
        .name = "write",
        .text = "carry out the statements of one transaction",
        .ask = write_sql_ask,
        .take = write_sql_take,
        .limit = limit < WRITE_SQL_LIMIT ? limit : WRITE_SQL_LIMIT,
        .flags = FLOW_ONCE,
    };
    w->sql_rows[1] = (struct flow_row){0};
}

/* One statement that fails undoes its whole transaction, but only its own change is held: the next
 * look carries out the others without it. */
static void write_sql_done(struct flow *f, const struct err *err)
{
    struct lane *l = f->op;
    struct writer *w = &l->writer;
    l->counts.sql_queries += (unsigned)w->batch_statements;
    for (size_t i = 0; i < w->batch_length; i++) {
        const struct change *c = write_queued(w, w->at + i);
        if (!err)
            write_ended(l, c, NULL);
        else if (!w->batch_answered || w->at + i == w->batch_failed)
            write_ended(l, c, err);
    }
    w->at += w->batch_length;
    write_next(l);
}

static void write_batch_add(struct writer *w, const struct sql_statement *statements, size_t count)
{
    w->batch = xreallocarray(w->batch, w->batch_statements + count, sizeof(*w->batch));
    memcpy(w->batch + w->batch_statements, statements, count * sizeof(*statements));
    w->batch_statements += count;
}

static void write_sql_start(struct lane *l, const struct change *first)
{
    static const struct sql_statement lock = {.text = lock_statement};
    struct writer *w = &l->writer;
    w->batch_length = w->batch_statements = 0;
    if (write_action(first)->mode == SQL_TRANSACTION) write_batch_add(w, &lock, 1);
    do {
        const struct change *c = write_queued(w, w->at + w->batch_length++);
        write_batch_add(w, write_action(c)->statements, write_action(c)->count);
        if (c != first) transitions_correcting(l->run->transitions, c);
    } while (w->at + w->batch_length < w->length &&
             write_same_transaction(first, write_queued(w, w->at + w->batch_length)));
    write_sql_row(w, run_settings(l->run));
    w->sql = (struct flow){
        .name = "sql.write",
        .rows = w->sql_rows,
        .classify = write_sql_classify,
        .done = write_sql_done,
        .op = l,
        .resource = l->run->target->name,
    };
    flow_start(&w->sql, l->run->azure.io);
}

/* --- the queue ------------------------------------------------------------------------------- */

static void write_forget(struct writer *w)
{
    w->busy = false;
    plan_free(w->plan);
    w->plan = NULL;
}

static void write_next(struct lane *l)
{
    struct writer *w = &l->writer;
    /* What a later look is about to see, or has seen, decides what comes next. */
    bool stop = w->enough || l->run->next || l->run->leaving || l->cycle != w->cycle;
    if (w->at >= w->length || stop) {
        write_forget(w);
        l->calls.written(l);
        return;
    }
    const struct change *c = write_queued(w, w->at);
    transitions_correcting(l->run->transitions, c);
    if (write_action(c)->kind == ACTION_ARM)
        write_arm_start(l, c);
    else
        write_sql_start(l, c);
}

bool write_start(struct lane *l)
{
    struct writer *w = &l->writer;
    must(!w->busy);
    if (!write_pick(l)) return false;
    w->busy = true;
    w->cycle = l->cycle;
    w->enough = false;
    w->plan = plan_share(l->plan);
    write_next(l);
    return true;
}

bool write_makes_root(const struct lane *l)
{
    const struct writer *w = &l->writer;
    if (!w->busy) return false;
    const struct change *c = write_queued(w, w->at);
    return c->verb == CHANGE_CREATE && c->scope_index == 0 && w->arm.fate >= ARM_ACCEPTED;
}

void write_looked(struct lane *l)
{
    struct writer *w = &l->writer;
    const struct run *r = l->run;
    const struct change *c = w->busy ? write_queued(w, w->at) : NULL;
    if (!c || write_action(c)->kind != ACTION_ARM || l->failed) return;
    bool settled = r->root.presence == RUN_PRESENT && r->root.state == RESOURCE_SETTLED;
    if (!settled || run_now(r) - w->started < WRITE_SEEN) return;
    if (transitions_has(r->transitions, c)) return;
    arm_write_done(&w->arm);
    write_forget(w); /* the rest of the queue was decided long ago */
}

void write_cancel(struct lane *l)
{
    struct writer *w = &l->writer;
    arm_write_done(&w->arm);
    flow_cancel(&w->sql);
    write_forget(w);
    free(w->queue);
    free(w->batch);
    *w = (struct writer){0};
}
