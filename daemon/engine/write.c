/* Carrying out what one pass of a cycle may do: ARM writes one after another, SQL in as few
 * transactions as possible. Whether a write had its effect is the next look's business. See run.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "engine/run.h"
#include "pg/classify.h"

/* Held while a transaction of ours writes, so that two daemons at the same server take turns. The
 * number is "pgdriftd" in ASCII. */
static const char lock_statement[] = "SELECT pg_advisory_xact_lock(8099552897406497892)";

static void write_next(struct run *r);

static msec now(const struct run *r)
{
    return loop_now(engine_world(r->engine)->loop);
}

static const struct change *queued(const struct run *r, size_t i)
{
    return &r->plan->changes[r->queue[i]];
}

static const struct action *action_of(const struct change *c)
{
    return c->action;
}

/* --- what may be done now -------------------------------------------------------------------- */

static bool may_be_written(const struct run *r, const struct change *c)
{
    return c->verdict == CHANGE_GO && c->action && transitions_held(r->transitions, c) <= now(r);
}

/* Changes of one transaction: the same database, one after another in the plan. */
static bool same_transaction(const struct change *a, const struct change *b)
{
    const struct action *x = action_of(a), *y = action_of(b);
    return x->kind == ACTION_SQL && y->kind == ACTION_SQL && x->mode == SQL_TRANSACTION &&
           y->mode == SQL_TRANSACTION && strcmp(x->database, y->database) == 0;
}

bool write_pick(struct run *r)
{
    r->queue = xreallocarray(r->queue, r->plan->count + 1, sizeof(*r->queue));
    r->queue_length = r->queue_at = 0;
    for (size_t i = 0; i < r->plan->count; i++) {
        const struct change *c = &r->plan->changes[i];
        if (!may_be_written(r, c)) continue;
        const struct change *first = r->queue_length ? queued(r, 0) : c;
        const struct change *last = r->queue_length ? queued(r, r->queue_length - 1) : c;
        if (c->stage != first->stage && !same_transaction(last, c)) break;
        r->queue[r->queue_length++] = i;
    }
    return r->queue_length > 0;
}

/* --- the end of a write ---------------------------------------------------------------------- */

/* A write to ARM without an answer may be under way: it gets time to be seen before it is sent
 * again. */
static bool is_in_doubt(const struct change *c, const struct err *err)
{
    return err && action_of(c)->kind == ACTION_ARM &&
           (err->kind == ERR_TRANSIENT || err->kind == ERR_TIMEOUT);
}

static void hold(struct run *r, const struct change *c, const struct err *err)
{
    unsigned attempts = transitions_attempts(r->transitions, c);
    enum backoff_preset preset = is_in_doubt(c, err) ? BACKOFF_DOUBT : BACKOFF_REWRITE;
    msec pause =
        backoff_delay(&backoff_presets[preset], attempts ? attempts : 1,
                      err ? err->retry_after_ms : 0, loop_random(engine_world(r->engine)->loop));
    transitions_hold(r->transitions, c, now(r) + pause);
}

/* 'c' was written, or not; says so, and whether the others still make sense now. */
static void ended(struct run *r, const struct change *c, const struct err *err)
{
    hold(r, c, err);
    if (!err) return;
    transitions_failed(r->transitions, c, err);
    if (err_retryable(err->kind)) r->enough = true;
}

/* --- ARM ------------------------------------------------------------------------------------- */

static void arm_progress(struct flow *f)
{
    const struct arm_write *w = f->op;
    struct run *r = w->owner;
    const struct engine_hooks *hooks = engine_hooks(r->engine);
    const struct change *c = queued(r, r->queue_at);
    if (!hooks->progress) return;
    char what[160];
    snprintf(what, sizeof(what), "%s %s", change_verb_word(c->verb), c->title);
    hooks->progress(hooks->ctx, r->target->name, what, now(r) - r->write_started);
}

static void arm_done(struct flow *f, const struct err *err)
{
    struct arm_write *w = f->op;
    struct run *r = w->owner;
    bool sent = w->fate != ARM_NOT_SENT;
    r->counts.arm_writes += sent;
    r->counts.arm_reads += f->calls - (sent ? 1 : 0);
    ended(r, queued(r, r->queue_at), err);
    arm_write_done(w);
    r->queue_at++;
    write_next(r);
}

static void arm_start(struct run *r, const struct change *c)
{
    const struct action *a = action_of(c);
    const struct arm_request request = {
        .method = a->method,
        .id = a->id,
        .api_version = a->api_version,
        .body = a->body,
        .secret_path = a->secret_path,
        .secret = a->secret,
        .creates = c->verb == CHANGE_CREATE && c->class == CHANGE_CREATE_CLASS,
    };
    struct err err = {0};
    if (arm_write_init(&r->write, &r->azure, &request, &err)) {
        ended(r, c, &err);
        r->queue_at++;
        write_next(r);
        return;
    }
    r->write.owner = r;
    r->write.flow.done = arm_done;
    r->write.flow.progress = arm_progress;
    r->write.flow.resource = c->object;
    r->write_started = now(r);
    flow_start(&r->write.flow, r->azure.io);
}

/* --- SQL ------------------------------------------------------------------------------------- */

static void ask_sql(struct flow *f, struct call *call)
{
    const struct run *r = f->op;
    const struct action *a = action_of(queued(r, r->queue_at));
    const struct settings *s = engine_world(r->engine)->settings;
    call->kind = CALL_SQL;
    call->sql = (struct sql_call){
        .target = look_sql_target(r, a->database),
        .mode = a->mode,
        .statements = r->batch,
        .count = r->batch_statements,
        .statement_timeout = SECONDS((msec)s->sql.statement_timeout_seconds),
    };
}

/* The change that statement 'failed' of the batch belongs to. */
static size_t failed_change(const struct run *r, size_t failed)
{
    size_t at = action_of(queued(r, r->queue_at))->mode == SQL_TRANSACTION ? 1 : 0;
    for (size_t i = 0; i < r->batch_length; i++) {
        at += action_of(queued(r, r->queue_at + i))->count;
        if (failed < at) return r->queue_at + i;
    }
    return r->queue_at;
}

static int classify_sql(struct flow *f, const struct reply *reply, struct err *err)
{
    struct run *r = f->op;
    r->batch_failed = r->queue_at;
    r->batch_answered = false;
    if (flow_classify_transport(f, reply, err)) return -1;
    r->batch_answered = true;
    if (reply->sql.sqlstate[0]) r->batch_failed = failed_change(r, reply->sql.failed);
    return pg_classify(&reply->sql, err);
}

static enum flow_verdict take_sql(struct flow *f, const struct reply *reply)
{
    (void)f;
    (void)reply;
    return FLOW_DONE;
}

static const struct flow_row sql_rows[] = {
    {.name = "write",
     .text = "carry out the statements of one transaction",
     .ask = ask_sql,
     .take = take_sql,
     .limit = MINUTES(10),
     .flags = FLOW_ONCE},
    {0},
};

/* One statement that fails undoes its whole transaction, but only its own change is held: the next
 * pass carries out the others without it. */
static void sql_done(struct flow *f, const struct err *err)
{
    struct run *r = f->op;
    r->counts.sql_queries += (unsigned)r->batch_statements;
    for (size_t i = 0; i < r->batch_length; i++) {
        const struct change *c = queued(r, r->queue_at + i);
        if (!err)
            ended(r, c, NULL);
        else if (!r->batch_answered || r->queue_at + i == r->batch_failed)
            ended(r, c, err);
    }
    r->queue_at += r->batch_length;
    write_next(r);
}

static void batch_add(struct run *r, const struct sql_statement *statements, size_t count)
{
    r->batch = xreallocarray(r->batch, r->batch_statements + count, sizeof(*r->batch));
    memcpy(r->batch + r->batch_statements, statements, count * sizeof(*statements));
    r->batch_statements += count;
}

static void sql_start(struct run *r, const struct change *first)
{
    static const struct sql_statement lock = {.text = lock_statement};
    r->batch_length = r->batch_statements = 0;
    if (action_of(first)->mode == SQL_TRANSACTION) batch_add(r, &lock, 1);
    do {
        const struct change *c = queued(r, r->queue_at + r->batch_length++);
        batch_add(r, action_of(c)->statements, action_of(c)->count);
        if (c != first) transitions_correcting(r->transitions, c);
    } while (r->queue_at + r->batch_length < r->queue_length &&
             same_transaction(first, queued(r, r->queue_at + r->batch_length)));
    r->sql_write = (struct flow){
        .name = "sql.write",
        .rows = sql_rows,
        .classify = classify_sql,
        .done = sql_done,
        .op = r,
        .resource = r->target->name,
    };
    flow_start(&r->sql_write, r->azure.io);
}

/* --- the queue ------------------------------------------------------------------------------- */

static void write_next(struct run *r)
{
    if (r->queue_at >= r->queue_length || r->enough || engine_is_resting(r->engine)) {
        run_applied(r);
        return;
    }
    const struct change *c = queued(r, r->queue_at);
    transitions_correcting(r->transitions, c);
    if (action_of(c)->kind == ACTION_ARM)
        arm_start(r, c);
    else
        sql_start(r, c);
}

void write_start(struct run *r)
{
    write_next(r);
}

void write_cancel(struct run *r)
{
    arm_write_done(&r->write);
    flow_cancel(&r->sql_write);
}
