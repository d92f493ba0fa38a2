/* The scripted world in motion: the io that records calls, replies, faults and the clock. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "support/script_inside.h"

/* What a fault looks like from the client's side. */
static const struct {
    const char *word;
    enum err_kind failure;
    int status;
    const char *body;
    const char *retry_after;
} faults[SCRIPT_FAULT_N] = {
    [SCRIPT_RESET] = {.word = "reset", .failure = ERR_TRANSIENT},
    [SCRIPT_SILENCE] = {.word = "silence", .failure = ERR_TIMEOUT},
    [SCRIPT_UNAVAILABLE] = {.word = "503", .status = 503, .body = "Service Unavailable"},
    [SCRIPT_INTERNAL] = {.word = "500",
                         .status = 500,
                         .body = "{\"error\":{\"code\":\"InternalServerError\","
                                 "\"message\":\"An unexpected error occured.\"}}"},
    [SCRIPT_THROTTLED] = {.word = "429",
                          .status = 429,
                          .body = "{\"error\":{\"code\":\"SubscriptionRequestsThrottled\","
                                  "\"message\":\"Too many requests.\"}}",
                          .retry_after = "7"},
    [SCRIPT_BUSY] = {.word = "429 busy",
                     .status = 429,
                     .body = "{\"error\":{\"code\":\"RetryableErrorDueToAnotherOperation\","
                             "\"message\":\"Locked.\"}}"},
    [SCRIPT_UNAUTHORIZED] = {.word = "401",
                             .status = 401,
                             .body = "{\"error\":{\"code\":\"ExpiredAuthenticationToken\","
                                     "\"message\":\"The access token expired.\"}}"},
    [SCRIPT_GARBAGE] = {.word = "garbage", .status = 200, .body = "<html>not what you want</html>"},
};

const char *script_fault_word(enum script_fault fault)
{
    return faults[fault].word;
}

/* --- the io ------------------------------------------------------------------------------------
 */

static void script_record_http(struct script *s, const struct http_call *http)
{
    buf_printf(&s->transcript, "%s %s\n", http->method, http->url);
    for (size_t i = 0; i < SCRIPT_METHODS; i++)
        if (strcmp(http->method, script_methods[i]) == 0) s->by_method[i]++;
    script_sent_done(&s->sent);
    s->sent.body = xstrndup(http->body ? http->body : "", http->body_length);
    s->sent.bearer = http->bearer ? xstrdup(secret_bytes(http->bearer)) : NULL;
    s->sent.direct = http->direct;
    s->sent.header_count = http->header_count;
    for (size_t i = 0; i < http->header_count; i++)
        s->sent.headers[i] = (struct http_header){.name = xstrdup(http->headers[i].name),
                                                  .value = xstrdup(http->headers[i].value)};
}

static void script_start(void *ctx, struct call *call)
{
    struct script *s = ctx;
    struct pending p = {.call = call, .index = SIZE_MAX, .turn = s->turn++};
    if (call->kind == CALL_HTTP) {
        p.index = s->http_calls++;
        script_record_http(s, &call->http);
    } else if (call->kind == CALL_SQL) {
        s->sql_calls++;
        for (size_t i = 0; i < call->sql.count; i++)
            buf_printf(&s->transcript, "SQL %s\n", call->sql.statements[i].text);
    } else {
        p.due = s->now + call->wait;
    }
    s->pending = xreallocarray(s->pending, s->pending_count + 1, sizeof(*s->pending));
    s->pending[s->pending_count++] = p;
}

static void script_remove(struct script *s, size_t at)
{
    memmove(s->pending + at, s->pending + at + 1,
            (s->pending_count - at - 1) * sizeof(*s->pending));
    s->pending_count--;
}

static void script_cancel(void *ctx, struct call *call)
{
    struct script *s = ctx;
    for (size_t i = 0; i < s->pending_count; i++) {
        if (s->pending[i].call != call) continue;
        script_remove(s, i);
        return;
    }
    fprintf(stderr, "script: cancelled a call that is not outstanding\n");
    abort();
}

static msec script_io_now(void *ctx)
{
    return ((struct script *)ctx)->now;
}

/* The monotonic clock begins with the year 2026. */
static int64_t script_wall_clock(void *ctx)
{
    return INT64_C(1767225600000) + (int64_t)((struct script *)ctx)->now;
}

static uint32_t script_io_random(void *ctx)
{
    return ((struct script *)ctx)->random;
}

void script_io_init(struct script *s)
{
    s->io = (struct io){.ctx = s,
                        .start = script_start,
                        .cancel = script_cancel,
                        .now = script_io_now,
                        .wall_clock = script_wall_clock,
                        .random = script_io_random};
}

/* --- running -----------------------------------------------------------------------------------
 */

static bool answer_fits(const struct answer *a, const struct call *call)
{
    if (a->used || a->kind != call->kind) return false;
    if (!a->line) return true;
    char *line = call->kind == CALL_HTTP ? xasprintf("%s %s", call->http.method, call->http.url)
                                         : xstrdup(call->sql.statements[0].text);
    bool fits = strncmp(line, a->line, strlen(a->line)) == 0;
    free(line);
    return fits;
}

static struct answer *script_choose(struct script *s, const struct call *call)
{
    for (size_t i = 0; i < s->answer_count; i++) {
        struct answer *a = &s->answers[i];
        if (!answer_fits(a, call)) continue;
        a->used = !a->always;
        return a;
    }
    fprintf(stderr, "script: nobody prepared an answer; so far:\n%s", buf_text(&s->transcript));
    abort();
}

static void script_fail(struct call *call, enum err_kind kind, bool unsent)
{
    struct reply reply = {.kind = call->kind, .unsent = unsent};
    err_set(&reply.err, kind, kind == ERR_TIMEOUT ? "no answer in time" : "connection reset");
    call->done(call, &reply);
}

static void script_fault(struct call *call, enum script_fault fault)
{
    if (faults[fault].failure != ERR_NONE) {
        script_fail(call, faults[fault].failure, false);
        return;
    }
    struct http_header header = {.name = "retry-after", .value = faults[fault].retry_after};
    struct reply reply = {.kind = CALL_HTTP,
                          .http = {.status = faults[fault].status,
                                   .body = faults[fault].body,
                                   .length = strlen(faults[fault].body),
                                   .headers = &header,
                                   .header_count = header.value ? 1 : 0}};
    call->done(call, &reply);
}

static void script_answer_sql(struct call *call, const struct answer *a)
{
    struct reply reply = {.kind = CALL_SQL,
                          .sql = {.count = a->sqlstate[0] ? 0 : call->sql.count,
                                  .results = a->rows,
                                  .connection = 1,
                                  .message = a->body,
                                  .source_function = ""}};
    memcpy(reply.sql.sqlstate, a->sqlstate, sizeof(reply.sql.sqlstate));
    call->done(call, &reply);
}

static void script_answer_http(struct call *call, const struct answer *a)
{
    struct reply reply = {.kind = CALL_HTTP,
                          .http = {.status = a->status,
                                   .body = a->body,
                                   .length = strlen(a->body),
                                   .headers = a->headers,
                                   .header_count = a->header_count}};
    call->done(call, &reply);
}

static void script_answer(struct call *call, const struct answer *a)
{
    if (a->failure != ERR_NONE)
        script_fail(call, a->failure, a->unsent);
    else if (call->kind == CALL_SQL)
        script_answer_sql(call, a);
    else
        script_answer_http(call, a);
}

/* Decides the fate of a call when its turn comes: true where it was answered, false where it will
 * hear nothing before its deadline. */
static bool script_decide(struct script *s, size_t at)
{
    struct pending p = s->pending[at];
    bool tortured = p.index == s->torture_at;
    /* A copy: 'done' may prepare more answers and move the array. */
    struct answer a = {.failure = faults[s->torture].failure};
    if (!tortured) a = *script_choose(s, p.call);
    if (a.failure == ERR_TIMEOUT) {
        s->pending[at].silent = true;
        s->pending[at].due = p.call->deadline;
        return false;
    }
    script_remove(s, at);
    if (tortured)
        script_fault(p.call, s->torture);
    else
        script_answer(p.call, &a);
    return true;
}

/* A wait ends, or a call gives up. */
static void script_end_wait(struct script *s, size_t at)
{
    struct pending p = s->pending[at];
    script_remove(s, at);
    if (p.due > s->now) s->now = p.due;
    if (p.silent) {
        script_fail(p.call, ERR_TIMEOUT, false);
        return;
    }
    if (p.call->wait) buf_printf(&s->transcript, "wait %" PRIu64 "\n", p.call->wait);
    struct reply reply = {.kind = CALL_WAIT};
    p.call->done(p.call, &reply);
}

/* Answers come before waits end, each in the order of asking; of waits, the earliest. */
bool script_step(struct script *s)
{
    size_t best = 0;
    for (size_t i = 0; i < s->pending_count; i++) {
        bool waits = s->pending[i].silent || s->pending[i].call->kind == CALL_WAIT;
        if (!waits && script_decide(s, i)) return true;
        if (s->pending[i].due < s->pending[best].due) best = i;
    }
    if (!s->pending_count) return false;
    script_end_wait(s, best);
    return true;
}

void script_run(struct script *s)
{
    for (size_t i = 0; script_step(s); i++) {
        if (i < 1000000) continue;
        fprintf(stderr, "script: it never ends\n");
        abort();
    }
}

void script_advance(struct script *s, msec span)
{
    s->now += span;
}

msec script_now(const struct script *s)
{
    return s->now;
}

void script_random(struct script *s, uint32_t number)
{
    s->random = number;
}
